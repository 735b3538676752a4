"""A standing question to the news as a whole: is it silent there, or is there more of it than usual?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Absence:
    """Nothing was heard for ``longer_than``, and for at least ``usual_gaps`` times as long as is usual there."""

    longer_than: timedelta
    usual_gaps: float = 3.0


@dataclass(frozen=True, slots=True)
class Activity:
    """``clashes`` or more ``within`` a time; with ``rise`` also so many times the average of the weeks before.

    ``per`` says what they are counted by: the region, or each situation in it.
    """

    within: timedelta
    clashes: int = 3
    rise: float | None = None
    per: str = "region"


@dataclass(frozen=True, slots=True)
class Vigil:
    """A rule that the clock asks, not a clash. It watches regions, or publisher families."""

    id: str
    name: str
    regions: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    absence: Absence | None = None
    activity: Activity | None = None
    status: str = "stable"
    owner: str | None = None
    severity: str = "warning"
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
