"""Alerts become deliveries in their threads: once each, in order, and a crash in mid-send tells nobody twice."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, text, update

from workers.adapters import outgoing
from workers.adapters.channels import ChannelError, Sent
from workers.adapters.store import alerts, claims, clashes, deliveries, departures, keys, quarantine, tallies
from workers.adapters.store.claims import Held
from workers.adapters.store.deliveries import State
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.works import SEND
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Alert, AlertKind, Change, Clash, ClashState, Receiver, Revision, Status
from workers.pipeline.route import Target
from workers.pipeline.rules import told_keys

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLASH = Clash(
    id="c-1",
    filings=(),
    articles=(),
    event_type="Battles",
    sub_event_type="Armed clash",
    status=Status.UNCONTESTED,
    state=ClashState.OPEN,
    confidence=0.9,
    first_reported=NOW,
    last_reported=NOW,
)
ALERT = Alert(
    key="kirkuk:c-1:new",
    rule="kirkuk",
    clash="c-1",
    revision=1,
    kind=AlertKind.NEW,
    severity="warning",
    reason="in Kirkuk",
    changes=(Change.NEW,),
    labels={"clash": "c-1"},
    annotations={},
    at=NOW,
)
THREAD = Target("box", 'clash="c-1"')


@pytest.fixture
def revision(engine: Engine) -> int:
    with engine.begin() as c:
        clashes.keep(c, [CLASH])
        (made,) = clashes.revise(c, [Revision(CLASH, 1, (Change.NEW,), {})], primed=False)
    return made


@pytest.fixture
def box(tmp_path: Path) -> Receiver:
    return Receiver("box", "outbox", {"folder": str(tmp_path / "outbox")})


def tell(engine: Engine, revision: int, *routed: tuple[Alert, list[Target]]) -> list[int]:
    with engine.begin() as c:
        return alerts.tell(c, revision, routed)


def claim(engine: Engine, delivery: int) -> Held:
    (held,) = claims.claim(engine, SEND, [delivery])
    return held


def send(engine: Engine, delivery: int, receiver: Receiver) -> list[int]:
    held = claim(engine, delivery)
    loaded = deliveries.load(engine, delivery)
    sent = outgoing.deliver(engine, held, loaded, receiver, NOWHERE)
    with engine.begin() as c:
        return deliveries.arrived(c, held, loaded, sent.reference)


def letters(box: Receiver) -> int:
    return len(list(Path(box.options["folder"]).glob("*.eml")))


def again(alert: Alert, number: int) -> Alert:
    return replace(alert, key=f"kirkuk:c-1:{number}", revision=number, kind=AlertKind.UPDATE)


def crash_while_sending(engine: Engine, delivery: int) -> None:
    """The worker dies between the send and its commit; later the lease is over."""
    with engine.begin() as c:
        c.execute(update(table).where(table.c.id == delivery).values(lease_until=func.now()))


def test_an_alert_makes_one_delivery_for_each_thread(engine: Engine, revision: int) -> None:
    assert len(tell(engine, revision, (ALERT, [THREAD, Target("mail", "x")]))) == 2


def test_the_same_alert_is_told_to_nobody_again(engine: Engine, revision: int) -> None:
    tell(engine, revision, (ALERT, [THREAD]))
    assert tell(engine, revision, (ALERT, [THREAD])) == []


def test_alerts_of_two_rules_reach_a_thread_in_one_delivery(engine: Engine, revision: int) -> None:
    other = replace(ALERT, key="iraq:c-1:new", rule="iraq")
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]), (other, [THREAD]))
    assert len(deliveries.load(engine, delivery).alerts) == 2


def test_deliveries_of_a_thread_are_numbered_and_wait_for_one_another(
    engine: Engine, revision: int, box: Receiver
) -> None:
    (first,) = tell(engine, revision, (ALERT, [THREAD]))
    (second,) = tell(engine, revision, (again(ALERT, 2), [THREAD]))
    assert [deliveries.load(engine, one).delivery.sequence for one in (first, second)] == [1, 2]
    assert [deliveries.load(engine, one).waits for one in (first, second)] == [False, True]
    assert send(engine, first, box) == [second]
    follows = deliveries.load(engine, second)
    assert not follows.waits
    assert follows.earlier is not None
    assert follows.sent is not None


def test_a_delivery_given_up_does_not_hold_up_its_thread(engine: Engine, revision: int) -> None:
    (first,) = tell(engine, revision, (ALERT, [THREAD]))
    (second,) = tell(engine, revision, (again(ALERT, 2), [THREAD]))
    claims.fail(engine, claim(engine, first), "refused", retry=False)
    assert not deliveries.load(engine, second).waits


def test_a_delivery_is_sent_with_everything_that_was_rendered(engine: Engine, revision: int, box: Receiver) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    send(engine, delivery, box)
    loaded = deliveries.load(engine, delivery)
    assert (loaded.state, letters(box)) == (State.SENT, 1)
    assert loaded.message is not None
    counted = {(total.stage, total.outcome, total.subject) for total in tallies.totals(engine)}
    assert counted == {("send", "sent", "box"), ("latency", "delivered", "box")}


def test_a_message_that_arrived_before_the_crash_is_not_sent_again(
    engine: Engine, revision: int, box: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    outgoing.deliver(engine, claim(engine, delivery), deliveries.load(engine, delivery), box, NOWHERE)
    crash_while_sending(engine, delivery)
    monkeypatch.setattr("workers.adapters.channels.send", lambda *_: pytest.fail("sent twice"))
    send(engine, delivery, box)
    assert deliveries.load(engine, delivery).state is State.SENT


def test_in_doubt_the_policy_decides_and_is_counted(
    engine: Engine, revision: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    console = Receiver("box", "console", {"ambiguous": "hold"})
    outgoing.deliver(engine, claim(engine, delivery), deliveries.load(engine, delivery), console, NOWHERE)
    crash_while_sending(engine, delivery)
    with pytest.raises(ChannelError, match="may have arrived") as held:
        outgoing.deliver(engine, claim(engine, delivery), deliveries.load(engine, delivery), console, NOWHERE)
    assert not held.value.retry
    crash_while_sending(engine, delivery)
    send(engine, delivery, replace(console, options={"ambiguous": "resend"}))
    outcomes = {total.outcome: total.count for total in tallies.totals(engine)}
    assert (outcomes["ambiguous_held"], outcomes["ambiguous_resent"], outcomes["sent"]) == (1, 1, 1)


def test_a_refusal_leaves_no_doubt(engine: Engine, revision: int, tmp_path: Path) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    (tmp_path / "file").touch()
    broken = Receiver("box", "outbox", {"folder": str(tmp_path / "file" / "no folder")})
    with pytest.raises(ChannelError):
        outgoing.deliver(engine, claim(engine, delivery), deliveries.load(engine, delivery), broken, NOWHERE)
    assert deliveries.load(engine, delivery).state is State.PENDING


def test_what_was_told_of_a_clash_counts_for_the_one_it_was_merged_into(engine: Engine, revision: int) -> None:
    tell(engine, revision, (ALERT, [THREAD]))
    bigger = replace(CLASH, id="c-2")
    with engine.begin() as c:
        clashes.keep(c, [bigger])
        c.execute(text("UPDATE clashes SET merged_into = 'c-2' WHERE id = 'c-1'"))
        (merged,) = clashes.revise(c, [Revision(bigger, 1, (Change.MERGED,), {})], primed=False)
    (told,) = alerts.revision(engine, merged).told
    assert told_keys([told]) == {"kirkuk:c-2:new"}


def test_quarantined_work_is_listed_and_taken_up_again(engine: Engine, revision: int, box: Receiver) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    claims.fail(engine, claim(engine, delivery), "channel_not_found", retry=False)
    (given,) = quarantine.given_up(engine)
    assert (given.stage, given.row_id, given.error) == ("send", delivery, "channel_not_found")
    assert quarantine.find(engine, given.id) == given
    assert quarantine.retry(engine, [given.id, 999]) == 1
    assert quarantine.given_up(engine) == []
    send(engine, delivery, box)


def test_a_sent_reference_comes_back_as_it_was(engine: Engine, revision: int) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    held = claim(engine, delivery)
    with engine.begin() as c:
        deliveries.arrived(c, held, deliveries.load(engine, delivery), Sent({"ts": "1.2"}).reference)
    (later,) = tell(engine, revision, (again(ALERT, 2), [THREAD]))
    assert deliveries.load(engine, later).sent == {"ts": "1.2"}


def test_nothing_is_sent_to_a_receiver_whose_reader_unsubscribed_until_it_is_subscribed_again(
    engine: Engine, revision: int, box: Receiver
) -> None:
    (delivery,) = tell(engine, revision, (ALERT, [THREAD]))
    with engine.begin() as c:
        departures.leave(c, "box")
        departures.leave(c, "box")
    with pytest.raises(ChannelError, match="its reader unsubscribed") as raised:
        outgoing.deliver(engine, claim(engine, delivery), deliveries.load(engine, delivery), box, NOWHERE)
    assert not raised.value.retry
    with engine.begin() as c:
        assert (departures.come_back(c, "box"), departures.come_back(c, "box")) == (True, False)


def test_every_process_signs_links_with_one_key_until_it_is_forgotten(engine: Engine) -> None:
    first = keys.link_key(engine)
    assert (len(first), keys.link_key(engine)) == (32, first)
    keys.forget_link_key(engine)
    assert keys.link_key(engine) != first
