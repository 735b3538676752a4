"""``time_intervals`` of ``receivers.yml``: named stretches of time, written as Alertmanager writes them."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from workers.pipeline.models import Digest, Stretch
from workers.settings.problems import suggest
from workers.settings.shapes import Strict

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
Range = tuple[int, int]


def zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is no time zone like Europe/Amsterdam") from None
    return name


def _minutes(text: Any) -> Any:
    """``22:00``; also 1320, since an unquoted 22:00 is a number to older YAML readers."""
    if not isinstance(text, str) or not (found := re.fullmatch(r"(\d{1,2}):(\d{2})", text)):
        raise ValueError("write a time of day as '22:00'")
    minutes = int(found[1]) * 60 + int(found[2])
    if minutes > 24 * 60 or int(found[2]) > 59:
        raise ValueError("write a time of day as '22:00', at most '24:00'")
    return minutes


def _range(names: tuple[str, ...], low: int, high: int, text: Any) -> Range:
    """``monday:friday``, ``1:5``, ``-3:-1`` or a single one of these."""
    first, _, last = str(text).lower().partition(":")
    bounds = (_number(first, names, low), _number(last or first, names, low))
    if not all(low <= bound <= high and (bound or low == 0) for bound in bounds):
        raise ValueError(f"'{text}' is not within {low} to {high}")
    if bounds[0] > bounds[1] and (bounds[0] > 0) == (bounds[1] > 0):
        raise ValueError(f"'{text}' ends before it begins: write two ranges")
    return bounds


def _number(text: str, names: tuple[str, ...], first: int) -> int:
    if text in names:
        return names.index(text) + first
    if re.fullmatch(r"-?\d{1,4}", text):
        return int(text)
    raise ValueError(f"'{text}' is no {'name or ' if names else ''}number{suggest(text, names)}")


def _ranges(names: tuple[str, ...], low: int, high: int) -> Any:
    one = Annotated[Range, BeforeValidator(lambda text: _range(names, low, high, text)),
                    WithJsonSchema({"type": ["string", "integer"]})]  # fmt: skip
    return tuple[one, ...]


Minutes = Annotated[int, BeforeValidator(_minutes), WithJsonSchema({"type": "string", "pattern": r"^\d{1,2}:\d{2}$"})]


class TimesEntry(Strict):
    start_time: Minutes
    end_time: Minutes

    def span(self) -> Range:
        return self.start_time, self.end_time


def _forwards(times: tuple[TimesEntry, ...]) -> tuple[TimesEntry, ...]:
    for one in times:
        if one.start_time >= one.end_time:
            raise ValueError(
                "a stretch ends after it begins; write a night as '22:00' to '24:00' and '00:00' to '07:00'"
            )
    return times


class StretchEntry(Strict):
    times: Annotated[tuple[TimesEntry, ...], AfterValidator(_forwards)] = ()
    weekdays: _ranges(_WEEKDAYS, 0, 6) = ()  # type: ignore[valid-type]
    """``monday:friday``"""
    days_of_month: _ranges((), -31, 31) = ()  # type: ignore[valid-type]
    """``1:5``, or ``-3:-1`` from the end."""
    months: _ranges(_MONTHS, 1, 12) = ()  # type: ignore[valid-type]
    years: _ranges((), 1970, 9999) = ()  # type: ignore[valid-type]
    location: Annotated[str, AfterValidator(zone)] = "UTC"

    def stretch(self) -> Stretch:
        return Stretch(
            times=tuple(one.span() for one in self.times),
            weekdays=self.weekdays,
            days_of_month=self.days_of_month,
            months=self.months,
            years=self.years,
            zone=ZoneInfo(self.location),
        )


class DigestEntry(Strict):
    """The times at which what gathered is told."""

    at: tuple[Minutes, ...] = Field(min_length=1)
    """``['07:00', '19:00']``"""
    weekdays: _ranges(_WEEKDAYS, 0, 6) = ()  # type: ignore[valid-type]
    """``[monday]`` for a weekly one; every day unless said."""
    location: Annotated[str, AfterValidator(zone)] = "UTC"

    def digest(self) -> Digest:
        return Digest(tuple(minute % (24 * 60) for minute in self.at), self.weekdays, ZoneInfo(self.location))


class IntervalEntry(Strict):
    name: str
    time_intervals: tuple[StretchEntry, ...] = Field(min_length=1)
