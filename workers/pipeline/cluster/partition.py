"""Filings in, groups that each tell one incident out, with the reason of every join.

The strongest pairs join first; a group that holds a contradiction to another never joins it, and two groups join
only when all their pairs together speak for it. Reports that name no town come after all others: each joins the one
group that it fits, and only those that fit none or several join each other before they are tried again. Everything is
decided in an order of its own, so the order in which filings are given cannot matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.cluster.card import Card
from workers.pipeline.cluster.evidence import JOIN, Evidence
from workers.pipeline.cluster.geo import LIES
from workers.pipeline.cluster.grids import Numbers
from workers.pipeline.cluster.parties import Allied
from workers.pipeline.cluster.why import Join

STAY = 25
"""Mean evidence, in tenths, that two groups must have beside the pair that joins them: one bad reading must not part
them."""
STAY_AGREED = 10
"""The same where the pair repeats a toll: of two days the one that is a day of publication is then the bad reading."""
CLEARLY = 10
"""By so much must a report without a town fit one incident better than the next, to join it."""


@dataclass(frozen=True, slots=True)
class Pins:
    """What an operator decided about pairs of filings: always one incident, never one incident."""

    together: frozenset[frozenset[str]] = frozenset()
    apart: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """Cards of one incident, in order; ``joins`` tells what joined the later ones."""

    cards: tuple[Card, ...]
    joins: tuple[Join, ...]


def partition(cards: Sequence[Card], allied: Allied, pins: Pins) -> list[Group]:
    """Groups in order of their first card. ``cards``, one for each filing, must come in ``card.order``."""
    if not cards:
        return []
    table = _Table(cards, Evidence(cards, allied), pins)
    table.join_answers()
    table.join_copies()
    table.join_pairs(wide=False)
    table.attach()
    table.join_pairs(wide=True)
    table.attach()
    table.join_pinned()
    return table.groups()


class _Table:
    """Numbers of cards in groups; a group is called by the number of one of its cards.

    ``_total``, ``_barred`` and ``_figures`` hold, for each two groups, what all their pairs of cards say together.
    """

    def __init__(self, cards: Sequence[Card], evidence: Evidence, pins: Pins) -> None:
        self._cards, self._evidence = cards, evidence
        self._number = {one.id: number for number, one in enumerate(cards)}
        self._home = list(range(len(cards)))
        self._members = [[number] for number in self._home]
        self._why: dict[int, tuple[int, str | None]] = {}
        self._together = self._pairs(pins.together)
        self._parted = self._grid(False)
        for a, b in self._pairs(pins.apart):
            self._parted[a, b] = self._parted[b, a] = True
        self._points = self._grid(0, evidence.points)
        self._never = self._grid(True, False) | self._parted
        self._barred = self._never.copy()
        self._total, self._figures = self._points.copy(), self._grid(False, evidence.figures)
        self._size = np.ones(len(cards), dtype=np.int64)

    def _grid(self, other: bool | int, told: NDArray[Any] | bool | None = None) -> NDArray[Any]:
        """Of each two cards, what is told of pairs that nothing bars; of all others the same."""
        grid = np.full((len(self._cards), len(self._cards)), other)
        if told is not None:
            one, two = self._evidence.pairs
            grid[one, two] = grid[two, one] = told
        return grid

    def groups(self) -> list[Group]:
        """In order of their first card."""
        found = [sorted(self._members[number]) for number in dict.fromkeys(self._home)]
        return [Group(tuple(self._cards[one] for one in group), tuple(self._joins(group))) for group in found]

    def join_answers(self) -> None:
        """A denial belongs to what its own article reports."""
        for denial, one in enumerate(self._cards):
            if one.answers is not None:
                self._merge(self._number[one.answers], denial, "denies what it reports")

    def join_copies(self) -> None:
        """A copy tells its origin's incidents: of the origin's reports the one it fits best and does not contradict."""
        by_article: dict[str, list[int]] = {}
        for number, one in enumerate(self._cards):
            by_article.setdefault(one.article, []).append(number)
        for copy, one in enumerate(self._cards):
            told = by_article.get(one.root, ()) if one.root != one.article else ()
            fitting = [origin for origin in told if not self._never[copy, origin]]
            if fitting:
                best = max(fitting, key=lambda origin: int(self._points[copy, origin]))
                self._merge(best, copy, f"a copy of {one.root}")

    def join_pairs(self, *, wide: bool) -> None:
        """Pairs that speak for one incident, strongest first, then by the order of the cards."""
        mine = np.array([one.coarse is wide for one in self._cards])
        told, points = self._evidence.pairs, self._evidence.points
        strong = np.flatnonzero((points >= JOIN) & told.both(mine) & ~self._parted[told])
        ranked = strong[np.lexsort((told.second[strong], told.first[strong], -points[strong]))]
        agreed = self._evidence.figures[ranked].tolist()
        for one, other, agree in zip(told.first[ranked].tolist(), told.second[ranked].tolist(), agreed, strict=True):
            if self._allow(self._home[one], self._home[other], STAY_AGREED if agree else STAY):
                self._join(self._home[one], self._home[other])

    def attach(self) -> None:
        """Reports without a town join the incident that they fit clearly best, or whose toll they repeat."""
        groups = list(dict.fromkeys(self._home))
        wide = [group for group in groups if all(self._cards[one].coarse for one in self._members[group])]
        towns = np.array([group for group in groups if group not in set(wide)], dtype=np.intp)
        for town, group in [(self._fitting(towns, group), group) for group in wide]:
            if town is not None and not self._barred[town, group]:
                self._join(town, group)

    def join_pinned(self) -> None:
        """Last, so that whatever comes to join one of two merged clashes joins both; never what is also held apart."""
        for one, other in self._together:
            some, others = self._members[self._home[one]], self._members[self._home[other]]
            if some is not others and not self._parted[np.ix_(some, others)].any():
                self._merge(one, others[0], "joined by an operator")

    def _pairs(self, pins: Collection[frozenset[str]]) -> list[tuple[int, int]]:
        """Those of which both filings are here, by number."""
        named = sorted(tuple(sorted(pair)) for pair in pins)
        return [(self._number[a], self._number[b]) for a, b in named if a in self._number and b in self._number]

    def _allow(self, a: int, b: int, least: int) -> bool:
        """Do all pairs of two groups together reach ``least`` tenths on average, and none of them bars it?"""
        return a != b and not self._barred[a, b] and bool(self._total[a, b] >= least * self._size[a] * self._size[b])

    def _fitting(self, towns: Numbers, group: int) -> int | None:
        """The one of ``towns`` that a group without a town fits, by its toll or clearly best."""
        mean = self._total[group, towns] / (self._size[group] * self._size[towns])
        able = np.flatnonzero(~self._barred[group, towns] & (mean >= JOIN))
        ranked = sorted(
            ((bool(self._figures[group, towns[one]]), float(mean[one]), -int(one)) for one in able), reverse=True
        )
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0] and ranked[0][1] - ranked[1][1] < CLEARLY:
            return None
        return int(towns[-ranked[0][2]]) if ranked else None

    def _join(self, a: int, b: int) -> None:
        """Group ``b`` into ``a``, because of the card of ``b`` that fits ``a`` best."""
        some, others = self._members[b], self._members[a]
        best = int(self._points[np.array(some)[:, None], others].argmax())
        self._merge(others[best % len(others)], some[best // len(others)])

    def _merge(self, into: int, card: int, because: str | None = None) -> None:
        """The whole group of ``card`` into that of another card."""
        a, b = self._home[into], self._home[card]
        if a == b:
            return
        self._why[card] = into, because
        for table in (self._total, self._figures, self._barred):
            table[a] += table[b]
            table[:, a] = table[a]
        self._size[a] += self._size[b]
        for one in self._members[b]:
            self._home[one] = a
        self._members[a] += self._members[b]

    def _joins(self, group: Sequence[int]) -> Iterator[Join]:
        """What joined each card."""
        for one, (other, because) in ((one, self._why[one]) for one in group if one in self._why):
            lie, points = LIES[self._evidence.lies[one, other]], int(self._points[one, other])
            yield Join(self._cards[one], self._cards[other], lie, points, because)
