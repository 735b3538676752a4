"""Where a text counts the dead of a war, a year or a group's history rather than of one incident.

In: a ``Text``, its marks, numbers and moments. Out: ``Totals``, asked clause by clause. "70,000 have died in the civil
war", "since 1985", "in the past six months" run over many incidents; "the deadliest attack since 2015" is still one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.text import Clause, Text
from workers.pipeline.detect.when import DAYS, Moment

LONG = 7
"""Days. What lasts longer is more than one incident."""
YEAR = DAYS["year"]
ANTECEDENT = 5
"""Words before "in which" that it may stand for."""
_ASIDE = 2
"""Words between "last" or the number and the unit: "the last six months", "six derniers mois"."""


@dataclass(frozen=True, slots=True)
class Totals:
    text: Text
    marks: Marks
    spells: tuple[int, ...]
    """Where "since 1985" and "the last six months" begin."""

    def counted(self, clause: Clause) -> bool:
        """Do the clause's figures run over many incidents?"""
        first, last = self._reach(clause)
        if self.marks.any("people.cumulative", first, last):
            return True
        return any(first <= at < last and not self.marks.any("people.record", first, at) for at in self.spells)

    def _reach(self, clause: Clause) -> tuple[int, int]:
        """The clause, with the words that its "which" stands for and without those that the next one's does."""
        clauses, after = self.text.clauses, clause.index + 1
        follows = after < len(clauses) and clauses[after].sentence == clause.sentence
        taken = ANTECEDENT if follows and self._relative(clauses[after]) else 0
        given = ANTECEDENT if clause.index and self._relative(clause) else 0
        return max(0, clause.first - given), max(clause.first, clause.last - taken)

    def _relative(self, clause: Clause) -> bool:
        return self.marks.at("claims.relative", clause.first) is not None


def find(text: Text, marks: Marks, counted: Sequence[Number], moments: Sequence[Moment]) -> Totals:
    since = {m.first for m in moments if _long(m) and _since(text, marks, m)}
    return Totals(text, marks, tuple(sorted(since.union(_lasting(marks, counted)))))


def _long(moment: Moment) -> bool:
    """Without a day of publication only what has a date of its own is known to be."""
    return moment.start is not None if moment.age is None else moment.age > LONG


def _since(text: Text, marks: Marks, moment: Moment) -> bool:
    """ "since 1985"; "Since it was founded in 1985," at the head of a sentence."""
    head = text.sentence_at(text.starts[moment.first]).first
    opened = marks.at("when.since", head) is not None
    return moment.since or (opened and not any("," in text.between(i) for i in range(head + 1, moment.first)))


def _lasting(marks: Marks, counted: Sequence[Number]) -> Iterator[int]:
    """ "in the past six months", "ces dix derniers jours", "in nine years"."""
    for unit in marks.of("when.units"):
        near = [number for number in counted if 0 <= unit.first - number.last < _ASIDE]
        if not near or near[-1].low * DAYS[str(unit.value)] <= LONG:
            continue
        years = DAYS[str(unit.value)] >= YEAR and marks.any("people.within", near[-1].first - 1, near[-1].first)
        if years or marks.any("people.lasting", max(0, near[-1].first - _ASIDE), unit.last + _ASIDE):
            yield near[-1].first
