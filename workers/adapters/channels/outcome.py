"""What became of a send, in one vocabulary for every channel, so that one place decides about retries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from workers.pipeline.models import Receiver

_LONGEST_WAIT = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. ``reference`` is what the thread's next message and a settlement need to find it again."""

    reference: dict[str, Any] = field(default_factory=dict)


class ChannelError(Exception):
    """It did not arrive, or nobody knows.

    ``retry`` says whether trying again can help, ``after`` how many seconds the outside asked to wait,
    ``unsure`` that it may have arrived all the same: settle before sending again. ``barred`` says that nothing of ours
    is taken until somebody mends something (a revoked token, an address that moved): no message is to blame.
    """

    def __init__(
        self, reason: str, *, retry: bool, after: float | None = None, unsure: bool = False, barred: bool = False
    ) -> None:
        self.reason, self.retry, self.after, self.unsure, self.barred = reason, retry, after, unsure, barred
        super().__init__(reason)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt, (self.reason, self.__dict__))


class CannotAskError(Exception):
    """The outside cannot be asked whether a message arrived; the receiver's ``ambiguous`` policy decides."""


def _rebuilt(reason: str, known: dict[str, Any]) -> ChannelError:
    return ChannelError(reason, **{name: value for name, value in known.items() if name != "reason"})


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, as a number or a date; ``None`` without a usable one."""
    value = next((text for name, text in headers.items() if name.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return min(float(value), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def option(receiver: Receiver, name: str, default: Any = None) -> Any:
    """A receiver's option; a secret only unwraps here, where it is used."""
    value = receiver.options.get(name, default)
    return value.get_secret_value() if isinstance(value, SecretStr) else value
