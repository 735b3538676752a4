"""Clashes in, situations out: the same sides in the same area over a rolling fortnight.

What one article tells of the same two sides in one country is one area, somewhat further apart too: its author saw it
as one push on several towns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workers.pipeline.cluster.geo import KM_PER_DEGREE, distance
from workers.pipeline.cluster.identity import named
from workers.pipeline.cluster.limits import Limits
from workers.pipeline.cluster.parties import Allied, Camp, Meeting, camp, meeting
from workers.pipeline.models import Clash, Situation


@dataclass(frozen=True, slots=True)
class _Scene:
    clash: Clash
    camp: Camp
    first: date
    last: date


def situations(clashes: Sequence[Clash], allied: Allied, limits: Limits) -> tuple[Situation, ...]:
    """Every clash is in exactly one; a situation keeps the id that most of its clashes had before."""
    scenes = sorted((_scene(clash) for clash in clashes), key=lambda scene: (scene.first, scene.clash.id))
    leader = list(range(len(scenes)))

    def find(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    recent: list[int] = []
    for later, one in enumerate(scenes):
        recent = [earlier for earlier in recent if one.first - scenes[earlier].last <= limits.fortnight]
        for earlier in recent:
            if find(earlier) != find(later) and _together(scenes[earlier], one, allied, limits):
                first, second = sorted((find(earlier), find(later)))
                leader[second] = first
        recent.append(later)
    groups: dict[int, list[Clash]] = {}
    for number, scene in enumerate(scenes):
        groups.setdefault(find(number), []).append(scene.clash)
    return _named(list(groups.values()))


def _scene(clash: Clash) -> _Scene:
    first = clash.start or clash.first_reported.date()
    return _Scene(clash, camp(clash.sides), first, max(first, clash.end or first))


def _together(a: _Scene, b: _Scene, allied: Allied, limits: Limits) -> bool:
    met = meeting(a.camp, b.camp, allied)
    if met is Meeting.BOTH and not set(a.clash.articles).isdisjoint(b.clash.articles):
        return _near(a, b, limits.told_together_km)
    return met in (Meeting.BOTH, Meeting.ONE) and _near(a, b, limits.situation_km)


def _near(a: _Scene, b: _Scene, reach: float) -> bool:
    """Within reach of each other, or in one province."""
    one, other = a.clash.place, b.clash.place
    if one is None or other is None:
        return False
    if one.admin1_code is not None and (one.country, one.admin1_code) == (other.country, other.admin1_code):
        return True
    if abs(one.lat - other.lat) * KM_PER_DEGREE > reach:
        return False
    return distance(one, other) <= reach


def _named(groups: Sequence[Sequence[Clash]]) -> tuple[Situation, ...]:
    claims = []
    for number, group in enumerate(groups):
        had = Counter(clash.situation for clash in group if clash.situation)
        claims += [(-times, name, number) for name, times in had.items()]
    names: dict[int, str] = {}
    for _, name, number in sorted(claims):
        if number not in names and name not in names.values():
            names[number] = name
    for number, group in enumerate(groups):
        names.setdefault(number, named("s", group[0].id))
    return tuple(Situation(names[n], tuple(clash.id for clash in group)) for n, group in enumerate(groups))
