"""Cards in, the evidence that each two of them tell one incident out: points, or a contradiction that bars it.

Place, day, sides, kind and figures, never words: the score that separated the pairs of notes on cross-language
linking used the same five. A contradiction in place or day bars whatever else agrees; what is left is compared at
once, in columns: one by one, four fifths of the time of assignment went here (1,600 pairs an article, 20 ms).
Points are whole tenths, so that sums are exact and no rounding depends on what else lies around.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.cluster.card import Card
from workers.pipeline.cluster.geo import LIES, Lie, lies
from workers.pipeline.cluster.grids import Pairs, Truth, Whole, across, numbered, pairs
from workers.pipeline.cluster.kinds import DIRECTED, FAMILY, fit
from workers.pipeline.cluster.parties import Allied, Meeting, stands
from workers.pipeline.models import Count

JOIN = 40
"""Tenths of points from which two reports tell one incident: a town and a day, or less exact ones with both sides."""
_LIE = {
    Lie.SAME: 30,
    Lie.NEAR: 20,
    Lie.WITHIN: 10,
    Lie.REGION: 10,
    Lie.COUNTRY: 0,
    Lie.UNKNOWN: 0,
    Lie.APART: 0,
}
_LIE_POINTS = np.array([_LIE[one] for one in LIES])
_MEETING = {
    Meeting.BOTH: 20,
    Meeting.ONE: 10,
    Meeting.MIXED: 0,
    Meeting.EACH: -3,
    Meeting.OTHER: -10,
    Meeting.NONE: -25,
    Meeting.UNKNOWN: 0,
}
_SAME_DAY, _LONG, _SAME_WEEK, _MAYBE_DAY = 20, 10, 7, 3
_DAY_OFF = {"ground": -10}
_DAY_OFF_ELSE = -22
"""A day too late is often the day of publication mistaken for that of the event. Fighting for ground goes on over
days; two shellings on two days are two unless their tolls agree."""
DAYS_OFF, _EACH_DAY_MORE = 2, 12
_OTHER_ATTACKER, _TURNED_ROUND = -15, -45
"""Another attacker may be the same one badly read; the same two with attacker and target exchanged are another attack
unless the tolls agree."""
_SPLIT_BY_AUTHOR, _TOLLS_APART = -20, -7
_LONG_DAYS = 4
_STALE = 5 * 86400
_FEW, _A_WAR = 3, 500
_AGREED = ((_A_WAR, 0), (10, 25), (_FEW, 15), (0, 5))
"""Points for one toll in both, from so many people on: the larger, the less it is chance; but what is told of hundreds
is mostly a war's total, which reports of all its incidents repeat."""


class Evidence:
    """Of the ``pairs`` of cards that nothing bars, by their numbers: ``points`` in tenths, and ``figures``, whether
    their tolls agree; ``lies`` says of each two cards how their places lie."""

    pairs: Pairs
    points: Whole
    figures: Truth

    def __init__(self, cards: Sequence[Card], allied: Allied) -> None:
        self.lies = _places(cards)
        kinds, days, tolls = _Kinds(cards), _Days(cards), _Tolls(cards)
        meeting = pairs(self.lies != LIES.index(Lie.APART))
        self.pairs = chosen = meeting.only(~days.bar(meeting))
        where = self.lies[chosen.first, chosen.second]
        told, self.figures = tolls.points(chosen)
        self.points = _LIE_POINTS[where] + days.points(chosen, kinds.day_off) + kinds.points(chosen) + told
        self.points += _sides(cards, chosen, kinds.directed, allied)
        self.points += _author(cards, chosen, where, tolls)


def _places(cards: Sequence[Card]) -> NDArray[np.int8]:
    """How the places of each two lie, as numbers into ``LIES``."""
    number, places = numbered(one.place for one in cards)
    return across(number, lies(places))


class _Kinds:
    """How the kinds of a pair fit; of each card, whether it has one attacker and what a day off costs."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._number, kinds = numbered(one.kind for one in cards)
        self._fit = np.array([[round(10 * fit(a, b)) for b in kinds] for a in kinds])
        self.directed = np.array([FAMILY.get(kind) in DIRECTED for kind in kinds])[self._number]
        self.day_off = np.array([_DAY_OFF.get(FAMILY.get(kind, ""), _DAY_OFF_ELSE) for kind in kinds])[self._number]

    def points(self, chosen: Pairs) -> Whole:
        found: Whole = self._fit[chosen.of(self._number)]
        return found


class _Days:
    """The days of cards: what they bar, and what they are worth."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._first, self._last = np.array([one.first for one in cards]), np.array([one.last for one in cards])
        self._dated, self._fresh = np.array([one.dated for one in cards]), np.array([one.fresh for one in cards])
        self._published = np.array([one.published.timestamp() for one in cards])

    def bar(self, chosen: Pairs) -> Truth:
        gap, (one, other) = chosen.gaps(self._first, self._last), chosen.of(self._published)
        a, b = chosen.of(self._first)
        later_fresh = np.where(a >= b, *chosen.of(self._fresh))
        too_far = (gap > DAYS_OFF) | ((gap > 1) & ~later_fresh)
        stale = np.abs(one - other) > _STALE
        barred: Truth = np.where(chosen.both(self._dated), too_far, (gap > 0) | stale)
        return barred

    def points(self, chosen: Pairs, day_off: Whole) -> Whole:
        gap, (one, other) = chosen.gaps(self._first, self._last), chosen.of(self._dated)
        off = np.minimum(*chosen.of(day_off)) - _EACH_DAY_MORE * (gap - 1)
        met = np.where(np.minimum(*chosen.of(self._last - self._first)) >= _LONG_DAYS, _LONG, _SAME_DAY)
        cases = [one & other & (gap >= 1), one & other, one | other]
        return np.select(cases, [off, met, np.full_like(met, _SAME_WEEK)], _MAYBE_DAY)


def _sides(cards: Sequence[Card], chosen: Pairs, directed: Truth, allied: Allied) -> Whole:
    """How the sides meet. Opposite attackers speak against one incident, unless it is a fight or the two sides accuse
    each other."""
    stood, which = stands((one.camp for one in cards), chosen, allied)
    met = np.array([_MEETING[each.meeting] for each in stood], dtype=np.int64)
    blame = np.array(
        [each.against * (_TURNED_ROUND if each.turned else _OTHER_ATTACKER) for each in stood], dtype=np.int64
    )
    clear = directed & ~np.array([one.contested for one in cards])
    return met[which] + np.where(chosen.both(clear), blame[which], 0)


class _Tolls:
    """Equal tolls speak for one incident, the more the larger they are; wide gaps against it. Tolls do rise."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.killed, self._injured = (
            np.array([-1 if count is None else number(count) for count in counts])
            for counts in ((one.killed for one in cards), (one.injured for one in cards))
        )

    def points(self, chosen: Pairs) -> tuple[Whole, Truth]:
        """What they are worth, and where they agree."""
        points, agree, apart = (np.zeros(len(chosen.first), dtype=kind) for kind in (np.int64, bool, bool))
        for toll in (self.killed, self._injured):
            one, other = chosen.of(toll)
            told, same = (one >= 0) & (other >= 0), one == other
            worth = np.select([one >= least for least, _ in _AGREED], [given for _, given in _AGREED])
            points += np.where(told & same, worth, 0)
            agree |= told & same & (one >= _FEW) & (one < _A_WAR)
            apart |= told & (np.maximum(one, other) > far(np.minimum(one, other)))
        return points + np.where(apart, _TOLLS_APART, 0), agree


def _author(cards: Sequence[Card], chosen: Pairs, where: NDArray[np.int8], tolls: _Tolls) -> Whole:
    """One author telling two things in one article mostly means two: other towns, or other tolls."""
    article, _ = numbered(one.article for one in cards)
    (one, other), (a, b) = chosen.of(article), chosen.of(tolls.killed)
    differ = ((a >= 0) & (b >= 0) & (a != b)) | (where == LIES.index(Lie.NEAR))
    return np.where((one == other) & differ, _SPLIT_BY_AUTHOR, 0)


@overload
def far(toll: int) -> int: ...
@overload
def far(toll: Whole) -> Whole: ...
def far(toll: int | Whole) -> int | Whole:
    """Beyond this a larger toll is not told of the same incident."""
    return 4 * toll + 4


def number(count: Count) -> int:
    return count.best if count.best is not None else count.low
