"""Filings in, groups that each tell one incident out, with the reason of every join.

The strongest pairs join first; a group that holds a contradiction to another never joins it, and two groups join
only when all their pairs together speak for it. Reports that name no town come after all others: they join the one
group that they fit, or none when they fit several. Everything is decided in an order of its own, so the order in
which filings are given cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workers.pipeline.cluster.card import Card
from workers.pipeline.cluster.geo import FAR_DEGREES
from workers.pipeline.cluster.match import DAYS_OFF, JOIN, Bar, Match, match
from workers.pipeline.cluster.parties import Allied
from workers.pipeline.models import Precision

STAY = 2.5
"""Mean evidence that two groups must have beside the pair that joins them: one bad reading must not part them."""
STAY_AGREED = 1.0
"""The same where the pair repeats a toll: of two days the one that is a day of publication is then the bad reading."""
CLEARLY = 1.0
"""By so many points must a report without a town fit one incident better than the next, to join it."""


@dataclass(frozen=True, slots=True)
class Pins:
    """What an operator decided about pairs of filings: always one incident, never one incident."""

    together: frozenset[frozenset[str]] = frozenset()
    apart: frozenset[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Group:
    """Cards of one incident; ``why`` tells for each later card what joined it."""

    cards: list[Card]
    why: dict[str, str] = field(default_factory=dict)


class Linker:
    """Evidence between cards, each pair computed once."""

    def __init__(self, allied: Allied, pins: Pins) -> None:
        self._allied = allied
        self._pins = pins
        self._known: dict[tuple[str, str], Match] = {}

    def match(self, a: Card, b: Card) -> Match:
        key = (a.id, b.id) if a.id < b.id else (b.id, a.id)
        found = self._known.get(key)
        if found is None:
            apart = bool(self._pins.apart) and frozenset(key) in self._pins.apart
            found = Match(0.0, bar=Bar.APART) if apart else match(a, b, self._allied)
            self._known[key] = found
        return found

    def held_apart(self, a: Group, b: Group) -> bool:
        """Did an operator part any of ``a`` from any of ``b``?"""
        return any(frozenset((one.id, other.id)) in self._pins.apart for one in a.cards for other in b.cards)

    def between(self, a: Group, b: Group) -> float | None:
        """Mean evidence over all pairs of two groups; ``None`` when one of them bars it."""
        total = 0.0
        for one in a.cards:
            for other in b.cards:
                found = self.match(one, other)
                if found.bar:
                    return None
                total += found.points
        return total / (len(a.cards) * len(b.cards))

    def reason(self, a: Group, b: Group) -> tuple[Card, str]:
        """The card of ``b`` that fits ``a`` best, and the evidence in words."""
        pairs = [(self.match(one, other), one, other) for one in b.cards for other in a.cards]
        told, one, other = max(pairs, key=lambda pair: pair[0].points)
        words = told.evidence.words() if told.evidence else ""
        return one, f"{one.article} with {other.article}: {words}: {told.points:.1f} points"


def partition(cards: Sequence[Card], allied: Allied, pins: Pins) -> list[Group]:
    """Groups in order of their first card. ``cards`` must come in ``card.order``; one card per filing."""
    linker = Linker(allied, pins)
    groups = {one.id: Group([one]) for one in cards}
    _answers(cards, groups)
    _copies(cards, groups, linker)
    for wanted in (False, True):
        for _, a, b in _pairs([one for one in cards if one.coarse is wanted], linker):
            _join(groups, a, b, linker)
    _attach(cards, groups, linker)
    _pin(groups, pins, linker)
    return _distinct(cards, groups)


def _distinct(cards: Iterable[Card], groups: dict[str, Group]) -> list[Group]:
    return list({id(groups[one.id]): groups[one.id] for one in cards}.values())


def _pairs(cards: Sequence[Card], linker: Linker) -> list[tuple[float, Card, Card]]:
    """Pairs that speak for one incident, strongest first, then by the order of the cards."""
    found: list[tuple[float, int, int]] = []
    waiting: list[tuple[int, Card]] = []
    for number, one in sorted(enumerate(cards), key=lambda pair: (pair[1].first, pair[0])):
        waiting = [pair for pair in waiting if pair[1].last >= one.first - DAYS_OFF]
        for other_number, other in waiting:
            if _far(one, other):
                continue
            told = linker.match(one, other)
            if told.bar is None and told.points >= JOIN:
                found.append((-told.points, min(number, other_number), max(number, other_number)))
        waiting.append((number, one))
    return [(-points, cards[a], cards[b]) for points, a, b in sorted(found)]


def _far(a: Card, b: Card) -> bool:
    """Two towns too far from each other by their latitudes alone."""
    if a.latitude is None or b.latitude is None:
        return False
    return abs(a.latitude - b.latitude) > FAR_DEGREES


def _join(groups: dict[str, Group], one: Card, other: Card, linker: Linker) -> None:
    a, b = groups[one.id], groups[other.id]
    mean = linker.between(a, b) if a is not b else None
    if mean is not None and mean >= (STAY_AGREED if linker.match(one, other).figures else STAY):
        _merge(groups, a, b, linker.reason(a, b))


def _merge(groups: dict[str, Group], a: Group, b: Group, reason: tuple[Card, str]) -> None:
    """``b`` into ``a``, with the card of ``b`` that joined and the words that say why."""
    one, words = reason
    a.why.update(b.why)
    a.why[one.id] = words
    a.cards += b.cards
    for card in b.cards:
        groups[card.id] = a


def _pin(groups: dict[str, Group], pins: Pins, linker: Linker) -> None:
    """Last, so that whatever comes to join one of two merged clashes joins both; never what is also held apart."""
    for one, other in sorted(tuple(sorted(pair)) for pair in pins.together):
        a, b = groups.get(one), groups.get(other)
        if a is not None and b is not None and a is not b and not linker.held_apart(a, b):
            joined = b.cards[0]
            _merge(groups, a, b, (joined, f"{joined.article}: joined by an operator"))


def _answers(cards: Sequence[Card], groups: dict[str, Group]) -> None:
    """A denial belongs to what its own article reports."""
    for one in cards:
        if one.answers is not None and groups[one.answers] is not groups[one.id]:
            _merge(groups, groups[one.answers], groups[one.id], (one, f"{one.article}: denies what it reports"))


def _copies(cards: Sequence[Card], groups: dict[str, Group], linker: Linker) -> None:
    """A copy tells its origin's incidents: of the origin's reports, the one it fits best and does not contradict."""
    by_article: dict[str, list[Card]] = {}
    for one in cards:
        by_article.setdefault(one.article, []).append(one)
    for one in cards:
        if one.root == one.article:
            continue
        told = [(linker.match(one, other), other) for other in by_article.get(one.root, ())]
        fitting = [(found.points, other) for found, other in told if found.bar is None]
        if fitting:
            origin = groups[max(fitting, key=lambda pair: pair[0])[1].id]
            if origin is not groups[one.id]:
                _merge(groups, origin, groups[one.id], (one, f"{one.article}: a copy of {one.root}"))


def _attach(cards: Sequence[Card], groups: dict[str, Group], linker: Linker) -> None:
    """Reports without a town join the incident that they fit clearly best, or whose toll they repeat."""
    distinct = _distinct(cards, groups)
    wide = [group for group in distinct if all(one.coarse for one in group.cards)]
    by_day: dict[int, list[Group]] = {}
    for group in distinct:
        if not all(one.coarse for one in group.cards):
            for day in _days(group):
                by_day.setdefault(day, []).append(group)
    for group, town in [(group, _fitting(group, by_day, linker)) for group in wide]:
        if town is not None and linker.between(town, group) is not None:
            _merge(groups, town, group, linker.reason(town, group))


def _days(group: Group) -> range:
    """Every day that a member may touch, with those that a later date may stand for."""
    first, last = min(one.first for one in group.cards), max(one.last for one in group.cards)
    return range(first - DAYS_OFF, last + DAYS_OFF + 1)


def _may_hold(group: Group, town: Group) -> bool:
    """Told apart by their countries alone, as most are: a country holds no town of another."""
    area, place = group.cards[0].place, town.cards[0].place
    if area is None or place is None or area.precision is not Precision.COUNTRY:
        return True
    return area.country == place.country


def _fitting(group: Group, by_day: dict[int, list[Group]], linker: Linker) -> Group | None:
    days = range(min(one.first for one in group.cards), max(one.last for one in group.cards) + 1)
    towns = list({id(town): town for day in days for town in by_day.get(day, ()) if _may_hold(group, town)}.values())
    fits = []
    for number, town in enumerate(towns):
        mean = linker.between(town, group)
        if mean is not None and mean >= JOIN:
            agree = any(linker.match(a, b).figures for a in town.cards for b in group.cards)
            fits.append((agree, mean, -number))
    fits.sort(reverse=True)
    if len(fits) > 1 and fits[0][0] == fits[1][0] and fits[0][1] - fits[1][1] < CLEARLY:
        return None
    return towns[-fits[0][2]] if fits else None
