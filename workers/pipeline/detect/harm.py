"""Words of harm, and which group of people each belongs to.

In: a clause's groups, and its words such as "killed", "wounded", "погибли". Out: pairs of both. Languages
differ in order ("killed 12", "12 killed", "погибли 12"), so that a clause is read both ways and the reading
with fewer words between wins.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from workers.pipeline.detect.people import PEOPLE, STATES, Group, Kind
from workers.pipeline.detect.persons import apposition
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.text import Clause, Text

BEFORE, AFTER, SELF, TOLL, EITHER = "_pre", "_post", "_self", "_toll", ""
"""Where the group stands: before the word of harm ("12 dead"), after it ("death of 12"), or on either side;
``SELF`` on either side of a word whose subject is the victim, never the killer ("погиб"); ``TOLL`` at some
distance after a word that only a number completes ("the death toll of the attack rose on Monday to 12")."""
FAR_BEFORE, FAR_AFTER, FAR_TOLL = 12, 7, 25
FAR_ALONG = 4
FORBIDDEN = 99.0
WRONG_WAY = 1.5
PAUSE = 3.0
"""What a comma or an "and" costs, in words."""
_INSIDE = {"casualties": 1.0, "captured": 2.0}
"""What it costs to be counted by one's own noun ("12 casualties", "12 hostages"): another word of harm goes before."""
_COMMAS = (",", "،")


class Harm(NamedTuple):
    """A word of harm: words ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    state: str
    side: str


def every(marks: Marks) -> list[Harm]:
    """All words of harm of a document, in order."""
    found: dict[tuple[int, int], Harm] = {}
    for state in STATES:
        for side in (TOLL, AFTER, BEFORE, SELF, EITHER):
            for hit in marks.of(f"people.{state}{side}"):
                key = hit.first, hit.last
                both = key in found and found[key].state == state
                found[key] = Harm(hit.first, hit.last, state, EITHER if both else side)
    return sorted(found.values())


def within(text: Text, harms: list[Harm], marks: Marks, clause: Clause) -> list[Harm]:
    """Those of a clause; "killed and injured" without a group between are casualties; of a sentence ("three
    men to death") none."""
    if marks.any("people.sentenced", clause.first, clause.last):
        return []
    begin, end = bisect_left(harms, (clause.first,)), bisect_left(harms, (clause.last,))
    merged: list[Harm] = []
    for harm in harms[begin:end]:
        last = merged[-1] if merged else None
        if last and {last.state, harm.state} == {"killed", "injured"} and _joined(text, marks, last, harm):
            merged[-1] = Harm(last.first, harm.last, "casualties", harm.side if harm.side != EITHER else last.side)
        else:
            merged.append(harm)
    return merged


def _joined(text: Text, marks: Marks, a: Harm, b: Harm) -> bool:
    if (a.side == AFTER) != (b.side == AFTER) or b.first - a.last != 1 or "," in text.between(a.last):
        return False
    return bool(marks.at("sides.and", a.last) or marks.at("numbers.to", a.last))


_FARTHEST = max(FAR_BEFORE, FAR_AFTER, FAR_TOLL)


@dataclass(frozen=True, slots=True)
class Pairing:
    """One clause's groups, to be paired with its words of harm."""

    text: Text
    marks: Marks
    people: list[Group]

    def pairs(self, harms: list[Harm]) -> dict[int, Harm]:
        """The word of harm of each group, by the group's number."""
        if not harms:
            return {}
        return self._inherited(self._one_sided(min((self._read(harms, way) for way in (AFTER, BEFORE)), key=_total)[1]))

    def _read(self, harms: list[Harm], way: str) -> tuple[float, dict[int, tuple[float, Harm]]]:
        chosen: dict[int, tuple[float, Harm]] = {}
        total = 0.0
        for number, group in enumerate(self.people):
            if group.kind in (Kind.THING, Kind.MEASURE) or group.part:
                continue
            cost, harm = min(((self._cost(group, harm, way), harm) for harm in harms), key=lambda pair: pair[0])
            total += min(cost, 20.0)
            if cost < _limit(group, harm):
                chosen[number] = cost, harm
        return total, chosen

    def _cost(self, group: Group, harm: Harm, way: str) -> float:
        """Words between, commas and conjunctions weighing more; another group between forbids."""
        if group.first <= harm.first and harm.last <= group.last and group.counted:
            return _INSIDE.get(harm.state, 0.0)
        before = group.last <= harm.first
        begin, end = (group.last, harm.first) if before else (harm.last, group.first)
        # Distance first: hundreds of groups and words in one clause would else be held each against each against each.
        if not 0 <= end - begin <= _FARTHEST or any(
            begin <= other.first < end and _counts(other) for other in self.people
        ):
            return FORBIDDEN
        if harm.side == TOLL:
            bare = group.kind in (Kind.BARE, Kind.UNKNOWN, Kind.PERSON) and not before
            return 2.0 if bare and end - begin <= FAR_TOLL else FORBIDDEN
        if self._impossible(group, harm, begin, end):
            return FORBIDDEN
        against = (BEFORE if before else AFTER) != way and harm.side in (EITHER, SELF)
        close = apposition(self.text, begin) if before and group.name else None
        if close is not None and close <= end:
            return 1.0 + end - close
        pauses = sum(1 for i in range(begin, end + 1) if self._comma(i)) + len(self.marks.of("sides.and", begin, end))
        return end - begin + (WRONG_WAY if against else 0.0) + PAUSE * pauses

    def _impossible(self, group: Group, harm: Harm, begin: int, end: int) -> bool:
        """Too far, on the wrong side, the killer ("killed by 12 gunmen"), or a subject that may be one."""
        before = group.last <= harm.first
        if end - begin > (FAR_BEFORE if before else FAR_AFTER) or harm.side == (AFTER if before else BEFORE):
            return True
        if not group.counted and any(self._comma(i) for i in range(begin, end + 1)):
            return True
        if before:
            return not group.counted and harm.side == EITHER and not self._suffered(harm)
        return any(hit.last >= end - 2 for hit in self.marks.of("sides.by", begin, end))

    def _suffered(self, harm: Harm) -> bool:
        """ "was killed"."""
        return self.marks.any("sides.passive", harm.first - 2, harm.first)

    def _one_sided(self, chosen: dict[int, tuple[float, Harm]]) -> dict[int, Harm]:
        """A word that may look both ways looks one way: in "12 gunmen killed 3 soldiers" the twelve are the killers."""
        result: dict[int, Harm] = {}
        for number, (cost, harm) in chosen.items():
            before = self.people[number].last <= harm.first
            rivals = [c for n, (c, h) in chosen.items() if h == harm and (self.people[n].last <= h.first) != before]
            beaten = bool(rivals) and (min(rivals) < cost or (before and min(rivals) <= cost + WRONG_WAY))
            if harm.side != EITHER or not beaten:
                result[number] = harm
        return result

    def _inherited(self, pairs: dict[int, Harm]) -> dict[int, Harm]:
        """ "killed 12 soldiers and 3 civilians": a group without a word of its own shares its neighbour's."""
        wholes = [number for number, group in enumerate(self.people) if not group.part]
        for steps in (list(pairwise(wholes)), [(b, a) for a, b in pairwise(wholes)][::-1]):
            for near, number in steps:
                group = self.people[number]
                if number in pairs or near not in pairs or group.kind not in (*PEOPLE, Kind.NAMED):
                    continue
                left, right = sorted((self.people[near], group))
                after = right.first >= pairs[near].last
                if after == (left is not group) and self._coordinated(left, right):
                    pairs[number] = pairs[near]
        return pairs

    def _coordinated(self, left: Group, right: Group) -> bool:
        """ "six priests and their cook"; "Ana Lopez, a member of the council, and Omar Zaki"."""
        if self._along(right):
            return True
        begin = (apposition(self.text, left.last) if left.name else None) or left.last
        between = range(begin if begin <= right.first else left.last, right.first)
        if len(between) > 2:
            return False
        comma = any(self._comma(i) for i in range(between.start, right.first + 1))
        joined = self.marks.any("sides.and", between.start, right.first) or self.text.folded[right.first][:1] == "و"
        return joined or (comma and not between and left.counted and right.counted)

    def _along(self, group: Group) -> bool:
        """ "the mayor of the town, as well as two farmers": joined however far apart."""
        near = self.marks.of("people.also", max(0, group.first - FAR_ALONG), group.first)
        return any(hit.last - hit.first > 1 and group.first - hit.last <= 1 for hit in near)

    def _comma(self, i: int) -> bool:
        return any(comma in self.text.between(i) for comma in _COMMAS)


def _total(reading: tuple[float, dict[int, tuple[float, Harm]]]) -> float:
    return reading[0]


def _limit(group: Group, harm: Harm) -> float:
    """How far a group may look for its word."""
    before = group.last <= harm.first
    if group.kind is Kind.BARE:
        return 4.0
    if not group.counted:
        return 7.0 if before else 3.0
    if group.kind in (Kind.UNKNOWN, Kind.NAMED):
        return 8.0 if before else 3.0
    return 24.0


def _counts(group: Group) -> bool:
    return group.counted and not group.part and group.kind not in (Kind.THING, Kind.MEASURE)
