"""The outbox: deliveries in their threads, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Interval, Row, cast, func, or_, select, text, update

from workers.adapters.store import acks, claims, showing, silences, tallies
from workers.adapters.store.claims import Done, Held
from workers.adapters.store.clashes import current
from workers.adapters.store.schema import alerts, deliveries, delivery_alerts, memberships, reports, threads
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import SEND
from workers.pipeline.message import part
from workers.pipeline.models import Ack, Alert, Clash, Delivery, Filing, Hold, Message, Silence
from workers.pipeline.route import QUIET


class State(StrEnum):
    """``sending`` is committed before the send: who finds it there knows that the message may have arrived."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    KNOWN = "known"
    """Not sent: the thread's last message told all of it."""
    ACKNOWLEDGED = "acknowledged"
    """Not sent: it was to be told only if nobody was on it."""
    GATHERED = "gathered"
    """Not sent by itself: a digest tells it with what else quiet hours held; see ``quiet``."""
    GIVEN_UP = "given_up"
    """Not sent: the log's word for what lies in quarantine."""


Told = tuple[Clash, tuple[Alert, ...], tuple[Filing, ...], Message | None]
"""A clash, its alerts, what tells of it, and what its readers were told before."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery with everything that its message is made of.

    ``clash`` is the current truth about the clash of the last alert, ``others`` the same for further clashes, which
    quiet hours or a route's grouping brought together; ``notices`` are alerts about no clash. ``earlier`` is what the
    thread's readers were last told of the clash, ``sent`` the channel's answer to the thread's latest message,
    itself once it was sent.
    ``message`` was rendered by an attempt before. ``waits`` says that an earlier delivery of the thread is still under
    way: people must not read the correction first. ``released``: quiet hours held it and are over.
    ``moot`` says why it need not be sent any more, ``ack`` who is on the clash now, ``muted`` who silenced it.
    """

    delivery: Delivery
    state: State
    waits: bool
    alerts: tuple[Alert, ...]
    clash: Clash | None
    filings: tuple[Filing, ...]
    message: Message | None
    earlier: Message | None
    sent: dict[str, Any] | None
    others: tuple[Told, ...] = ()
    released: bool = False
    moot: State | None = None
    notices: tuple[Alert, ...] = ()
    ack: Ack | None = None
    muted: Silence | None = None


def load(engine: Engine, delivery_id: int) -> Outgoing:
    chosen = (
        select(deliveries, threads.c.receiver, threads.c.group_key)
        .join(threads, threads.c.id == deliveries.c.thread_id)
        .where(deliveries.c.id == delivery_id)
    )
    with engine.connect() as connection:
        row = connection.execute(chosen).one()
        carried = _alerts(connection, delivery_id)
        notices = tuple(alert for alert in carried if not alert.clash)
        told = _told(connection, row, carried)
        clash, alerts, filings, earlier = told[-1] if told else (None, (), (), None)
        return Outgoing(
            delivery=Delivery(row.key, row.receiver, row.group_key, row.sequence, tuple(one.key for one in carried)),
            state=State(row.state),
            waits=_waits(connection, row),
            alerts=alerts,
            clash=clash,
            filings=filings,
            message=row.message,
            earlier=earlier,
            sent=row.sent or _before(connection, row),
            others=tuple(told[:-1]),
            moot=_moot(connection, row, carried),
            notices=notices,
            ack=acks.in_force(connection, clash.id) if clash else None,
            muted=silences.muting(engine, alerts) if clash else None,
            released=row.held_for == Hold.QUIET_HOURS and row.group_key != QUIET,
        )


def _moot(connection: Connection, row: Row[Any, Any], carried: tuple[Alert, ...]) -> State | None:
    """An escalation is needed only if somebody is on none of what it tells."""
    if row.held_for != Hold.ESCALATION or row.state != State.PENDING.value:
        return None
    on_it = all(acks.in_force(connection, alert.subject) for alert in carried)
    return State.ACKNOWLEDGED if on_it else None


def _told(connection: Connection, row: Row[Any, Any], carried: tuple[Alert, ...]) -> list[Told]:
    """The clashes that alerts are about, in the order of their last alerts, each with its own alerts."""
    by_clash: dict[Clash, list[Alert]] = {}
    for alert in (alert for alert in carried if alert.clash):
        clash = current(connection, alert.clash)
        assert clash is not None, "a clash that was told is kept"
        by_clash[clash] = [*by_clash.pop(clash, []), alert]
    return [
        (clash, tuple(about), _filings(connection, clash.id), _earlier(connection, row, clash.id))
        for clash, about in by_clash.items()
    ]


def _alerts(connection: Connection, delivery_id: int) -> tuple[Alert, ...]:
    chosen = select(alerts.c.alert).join(delivery_alerts, delivery_alerts.c.alert_id == alerts.c.id)
    mine = chosen.where(delivery_alerts.c.delivery_id == delivery_id).order_by(alerts.c.id)
    return tuple(connection.scalars(mine))


def _filings(connection: Connection, clash_id: str) -> tuple[Filing, ...]:
    chosen = select(reports.c.filing).join(memberships, memberships.c.report_id == reports.c.id)
    return tuple(connection.scalars(chosen.where(memberships.c.clash_id == clash_id).order_by(reports.c.id)))


def _earlier(connection: Connection, row: Row[Any, Any], clash: str) -> Message | None:
    """The latest message in which the thread's readers, or those of the threads that it gathers, read of a clash."""
    found = connection.execute(_EARLIER, {"delivery": row.id, "thread": row.thread_id, "clash": clash})
    return part(found.scalar_one_or_none(), clash)


_EARLIER = text(
    """
    SELECT coalesce(digest.message, told.message) AS message
    FROM deliveries AS told LEFT JOIN deliveries AS digest ON digest.id = told.told_in
    WHERE told.thread_id IN (SELECT :thread UNION SELECT thread_id FROM deliveries WHERE told_in = :delivery)
      AND told.id <> :delivery AND told.sent_at IS NOT NULL
      AND EXISTS (SELECT FROM delivery_alerts JOIN alerts ON alerts.id = alert_id
                  WHERE delivery_id = told.id AND clash_id = :clash)
    ORDER BY told.sent_at DESC, told.id DESC LIMIT 1
    """
).columns(deliveries.c.message)


def _before(connection: Connection, row: Row[Any, Any]) -> dict[str, Any] | None:
    arrived = (
        select(deliveries.c.sent)
        .where(deliveries.c.thread_id == row.thread_id, deliveries.c.sequence < row.sequence)
        .where(deliveries.c.state == State.SENT.value)
    )
    return connection.scalars(arrived.order_by(deliveries.c.sequence.desc()).limit(1)).one_or_none()


def _waits(connection: Connection, row: Row[Any, Any]) -> bool:
    return bool(connection.scalar(_UNDER_WAY, {"thread": row.thread_id, "sequence": row.sequence, "send": SEND.stage}))


_UNDER_WAY = text(
    """
    SELECT EXISTS (
        SELECT FROM deliveries AS before LEFT JOIN deliveries AS digest ON digest.id = before.told_in
        WHERE before.thread_id = :thread AND before.sequence < :sequence AND :send IN (before.stage, digest.stage))
    """
)


def sending(engine: Engine, held: Held, message: Message) -> None:
    """Commit that the send begins, with the message as it will be sent. Raises ``LeaseLostError``."""
    with engine.begin() as connection:
        claims.hold(connection, held)
        _set(connection, held, state=State.SENDING.value, message=message)


def refused(engine: Engine, held: Held) -> None:
    """The channel said that nothing arrived: the next attempt is not in doubt and renders anew."""
    with engine.begin() as connection:
        claims.hold(connection, held)
        _set(connection, held, state=State.PENDING.value)


def arrived(connection: Connection, held: Held, outgoing: Outgoing, sent: dict[str, Any] | None) -> list[int]:
    """Settle a delivery; returns the ids of those that waited for it in its thread or those it gathers, now due.

    ``sent`` is ``None`` when it was not sent: its readers knew all of it already, or it was moot.
    """
    receiver = outgoing.delivery.receiver
    state = State.SENT if sent is not None else outgoing.moot or State.KNOWN
    claims.finish(connection, held, Done(state.value, subject=receiver))
    _set(connection, held, state=state.value, **({} if sent is None else {"sent": sent, "sent_at": func.now()}))
    if sent is not None:
        connection.execute(update(deliveries).where(deliveries.c.told_in == held.id).values(sent_at=func.now()))
    if sent is not None and outgoing.clash is not None:
        late = max(0.0, (datetime.now(UTC) - outgoing.clash.last_reported).total_seconds())
        tallies.add(connection, Tally("latency", "delivered", receiver, late))
    told = select(deliveries.c.thread_id).where(or_(deliveries.c.id == held.id, deliveries.c.told_in == held.id))
    waiting = (
        update(deliveries)
        .where(deliveries.c.thread_id.in_(told), deliveries.c.stage == SEND.stage, deliveries.c.lease_until.is_(None))
        .where(deliveries.c.attempts == 0)
        .values(due_at=func.greatest(func.now(), deliveries.c.held_until), hinted_at=func.now())
    )
    return list(connection.scalars(waiting.returning(deliveries.c.id)))


def overtaken(engine: Engine, held: Held) -> State | None:
    """Whether the thread has gone on since: ``sending`` or ``sent``."""
    with engine.connect() as connection:
        found: str | None = connection.scalar(_OVERTAKEN, {"id": held.id})
    return State(found) if found else None


_OVERTAKEN = text(
    """
    SELECT later.state FROM deliveries AS this JOIN deliveries AS later USING (thread_id)
    WHERE this.id = :id AND later.sequence > this.sequence AND later.state IN ('sending', 'sent')
    ORDER BY later.state LIMIT 1
    """
)


def shown(connection: Connection, held: Held, outgoing: Outgoing, sent: dict[str, Any] | None) -> None:
    """Settle what was brought up to date in its place; ``None``: it cannot be, or need not.

    What the thread told meanwhile may have been covered up by it, and is shown again.
    """
    claims.finish(connection, held, Done("shown" if sent else "nothing", subject=outgoing.delivery.receiver))
    if sent:
        _set(connection, held, sent=sent)
    if sent and outgoing.clash and connection.scalar(_OVERTAKEN, {"id": held.id}):
        showing.touch(connection, outgoing.clash.id)


def full(engine: Engine, held: Held, receiver: str, messages: int, per: timedelta) -> float:
    """Seconds until a receiver that takes ``messages`` in so long a time has room again; 0: it has.

    A message that must wait is marked so: what its thread has to say meanwhile joins it.
    """
    given = {"receiver": receiver, "messages": messages, "per": per}
    with engine.begin() as connection:
        room = connection.execute(_ROOM, given).scalar_one_or_none()
        if room is None or room <= 0:
            return 0.0
        until = func.now() + cast(f"{room} seconds", Interval)
        _set(connection, held, held_until=until, held_for=Hold.RATE)
    return float(room)


_ROOM = text(
    """
    SELECT extract(epoch FROM sent_at + :per - now())::float8 FROM deliveries JOIN threads ON threads.id = thread_id
    WHERE receiver = :receiver AND deliveries.state = 'sent' AND sent_at > now() - CAST(:per AS interval)
    ORDER BY sent_at DESC OFFSET :messages - 1 LIMIT 1
    """
)
"""When the oldest of the messages that fill the cap falls out of it."""


def _set(connection: Connection, held: Held, **values: Any) -> None:
    connection.execute(update(deliveries).where(deliveries.c.id == held.id).values(values))
