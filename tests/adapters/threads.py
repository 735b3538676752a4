"""One thread about one clash, told three times: first, with a risen toll, and withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from incidents import ERBIL, NOON, clash, filing, people, says

from workers.adapters.channels import ChannelError, Sent, send
from workers.pipeline.message import Story, render
from workers.pipeline.models import Alert, AlertKind, Change, Delivery, Message, Receiver, Status


def told(number: int = 1, kind: AlertKind = AlertKind.NEW, earlier: Message | None = None, **changed: Any) -> Message:
    """The ``number``-th message of a thread about one clash."""
    alert = Alert(
        f"kirkuk:7:{number}", "kirkuk", "7", number, kind, "warning", "", (Change.NEW,), {}, {"rule_name": "K"}, NOON
    )
    ledger = (says("a commander", "killed", "“we lost two”", low=2, high=2),)
    story = Story(clash(ledger=ledger, **changed), (alert,), (filing(),), earlier)
    return render(Delivery(f"desk:7:{number}", "desk", 'clash="7"', number, ()), story)


FIRST = told()
RISEN = told(2, AlertKind.UPDATE, FIRST, killed=people(12))
GONE = told(3, AlertKind.RETRACTION, RISEN, killed=people(12), status=Status.RETRACTED)
THREAD = (FIRST, RISEN, GONE)
ELSEWHERE = told(4, AlertKind.NEW, FIRST, id="8", place=ERBIL)
"""Another clash, for threads that hold a region's."""


def digest() -> Message:
    """Two clashes that were held back together."""
    alert = Alert("k:7:1", "k", "7", 1, AlertKind.NEW, "warning", "", (Change.NEW,), {}, {"rule_name": "K"}, NOON)
    other = Story(clash(id="8", place=ERBIL), (alert,), (filing("2"),))
    story = Story(clash(), (alert,), (filing(),), None, (other,))
    return render(Delivery("desk::1", "desk", "", 1, ()), story)


def receiver(kind: str, **options: Any) -> Receiver:
    return Receiver("desk", kind, options)


def whole_thread(to: Receiver) -> list[Sent]:
    sent: list[Sent] = []
    for message in THREAD:
        sent.append(send(message, to, sent[-1] if sent else None))
    return sent


def refusal(message: Message, to: Receiver, previous: Sent | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        send(message, to, previous)
    return raised.value
