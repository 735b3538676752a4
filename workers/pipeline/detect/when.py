"""When something happened: the times that a text names, as dates with a precision.

In: a ``Text``, its marks and numbers, the day of publication. Out: ``Moment`` values; ``resolve`` picks the
one that a clause means. A weekday is the nearest on or before publication, the same day included:
dateparser puts "Thursday" in Thursday's paper a week back (measured, 1.5.0). Nothing is ever dated
after publication; what lies ahead is ``ahead``. Without a publication date, days that need one are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workers.pipeline.detect import days as calendar
from workers.pipeline.detect import when_after as after
from workers.pipeline.detect.days import DAY, Days
from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text
from workers.pipeline.models import DatePrecision

_NUMERIC = re.compile(
    r"(?<![\d.,/])(?:(\d{4})[./-](\d{1,2})[./-](\d{1,2})|(\d{1,2})[./-](\d{1,2})[./-](\d{4}))(?![\d/])"
)
_RANGE_GAP = 3
"""Words between the two ends of "Thursday night and Friday"."""
_LONGEST = 10
"""Days of such a range."""
DAYS = {"hour": 0, "day": 1, "week": 7, "month": 30, "year": 365, "decade": 3650, "century": 36500}
"""Days in a unit of time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Words ``first`` to ``last`` (exclusive) name the days ``start`` to ``end``, both included.

    ``precision`` unknown comes with dates for years and eras (a bound for the realis gate; a report gives
    none) and without where no publication date is known. ``age`` is days from ``end`` to publication,
    negative ahead of it, ``None`` if unknown. ``since``: what follows has gone on from then. ``scope``: the words that
    it dates, where it says no more.
    """

    first: int
    last: int
    start: date | None
    end: date | None
    precision: DatePrecision
    age: int | None = None
    since: bool = False
    ahead: bool = False
    scope: tuple[int, int] | None = None


def find(text: Text, marks: Marks, counted: Sequence[Number], published: date | None) -> tuple[Moment, ...]:
    """Every time expression of the document in order, none overlapping."""
    found: list[Moment] = []
    told_after = after.find(text, marks) if published else {}
    days_after = ((first, one.last, one.counted(published)) for first, one in told_after.items() if published)
    expressions = (*days_after, *_expressions(text, marks, counted, published))
    for first, last, days in sorted(expressions, key=lambda e: (e[0], -e[1])):
        if found and first < found[-1].last:
            continue
        since = any(_touches(text, hit, first) for hit in marks.of("when.since", max(0, first - 3), first))
        scope = told_after[first].scope if first in told_after else None
        found.append(replace(_moment(first, last, days, published, since), scope=scope))
    return tuple(_spans(text, marks, found, published))


def resolve(moments: Sequence[Moment], words: tuple[int, int], anchor: int | None = None) -> Moment | None:
    """What the word range says about its time: exact days before weeks before months, then nearest to the anchor."""
    middle = anchor if anchor is not None else words[0]
    inside = [moment for moment in moments if words[0] <= moment.first < words[1] and _dates(moment, anchor)]
    return min(inside, key=lambda m: (m.ahead, m.since, _ORDER[m.precision], abs(m.first - middle)), default=None)


_ORDER = {precision: place for place, precision in enumerate(DatePrecision)}


def _dates(moment: Moment, anchor: int | None) -> bool:
    return moment.scope is None or (anchor is not None and moment.scope[0] <= anchor < moment.scope[1])


def _touches(text: Text, hit: Hit, first: int) -> bool:
    """Does the phrase stand right before, or one word before ("since last Sunday")?"""
    return hit.last >= first - 1 and not any(text.between(i).strip() for i in range(hit.last, first + 1))


def _moment(first: int, last: int, days: Days, published: date | None, since: bool) -> Moment:
    start, end, precision = days[:3]
    if start is None or end is None:
        return Moment(first, last, None, None, DatePrecision.UNKNOWN, days.age, since, days.ahead)
    if published is None:
        return Moment(first, last, start, end, precision, None, since)
    if start > published:
        return Moment(first, last, None, None, DatePrecision.UNKNOWN, (published - start).days, since, True)
    end = min(end, published)
    return Moment(first, last, start, end, precision, (published - end).days, since)


def _expressions(
    text: Text, marks: Marks, counted: Sequence[Number], published: date | None
) -> Iterator[tuple[int, int, Days]]:
    yield from _numeric(text, published)
    for hit in marks.of("when.months"):
        yield from _month(text, marks, hit, published)
    for hit in marks.of("when.weekdays"):
        if not _abbreviation(text, marks, hit):
            yield from _weekday(text, marks, hit, published)
    for label, resolver in calendar.RELATIVE.items():
        for hit in marks.of(f"when.{label}"):
            yield hit.first, hit.last, resolver(published, hit.value if isinstance(hit.value, int) else 0)
    yield from _ago(marks, counted, published)
    yield from _years(text, marks, published)


def _numeric(text: Text, published: date | None) -> Iterator[tuple[int, int, Days]]:
    for found in _NUMERIC.finditer(text.full):
        year, month, day, first, second, last_year = (int(part) if part else 0 for part in found.groups())
        options = [(year, month, day)] if year else [(last_year, second, first), (last_year, first, second)]
        for option in options:
            days = calendar.absolute(*option, published)
            if days is not None:
                yield text.word_at(found.start()), text.word_at(found.end() - 1) + 1, days
                break


def _month(text: Text, marks: Marks, hit: Hit, published: date | None) -> Iterator[tuple[int, int, Days]]:
    """ "16 October", "October 16, 2017", "16-20 October", "in October", "July 2014", "late July"."""
    month = hit.value if isinstance(hit.value, int) else 1
    last, year = _year_after(text, marks, hit.last)
    day, first = _day_before(text, marks, hit.first)
    if day is None:
        day, after = _day_after(text, marks, hit.last)
        if day is not None:
            first, (last, year) = hit.first, _year_after(text, marks, after)
    if day is None:
        if _doubtful(text, marks, hit) and year is None:
            return
        led = [part for part in marks.of("when.third", max(0, hit.first - 3), hit.first) if part.last == hit.first]
        whole = calendar.month(year, month, published)
        yield (led[-1].first, last, calendar.third(whole, int(str(led[-1].value)))) if led else (hit.first, last, whole)
        return
    opening, begin = _range_start(text, marks, first)
    days = calendar.absolute(year, month, day, published)
    if days is None:
        return
    if opening is not None and opening < day and days.start is not None:
        days = days._replace(start=days.start.replace(day=opening))
        first = begin
    yield first, last, days


def _day_before(text: Text, marks: Marks, i: int) -> tuple[int | None, int]:
    for back in (1, 2):
        at = i - back
        if at < 0 or (back == 2 and not _filler(text, marks, i - 1)):
            return None, i
        day = calendar.day_of_month(text.folded[at])
        if day is not None:
            return (None, i) if text.between(at).endswith((":", "$")) else (day, at)
    return None, i


def _filler(text: Text, marks: Marks, i: int) -> bool:
    """ "of" in "16th of October", the ending in "16-го октября"."""
    return marks.at("when.of", i) is not None or (len(text.folded[i]) <= 2 and text.between(i) in ("-", ""))


def _day_after(text: Text, marks: Marks, i: int) -> tuple[int | None, int]:
    if i >= len(text.folded) or text.between(i).strip(" ."):
        return None, i
    day = calendar.day_of_month(text.folded[i])
    measured = marks.at("people.measures", i + 1) or marks.at("when.months", i + 1)
    return (None, i) if day is None or measured else (day, i + 1)


def _year_after(text: Text, marks: Marks, i: int) -> tuple[int, int | None]:
    for at in (i, i + 1):
        if at >= len(text.folded) or (at > i and marks.at("when.of", i) is None):
            break
        year = calendar.year_of(text.folded[at])
        if year is not None and not text.between(at).strip(" ,."):
            return at + 1, year
    return i, None


def _range_start(text: Text, marks: Marks, first: int) -> tuple[int | None, int]:
    """The first day of "16-20 October" or "16 to 20 October"."""
    at = first - 1
    if at >= 0 and text.between(first).strip() in ("-", "–"):
        return calendar.day_of_month(text.folded[at]), at
    if at >= 1 and marks.at("when.span", at):
        return calendar.day_of_month(text.folded[at - 1]), at - 1
    return None, first


def _doubtful(text: Text, marks: Marks, hit: Hit) -> bool:
    """ "may", "march": a month only where a capital and a preposition say so."""
    if marks.at("when.doubtful", hit.first) is None:
        return False
    return not (text.word(hit.first)[:1].isupper() and hit.first and _led(marks, hit.first))


def _led(marks: Marks, i: int) -> bool:
    return any(marks.at(f"when.{label}", i - 1) for label in ("of", "last", "since", "span"))


def _abbreviation(text: Text, marks: Marks, hit: Hit) -> bool:
    return marks.at("when.doubtful", hit.first) is not None and not text.word(hit.first)[:1].isupper()


def _weekday(text: Text, marks: Marks, hit: Hit, published: date | None) -> Iterator[tuple[int, int, Days]]:
    day = hit.value if isinstance(hit.value, int) else 0
    around = [hit.first - 1] if not text.between(hit.first).strip() else []
    if hit.last < len(text.folded) and not text.between(hit.last).strip():
        around.append(hit.last)
    if any(marks.at("when.next", i) for i in around):
        yield hit.first, hit.last, calendar.AHEAD
        return
    before = any(marks.at("when.last", i) for i in around)
    yield hit.first, hit.last, calendar.weekday(day, published, before)


def _ago(marks: Marks, counted: Sequence[Number], published: date | None) -> Iterator[tuple[int, int, Days]]:
    """ "three years ago", "il y a trois ans", "vor drei Jahren"; without a number ("years ago") long ago."""
    numbers = {number.last: number for number in counted}
    for unit in marks.of("when.units"):
        number = numbers.get(unit.first)
        begin = number.first if number else unit.first
        after = marks.at("when.ago", unit.last)
        before = [hit for hit in marks.of("when.ago_before", max(0, begin - 4), begin) if 0 <= begin - hit.last <= 1]
        if (after is None and not before) or not isinstance(unit.value, str):
            continue
        first = before[0].first if before else begin
        last = after.last if after else unit.last
        if number is not None:
            yield first, last, calendar.ago(number.low * DAYS[unit.value], unit.value, published)
        elif DAYS[unit.value] > 1:
            yield first, last, calendar.UNKNOWN._replace(age=3 * DAYS[unit.value])


def _years(text: Text, marks: Marks, published: date | None) -> Iterator[tuple[int, int, Days]]:
    """ "in 2014", "2014 году", "1990s": a number of four digits where a year is meant."""
    for i, word in enumerate(text.folded):
        if not word[0].isdigit():
            continue
        year = calendar.year_of(word)
        if year is None:
            continue
        led = i > 0 and _led(marks, i)
        unit = marks.at("when.units", i + 1)
        bracketed = text.between(i).endswith("(")
        era = marks.at("when.units", i - 1) is not None
        if led or era or bracketed or len(word) > 4 or (unit and unit.value == "year") or _suffixed(text, i + 1):
            days = calendar.year(year, published, decade=len(word) > 4 and year % 10 == 0)
            if days is not None:
                yield i, i + 1, days


def _suffixed(text: Text, i: int) -> bool:
    return i < len(text.folded) and text.between(i) == "" and text.folded[i][0] == "'"


def _spans(text: Text, marks: Marks, found: list[Moment], published: date | None) -> Iterator[Moment]:
    """Joins "Thursday night and Friday", "from Monday to Wednesday"; a weekday before its date is one with it."""
    held: Moment | None = None
    for moment in found:
        joined = _join(text, marks, held, moment, published) if held else None
        if joined is None and held is not None:
            yield held
        held = joined or moment
    if held is not None:
        yield held


def _join(text: Text, marks: Marks, a: Moment, b: Moment, published: date | None) -> Moment | None:
    if b.first - a.last > _RANGE_GAP or not (a.start and a.end and b.start and b.end) or a.since or a.scope or b.scope:
        return None
    if (a.precision, b.precision) != (DatePrecision.DAY, DatePrecision.DAY):
        return None
    between = "".join(text.between(i) for i in range(a.last, b.first + 1))
    listed = b.first == a.last and "," in between and not text.folded[b.first][0].isdigit()
    if listed or re.search(r"[.;:!?]\s", between):
        return None
    linked = marks.any("when.span", a.last, b.first) or text.folded[b.first][:1] == "و"
    start, end = (a.start, a.end) if a.start < b.start or not linked else (a.start - 7 * DAY, a.end - 7 * DAY)
    if marks.at("when.night", b.first) and b.first - a.last <= 1:
        return replace(a, last=b.last)
    if marks.at("when.night", a.first):
        start, end = (b.start - DAY, b.end) if linked else (b.start, b.end + DAY)
    elif b.first == a.last or a.start == b.start:
        return replace(b, first=a.first)
    elif not linked or not 0 < (b.start - start).days <= _LONGEST:
        return None
    end = max(end, b.end) if published is None else min(max(end, b.end), published)
    return Moment(a.first, b.last, start, end, DatePrecision.DAY, (published - end).days if published else None)
