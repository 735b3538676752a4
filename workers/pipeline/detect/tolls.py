"""One count for an incident from the figures that its text gives.

In: the figures of one incident and whose account each belongs to. Out: a ``Count`` or ``None``.

A text counts the same people again and again: as a total, by kind, by name. What one word of harm governs together
("killed six priests, their cook and her daughter") is a tally and adds up; of several tallies the fullest counts,
unless one says that it adds to the one before ("two bodyguards were also killed").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.pipeline.detect.casualties import Figure, usable
from workers.pipeline.detect.people import PEOPLE, Kind
from workers.pipeline.models import Count

_SIDES = (Kind.CIVILIAN, Kind.FIGHTER)


def count(figures: Sequence[Figure], state: str, accounts: Sequence[object] | None = None) -> Count | None:
    """One count of the people of a state, from the figures of one incident; ``None`` when no figure says.

    ``accounts[i]`` says whose account ``figures[i]`` belongs to (any hashable, ``None`` for the outlet's own).
    Figures of different claimants are never added up, since nobody claims their sum: of several accounts of
    the same people the lowest counts (ACLED's rule), of different people the one with the most. Who tells of
    one victim ("the priest's cook was killed") gives no rival to a toll.
    """
    whose = accounts if accounts is not None else [None] * len(figures)
    good = [(f, who) for f, who in zip(figures, whose, strict=True) if usable(f)]
    of_state = [(f, who) for f, who in good if f.state == state]
    decided = sum(f.low for f, _ in of_state if f.decided)
    if decided:
        return Count(decided, decided, decided)
    if not of_state:
        nobody = [f for f, _ in good if f.state == "casualties" and f.high == 0]
        return Count(0, 0, 0) if nobody and state in ("killed", "injured") else None
    by_account: dict[object, list[Figure]] = {}
    for figure, who in of_state:
        by_account.setdefault(who, []).append(figure)
    totals = [(_total(account), frozenset(f.kind for f in account)) for account in by_account.values()]
    total, kinds = max(totals, key=lambda pair: (pair[0].low > 0, pair[0].low))
    least = min(total.low, 2)
    rivals = [other for other, others in totals if _alike(others, kinds) and other.low >= max(1, least)]
    return min(rivals, key=lambda c: c.low, default=total)


def _alike(ours: frozenset[Kind], theirs: frozenset[Kind]) -> bool:
    """May both accounts speak of the same people? A bare number ("more than 50 had died") may be any."""
    return bool(ours & theirs) or Kind.BARE in ours | theirs


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures that add up, all of different people."""

    figures: tuple[Figure, ...]

    @property
    def count(self) -> Count:
        best = None if any(f.best is None for f in self.figures) else sum(f.best or 0 for f in self.figures)
        high = None if any(f.high is None for f in self.figures) else sum(f.high or 0 for f in self.figures)
        return Count(sum(f.low for f in self.figures), best, high)

    @property
    def sure(self) -> bool:
        return any(f.counted for f in self.figures)

    def of(self, kind: Kind) -> Tally:
        return Tally(tuple(f for f in self.figures if f.kind is kind))

    def joined(self, other: Tally) -> Tally:
        """With the other's people who are not among these."""
        return Tally(_different((*self.figures, *other.figures)))


def _total(account: Sequence[Figure]) -> Count:
    """One account: its fullest tally, be that what the text puts together, all its civilians and fighters, or
    all the persons it names."""
    tallies = _tallies(account)
    sure = [tally for tally in tallies if tally.sure] or tallies
    sides = [max((t.of(kind) for t in sure), key=_size) for kind in _SIDES]
    named = Tally(_different(tuple(f for tally in sure for f in tally.figures if f.name)))
    return max((*sure, sides[0].joined(sides[1]), named), key=_size).count


def _tallies(account: Sequence[Figure]) -> list[Tally]:
    """The figures of each word of harm; one that adds to the one before, with it."""
    by_word: dict[tuple[int, int], list[Figure]] = {}
    for figure in account:
        by_word.setdefault(figure.harm, []).append(figure)
    tallies: list[Tally] = []
    for together in by_word.values():
        tally = Tally(_members(together))
        if tallies and any(f.also for f in together):
            tally = tallies[-1].joined(tally)
        tallies.append(tally)
    return tallies


def _members(together: Sequence[Figure]) -> tuple[Figure, ...]:
    """Those that add up: people, not bare numbers beside them, nor the parts of a sum told first."""
    people = [f for f in together if f.kind in PEOPLE or f.name]
    if not people:
        return (max(together, key=lambda f: f.low),)
    if len(people) > 2 and people[0].low == sum(f.low for f in people[1:]):
        return (people[0],)
    return _different(people)


def _different(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Second mentions taken out."""
    kept: list[Figure] = []
    for figure in figures:
        if not any(_same(figure, other) for other in kept):
            kept.append(figure)
    return tuple(kept)


def _same(a: Figure, b: Figure) -> bool:
    """One person by the last word of the name; else the same words for the same number."""
    if a.name and b.name:
        return a.name[-1] in b.name or b.name[-1] in a.name
    return not a.name and not b.name and a.kind is b.kind and a.low == b.low and a.noun == b.noun


def _size(tally: Tally) -> tuple[int, bool]:
    return tally.count.low, tally.sure
