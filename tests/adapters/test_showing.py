"""Who is on it, and who muted it, stands where it was told as soon as it is said, and nobody is told anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from incidents import people
from sqlalchemy import Engine, select
from test_quiet_hours import FIGHTS, Night, night
from test_slack import shown

from workers.adapters.store import acks, claims, deliveries, showing, silences
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.works import SHOW
from workers.pipeline.models import Ack, Silence

NOW = datetime.now(UTC)
FIGHT = FIGHTS["7"]


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Iterator[Night]:
    """A clash that Slack, a pager and a mailbox were told of."""
    for world in night.__wrapped__(engine, tmp_path):  # type: ignore[attr-defined]
        for delivery in world.happens(FIGHT, "slack", "pager", "mail", asleep=False):
            world.send(delivery)
        yield world


def is_on_it(desk: Night) -> str:
    with desk.engine.begin() as c:
        return acks.add(c, Ack("", "7", "ana", "calling them", NOW, NOW + timedelta(hours=12)))


def show(desk: Night) -> list[str]:
    """What the show stage does; what became of each message."""
    with desk.engine.connect() as c:
        waiting = list(c.scalars(select(table.c.id).where(table.c.stage == SHOW.stage)))
    outcomes = []
    for held in claims.claim(desk.engine, SHOW, waiting):
        loaded = deliveries.load(desk.engine, held.id)
        sent = desk.services.show(held, loaded)
        with desk.engine.begin() as c:
            deliveries.shown(c, held, loaded, sent.reference if sent else None)
        outcomes.append(f"{loaded.delivery.receiver} {'shown' if sent else 'nothing'}")
    return sorted(outcomes)


def test_who_acknowledges_is_named_at_once_in_the_root_and_nobody_is_told_anew(desk: Night) -> None:
    is_on_it(desk)
    assert show(desk) == ["mail nothing", "pager shown", "slack shown"]
    (root,) = desk.slack.messages
    assert "Acknowledged by:  ana, until " in shown(root)
    assert "calling them" in shown(root)
    assert root["text"].startswith("Armed clash near Altun Kupri, Iraq")
    assert len(desk.mail.letters) == 1


def test_the_pager_stops_ringing_for_who_is_on_it(desk: Night) -> None:
    is_on_it(desk)
    show(desk)
    assert [event["event_action"] for event in desk.posted] == ["trigger", "acknowledge"]
    assert len({event["dedup_key"] for event in desk.posted}) == 1


def test_what_is_taken_back_is_shown_no_more(desk: Night) -> None:
    number = is_on_it(desk)
    show(desk)
    with desk.engine.begin() as c:
        assert acks.expire(c, int(number))
    show(desk)
    assert "Acknowledged" not in shown(desk.slack.messages[0])


def test_who_muted_it_is_named_until_it_ends(desk: Night) -> None:
    muted = Silence("", ('clash="7"',), "bob", "exercise", NOW, NOW + timedelta(hours=4))
    with desk.engine.begin() as c:
        number = silences.add(c, muted)
    show(desk)
    assert "Muted by:  bob, until " in shown(desk.slack.messages[0])
    with desk.engine.begin() as c:
        silences.expire(c, number)
    show(desk)
    assert "Muted" not in shown(desk.slack.messages[0])


def test_the_facts_that_follow_are_still_told_as_changes(desk: Night) -> None:
    """The root was brought up to date with them before they were told."""
    (delivery,) = desk.happens(replace(FIGHT, killed=people(12)), "slack", asleep=False)
    is_on_it(desk)
    show(desk)
    desk.send(delivery)
    root, reply = desk.slack.messages
    assert "Killed: 12" in shown(reply)
    assert "ana, until" in shown(root)


def test_the_log_knows_no_new_message(desk: Night) -> None:
    is_on_it(desk)
    assert desk.reasons() == [("sent", "")] * 3
    show(desk)
    assert desk.reasons() == [("sent", "")] * 3


def test_who_was_at_it_without_knowing_begins_again(desk: Night) -> None:
    is_on_it(desk)
    with desk.engine.connect() as c:
        waiting = list(c.scalars(select(table.c.id).where(table.c.stage == SHOW.stage)))
    (held, *_) = claims.claim(desk.engine, SHOW, waiting)
    with desk.engine.begin() as c:
        showing.touch(c, "7")
    with pytest.raises(claims.LeaseLostError), desk.engine.begin() as c:
        deliveries.shown(c, held, deliveries.load(desk.engine, held.id), None)
    assert len(show(desk)) == 3
