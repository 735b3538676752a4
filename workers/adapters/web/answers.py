"""What is asked of the web, and what came of it: one ``Answer`` for each ``Request``, always."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workers.pipeline.dates import moment
from workers.pipeline.models import FetchOutcome, Hub, Page

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.I)
_NO_STORE = re.compile(r"no-(?:store|cache)", re.I)


@dataclass(frozen=True, slots=True)
class Request:
    """A page to fetch; a feed is asked conditionally, with whichever validators it gave."""

    url: str
    feed: bool = False
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    form: tuple[tuple[str, str], ...] = ()
    """Posted when there is one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request ended. ``page`` holds a body only when the outcome is ``ok``.

    ``moved_to`` is set when every redirect so far was permanent; ``retry_after`` and ``max_age`` are seconds.
    Validators are the server's newest, else those of the request: each is kept without the other.
    """

    request: Request
    outcome: FetchOutcome
    page: Page | None = None
    status: int | None = None
    detail: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    moved_to: str | None = None
    hub: Hub | None = None
    retry_after: float | None = None
    max_age: float | None = None
    seconds: float | None = None
    """From the host's turn to the end of its answer; ``None`` when it was not asked."""


def body_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def outcome_of(status: int) -> FetchOutcome:
    """What a status means for the feed or page, once redirects are followed."""
    if status == 304:
        return FetchOutcome.NOT_MODIFIED
    if status == 410:
        return FetchOutcome.GONE
    if status == 429:
        return FetchOutcome.RATE_LIMITED
    if status < 300:
        return FetchOutcome.OK
    return FetchOutcome.CLIENT_ERROR if status < 500 else FetchOutcome.SERVER_ERROR


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds, from a number or a date; ``None`` without one or in the past."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return float(text)
    date = moment(text) if text else None
    return (date - now).total_seconds() if date and date > now else None


def max_age(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which the server calls its answer fresh; Cache-Control has the word over Expires."""
    control = headers.get("Cache-Control", "")
    if _NO_STORE.search(control):
        return None
    if match := _MAX_AGE.search(control):
        return max(0.0, float(match[1]) - _age(headers)) or None
    expires = moment(headers.get("Expires", ""))
    if expires is None:
        return None
    # against the server's own clock, which may be wrong
    return max(0.0, (expires - (moment(headers.get("Date", "")) or now)).total_seconds()) or None


def _age(headers: Mapping[str, str]) -> float:
    text = headers.get("Age", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0
