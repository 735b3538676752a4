"""Groups of people that a text counts or names: "at least 12 soldiers", "a child", "the mayor".

In: a ``Text``, its marks, numbers and ``persons``, a word range. Out: ``Group`` values. What happened to them is
``casualties``' question. Things and measures ("12 tanks", "12 km") are groups too, so that nobody
mistakes them for people.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.people import PEOPLE, TWO, Group, Kind, harm_at, harms_at, kind_of, noun_at
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text

REACH = 4
"""Words between a number and what it counts ("12 heavily armed Kurdish fighters")."""
NEAR_NAME = 4
"""Words between a name and the office told of it ("Ana Lopez, the former mayor")."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a document counts and whom it names: the numbers and ``persons`` that groups are made of."""

    text: Text
    marks: Marks
    numbers: Sequence[Number]
    persons: Sequence[Group] = ()


def find(crowd: Crowd, words: tuple[int, int]) -> list[Group]:
    """Groups of the word range in order, none overlapping."""
    text, marks = crowd.text, crowd.marks
    first, last = words
    found = [_counted(text, marks, number, last) for number in crowd.numbers if first <= number.first < last]
    taken = [(group.first, group.last) for group in found]
    alone = crowd.persons[bisect_left(crowd.persons, (first,)) : bisect_left(crowd.persons, (last,))]
    for group in (*_duals(marks, first, last), *alone):
        if not any(a < group.last and group.first < b for a, b in taken):
            found.append(group)
            taken.append((group.first, group.last))
    found.sort()
    for i in reversed(range(len(found) - 1)):
        left, right = found[i : i + 2]
        if left.kind is Kind.UNKNOWN and right.kind in PEOPLE and _joined(crowd, left, right):
            found[i] = left._replace(kind=right.kind)
        elif left.kind in PEOPLE and _nationals(crowd, right) and crowd.marks.any("sides.and", left.last, right.first):
            found[i + 1] = right._replace(kind=Kind.PERSON)
    for i, group in enumerate(found):
        found[i] = group._replace(part=_part(crowd, found, i, first))
    return found


def _joined(crowd: Crowd, left: Group, right: Group) -> bool:
    """ "30 Nigerien, 10 Malian and two Chadian soldiers": does only a comma or an "and" stand between?"""
    joint = crowd.marks.at("sides.and", left.last)
    begin = joint.last if joint else left.last
    return begin == right.first and (joint is not None or crowd.text.between(begin).strip() == ",")


def _nationals(crowd: Crowd, group: Group) -> bool:
    """ "Six aid workers and two Nigeriens": a word that no list has, with a capital of its own."""
    return group.kind is Kind.UNKNOWN and crowd.text.word(group.last - 1)[0].isupper() and not crowd.text.full.isupper()


def _counted(text: Text, marks: Marks, number: Number, last: int) -> Group:
    dated = any(marks.at("when.months", i) for i in (number.last, number.first - 1))
    noun = None if dated else _noun(text, marks, number.last, last)
    if noun is not None:
        kind = kind_of(noun.label)
        open_end = marks.at("numbers.more_after", noun.last) if noun.last < last else None
        if open_end and marks.at("numbers.more", open_end.last - 1):
            open_end = None
        end, high = (open_end.last, None) if open_end else (noun.last, number.high)
        return Group(number.first, end, number.low, number.best, high, kind)
    follows = number.last
    while follows < last and text.folded[follows][0] == "'":
        follows += 1
    known = follows >= last or text.between(follows).strip() or marks.at("people.stop", follows)
    kind = Kind.BARE if known or harm_at(marks, follows) else Kind.UNKNOWN
    if dated or _year(text, number) or _clock(text, marks, number) or (kind is Kind.BARE and _age(text, number)):
        kind = Kind.MEASURE
    if kind is Kind.UNKNOWN and number.plain and marks.at("numbers.one", number.first):
        kind = Kind.THING  # "a part of", "one of"
    end = follows + 1 if kind is Kind.UNKNOWN else follows
    return Group(number.first, end, number.low, number.best, number.high, kind)


def _year(text: Text, number: Number) -> bool:
    return number.plain and 1900 <= number.low <= 2100 and text.folded[number.first].isdecimal()


def _clock(text: Text, marks: Marks, number: Number) -> bool:
    """ "(was killed) at 1620 this afternoon", "at about 1500 (2000 GMT)", as agencies write the time."""
    time = text.folded[number.last - 1]
    if len(time) != 4 or not time.isdecimal() or int(time[:2]) > 23 or int(time[2:]) > 59:
        return False
    return marks.at("claims.prep", number.first - 1) is not None and not harm_at(marks, number.last)


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
        if text.between(i).strip(" \u00a0-‐'’\"“”«»„\n\t") or text.folded[i][0].isdigit():
            return None
        hit = noun_at(marks, i)
        if hit is not None:
            return _run(text, marks, hit, last)
        if marks.at("people.stop", i) or (harm_at(marks, i) and i > begin):
            return None
        i += 1
    return None


def _run(text: Text, marks: Marks, hit: Hit, last: int) -> Hit:
    """The last of nouns side by side; of "(two of) the minister's bodyguards" what is owned."""
    while hit.last < last and not text.between(hit.last).strip(" -"):
        owned = marks.at("people.possessive", hit.last)
        if owned is None and hit.label not in ("people.things", "people.measures"):
            break
        following = noun_at(marks, owned.last if owned else hit.last)
        if following is None:
            break
        hit = following
    return hit


def _duals(marks: Marks, first: int, last: int) -> Iterator[Group]:
    for label in TWO:
        for hit in marks.of(label, first, last):
            yield Group(hit.first, hit.last, 2, 2, 2, kind_of(label))


def _specified(crowd: Crowd, found: list[Group], number: int) -> bool:
    """ "two civilians, a woman and a child": those after the comma are the two, and so is "two people, one a woman";
    "Ana Lopez, a judge" is one, but "Ana Lopez, her son, and 15 others" are not."""
    text, whole, group = crowd.text, found[number - 1], found[number]
    numbered = crowd.marks.at("numbers.words", group.first) and crowd.marks.at("numbers.one", group.first + 1)
    if whole.low > 1 and numbered:
        return True
    if whole.name and not group.name and group.low == 1 and group.kind in PEOPLE:
        if crowd.marks.at("people.possessive", group.first) and crowd.marks.at("sides.and", group.last):
            return False
        return group.first - whole.last <= NEAR_NAME and text.between(whole.last).strip()[:1] in (",", "(", "—", "–")
    if group.low > 1 or group.kind not in PEOPLE or not group.counted:
        return False
    if whole.part and whole.low == 1:
        return group.first - whole.last <= 2
    alone = list(takewhile(lambda one: one.low == 1, found[number:]))
    closed = any(mark in text.between(whole.last) for mark in "(:—–")
    told = closed or (len(alone) == whole.low and "," in text.between(whole.last))
    return told and whole.low > 1 and whole.kind in PEOPLE and group.first - whole.last <= 2


def _object(crowd: Crowd, group: Group) -> bool:
    """ "abducted 20 children and killed two of them": a word of harm of its own stands right before."""
    if crowd.text.between(group.first).strip():
        return False
    return any(hit.last == group.first for i in (1, 2) for hit in harms_at(crowd.marks, group.first - i))


def _part(crowd: Crowd, found: list[Group], number: int, first: int) -> bool:
    """Does "including" stand just before, or, after a larger number, "of them" just after?"""
    text, marks, group = crowd.text, crowd.marks, found[number]
    before = marks.of("people.sub", max(first, group.first - 5), group.first)
    if before and not any(marks.at("people.stop", i) for i in range(before[-1].last, group.first)):
        return True
    if number and _specified(crowd, found, number):
        return True
    if not any(other.counted and other.low > group.low for other in found[:number]) or _object(crowd, group):
        return False
    if marks.any("numbers.part_endings", group.first, group.last + 1):
        return True
    after = marks.of("people.sub_after", group.first, group.last + 1)
    return bool(after) and not text.between(after[0].first).strip(" ,")
