"""Clashes in, situations out: the same sides in the same area over a rolling fortnight.

What one article tells of the same two sides in one country is one area, somewhat further apart too: its author saw it
as one push on several towns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workers.pipeline.cluster.geo import apart_km
from workers.pipeline.cluster.grids import Numbers, Real, Truth, both, gaps, numbered
from workers.pipeline.cluster.identity import named
from workers.pipeline.cluster.limits import Limits
from workers.pipeline.cluster.parties import Allied, Camp, Meeting, camp, stand
from workers.pipeline.models import Clash, Situation


@dataclass(frozen=True, slots=True)
class Scene:
    """What of a clash decides its situation. ``first`` and ``last`` are day ordinals; ``place`` is lat and lon."""

    id: str
    camp: Camp
    first: int
    last: int
    place: tuple[float, float] | None
    province: tuple[str, str] | None
    articles: tuple[str, ...]


def scene(clash: Clash) -> Scene:
    first, place = clash.start or clash.first_reported.date(), clash.place
    province = (place.country or "", place.admin1_code) if place and place.admin1_code is not None else None
    return Scene(
        id=clash.id,
        camp=camp(clash.sides),
        first=first.toordinal(),
        last=max(first, clash.end or first).toordinal(),
        place=(place.lat, place.lon) if place else None,
        province=province,
        articles=clash.articles,
    )


def situations(
    scenes: Sequence[Scene], had: Mapping[str, str | None], allied: Allied, limits: Limits
) -> tuple[Situation, ...]:
    """Every clash is in exactly one; a situation keeps the id that most of its clashes ``had`` before."""
    ordered = sorted(scenes, key=lambda one: (one.first, one.id))
    if not ordered:
        return ()
    linked = _linked(ordered, allied, limits)
    return _named([[ordered[number].id for number in group] for group in _connected(linked)], had)


def _linked(scenes: Sequence[Scene], allied: Allied, limits: Limits) -> Truth:
    """Each two that belong to one situation by themselves."""
    number, camps = numbered(one.camp for one in scenes)
    rank = [[_MET.get(stand(a, b, allied).meeting, 0) for b in camps] for a in camps]
    met = np.array(rank)[np.ix_(number, number)]
    gap = gaps(np.array([one.first for one in scenes]), np.array([one.last for one in scenes]))
    further = (met == _MET[Meeting.BOTH]) & _told_together(scenes)
    reach = np.where(further, limits.told_together_km, limits.situation_km)
    linked: Truth = (met > 0) & (gap <= limits.fortnight.days) & _near(scenes, reach)
    return linked


_MET = {Meeting.BOTH: 2, Meeting.ONE: 1}


def _told_together(scenes: Sequence[Scene]) -> Truth:
    """Does one article tell of both?"""
    telling: dict[str, list[int]] = {}
    for number, one in enumerate(scenes):
        for article in one.articles:
            telling.setdefault(article, []).append(number)
    together = np.zeros((len(scenes),) * 2, dtype=bool)
    for several in (numbers for numbers in telling.values() if len(numbers) > 1):
        together[np.ix_(several, several)] = True
    return together


def _near(scenes: Sequence[Scene], reach: Real) -> Truth:
    """Within reach of each other, or in one province."""
    province, _ = numbered(one.province for one in scenes)
    same = (province[:, None] == province) & both(np.array([one.province is not None for one in scenes]))
    beside = apart_km([one.place or (0.0, 0.0) for one in scenes]) <= reach
    near: Truth = (same | beside) & both(np.array([one.place is not None for one in scenes]))
    return near


def _connected(linked: Truth) -> Iterator[Numbers]:
    """Groups of numbers that links hold together, in order of their first."""
    free = np.ones(len(linked), dtype=bool)
    while free.any():
        group = np.zeros_like(free)
        new = np.arange(len(free)) == free.argmax()
        while new.any():
            group |= new
            new = linked[new].any(axis=0) & ~group
        free &= ~group
        yield np.flatnonzero(group)


def _named(groups: Sequence[Sequence[str]], had: Mapping[str, str | None]) -> tuple[Situation, ...]:
    claims = []
    for number, group in enumerate(groups):
        names = Counter(name for clash in group if (name := had.get(clash)))
        claims += [(-times, name, number) for name, times in names.items()]
    given: dict[int, str] = {}
    for _, name, number in sorted(claims):
        if number not in given and name not in given.values():
            given[number] = name
    for number, group in enumerate(groups):
        given.setdefault(number, named("s", group[0]))
    return tuple(Situation(given[number], tuple(group)) for number, group in enumerate(groups))
