"""Groups of people that a text counts or names: "at least 12 soldiers", "a child", "the mayor".

In: a ``Text``, its marks and numbers, a word range. Out: ``Group`` values. What happened to them is
``casualties``' question. Things and measures ("12 tanks", "12 km") are groups too, so that nobody
mistakes them for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text

REACH = 4
"""Words between a number and what it counts ("12 heavily armed Kurdish fighters")."""


class Kind(StrEnum):
    CIVILIAN = "civilian"
    FIGHTER = "fighter"
    PERSON = "person"
    THING = "things"
    MEASURE = "measures"
    UNKNOWN = "unknown"
    """A number followed by a word that no list has ("12 Iraqis")."""
    NAMED = "named"
    """A person's name; counts one."""
    BARE = "bare"
    """A number alone ("12 were killed")."""


PEOPLE = frozenset({Kind.CIVILIAN, Kind.FIGHTER, Kind.PERSON})


class Group(NamedTuple):
    """Words ``first`` to ``last`` (exclusive); ``counted`` when a number or an article says how many."""

    first: int
    last: int
    low: int
    best: int | None
    high: int | None
    kind: Kind
    counted: bool = True
    part: bool = False
    """Part of a larger group just counted ("including three children")."""


_ONE = tuple(f"people.{kind}_one" for kind in ("civilian", "fighter", "person"))
_TWO = tuple(f"people.{kind}_two" for kind in ("civilian", "fighter", "person"))
_MANY = tuple(f"people.{kind}_many" for kind in ("civilian", "fighter", "person"))
_NOUNS = (*_ONE, *_TWO, *_MANY, "people.things", "people.measures")


def find(text: Text, marks: Marks, numbers: list[Number], words: tuple[int, int]) -> list[Group]:
    """Groups of the word range in order, none overlapping."""
    first, last = words
    found = [_counted(text, marks, number, last) for number in numbers if first <= number.first < last]
    taken = [(group.first, group.last) for group in found]
    for group in (*_duals(marks, first, last), *_singles(text, marks, first, last), *_names(text, marks, first, last)):
        if not any(a < group.last and group.first < b for a, b in taken):
            found.append(group)
            taken.append((group.first, group.last))
    found.sort()
    for i, group in enumerate(found):
        found[i] = group._replace(part=_part(text, marks, found, i, first))
    return found


def _names(text: Text, marks: Marks, first: int, last: int) -> Iterator[Group]:
    """Names beside a word of harm, and the names that "and" or a comma joins to them."""
    runs = list(_runs(text, marks, first, last))
    beside = [any(_state(marks, i) for i in range(b, min(b + 3, last))) or _harmed_before(marks, a) for a, b in runs]
    for order, step in ((range(1, len(runs)), -1), (range(len(runs) - 2, -1, -1), 1)):
        for i in order:
            left, right = sorted((runs[i], runs[i + step]))
            beside[i] = beside[i] or (beside[i + step] and _listed(text, marks, left[1], right[0]))
    for (begin, end), told in zip(runs, beside, strict=True):
        if told:
            yield Group(begin, end, 1, 1, 1, Kind.NAMED)


def _runs(text: Text, marks: Marks, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Runs of two to five words that are no known words. Newswire in capitals too."""
    shouting = text.full.isupper()
    begin = first
    while begin < last:
        end = begin
        while (
            end < last
            and end - begin < 5
            and _unknown(text, marks, end, shouting)
            and (end == begin or _tied(text, end))
        ):
            end += 1
        if end - begin >= 2:
            yield begin, end
        begin = max(end, begin + 1)


def _listed(text: Text, marks: Marks, end: int, begin: int) -> bool:
    return begin - end <= 1 and (marks.any("sides.and", end, begin) or text.between(begin).startswith(","))


def _unknown(text: Text, marks: Marks, i: int, shouting: bool) -> bool:
    word = text.word(i)
    return len(word) > 2 and (shouting or word[0].isupper()) and word[0].isalpha() and not marks.starting(i)


def _tied(text: Text, i: int) -> bool:
    return not text.between(i).strip(" \n-.")


def _harmed_before(marks: Marks, i: int) -> bool:
    """Does "the murder of" end here?"""
    return any(hit.last == i for label in ("", "_post") for hit in marks.of(f"people.killed{label}", max(0, i - 4), i))


def _counted(text: Text, marks: Marks, number: Number, last: int) -> Group:
    noun = _noun(text, marks, number.last, last)
    if noun is not None:
        kind = Kind(noun.label.removeprefix("people.").split("_")[0])
        open_end = marks.at("numbers.more_after", noun.last) if noun.last < last else None
        if open_end and marks.at("numbers.more", open_end.last - 1):
            open_end = None
        end, high = (open_end.last, None) if open_end else (noun.last, number.high)
        return Group(number.first, end, number.low, number.best, high, kind)
    follows = number.last
    while follows < last and text.folded[follows][0] == "'":
        follows += 1
    known = follows >= last or text.between(follows).strip() or marks.at("people.stop", follows)
    kind = Kind.BARE if known or _state(marks, follows) else Kind.UNKNOWN
    if any(marks.at("when.months", i) for i in (number.last, number.first - 1)):
        kind = Kind.MEASURE  # a day of the month
    if kind is Kind.BARE and _age(text, number):
        kind = Kind.MEASURE
    if number.plain and 1900 <= number.low <= 2100 and text.folded[number.first].isdecimal():
        kind = Kind.MEASURE  # a year
    if kind is Kind.UNKNOWN and number.plain and marks.at("numbers.one", number.first):
        kind = Kind.THING  # "a part of", "one of"
    end = follows + 1 if kind is Kind.UNKNOWN else follows
    return Group(number.first, end, number.low, number.best, number.high, kind)


def _age(text: Text, number: Number) -> bool:
    """ "Omar Hadad, 65, was killed"."""
    if number.last >= len(text.folded) or not number.plain or not 5 < number.low < 110:
        return False
    return text.between(number.first).startswith(",") and text.between(number.last).startswith(",")


def _noun(text: Text, marks: Marks, begin: int, last: int) -> Hit | None:
    """What is counted: the first listed noun, or the last of a run of them ("hospital workers")."""
    i = begin
    while i < min(begin + REACH, last):
        if marks.at("numbers.part_endings", i):
            return None
        if text.between(i).strip(" \u00a0-‐'’\"“”«»„\n\t"):
            return None
        hit = _noun_at(marks, i)
        if hit is not None:
            return _run(text, marks, hit, last)
        if marks.at("people.stop", i) or (_state(marks, i) and i > begin):
            return None
        i += 1
    return None


def _run(text: Text, marks: Marks, hit: Hit, last: int) -> Hit:
    while (
        hit.last < last and hit.label in ("people.things", "people.measures") and not text.between(hit.last).strip(" -")
    ):
        following = _noun_at(marks, hit.last)
        if following is None:
            break
        hit = following
    return hit


def _noun_at(marks: Marks, i: int) -> Hit | None:
    for label in _NOUNS:
        hit = marks.at(label, i)
        if hit is not None and not _state(marks, i):
            return hit
    return None


def _state(marks: Marks, i: int) -> bool:
    """Does a word of harm begin here?"""
    return any(
        marks.at(f"people.{state}{place}", i)
        for state in ("killed", "injured", "missing", "captured", "casualties")
        for place in ("", "_pre")
    )


def _duals(marks: Marks, first: int, last: int) -> Iterator[Group]:
    for label in _TWO:
        for hit in marks.of(label, first, last):
            yield Group(hit.first, hit.last, 2, 2, 2, Kind(label.removeprefix("people.").removesuffix("_two")))


def _singles(text: Text, marks: Marks, first: int, last: int) -> Iterator[Group]:
    """ "a soldier" counts one; "the soldier", or a language without articles, is one if nothing else is said."""
    for label in _ONE:
        kind = Kind(label.removeprefix("people.").removesuffix("_one"))
        for hit in marks.of(label, first, last):
            if hit.last < last and _noun_at(marks, hit.last) and not text.between(hit.last).strip():
                continue
            article = _article(text, marks, hit.first, first)
            begin = hit.first if article is None else article
            yield Group(begin, hit.last, 1, 1, 1, kind, counted=article is not None)


def _article(text: Text, marks: Marks, noun: int, first: int) -> int | None:
    """Where the indefinite article stands, at most three words before the noun."""
    for i in range(noun - 1, max(first, noun - 6) - 1, -1):
        if text.between(i + 1).strip(' -"“„«\n'):
            return None
        if marks.at("numbers.one", i):
            return i
        aged = text.folded[i].isdecimal() or marks.at("people.measures", i)
        if not aged and (noun - i > 4 or marks.at("people.stop", i) or _noun_at(marks, i)):
            return None
    return None


def _specified(text: Text, whole: Group, group: Group) -> bool:
    """ "two civilians, a woman and a child": those after the comma are the two."""
    if group.low > 1 or group.kind not in PEOPLE or not group.counted:
        return False
    if whole.part and whole.low == 1:
        return group.first - whole.last <= 2
    return (
        whole.low > 1
        and whole.kind in PEOPLE
        and group.first - whole.last <= 2
        and any(mark in text.between(whole.last) for mark in ",(:—–")
    )


def _part(text: Text, marks: Marks, found: list[Group], number: int, first: int) -> bool:
    """Does "including" stand just before, or, after a larger number, "of them" just after?"""
    group = found[number]
    before = marks.of("people.sub", max(first, group.first - 5), group.first)
    if before and not any(marks.at("people.stop", i) for i in range(before[-1].last, group.first)):
        return True
    if number and _specified(text, found[number - 1], group):
        return True
    if not any(other.counted and other.low > group.low for other in found[:number]):
        return False
    if marks.any("numbers.part_endings", group.first, group.last + 1):
        return True
    after = marks.at("people.sub_after", group.last) or marks.at("people.sub_after", group.last - 1)
    return after is not None and not text.between(after.first).strip(" ,")
