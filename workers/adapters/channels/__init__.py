"""Messages in, the outside world out: one module per kind of receiver, named after it.

A new channel is one new module with::

    send(message, receiver, previous) -> Sent               raises ChannelError
    settle(message, receiver, previous) -> Sent | None      raises ChannelError

and, where a message can be changed after it was read::

    show(message, receiver, sent) -> Sent                   raises ChannelError

``previous`` is the thread's last ``Sent``. ``settle`` asks the outside whether a message that was being sent
when we died has arrived: ``Sent`` says yes, ``None`` says no. A channel whose outside cannot be asked has none.
``show`` brings a message up to date that was ``sent``: somebody is on it now.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from zoneinfo import ZoneInfo

from workers.adapters.channels.outcome import CannotAskError, ChannelError, Sent, option
from workers.pipeline.links import NOWHERE, Front
from workers.pipeline.message import Style
from workers.pipeline.models import Message, Receiver

__all__ = [
    "KINDS", "CannotAskError", "ChannelError", "Sent", "read_by_people", "send", "settle", "show", "shows", "style"
]  # fmt: skip

KINDS = (
    "console", "outbox", "email", "slack", "slack_webhook", "webhook", "alertmanager", "pagerduty", "apprise"
)  # fmt: skip


def send(message: Message, receiver: Receiver, previous: Sent | None = None) -> Sent:
    """Send one message. Raises ``ChannelError``."""
    return _channel(receiver).send(message, receiver, previous)  # type: ignore[no-any-return]


def settle(message: Message, receiver: Receiver, previous: Sent | None = None) -> Sent | None:
    """Whether a message whose sending was interrupted arrived. Raises ``CannotAskError``, ``ChannelError``."""
    channel = _channel(receiver)
    if not hasattr(channel, "settle"):
        raise CannotAskError(f"{receiver.kind} cannot be asked what arrived")
    return channel.settle(message, receiver, previous)  # type: ignore[no-any-return]


def shows(receiver: Receiver) -> bool:
    """Whether what was sent can be brought up to date in its place."""
    return hasattr(_channel(receiver), "show")


def show(message: Message, receiver: Receiver, sent: Sent) -> Sent:
    """Bring a message up to date. Doing it twice is doing it once. Raises ``ChannelError``."""
    return _channel(receiver).show(message, receiver, sent)  # type: ignore[no-any-return]


def read_by_people(receiver: Receiver) -> bool:
    """Who reads is told several things in one message; a machine that keeps a record per thread, each by itself."""
    return receiver.kind not in {"alertmanager", "pagerduty"} and option(receiver, "format") in {None, "cloudevents"}


def style(receiver: Receiver, front: Front = NOWHERE) -> Style:
    """How the receiver's messages are to be worded. Who shares a letter with others cannot unsubscribe them."""
    zone = ZoneInfo(option(receiver, "timezone", "UTC"))
    alone = receiver.kind == "email" and len(option(receiver, "to", ())) == 1
    return Style(
        option(receiver, "language", "en"), zone, front, subscribed=alone, template=option(receiver, "template")
    )


def _channel(receiver: Receiver) -> ModuleType:
    """The receiver's module, imported when first used: not every role needs Slack's client."""
    if receiver.kind not in KINDS:
        raise ChannelError(f"unknown kind of receiver: {receiver.kind}", retry=False)
    return import_module(f"workers.adapters.channels.{receiver.kind}")
