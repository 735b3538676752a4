"""Cards in, the evidence that each two of them tell one incident out: points, or a contradiction that bars it.

Place, day, sides, kind and figures, never words: the score that separated the pairs of notes on cross-language
linking used the same five. A contradiction in place or day bars whatever else agrees. All pairs are compared at once,
in matrices: pair by pair, four fifths of the time of assignment went here (1,600 pairs an article, 20 ms).
Points are whole tenths, so that sums are exact and no rounding depends on what else lies around.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.cluster.card import Card
from workers.pipeline.cluster.geo import Lie, lies
from workers.pipeline.cluster.grids import Real, Truth, Whole, both, gaps, numbered
from workers.pipeline.cluster.kinds import DIRECTED, FAMILY, fit
from workers.pipeline.cluster.parties import Allied, Meeting, Stand, stand
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
_LIES = tuple(_LIE)
_MEETING = {
    Meeting.BOTH: 20,
    Meeting.ONE: 10,
    Meeting.MIXED: 0,
    Meeting.EACH: -3,
    Meeting.OTHER: -10,
    Meeting.NONE: -25,
    Meeting.UNKNOWN: 0,
}
_MEETINGS = tuple(_MEETING)
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
    """Of ``cards``, by their numbers: ``points`` in tenths, ``barred`` pairs, and ``figures`` where tolls agree."""

    points: Whole
    barred: Truth
    figures: Truth

    def __init__(self, cards: Sequence[Card], allied: Allied) -> None:
        self._cards = cards
        self._where, self._km = _places(cards)
        kinds = _Kinds(cards)
        gap, days, another_day = _days(cards, kinds)
        sides = _Sides(cards, allied)
        self._gap, self._sides = gap, sides
        self._attackers = _attackers(cards, kinds, sides)
        tolls, self.figures = _tolls(cards)
        where = np.array([_LIE[one] for one in _LIES])[self._where]
        self.points = where + days + sides.points + self._attackers + kinds.fit + tolls + self._author()
        self.barred = another_day | (self._where == _LIES.index(Lie.APART))

    def _author(self) -> Whole:
        """One author telling two things in one article mostly means two: other towns, or other tolls."""
        article, _ = numbered(one.article for one in self._cards)
        killed, known = numbered(one.killed for one in self._cards)
        told = killed != (known.index(None) if None in known else -1)
        tolls = both(told) & (killed[:, None] != killed)
        other = tolls | (self._where == _LIES.index(Lie.NEAR))
        return np.where((article[:, None] == article) & other, _SPLIT_BY_AUTHOR, 0)

    def words(self, a: int, b: int) -> str:
        """What speaks for or against one incident, for people."""
        one, other, where = self._cards[a], self._cards[b], _LIES[self._where[a, b]]
        place = where.value if where is Lie.UNKNOWN else f"{where.value} ({self._km[a, b]:.0f} km)"
        attacker = "other attacker" if self._attackers[a, b] else ""
        kinds = " / ".join(dict.fromkeys((one.kind, other.kind)))
        parts = (
            place,
            self._day_words(a, b),
            self._sides.meeting(a, b).value,
            attacker,
            kinds,
            _toll_words(one, other),
        )
        return ", ".join(part for part in parts if part)

    def _day_words(self, a: int, b: int) -> str:
        if not (self._cards[a].dated and self._cards[b].dated):
            return "dates allow it"
        gap = int(self._gap[a, b])
        return "same day" if gap < 1 else "the next day" if gap == 1 else f"dated {gap} days later"


def _places(cards: Sequence[Card]) -> tuple[NDArray[np.int8], Real]:
    """How the places of each two lie, as numbers into ``_LIES``, and the kilometres between them."""
    number, places = numbered(one.place for one in cards)
    kinds, km = lies(places, _LIES)
    across = np.ix_(number, number)
    return kinds[across], km[across]


class _Kinds:
    """``fit`` of each two; of each one, whether it has one attacker and what a day off costs."""

    def __init__(self, cards: Sequence[Card]) -> None:
        number, kinds = numbered(one.kind for one in cards)
        self.fit = np.array([[round(10 * fit(a, b)) for b in kinds] for a in kinds])[np.ix_(number, number)]
        self.directed = np.array([FAMILY.get(kind) in DIRECTED for kind in kinds])[number]
        self.day_off = np.array([_DAY_OFF.get(FAMILY.get(kind, ""), _DAY_OFF_ELSE) for kind in kinds])[number]


class _Sides:
    """How the sides of each two meet; ``against`` and ``turned`` as in ``parties.Stand``."""

    def __init__(self, cards: Sequence[Card], allied: Allied) -> None:
        self._number, camps = numbered(one.camp for one in cards)
        self._stood: list[list[Stand]] = [[stand(a, b, allied) for b in camps] for a in camps]
        across = np.ix_(self._number, self._number)
        self.points = np.array([[_MEETING[one.meeting] for one in row] for row in self._stood])[across]
        self.against = np.array([[one.against for one in row] for row in self._stood])[across]
        self.turned = np.array([[one.turned for one in row] for row in self._stood])[across]

    def meeting(self, a: int, b: int) -> Meeting:
        return self._stood[int(self._number[a])][int(self._number[b])].meeting


def _days(cards: Sequence[Card], kinds: _Kinds) -> tuple[Whole, Whole, Truth]:
    """Days from the end of the earlier to the start of the later, their points, and the pairs that they bar."""
    first, last = np.array([one.first for one in cards]), np.array([one.last for one in cards])
    dated, fresh = np.array([one.dated for one in cards]), np.array([one.fresh for one in cards])
    published = np.array([one.published.timestamp() for one in cards])
    gap = gaps(first, last)
    stale = np.abs(published[:, None] - published) > _STALE
    later_fresh = np.where(first[:, None] >= first, fresh[:, None], fresh)
    too_far = (gap > DAYS_OFF) | ((gap > 1) & ~later_fresh)
    exact = both(dated)
    barred = np.where(exact, too_far, (gap > 0) | stale)
    off = np.minimum(kinds.day_off[:, None], kinds.day_off) - _EACH_DAY_MORE * (gap - 1)
    length = last - first
    met = np.where(np.minimum(length[:, None], length) >= _LONG_DAYS, _LONG, _SAME_DAY)
    loose = np.where(dated[:, None] | dated, _SAME_WEEK, _MAYBE_DAY)
    return gap, np.where(exact, np.where(gap >= 1, off, met), loose), barred


def _attackers(cards: Sequence[Card], kinds: _Kinds, sides: _Sides) -> Whole:
    """Opposite attackers speak against one incident, unless it is a fight or the two sides accuse each other."""
    clear = kinds.directed & ~np.array([one.contested for one in cards])
    return np.where(both(clear) & sides.against, np.where(sides.turned, _TURNED_ROUND, _OTHER_ATTACKER), 0)


def _tolls(cards: Sequence[Card]) -> tuple[Whole, Truth]:
    """Equal tolls speak for one incident, the more the larger they are; wide gaps against it. Tolls do rise."""
    points, agree = np.zeros((len(cards),) * 2, dtype=np.int64), np.zeros((len(cards),) * 2, dtype=bool)
    apart = np.zeros_like(agree)
    for counts in ([one.killed for one in cards], [one.injured for one in cards]):
        toll = np.array([-1 if count is None else number(count) for count in counts])
        told, same = both(toll >= 0), toll[:, None] == toll
        worth = np.select([toll >= least for least, _ in _AGREED], [given for _, given in _AGREED])
        points += np.where(told & same, worth, 0)
        agree |= told & same & (toll >= _FEW) & (toll < _A_WAR)
        apart |= told & (np.maximum(toll[:, None], toll) > 4 * np.minimum(toll[:, None], toll) + 4)
    return points + np.where(apart, _TOLLS_APART, 0), agree


def _toll_words(a: Card, b: Card) -> str:
    words = []
    for name, one, other in (("killed", a.killed, b.killed), ("injured", a.injured, b.injured)):
        if one is None or other is None:
            continue
        x, y = number(one), number(other)
        if x == y:
            words.append(f"{x} {name} in both")
        elif max(x, y) > 4 * min(x, y) + 4:
            words.append(f"{x} or {y} {name}")
    return ", ".join(words)


def number(count: Count) -> int:
    return count.best if count.best is not None else count.low
