"""Named stretches of time, as in Alertmanager: is it night there now, and when does it end?

What falls into a quiet stretch is held and told when it ends, never dropped. One without an end within a year
does not hold; an empty one (start equal to end) is refused when the configuration is loaded
(worldmonitor PR #3075: start == end muted around the clock).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from workers.pipeline.models import Digest, Stretch

_DAY = 24 * 60
_LOOK_AHEAD = 370
"""Days."""


def covers(stretches: Iterable[Stretch], now: datetime) -> bool:
    """Whether any of the stretches holds the moment."""
    return any(_holds(stretch, now.astimezone(stretch.zone)) for stretch in stretches)


def _holds(stretch: Stretch, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return (
        _within(stretch.times, minute, end_open=True)
        and _within(stretch.weekdays, local.isoweekday() % 7)
        and _within(stretch.months, local.month)
        and _within(stretch.years, local.year)
        and _within_days(stretch.days_of_month, local)
    )


def _within(ranges: Sequence[tuple[int, int]], value: int, *, end_open: bool = False) -> bool:
    return not ranges or any(low <= value < high + (not end_open) for low, high in ranges)


def _within_days(ranges: Sequence[tuple[int, int]], local: datetime) -> bool:
    """Negative days count from the month's end: -1 is its last day."""
    length = monthrange(local.year, local.month)[1]
    counted = tuple(
        (low if low > 0 else length + 1 + low, high if high > 0 else length + 1 + high) for low, high in ranges
    )
    return _within(counted, local.day)


def open_from(mute: Sequence[Stretch], active: Sequence[Stretch], now: datetime) -> datetime | None:
    """When what arrives now may be told: ``None`` for at once, else the first moment that is not quiet.

    Quiet is what lies in a ``mute`` stretch or, where ``active`` ones are named, outside them all.
    """
    if not _quiet(mute, active, now):
        return None
    return next((at for at in _turns((*mute, *active), now) if not _quiet(mute, active, at)), None)


def _quiet(mute: Sequence[Stretch], active: Sequence[Stretch], now: datetime) -> bool:
    return covers(mute, now) or (bool(active) and not covers(active, now))


def _turns(stretches: Sequence[Stretch], now: datetime) -> Iterator[datetime]:
    """The moments after now at which a stretch can begin or end, in order; the last one a year ahead."""
    for ahead in range(-1, _LOOK_AHEAD):
        moments = {moment for stretch in stretches for moment in _turns_of(stretch, now, ahead)}
        yield from sorted(moment for moment in moments if moment > now)


def _turns_of(stretch: Stretch, now: datetime, ahead: int) -> Iterator[datetime]:
    day = now.astimezone(stretch.zone).date() + timedelta(days=ahead)
    for minute in {0, *(edge for edges in stretch.times for edge in edges if edge < _DAY)}:
        local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=stretch.zone)
        yield local.astimezone(UTC)


def next_digest(digest: Digest, now: datetime) -> datetime:
    """The digest's next time after now."""
    return min(moment for moment in _digests(digest, now, range(9)) if moment > now)


def last_digest(digest: Digest, now: datetime) -> datetime:
    """The digest's latest time until now."""
    return max(moment for moment in _digests(digest, now, range(-8, 2)) if moment <= now)


def _digests(digest: Digest, now: datetime, days: Iterable[int]) -> Iterator[datetime]:
    today = now.astimezone(digest.zone).date()
    for day in (today + timedelta(days=ahead) for ahead in days):
        if _within(digest.weekdays, day.isoweekday() % 7):
            for minute in digest.at:
                local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=digest.zone)
                yield local.astimezone(UTC)
