"""Two places in, how they lie to each other out: the same, near, one inside the other, or apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.cluster.grids import Numbers, Pairs, Real, Truth, pairs
from workers.pipeline.models import Place, Precision

EARTH_KM = 12742.0
SAME_KM, NEAR_KM, FAR_KM = 3.0, 12.0, 35.0
"""One town; its surroundings; the farthest that two radii may stretch "near" (measured on the seeds: Kirkuk and its
K1 base 8 km, Altun Kupri and the next front 30 km)."""
KM_PER_DEGREE = 111.0
COARSE_KM = 45.0
"""An area this wide holds many towns: it can contain a place, not equal it."""


class Lie(StrEnum):
    SAME = "same place"
    NEAR = "near"
    WITHIN = "one inside the other"
    REGION = "same region"
    COUNTRY = "same country"
    UNKNOWN = "place not told"
    APART = "apart"


@lru_cache(maxsize=200_000)
def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance of two points in degrees."""
    a, b, c, d = map(radians, (lat1, lon1, lat2, lon2))
    h = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return EARTH_KM * asin(sqrt(min(1.0, h)))


def distance(a: Place, b: Place) -> float:
    """Kilometres between the centres."""
    return kilometres(a.lat, a.lon, b.lat, b.lon)


def coarse(place: Place | None) -> bool:
    """Too wide to say which town: a province, a country, a large region, or nothing at all."""
    return place is None or place.precision in (Precision.ADMIN1, Precision.COUNTRY) or place.radius_km >= COARSE_KM


Points = Sequence[tuple[float, float]]


def pair_km(points: Points, chosen: Pairs) -> Real:
    """``kilometres`` of pairs of points."""
    lat, lon = np.radians(points).T
    (a, c), (b, d) = chosen.of(lat), chosen.of(lon)
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    km: Real = EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, h)))
    return km


def abreast(points: Points, km: float | Real) -> Truth:
    """Of each two points, whether their latitudes alone allow so many kilometres: far cheaper than asking how many."""
    lat = np.array([lat for lat, _ in points])
    found: Truth = np.abs(lat[:, None] - lat) * KM_PER_DEGREE <= km + 1
    return found


LIES = tuple(Lie)


def lies(places: Sequence[Place | None]) -> NDArray[np.int8]:
    """How each two lie, as a number into ``LIES``."""
    land = _Land(places)
    near = pairs(land.may_meet(), themselves=True)
    found = np.full((len(places), len(places)), LIES.index(Lie.APART), dtype=np.int8)
    found[near.first, near.second] = found[near.second, near.first] = land.lie(near)
    return found


class _Land:
    """Places as columns, so that many pairs are asked at once."""

    def __init__(self, places: Sequence[Place | None]) -> None:
        self._points = [(place.lat, place.lon) if place else (0.0, 0.0) for place in places]
        self._radius = np.array([place.radius_km if place else 0.0 for place in places])
        self._untold = np.array([place is None for place in places])
        self._wide = np.array([coarse(place) for place in places])
        self._nation, self._province = (
            np.array([place is not None and place.precision is precision for place in places])
            for precision in (Precision.COUNTRY, Precision.ADMIN1)
        )
        self._country, self._code, self._name, self._known = (
            _keys(key(place) if place else None for place in places) for key in _KEYS
        )

    def may_meet(self) -> Truth:
        """A first look at each two: most lie too far apart for a second one."""
        wide, country = self._wide[:, None] | self._wide, self._country
        reach = np.maximum(FAR_KM, np.where(wide, self._radius[:, None] + self._radius, 0.0))
        one_land = (country[:, None] == country) | (country[:, None] < 0) | (country < 0)
        maybe: Truth = (wide & one_land) | abreast(self._points, reach)
        return maybe

    def lie(self, chosen: Pairs) -> NDArray[np.int8]:
        km, (a, b) = pair_km(self._points, chosen), chosen.of(self._wide)
        same, land = (km <= SAME_KM) | self._alike(self._known, chosen), self._alike(self._country, chosen)
        held = (a & self._holds(chosen, km)) | (b & self._holds(Pairs(chosen.second, chosen.first), km))
        nation = np.logical_or(*chosen.of(self._nation))
        near = km <= np.minimum(FAR_KM, np.maximum(NEAR_KM, sum(chosen.of(self._radius))))
        namesake = self._alike(self._name, chosen)
        cases = (
            (np.logical_or(*chosen.of(self._untold)), Lie.UNKNOWN),
            (a & b & same & ~nation, Lie.REGION),
            (a & b & nation & (same | land), Lie.COUNTRY),
            (a & b & nation, Lie.APART),
            ((a | b) & ~held, Lie.APART),
            ((a | b) & nation, Lie.COUNTRY),
            ((a ^ b) & namesake, Lie.NEAR),
            (a | b, Lie.WITHIN),
            (same, Lie.SAME),
            (near, Lie.NEAR),
        )
        return np.select([case for case, _ in cases], [LIES.index(lie) for _, lie in cases], LIES.index(Lie.APART))

    def _holds(self, chosen: Pairs, km: Real) -> Truth:
        """Does the first hold the second? By country and province where both are known, else by its radius."""
        nation, radius = self._nation[chosen.first], self._radius[chosen.first]
        land, code = self._alike(self._country, chosen), self._alike(self._code, chosen)
        foreign = chosen.both(self._country >= 0) & ~land
        coded = self._province[chosen.first] & chosen.both(self._code >= 0)
        within = km <= radius + self._radius[chosen.second]
        held: Truth = np.select([foreign, nation, coded], [(km <= radius) & ~nation, land, code], within)
        return held

    @staticmethod
    def _alike(keys: Numbers, chosen: Pairs) -> Truth:
        one, other = chosen.of(keys)
        alike: Truth = (one == other) & (one >= 0)
        return alike


def _keys(values: Iterable[Hashable | None]) -> Numbers:
    """A number for each value, -1 for none."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(one, len(known)) if one is not None else -1 for one in values], dtype=np.intp)


@lru_cache(maxsize=1 << 14)
def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


_KEYS: tuple[Callable[[Place], Hashable | None], ...] = (
    lambda place: place.country or None,
    lambda place: place.admin1_code or None,
    lambda place: _plain(place.name),
    lambda place: place.geonameid,
)
"""What places share: country, province, a name (a town in the province that bears it is what "in Kirkuk" or "in Idlib"
mostly means), the gazetteer's number."""
