"""Days that words such as "Sunday", "last month" or "16 October" mean, counted from the day of publication.

In: what the words say, and the day of publication or ``None``. Out: ``Days``. No text here.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from workers.pipeline.models import DatePrecision

DAY = timedelta(days=1)
NEAR = 45
"""A date without a year that lies at most so many days ahead is announced, not last year's."""


class Days(NamedTuple):
    """``start`` to ``end``, both included; without them only ``age`` (days back, if known) and ``ahead`` count."""

    start: date | None
    end: date | None
    precision: DatePrecision
    age: int | None = None
    ahead: bool = False


UNKNOWN = Days(None, None, DatePrecision.UNKNOWN)
AHEAD = Days(None, None, DatePrecision.UNKNOWN, -1, True)
OLD = 3650


def _one(day: date) -> Days:
    return Days(day, day, DatePrecision.DAY)


def absolute(year: int | None, month: int, day: int, published: date | None) -> Days | None:
    """A day of a month; without a year the nearest that is not long ahead. ``None`` if there is no such day."""
    try:
        if year is not None:
            return _one(date(year, month, day))
        if published is None:
            date(2000, month, day)
            return UNKNOWN
        this = date(published.year, month, day)
    except ValueError:
        return None
    if this > published + NEAR * DAY:
        return _one(_years_back(this, 1))
    if this < published - (365 - NEAR) * DAY and _years_back(this, -1) <= published + NEAR * DAY:
        return _one(_years_back(this, -1))
    return _one(this)


def _years_back(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def weekday(day: int, published: date | None, strictly_before: bool = False) -> Days:
    """Monday is 0. The nearest on or before publication; "last Sunday" in Sunday's paper is a week back."""
    if published is None:
        return UNKNOWN
    back = (published.weekday() - day) % 7
    return _one(published - (back or (7 if strictly_before else 0)) * DAY)


def month(year: int | None, number: int, published: date | None) -> Days:
    """A whole month; without a year the latest that has begun."""
    if year is None:
        if published is None:
            return UNKNOWN
        year = published.year - (number > published.month)
    return Days(date(year, number, 1), date(year, number, monthrange(year, number)[1]), DatePrecision.MONTH)


def third(days: Days, number: int) -> Days:
    """ "Early", "mid" or "late" in a month (1 to 3)."""
    if days.start is None or days.end is None:
        return days
    first, last = (1, 11, 21)[number - 1], (10, 20, days.end.day)[number - 1]
    return days._replace(
        start=days.start.replace(day=first), end=days.end.replace(day=last), precision=DatePrecision.WEEK
    )


def year(number: int, published: date | None, decade: bool = False) -> Days | None:
    """A year or decade: dates without a precision. The running year says nothing."""
    if published and number >= published.year:
        return None if number == published.year else AHEAD
    return Days(date(number, 1, 1), date(number + (9 if decade else 0), 12, 31), DatePrecision.UNKNOWN)


def ago(days: int, unit: str, published: date | None) -> Days:
    """So many days back, as exact as the unit."""
    if published is None:
        return UNKNOWN._replace(age=days)
    if days > 36500:
        return UNKNOWN._replace(age=days)
    if unit in ("hour", "day"):
        return _one(published - days * DAY)
    slack = {"week": 3, "month": 15}.get(unit, 180)
    precision = {"week": DatePrecision.WEEK, "month": DatePrecision.MONTH}.get(unit, DatePrecision.UNKNOWN)
    middle = published - days * DAY
    return Days(middle - slack * DAY, middle + slack * DAY, precision)


def _day(published: date | None, offset: int) -> Days:
    if published is None:
        return UNKNOWN
    return AHEAD if offset > 0 else _one(published + offset * DAY)


def _night(published: date | None, _: int) -> Days:
    return Days(published - DAY, published, DatePrecision.DAY) if published else UNKNOWN


def _week(published: date | None, offset: int) -> Days:
    if published is None:
        return UNKNOWN
    if offset > 0:
        return AHEAD
    monday = published + (7 * offset - published.weekday()) * DAY
    if offset == 0:
        return Days(min(monday, published - 4 * DAY), published, DatePrecision.WEEK)
    return Days(monday, monday + 6 * DAY, DatePrecision.WEEK)


def _weekend(published: date | None, _: int) -> Days:
    if published is None:
        return UNKNOWN
    saturday = published - ((published.weekday() - 5) % 7) * DAY
    return Days(saturday, saturday + DAY, DatePrecision.DAY)


def _month_of(published: date | None, offset: int) -> Days:
    if published is None:
        return UNKNOWN
    if offset > 0:
        return AHEAD
    first = published.replace(day=1)
    for _ in range(-offset):
        first = (first - DAY).replace(day=1)
    return Days(first, first.replace(day=monthrange(first.year, first.month)[1]), DatePrecision.MONTH)


def _year_of(published: date | None, offset: int) -> Days:
    if offset > 0:
        return AHEAD
    if published is None or offset == 0:
        return UNKNOWN
    return year(published.year + offset, published) or UNKNOWN


def _era(_: date | None, __: int) -> Days:
    return UNKNOWN._replace(age=OLD)


RELATIVE: dict[str, Callable[[date | None, int], Days]] = {
    "day": _day,
    "night": _night,
    "week": _week,
    "weekend": _weekend,
    "month": _month_of,
    "year": _year_of,
    "era": _era,
}
"""How each category of ``when`` in a facts file is resolved, from publication and the entry's key."""


def day_of_month(word: str) -> int | None:
    """1 to 31 from "16", "16th", "1er", "٢١"; ``None`` for anything else."""
    digits = len(word) - len(word.lstrip("0123456789٠١٢٣٤٥٦٧٨٩"))
    if not 1 <= digits <= 2 or (len(word) > digits and (not word[digits:].isalpha() or len(word) > digits + 3)):
        return None
    day = int(word[:digits])
    return day if 1 <= day <= 31 else None


def year_of(word: str) -> int | None:
    """A year of 1900 to 2099 from "2017", "1990s", "٢٠١٤"."""
    if (
        not word[:4].isdecimal()
        or len(word) < 4
        or (len(word) > 4 and (word[4:5].isdecimal() or not word[4:].isalpha()))
    ):
        return None
    number = int(word[:4])
    return number if 1900 <= number <= 2099 else None
