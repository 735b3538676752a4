"""The routing tree: who is told, in which thread, at once or later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from enum import StrEnum


class Hold(StrEnum):
    """Why a message waits before it is sent."""

    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"
    ESCALATION = "escalation"
    """It is sent only if nobody acknowledges in time."""
    GROUPING = "grouping"
    """For what else the thread may have to say: the route's ``group_wait`` or ``group_interval``."""
    RATE = "rate"
    """The receiver's cap is reached; it is sent when there is room again."""
    UNREACHABLE = "unreachable"
    """The receiver does not answer; its circuit is open."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A recurring stretch of time. A field without a range does not restrict; ranges of one field are alternatives.

    ``times`` are minutes of the day, the end not included; ``weekdays`` count from Sunday = 0; all other ranges
    include both ends, and ``days_of_month`` may be negative, from the month's end.
    """

    times: tuple[tuple[int, int], ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    days_of_month: tuple[tuple[int, int], ...] = ()
    months: tuple[tuple[int, int], ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to tell what is new or graver if nobody has acknowledged it ``after`` so long."""

    receiver: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Digest:
    """When what gathered is told in one message: minutes of the day, on weekdays (Sunday = 0; none: every day)."""

    at: tuple[int, ...]
    weekdays: tuple[tuple[int, int], ...] = ()
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the routing tree, Alertmanager's semantics. ``matchers`` are its strings.

    What arrives during ``mute``, or outside ``active`` where there is one, is held until it ends; with a ``digest``
    until its next time. ``group_wait`` holds a thread's first message, ``group_interval`` keeps later ones apart,
    after ``repeat_interval`` what goes on unchanged is told again; all are inherited, like receiver and grouping.
    """

    receiver: str | None = None
    matchers: tuple[str, ...] = ()
    group_by: tuple[str, ...] | None = None
    continue_: bool = False
    routes: tuple[Route, ...] = ()
    mute: tuple[Stretch, ...] = ()
    active: tuple[Stretch, ...] = ()
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    repeat_interval: timedelta | None = None
    digest: Digest | None = None
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert that ``source`` matches is known, those that ``target`` matches are not told, if ``equal``."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    equal: tuple[str, ...] = ()
