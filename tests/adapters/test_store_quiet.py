"""Quiet hours hold and release as one, silences withhold, and who was told of a clash hears where it really was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text, update
from test_store_telling import ALERT, CLASH, again, send, tell

from workers.adapters import outgoing
from workers.adapters.store import alerts, claims, clashes, deliveries, silences
from workers.adapters.store.deliveries import State
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.works import SEND
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Change, Receiver, Revision, Silence
from workers.pipeline.route import Target

SOON = datetime.now(UTC) + timedelta(hours=3)
HELD = Target("box", 'clash="c-1"', SOON)
OPEN = Target("box", 'clash="c-1"')


@pytest.fixture
def revision(engine: Engine) -> int:
    with engine.begin() as c:
        clashes.keep(c, [CLASH])
        (made,) = clashes.revise(c, [Revision(CLASH, 1, (Change.NEW,), {})], primed=False)
    return made


def waiting(engine: Engine) -> list[int]:
    with engine.connect() as c:
        return list(c.scalars(select(table.c.id).order_by(table.c.id)))


def test_what_quiet_hours_hold_is_not_sent_before_they_end(engine: Engine, revision: int) -> None:
    assert tell(engine, revision, (ALERT, [HELD])) == []
    (delivery,) = waiting(engine)
    assert claims.claim(engine, SEND, [delivery]) == []
    with engine.begin() as c:
        c.execute(update(table).values(due_at=func.now(), held_until=func.now()))
    assert len(claims.claim(engine, SEND, [delivery])) == 1


def test_all_that_happened_in_quiet_hours_is_one_message_when_they_end(engine: Engine, revision: int) -> None:
    tell(engine, revision, (ALERT, [HELD]))
    tell(engine, revision, (again(ALERT, 2), [replace(HELD, held_until=SOON + timedelta(hours=1))]))
    (delivery,) = waiting(engine)
    loaded = deliveries.load(engine, delivery)
    assert [alert.key for alert in loaded.alerts] == ["kirkuk:c-1:new", "kirkuk:c-1:2"]
    with engine.connect() as c:
        assert c.scalar(select(table.c.due_at)) == SOON


def test_what_is_not_held_takes_along_what_was(engine: Engine, revision: int) -> None:
    tell(engine, revision, (ALERT, [HELD]))
    assert tell(engine, revision, (again(ALERT, 2), [OPEN])) == waiting(engine)
    (delivery,) = waiting(engine)
    assert len(claims.claim(engine, SEND, [delivery])) == 1


def test_a_message_under_way_is_not_added_to(engine: Engine, revision: int) -> None:
    tell(engine, revision, (ALERT, [OPEN]))
    claims.claim(engine, SEND, waiting(engine))
    tell(engine, revision, (again(ALERT, 2), [HELD]))
    assert len(waiting(engine)) == 2


def test_who_was_told_is_known_by_rule_and_thread_also_of_a_clash_that_was_merged(
    engine: Engine, revision: int
) -> None:
    tell(engine, revision, (ALERT, [OPEN, Target("mail", "x")]))
    bigger = replace(CLASH, id="c-2")
    with engine.begin() as c:
        clashes.keep(c, [bigger])
        c.execute(text("UPDATE clashes SET merged_into = 'c-2' WHERE id = 'c-1'"))
        (merged,) = clashes.revise(c, [Revision(bigger, 1, (Change.MERGED,), {})], primed=False)
    assert alerts.revision(engine, merged).threads == {"kirkuk": (OPEN, Target("mail", "x"))}


def quiet(engine: Engine, starts: timedelta, lasts: timedelta) -> str:
    now = datetime.now(UTC)
    with engine.begin() as c:
        return silences.add(c, Silence("", ('rule="kirkuk"',), "ana", "exercise", now + starts, now + starts + lasts))


def test_a_silence_is_in_force_while_it_lasts(engine: Engine) -> None:
    hour = timedelta(hours=1)
    now, over, ahead = quiet(engine, -hour, 2 * hour), quiet(engine, -2 * hour, hour), quiet(engine, hour, hour)
    assert [silence.id for silence in silences.in_force(engine)] == [now]
    assert [silence.id for silence in silences.listed(engine)] == [now, ahead]
    assert [silence.id for silence in silences.listed(engine, expired=True)] == [over, now, ahead]
    assert silences.in_force(engine)[0].matchers == ('rule="kirkuk"',)


def test_a_silence_can_be_ended_once(engine: Engine) -> None:
    made = quiet(engine, timedelta(), timedelta(hours=1))
    with engine.begin() as c:
        assert silences.expire(c, made)
    with engine.begin() as c:
        assert not silences.expire(c, made)
        assert not silences.expire(c, "no number")
    assert silences.in_force(engine) == []


def test_a_route_that_is_open_an_hour_a_day_and_groups_all_is_a_digest(engine: Engine, revision: int) -> None:
    digest = Target("box", "", SOON)
    other = replace(CLASH, id="c-2")
    with engine.begin() as c:
        clashes.keep(c, [other])
        (second,) = clashes.revise(c, [Revision(other, 1, (Change.NEW,), {})], primed=False)
    tell(engine, revision, (ALERT, [digest]))
    tell(engine, second, (replace(ALERT, key="kirkuk:c-2:new", clash="c-2"), [digest]))
    (delivery,) = waiting(engine)
    loaded = deliveries.load(engine, delivery)
    assert (loaded.clash.id, [other[0].id for other in loaded.others]) == ("c-2", ["c-1"])
    assert outgoing._message(loaded, Receiver("box", "outbox"), NOWHERE).title == "2 incidents"


def test_an_update_overtaken_by_the_message_before_it_is_not_sent(
    engine: Engine, revision: int, tmp_path: Path
) -> None:
    box = Receiver("box", "outbox", {"folder": str(tmp_path)})
    tell(engine, revision, (ALERT, [OPEN]))
    tell(engine, revision, (again(ALERT, 2), [OPEN]))
    first, second = waiting(engine)
    send(engine, first, box)
    (held,) = claims.claim(engine, SEND, [second])
    loaded = deliveries.load(engine, second)
    assert outgoing.deliver(engine, held, loaded, box, NOWHERE) is None
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, None)
    assert deliveries.load(engine, second).state is State.KNOWN
    assert len(list(tmp_path.glob("*.eml"))) == 1
