"""What became of a feed's polls in; when it is due next, and why then, out.

A feed that brings news is asked sooner, one that repeats itself later (as Media Cloud does: more than two thirds
known entries lengthen the interval, less than one third shorten it). What the publisher asks for is a floor. Failures
slow a feed down and never end it: half of those that seem dead come back (mediacloud/rss-fetcher, UNDEAD_FEEDS).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from workers.pipeline.models import Area, FetchOutcome

SHORTEST = 600.0
"""Seconds; an operator who configures less gets less."""
LONGEST = 4 * 3600.0
_LONGEST_WISH = 86_400.0
_SLOWEST = 30 * 86_400.0
_GONE = 30 * 86_400.0
_PUSHED = 3600.0
"""Between polls of a feed whose hub pushes: so late is what a hub forgets."""
_FULL_EVERY = 40
"""Polls after which validators are left out once: some servers keep an ETag although the feed changed."""
_MOST_FAILURES = 30.0

_NOTHING_NEW = frozenset({FetchOutcome.NOT_MODIFIED, FetchOutcome.UNCHANGED})
_GRADE = {
    FetchOutcome.DNS: 1.0,
    FetchOutcome.TLS: 1.0,
    FetchOutcome.CLIENT_ERROR: 1.0,
    FetchOutcome.REDIRECTS: 1.0,
    FetchOutcome.BLOCKED: 1.0,
    FetchOutcome.BAD_URL: 1.0,
    FetchOutcome.TOO_LARGE: 1.0,
    FetchOutcome.BAD_ENCODING: 0.5,
    FetchOutcome.SERVER_ERROR: 0.5,
    FetchOutcome.CONNECT: 0.5,
    FetchOutcome.ROBOTS: 0.5,
    FetchOutcome.TIMEOUT: 0.25,
    FetchOutcome.RATE_LIMITED: 0.25,
}
"""Hard failures count one, soft ones a half, temporary ones a quarter (rss-fetcher's grades)."""


class Because(StrEnum):
    """What decided the next due time."""

    INTERVAL = "interval"
    BUSY = "busy"
    QUIET = "quiet"
    TTL = "ttl"
    CACHE = "cache"
    RETRY_AFTER = "retry_after"
    SKIP_HOURS = "skip_hours"
    SKIP_DAYS = "skip_days"
    PUSHED = "pushed"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Hints:
    """What the publisher asks for, in seconds from now; ``skip_hours`` are hours of the day in UTC."""

    retry_after: float | None = None
    max_age: float | None = None
    """The longer of Cache-Control's max-age and Expires."""
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """Of the week in UTC; Monday is 0."""
    pushed: bool = False
    """A hub tells at once what is new; asking goes on, in case it does not."""


@dataclass(frozen=True, slots=True)
class History:
    """What earlier polls taught. The default is a feed that was never polled."""

    interval: float | None = None
    """Seconds learnt from yield; ``None`` before anything is."""
    failures: float = 0.0
    """Graded, since the last success."""
    polls: int = 0
    """Since the last unconditional request."""
    gone: bool = False

    @property
    def wants_full(self) -> bool:
        """Whether the next request should leave out its validators."""
        return self.polls >= _FULL_EVERY


@dataclass(frozen=True, slots=True)
class Due:
    """The next poll. ``seconds`` from ``now`` to ``at``."""

    at: datetime
    seconds: float
    because: Because


def sooner(interval: float) -> float:
    """Between polls of a feed from a watched country: due earlier than others, it also comes first in a backlog."""
    return max(min(SHORTEST, interval), 0.5 * interval)


def watched(areas: Mapping[str, Area], names: Iterable[str]) -> frozenset[str]:
    """The countries (ISO 3166-1 alpha-2) of these regions and of those that they include."""
    waiting, seen = list(names), set[str]()
    while waiting:
        if (name := waiting.pop()) not in seen and name in areas:
            seen.add(name)
            waiting.extend(areas[name].include)
    codes = (code for name in seen for code in (*areas[name].countries, *areas[name].admin1, *areas[name].admin2))
    return frozenset(code.partition(".")[0] for code in codes)


def in_full(history: History) -> History:
    """The same, but the next request leaves out its validators."""
    return replace(history, polls=_FULL_EVERY)


def answered(history: History, outcome: FetchOutcome, interval: float) -> History:
    """The history after a poll; ``interval`` is the configured one. A 304 after a failure is a success."""
    if outcome is FetchOutcome.DEFERRED:
        return history
    if outcome is FetchOutcome.GONE:
        return replace(history, gone=True)
    if outcome in _GRADE:
        return replace(history, failures=min(_MOST_FAILURES, history.failures + _GRADE[outcome]))
    polls = history.polls + 1 if outcome in _NOTHING_NEW else 0
    learnt = _stretched(history, interval, 1.25) if outcome in _NOTHING_NEW else history.interval
    return History(interval=learnt, polls=polls % (_FULL_EVERY + 1))


def yielded(history: History, listed: int, new: int, interval: float) -> History:
    """The history after a document was read: ``new`` of its ``listed`` entries were unknown."""
    known = 1 - new / listed if listed else 1.0
    if known > 2 / 3:
        return replace(history, interval=_stretched(history, interval, 1.25))
    return replace(history, interval=_stretched(history, interval, 0.6)) if known < 1 / 3 else history


def gap(published: Sequence[datetime], known: float | None) -> float | None:
    """Seconds that usually lie between two entries: the median of a document's, smoothed over documents.

    ``published`` is ascending. A document that is all of one moment (a list, a bulk edit) says nothing.
    """
    between = [(later - earlier).total_seconds() for earlier, later in pairwise(published)]
    usual = median(between) if len(between) >= 3 else 0.0
    if not usual:
        return known
    return usual if known is None else 0.8 * known + 0.2 * usual


def due(now: datetime, interval: float, jitter: float, hints: Hints, history: History) -> Due:
    """When to ask again. ``interval`` is configured, in seconds; ``jitter`` in [0, 1) spreads feeds by ±10 %.

    Total: every input has an answer, later than ``now``.
    """
    if history.gone:
        return _at(now, _GONE * (0.9 + 0.2 * jitter), Because.GONE)
    seconds, because = _wanted(interval, history)
    seconds *= 0.9 + 0.2 * jitter
    for wish, reason in _wishes(hints):
        if wish > seconds:
            seconds, because = wish + jitter * min(60.0, 0.1 * wish), reason
    return _outside_hours(_outside_days(_at(now, seconds, because), hints.skip_days), hints)


def _wanted(interval: float, history: History) -> tuple[float, Because]:
    seconds = history.interval or interval
    if history.failures:
        return min(_SLOWEST, max(seconds, interval) * 2.0 ** min(history.failures, 20.0)), Because.FAILING
    if seconds == interval:
        return seconds, Because.INTERVAL
    return seconds, Because.BUSY if seconds < interval else Because.QUIET


def _wishes(hints: Hints) -> list[tuple[float, Because]]:
    """A wish for more than a day is taken for a mistake, save that of a server that refused to answer."""
    return [
        (min(hints.max_age or 0.0, _LONGEST_WISH), Because.CACHE),
        (min(hints.ttl or 0.0, _LONGEST_WISH), Because.TTL),
        (_PUSHED if hints.pushed else 0.0, Because.PUSHED),
        (min(hints.retry_after or 0.0, 7 * _LONGEST_WISH), Because.RETRY_AFTER),
    ]


def _stretched(history: History, interval: float, factor: float) -> float:
    """The learnt interval, made longer or shorter within bounds."""
    shortest, longest = min(SHORTEST, interval), max(LONGEST, interval)
    seconds = (history.interval or interval) * factor
    return min(longest, max(shortest, seconds))


def _at(now: datetime, seconds: float, because: Because) -> Due:
    return Due(now + timedelta(seconds=seconds), seconds, because)


def _outside_days(found: Due, skipped: frozenset[int]) -> Due:
    """The first hour of the first day that is not skipped; who skips the whole week is not believed."""
    if found.at.weekday() not in skipped or len(skipped) >= 7:
        return found
    days = next(days for days in range(1, 8) if (found.at.weekday() + days) % 7 not in skipped)
    midnight = found.at.replace(hour=0) + timedelta(days=days)
    return Due(midnight, found.seconds + (midnight - found.at).total_seconds(), Because.SKIP_DAYS)


def _outside_hours(found: Due, hints: Hints) -> Due:
    """The same minute of the first hour that is not skipped; a publisher who skips all 24 is not believed."""
    skipped = hints.skip_hours
    if found.at.hour not in skipped or len(skipped) >= 24:
        return found
    hours = next(hours for hours in range(1, 25) if (found.at.hour + hours) % 24 not in skipped)
    later = Due(found.at + timedelta(hours=hours), found.seconds + hours * 3600, Because.SKIP_HOURS)
    return _outside_days(later, hints.skip_days)
