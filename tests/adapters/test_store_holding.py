"""Messages that wait: for an acknowledgement, for the digest, for their thread, for room, for a door that opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from far_ends import Answer, Asked, http
from incidents import clash
from pydantic import SecretStr
from sqlalchemy import Engine, func, select, update

from workers.adapters import outgoing
from workers.adapters.channels import ChannelError
from workers.adapters.store import acks, alerts, circuits, claims, clashes, deliveries
from workers.adapters.store.claims import NotYetError
from workers.adapters.store.deliveries import State
from workers.adapters.store.delivery_log import Asked as Wanted
from workers.adapters.store.delivery_log import log
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.upkeep import circuits as doors
from workers.adapters.store.works import SEND
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Ack, Alert, AlertKind, Change, Hold, Receiver, Revision
from workers.pipeline.route import Target
from workers.settings.receivers import Rate

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)
ALERT = Alert("kirkuk:7:new", "kirkuk", "7", 1, AlertKind.NEW, "warning", "", (Change.NEW,), {"clash": "7"}, {}, NOW)
THREAD = 'clash="7"'
OFFICER = Target("officer", THREAD, NOW + timedelta(hours=12), Hold.ESCALATION)


@pytest.fixture
def revision(engine: Engine) -> int:
    with engine.begin() as c:
        clashes.keep(c, [clash()])
        (made,) = clashes.revise(c, [Revision(clash(), 1, (Change.NEW,), {})], primed=False)
    return made


def tell(engine: Engine, revision: int, target: Target, alert: Alert = ALERT) -> list[int]:
    with engine.begin() as c:
        return alerts.tell(c, revision, [(alert, [target])])


def again(number: int) -> Alert:
    return replace(ALERT, key=f"kirkuk:7:{number}", kind=AlertKind.UPDATE, revision=number)


def reasons(engine: Engine) -> list[tuple[str, str]]:
    """State and reason of every delivery, the first first."""
    return [(one["state"], one["reason"].split(" until ")[0]) for one in reversed(log(engine, Wanted()))]


def its_time_comes(engine: Engine) -> None:
    with engine.begin() as c:
        c.execute(update(table).where(table.c.held_until.is_not(None)).values(due_at=func.now(), held_until=func.now()))


def attempt(engine: Engine, delivery: int, receiver: Receiver) -> State:
    """What the send stage does with one delivery."""
    (held,) = claims.claim(engine, SEND, [delivery])
    loaded = deliveries.load(engine, delivery)
    try:
        sent = None if loaded.moot else outgoing.deliver(engine, held, loaded, receiver, NOWHERE)
    except (NotYetError, ChannelError) as error:
        if isinstance(error, NotYetError):
            claims.release(engine, held, error.after)
        else:
            claims.fail(engine, held, str(error), retry=error.retry, after=error.after)
        raise
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, sent.reference if sent else None)
        return State(c.scalar(select(table.c.state).where(table.c.id == delivery)))


@pytest.fixture
def box(tmp_path: Path) -> Receiver:
    return Receiver("officer", "outbox", {"folder": str(tmp_path)})


def on_it(engine: Engine) -> None:
    with engine.begin() as c:
        acks.add(c, Ack("", "7", "ana", "calling", NOW, NOW + timedelta(hours=12)))


# Escalation: the officer is woken only when nobody is on it.


def test_what_nobody_acknowledged_wakes_the_officer(engine: Engine, revision: int, box: Receiver) -> None:
    assert tell(engine, revision, OFFICER) == []
    assert reasons(engine) == [("pending", "escalation")]
    its_time_comes(engine)
    assert attempt(engine, 1, box) is State.SENT


def test_what_somebody_is_on_does_not(engine: Engine, revision: int, box: Receiver) -> None:
    tell(engine, revision, OFFICER)
    on_it(engine)
    its_time_comes(engine)
    assert attempt(engine, 1, box) is State.ACKNOWLEDGED
    assert reasons(engine) == [("acknowledged", "somebody was on it")]
    assert not list(Path(box.options["folder"]).glob("*.json"))


def test_who_was_not_woken_hears_nothing_of_what_follows(engine: Engine, revision: int, box: Receiver) -> None:
    tell(engine, revision, OFFICER)
    assert alerts.revision(engine, revision).threads == {}
    its_time_comes(engine)
    attempt(engine, 1, box)
    assert alerts.revision(engine, revision).threads == {"kirkuk": (OFFICER,)}


def test_an_acknowledgement_cannot_stop_what_is_held_for_another_reason(
    engine: Engine, revision: int, box: Receiver
) -> None:
    tell(engine, revision, OFFICER)
    tell(engine, revision, replace(OFFICER, held_for=Hold.QUIET_HOURS), again(2))
    on_it(engine)
    its_time_comes(engine)
    assert attempt(engine, 1, box) is State.SENT


# Grouping, as Alertmanager's group_wait and group_interval.

PACED = Target("officer", THREAD, group_wait=MINUTE, group_interval=5 * MINUTE)


def test_a_threads_first_message_waits_for_what_else_there_is_to_say(engine: Engine, revision: int) -> None:
    assert tell(engine, revision, PACED) == []
    assert tell(engine, revision, PACED, again(2)) == []
    assert reasons(engine) == [("pending", "grouping")]
    assert len(deliveries.load(engine, 1).alerts) == 2


def test_the_next_message_of_a_thread_keeps_its_distance(engine: Engine, revision: int, box: Receiver) -> None:
    tell(engine, revision, replace(PACED, group_wait=None))
    attempt(engine, 1, box)
    assert tell(engine, revision, PACED, again(2)) == []
    with engine.connect() as c:
        sent_at = c.scalar(select(table.c.sent_at).where(table.c.id == 1))
        held_until = c.scalar(select(table.c.held_until).where(table.c.id == 2))
    assert held_until - sent_at == 5 * MINUTE


# Rate caps: more is said later, not less.


def test_a_receiver_that_has_had_enough_gets_the_rest_later(engine: Engine, revision: int, box: Receiver) -> None:
    capped = replace(box, options={**box.options, "rate": Rate(messages=1, per=timedelta(hours=1))})
    tell(engine, revision, Target("officer", THREAD))
    assert attempt(engine, 1, capped) is State.SENT
    tell(engine, revision, Target("officer", "another"), again(2))
    with pytest.raises(NotYetError) as full:
        attempt(engine, 2, capped)
    assert 3500 < full.value.after <= 3600
    assert reasons(engine) == [("sent", ""), ("pending", "rate")]
    with engine.begin() as c:
        c.execute(update(table).values(sent_at=table.c.sent_at - timedelta(hours=1), due_at=func.now()))
    assert attempt(engine, 2, capped) is State.SENT


# Circuits: a receiver in trouble is charged, not the messages.


@dataclass
class Door:
    """A webhook's far end that answers what it is told to."""

    status: int = 503
    asked: list[Asked] = field(default_factory=list)
    headers: tuple[tuple[str, str], ...] = ()

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return Answer(self.status, b"", self.headers)


@pytest.fixture
def door() -> Iterator[tuple[Door, Receiver]]:
    far_end = Door()
    with http(far_end.answer) as url:
        options = {"url": url, "secret": SecretStr("s"), "allow_private": True}
        yield far_end, Receiver("hook", "webhook", options)


def due(engine: Engine) -> None:
    with engine.begin() as c:
        c.execute(update(table).values(due_at=func.now()))


def opens_again(engine: Engine) -> None:
    with engine.begin() as c:
        c.execute(update(doors).values(open_until=func.now()))
    due(engine)


def test_an_outage_of_any_length_gives_no_message_up(
    engine: Engine, revision: int, door: tuple[Door, Receiver]
) -> None:
    far_end, hook = door
    tell(engine, revision, Target("hook", THREAD))
    for _ in range(circuits.PATIENCE - 1):
        with pytest.raises(ChannelError):
            attempt(engine, 1, hook)
        due(engine)
    for _ in range(30):
        with pytest.raises(NotYetError) as shut:
            attempt(engine, 1, hook)
        opens_again(engine)
    assert shut.value.after <= circuits.PAUSE
    (trouble,) = circuits.troubled(engine)
    assert (trouble.receiver, trouble.failures) == ("hook", circuits.PATIENCE + 29)
    far_end.status = 204
    assert attempt(engine, 1, hook) is State.SENT
    assert circuits.troubled(engine) == []


def test_while_the_door_is_shut_one_message_at_a_time_tries_it(
    engine: Engine, revision: int, door: tuple[Door, Receiver]
) -> None:
    far_end, hook = door
    for _ in range(circuits.PATIENCE):
        circuits.failed(engine, "hook", "503", None)
    tell(engine, revision, Target("hook", THREAD))
    with pytest.raises(NotYetError):
        attempt(engine, 1, hook)
    assert far_end.asked == []
    assert reasons(engine) == [("pending", "unreachable: 503")]
    opens_again(engine)
    assert [circuits.wait(engine, "hook") > 0 for _ in range(3)] == [False, True, True]


def waiting(engine: Engine) -> list[int]:
    with engine.connect() as c:
        return list(c.scalars(select(table.c.id).where(table.c.due_at > func.now()).order_by(table.c.id)))


def test_who_waits_at_a_shut_door_is_called_one_by_one_and_all_together_when_it_opens(
    engine: Engine, revision: int, door: tuple[Door, Receiver]
) -> None:
    far_end, hook = door
    for _ in range(circuits.PATIENCE):
        circuits.failed(engine, "hook", "503", None)
    for number in (1, 2, 3):
        tell(engine, revision, Target("hook", f"thread {number}"), again(number))
        with pytest.raises(NotYetError) as shut:
            attempt(engine, number, hook)
        assert shut.value.after == circuits.CALLED, "it need not come back by itself"
    assert (circuits.call(engine), waiting(engine)) == (0, [1, 2, 3]), "the door is shut"
    with engine.begin() as c:
        c.execute(update(doors).values(open_until=func.now()))
    assert (circuits.call(engine), waiting(engine)) == (1, [2, 3]), "one knocks"
    far_end.status = 204
    assert attempt(engine, 1, hook) is State.SENT
    assert (circuits.call(engine), waiting(engine)) == (2, []), "it is open"


def test_who_waits_for_another_reason_is_not_called(engine: Engine, revision: int) -> None:
    tell(engine, revision, OFFICER)
    assert circuits.call(engine) == 0


def test_a_receiver_that_cannot_be_asked_what_arrived_is_in_trouble_too(
    engine: Engine, revision: int, door: tuple[Door, Receiver]
) -> None:
    """Else a message in doubt is charged at every try, and given up when the outage has lasted an hour."""
    _, hook = door
    desk = Receiver("desk", "slack", {"base_url": hook.options["url"], "channel": "C1", "token": "xoxb"})
    tell(engine, revision, Target("desk", THREAD))
    for _ in range(30):
        with pytest.raises((NotYetError, ChannelError)):
            attempt(engine, 1, desk)
        opens_again(engine)
    (trouble,) = circuits.troubled(engine)
    assert trouble.failures == 30, "tried each time, and charged to Slack each time"
    assert reasons(engine) == [("sending", "attempt 4")]


def test_a_token_that_was_revoked_makes_messages_wait_and_gives_none_up(
    engine: Engine, revision: int, door: tuple[Door, Receiver]
) -> None:
    far_end, hook = door
    far_end.status = 401
    tell(engine, revision, Target("hook", THREAD))
    with pytest.raises(NotYetError):
        attempt(engine, 1, hook)
    assert reasons(engine) == [("pending", "unreachable: HTTP 401 Unauthorized")]
    opens_again(engine)
    far_end.status = 204
    assert attempt(engine, 1, hook) is State.SENT


def test_a_receiver_that_asks_for_a_pause_is_given_it_for_all_its_messages(
    engine: Engine, revision: int, door: tuple[Door, Receiver]
) -> None:
    far_end, hook = door
    far_end.status, far_end.headers = 429, (("Retry-After", "120"),)
    tell(engine, revision, Target("hook", THREAD))
    with pytest.raises(NotYetError) as asked:
        attempt(engine, 1, hook)
    assert 119 < asked.value.after <= 120
    tell(engine, revision, Target("hook", "another"), again(2))
    with pytest.raises(NotYetError):
        attempt(engine, 2, hook)
    assert len(far_end.asked) == 1
