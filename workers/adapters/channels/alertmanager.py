"""Messages as alerts in Alertmanager (API v2), firing for as long as somebody keeps saying so.

Alertmanager forgets what is not sent again: an alert's end is always a little ahead, and ``refire`` moves it on while
the clash is open. Labels name an alert; where a revision changes them, the alert of the old ones is ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.adapters.channels.outcome import Sent, option
from workers.adapters.channels.post import JSON, compact, post
from workers.adapters.channels.prometheus import alerts, firing
from workers.pipeline.models import Message, Receiver


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """Fire, or end what is withdrawn. Sending it again changes nothing, so that there is nothing to settle."""
    now = datetime.now(UTC)
    told = alerts(message)
    current = [one["labels"] for one in told]
    before = previous.reference.get("fired", []) if previous else []
    superseded = [
        {"labels": labels, "startsAt": _text(now), "endsAt": _text(now)}
        for labels in before
        if labels not in current and any(labels["clash"] == one["clash"] for one in current)
    ]
    ends = now + ttl(receiver) if firing(message) else now
    _post([*superseded, *(one | {"endsAt": _text(ends)} for one in told)], receiver)
    others = [labels for labels in before if not any(labels["clash"] == one["clash"] for one in current)]
    return Sent({"fired": [*others, *(current if firing(message) else [])]})


def refire(messages: Iterable[Message], receiver: Receiver) -> int:
    """Say again that these are firing; how many alerts that were."""
    ends = _text(datetime.now(UTC) + ttl(receiver))
    told = [one | {"endsAt": ends} for message in messages if firing(message) for one in alerts(message)]
    if told:
        _post(told, receiver)
    return len(told)


def ttl(receiver: Receiver) -> timedelta:
    """For how long an alert that is not sent again goes on."""
    given: timedelta = option(receiver, "ttl", timedelta(minutes=5))
    return given


def _post(told: list[dict[str, Any]], receiver: Receiver) -> None:
    post(f"{option(receiver, 'url').rstrip('/')}/api/v2/alerts", compact(told), JSON, receiver)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
