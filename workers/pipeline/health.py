"""What is known of a feed's last weeks in, whether it can be relied on out: one state, with the reason in words.

A feed fails in more ways than by an error: it may answer every time and have nothing new for a month (the content-age
contract of worldmonitor), or announce articles that all stand behind a wall. Silence of such a feed is not quiet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from workers.pipeline.models import FetchOutcome, Outcome

WALLS = frozenset({Outcome.CONSENT_WALL, Outcome.PAYWALL, Outcome.BOT_WALL})
_GOOD = frozenset({FetchOutcome.OK, FetchOutcome.NOT_MODIFIED, FetchOutcome.UNCHANGED})
_FEW_ARTICLES = 5
_MOSTLY = 0.5
_SLOW = 8.0
"""Seconds for an answer; half of the default time-out is left."""
_TIMES_ITS_GAP = 8.0
_SOONEST_SILENT = timedelta(days=1)
_LATEST_SILENT = timedelta(days=30)
_UNKNOWN_GAP = timedelta(days=7)


class State(StrEnum):
    """How a feed does, the worst first."""

    GONE = "gone"
    FAILING = "failing"
    WALLED = "walled"
    SILENT = "silent"
    MOVED = "moved"
    SLOW = "slow"
    NEW = "new"
    HEALTHY = "healthy"


BROKEN = frozenset({State.GONE, State.FAILING, State.WALLED, State.SILENT})
"""States in which news may be missed."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """``gap`` is the usual time between two entries and ``seconds`` that of an answer, both in seconds.

    ``brought`` counts the last days: ``new`` entries, and articles by outcome.
    """

    outcome: FetchOutcome | None = None
    answered: datetime | None = None
    entry: datetime | None = None
    failures: float = 0.0
    gone: bool = False
    given_up: bool = False
    moved_to: str | None = None
    gap: float | None = None
    seconds: float | None = None
    brought: Mapping[str, int] = field(default_factory=dict)

    @property
    def articles(self) -> int:
        """How many pages were read, whatever came of them."""
        return sum(self.brought.get(outcome, 0) for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Health:
    state: State
    reason: str


def judge(vitals: Vitals, now: datetime) -> Health:
    """The worst that is true of the feed. Total: every input has an answer."""
    if vitals.gone:
        return Health(State.GONE, "the publisher says that it is gone for good; asked once a month")
    if vitals.given_up:
        return Health(State.FAILING, "given up; see quarantine")
    if vitals.outcome is None:
        return Health(State.NEW, "not polled yet")
    if vitals.outcome not in _GOOD and vitals.outcome is not FetchOutcome.DEFERRED:
        since = f"; last answered {_ago(now - vitals.answered)}" if vitals.answered else "; never answered"
        return Health(State.FAILING, f"{vitals.outcome}{since}")
    return _walled(vitals) or _silent(vitals, now) or _rest(vitals)


def silence(gap: float | None) -> timedelta:
    """After how long without a new entry a feed counts as silent."""
    if gap is None:
        return _UNKNOWN_GAP
    return min(_LATEST_SILENT, max(_SOONEST_SILENT, timedelta(seconds=_TIMES_ITS_GAP * gap)))


def _walled(vitals: Vitals) -> Health | None:
    walls = {wall: vitals.brought.get(wall, 0) for wall in sorted(WALLS)}
    if vitals.articles < _FEW_ARTICLES or sum(walls.values()) <= _MOSTLY * vitals.articles:
        return None
    worst = max(walls, key=lambda wall: walls[wall])
    return Health(State.WALLED, f"{sum(walls.values())} of {vitals.articles} articles behind a wall, most: {worst}")


def _silent(vitals: Vitals, now: datetime) -> Health | None:
    if vitals.entry is None or now - vitals.entry <= silence(vitals.gap):
        return None
    usual = f", usually every {_span(timedelta(seconds=vitals.gap))}" if vitals.gap else ""
    return Health(State.SILENT, f"newest entry {_ago(now - vitals.entry)}{usual}")


def _rest(vitals: Vitals) -> Health:
    if vitals.moved_to:
        return Health(State.MOVED, f"now at {vitals.moved_to}")
    if vitals.seconds is not None and vitals.seconds > _SLOW:
        return Health(State.SLOW, f"answers take {vitals.seconds:.0f} s")
    return Health(State.HEALTHY, "")


def _ago(span: timedelta) -> str:
    return f"{_span(span)} ago"


def _span(span: timedelta) -> str:
    for seconds, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if span.total_seconds() >= 2 * seconds:
            return f"{span.total_seconds() / seconds:.0f} {unit}"
    return f"{span.total_seconds():.0f} s"
