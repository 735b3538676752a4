"""One delivery out of the door, so that a crash at any point tells nobody twice where that can be avoided.

``sending`` is committed with the message before the send. Who finds it there asks the outside whether the message
arrived; where the outside cannot be asked, the receiver's ``ambiguous`` policy decides, and it is counted.
"""

from __future__ import annotations

from sqlalchemy import Engine

from workers.adapters import channels
from workers.adapters.channels import CannotAskError, ChannelError, Sent
from workers.adapters.store import circuits, deliveries, departures, tallies
from workers.adapters.store.claims import Held, NotYetError
from workers.adapters.store.deliveries import Outgoing, State
from workers.adapters.store.tallies import Tally
from workers.pipeline.links import Front
from workers.pipeline.message import Story, render, superfluous
from workers.pipeline.models import Message, Receiver
from workers.pipeline.route import DIGEST


def deliver(engine: Engine, held: Held, outgoing: Outgoing, receiver: Receiver, front: Front) -> Sent | None:
    """Send, or find that it was sent before. Raises ``ChannelError``, ``LeaseLostError`` and ``NotYetError``.

    ``None``: there is nothing to send, the thread's last message told all of it. Two revisions in quick succession
    do that: the first one's message is written from the truth after the second.
    """
    _refuse_departed(engine, receiver)
    previous = _previous(outgoing, receiver)
    doubtful = outgoing.message if outgoing.state is State.SENDING else None
    message = doubtful or _message(outgoing, receiver, front)
    if doubtful is None and superfluous(message, outgoing.earlier):
        return None
    _wait_for(engine, held, receiver)
    try:
        arrived = _settle(engine, doubtful, receiver, previous) if doubtful else None
        sent = arrived or _send(engine, held, message, receiver, previous)
    except ChannelError as error:
        _charge(engine, receiver, error)
        raise
    circuits.closed(engine, receiver.name)
    return sent


def show(engine: Engine, outgoing: Outgoing, receiver: Receiver, front: Front) -> Sent | None:
    """Bring up to date what was sent, where that can be. Raises ``ChannelError`` and ``NotYetError``."""
    if not channels.shows(receiver) or outgoing.sent is None:
        return None
    if seconds := circuits.wait(engine, receiver.name):
        raise NotYetError(seconds)
    try:
        shown = channels.show(_message(outgoing, receiver, front), receiver, Sent(outgoing.sent))
    except ChannelError as error:
        _charge(engine, receiver, error)
        raise
    circuits.closed(engine, receiver.name)
    return shown


def _previous(outgoing: Outgoing, receiver: Receiver) -> Sent | None:
    """What the message follows. To people each digest is one of its own: nobody looks for it below yesterday's."""
    apart = outgoing.delivery.group_key.startswith(DIGEST) and channels.read_by_people(receiver)
    return None if outgoing.sent is None or apart else Sent(outgoing.sent)


def _send(engine: Engine, held: Held, message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    deliveries.sending(engine, held, message)
    try:
        return channels.send(message, receiver, previous)
    except ChannelError as error:
        if not error.unsure:
            deliveries.refused(engine, held)
        raise


def _refuse_departed(engine: Engine, receiver: Receiver) -> None:
    if left := departures.left_at(engine, receiver.name):
        raise ChannelError(f"its reader unsubscribed on {left:%Y-%m-%d %H:%M} UTC", retry=False)


def _wait_for(engine: Engine, held: Held, receiver: Receiver) -> None:
    """Not now, when the receiver does not answer, or has had as many messages as it takes. Raises ``NotYetError``."""
    cap = receiver.options.get("rate")
    if cap and (seconds := deliveries.full(engine, held, receiver.name, cap.messages, cap.per)):
        raise NotYetError(seconds)
    if seconds := circuits.wait(engine, receiver.name):
        raise NotYetError(circuits.away(held, seconds))


def _charge(engine: Engine, receiver: Receiver, error: ChannelError) -> None:
    """A receiver in trouble is charged instead of the message that met it. Raises ``NotYetError``."""
    if not (error.retry or error.barred):
        return
    if seconds := circuits.failed(engine, receiver.name, error.reason, error.after, error.barred):
        raise NotYetError(seconds) from error


def _message(outgoing: Outgoing, receiver: Receiver, front: Front) -> Message:
    others = tuple(Story(*other) for other in outgoing.others)
    one, style = outgoing, channels.style(receiver, front)
    story = Story(one.clash, one.alerts, one.filings, one.earlier, others, one.ack, one.muted) if one.clash else None
    return render(one.delivery, story, style, one.notices)


def _settle(engine: Engine, message: Message, receiver: Receiver, previous: Sent | None) -> Sent | None:
    """Whether a message in doubt arrived; ``None``: send it (again)."""
    try:
        return channels.settle(message, receiver, previous)
    except CannotAskError as unknown:
        held = receiver.options.get("ambiguous") == "hold"
        with engine.begin() as connection:
            tallies.add(connection, Tally("send", "ambiguous_held" if held else "ambiguous_resent", receiver.name))
        if held:
            reason = "it may have arrived, nobody can be asked, and the receiver's policy is to hold"
            raise ChannelError(reason, retry=False, unsure=True) from unknown
        return None
