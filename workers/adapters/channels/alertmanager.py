"""Messages as alerts in Alertmanager (API v2), firing for as long as somebody keeps saying so.

Alertmanager forgets what is not sent again: an alert's end is always a little ahead, and ``refire`` moves it on while
the clash is open. Labels name an alert; where a revision changes them, the alert of the old ones is ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.adapters.channels.outcome import Sent, option
from workers.adapters.channels.post import JSON, TIMEOUT, compact, post
from workers.adapters.channels.prometheus import Name, Told, alerts, name_of
from workers.pipeline.models import Message, Receiver

_QUICK = 5.0
"""Seconds for what is said again anyhow."""
_REMEMBERED = 1000
"""Alerts of a thread whose labels are kept, so that they can be ended when a revision changes them; the latest."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert to say again, or, once it is ``over``, to end. ``message`` is the last that told it."""

    name: Name
    over: bool
    message: Message


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """Fire, or end what is withdrawn. Sending it again changes nothing, so that there is nothing to settle."""
    now = datetime.now(UTC)
    told = {one.name: one for one in alerts(message)}
    before = previous.reference.get("fired", []) if previous else []
    renamed = [one for one in before if name_of(one) in told and one != told[name_of(one)].alert["labels"]]
    ended = [{"labels": labels, "startsAt": _text(now), "endsAt": _text(now)} for labels in renamed]
    _post([*ended, *(_until(one, one.firing, now, receiver) for one in told.values())], receiver)
    others = [labels for labels in before if name_of(labels) not in told]
    fired = [*others, *(one.alert["labels"] for one in told.values() if one.firing)]
    return Sent({"fired": fired[-_REMEMBERED:]})


def refire(standing: Sequence[Standing], receiver: Receiver) -> int:
    """Say again what is firing, and end what is over; how many are firing. A message's other alerts are left alone."""
    now, posted, firing = datetime.now(UTC), [], 0
    for one in standing:
        for told in (told for told in alerts(one.message) if told.name == one.name and told.firing):
            firing += not one.over
            posted.append(_until(told, not one.over, now, receiver))
    if posted:
        _post(posted, receiver, _QUICK)
    return firing


def _until(told: Told, firing: bool, now: datetime, receiver: Receiver) -> dict[str, Any]:
    return told.alert | {"endsAt": _text(now + ttl(receiver) if firing else now)}


def ttl(receiver: Receiver) -> timedelta:
    """For how long an alert that is not sent again goes on."""
    given: timedelta = option(receiver, "ttl", timedelta(minutes=5))
    return given


def _post(told: list[dict[str, Any]], receiver: Receiver, timeout: float = TIMEOUT) -> None:
    post(f"{option(receiver, 'url').rstrip('/')}/api/v2/alerts", compact(told), JSON, receiver, timeout)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
