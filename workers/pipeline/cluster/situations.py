"""Clashes in, situations out: the same sides in the same area over a rolling fortnight.

What one article tells of the same two sides in one country is one area, somewhat further apart too: its author saw it
as one push on several towns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from workers.pipeline.cluster.geo import abreast, pair_km
from workers.pipeline.cluster.grids import Numbers, Truth, across, numbered, pairs
from workers.pipeline.cluster.identity import named
from workers.pipeline.cluster.limits import Limits
from workers.pipeline.cluster.parties import Allied, Camp, Meeting, camp, stands
from workers.pipeline.models import Clash, Situation

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scene:
    """What of a clash decides its situation. ``first`` and ``last`` are day ordinals; ``place`` is lat and lon."""

    id: str
    camp: Camp
    first: int
    last: int
    place: Point | None
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
    number, where = numbered((one.place, one.province) for one in scenes)
    near = across(number, _near(where, limits.situation_km))
    further = _told_together(scenes)
    if further.any():
        further &= across(number, _near(where, limits.told_together_km))
    able = pairs(near | further)
    gap = able.gaps(np.array([one.first for one in scenes]), np.array([one.last for one in scenes]))
    able = able.only(gap <= limits.fortnight.days)
    stood, which = stands((one.camp for one in scenes), able, allied)
    both, one = (np.array([each.meeting is how for each in stood], dtype=bool)[which] for how in _MET)
    found = able.only(both | (one & near[able]))
    linked = np.zeros_like(near)
    linked[found.first, found.second] = linked[found.second, found.first] = True
    return linked


_MET = (Meeting.BOTH, Meeting.ONE)


def _told_together(scenes: Sequence[Scene]) -> Truth:
    """Of each two, does one article tell of both?"""
    times = Counter(chain.from_iterable(one.articles for one in scenes))
    telling: dict[str, list[int]] = {article: [] for article, number in times.items() if number > 1}
    for number, one in enumerate(scenes):
        for article in telling.keys() & one.articles:
            telling[article].append(number)
    together = np.zeros((len(scenes),) * 2, dtype=bool)
    for several in telling.values():
        together[np.ix_(several, several)] = True
    return together


def _near(where: Sequence[tuple[Point | None, tuple[str, str] | None]], reach: float) -> Truth:
    """Of each two, do they lie within reach of each other, or in one province?"""
    points = [point or (0.0, 0.0) for point, _ in where]
    province, _ = numbered(province for _, province in where)
    near: Truth = (province[:, None] == province) & np.array([province is not None for _, province in where])
    maybe = pairs(abreast(points, reach), themselves=True)
    close = maybe.only(pair_km(points, maybe) <= reach)
    near[close.first, close.second] = near[close.second, close.first] = True
    placed = np.array([point is not None for point, _ in where])
    near &= placed[:, None] & placed
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
