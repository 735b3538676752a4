"""Two places in, how they lie to each other out: the same, near, one inside the other, or apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.cluster.grids import Real, numbered
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


def apart_km(points: Sequence[tuple[float, float]]) -> Real:
    """``kilometres`` of each two points."""
    lat, lon = np.radians(points).T
    h = np.sin((lat[:, None] - lat) / 2) ** 2
    h = h + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    km: Real = EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, h)))
    return km


def lies(places: Sequence[Place | None], known: Sequence[Lie]) -> tuple[NDArray[np.int8], Real]:
    """``lie`` of each two: its number in ``known``, and the kilometres. Most are too far apart for a second look."""
    km = apart_km([(place.lat, place.lon) if place else (0.0, 0.0) for place in places])
    wide = [coarse(place) for place in places]
    radius = np.array([place.radius_km if place else 0.0 for place in places])
    country, _ = numbered(place.country if place else None for place in places)
    untold = np.array([place is None or not place.country for place in places])
    area = np.array(wide)[:, None] | np.array(wide)
    may_hold = (country[:, None] == country) | untold[:, None] | untold | (km <= radius[:, None] + radius)
    found = np.full((len(places), len(places)), known.index(Lie.APART), dtype=np.int8)
    for i, j in np.argwhere(np.triu((km <= FAR_KM) | (area & may_hold))).tolist():
        found[i, j] = found[j, i] = known.index(lie(places[i], places[j], km[i, j], (wide[i], wide[j])))
    return found, km


def lie(a: Place | None, b: Place | None, km: float, wide: tuple[bool, bool]) -> Lie:
    """How two places lie, so many kilometres from each other; ``wide`` says which of them are ``coarse``."""
    if a is None or b is None:
        return Lie.UNKNOWN
    if all(wide):
        return _wide(a, b, km)
    if any(wide):
        area, place = (a, b) if wide[0] else (b, a)
        return _held(area, place) if holds(area, place, km) else Lie.APART
    if km <= SAME_KM or (a.geonameid is not None and a.geonameid == b.geonameid):
        return Lie.SAME
    return Lie.NEAR if km <= min(FAR_KM, max(NEAR_KM, a.radius_km + b.radius_km)) else Lie.APART


def holds(area: Place, place: Place, km: float) -> bool:
    """Does the area hold the place? By country and province where both are known, else by its radius."""
    if area.country and place.country and area.country != place.country:
        return km <= area.radius_km and area.precision is not Precision.COUNTRY
    if area.precision is Precision.COUNTRY:
        return bool(area.country) and area.country == place.country
    if area.precision is Precision.ADMIN1 and area.admin1_code and place.admin1_code:
        return area.admin1_code == place.admin1_code
    return km <= area.radius_km + place.radius_km


def _held(area: Place, place: Place) -> Lie:
    """A town in the province that bears its name is what "in Kirkuk" or "in Idlib" mostly means."""
    if area.precision is Precision.COUNTRY:
        return Lie.COUNTRY
    return Lie.NEAR if _plain(area.name) == _plain(place.name) else Lie.WITHIN


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _wide(a: Place, b: Place, km: float) -> Lie:
    same = km <= SAME_KM or (a.geonameid is not None and a.geonameid == b.geonameid)
    if same:
        return Lie.COUNTRY if a.precision is Precision.COUNTRY else Lie.REGION
    if Precision.COUNTRY in (a.precision, b.precision):
        return Lie.COUNTRY if a.country and a.country == b.country else Lie.APART
    return Lie.WITHIN if holds(a, b, km) or holds(b, a, km) else Lie.APART
