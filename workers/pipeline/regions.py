"""Areas as written in, regions that a clash can be held against out; and the index that finds them.

A clash is an area, not a point: its place is known to some kilometres, to a province, or only to a country.
So a region answers with a ``Fit``, not with yes or no. Countries and provinces match by code (outlines would
claim borders that nobody agrees on); circles, boxes and polygons by geometry, in degrees, cut where they
cross the antimeridian (RFC 7946, 3.1.9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from math import asin, atan2, cos, degrees, pi, radians, sin

import shapely
from shapely import STRtree
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from workers.pipeline.models import Area, Place, Precision, Region

EARTH_KM = 6371.0088
_CORNERS = 64
"""A circle of 64 corners is at most 0.12 % short of its radius."""


class Fit(IntEnum):
    """How a clash's area lies to a region, from worst to best."""

    OUTSIDE = 0
    VAGUE = 1
    """Known too coarsely to say: somewhere in the country, and the region is only a part of it."""
    TOUCH = 2
    INSIDE = 3


class BadRegionError(ValueError):
    """A region whose outline encloses no area or crosses itself."""

    def __init__(self, region: str, fault: str) -> None:
        self.region, self.fault = region, fault
        super().__init__(f"region {region}: {fault}")


def circle(lat: float, lon: float, km: float) -> BaseGeometry:
    """All points within ``km`` of a point on the sphere. Over a pole: a whole cap."""
    angle, reach = km / EARTH_KM, degrees(km / EARTH_KM)
    if abs(lat) + reach >= 90:
        south, north = (max(lat - reach, -90), 90.0) if lat > 0 else (-90.0, min(lat + reach, 90))
        return box(-180, south, 180, north)
    corners = (_destination(lat, lon, angle, 2 * pi * step / _CORNERS) for step in range(_CORNERS))
    return on_the_globe(Polygon(list(corners)))


def _destination(lat: float, lon: float, angle: float, bearing: float) -> tuple[float, float]:
    phi = radians(lat)
    there = asin(sin(phi) * cos(angle) + cos(phi) * sin(angle) * cos(bearing))
    turn = atan2(sin(bearing) * sin(angle) * cos(phi), cos(angle) - sin(phi) * sin(there))
    return lon + degrees(turn), degrees(there)


def outline(rings: tuple[tuple[tuple[float, float], ...], ...]) -> BaseGeometry:
    """An outer ring and its holes. Between two corners the shorter way round the globe is meant."""
    outer, *holes = (_unrolled(ring) for ring in rings)
    return on_the_globe(Polygon(outer, [_beside(hole, outer) for hole in holes]))


def _unrolled(ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Longitudes made continuous: 179, -179 becomes 179, 181. A side longer than 180 degrees is written as given."""
    corners: list[tuple[float, float]] = []
    for lon, lat in ring:
        last = corners[-1][0] if corners else lon
        corners.append((lon - 360 * round((lon - last) / 360) if abs(lon - last) > 180 else lon, lat))
    return corners


def _beside(hole: list[tuple[float, float]], outer: list[tuple[float, float]]) -> list[tuple[float, float]]:
    west = min(lon for lon, _ in outer)
    shift = 360 if hole[0][0] < west - 1e-9 else 0
    return [(lon + shift, lat) for lon, lat in hole]


def on_the_globe(shape: BaseGeometry) -> BaseGeometry:
    """The shape with longitudes in -180 to 180, in two parts where it crossed the antimeridian."""
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    worlds = (box(-180 + turn, -90, 180 + turn, 90) for turn in (-360, 0, 360))
    parts = [
        translate(shape.intersection(world), xoff=-turn) for world, turn in zip(worlds, (-360, 0, 360), strict=True)
    ]
    return shapely.union_all(parts)


def build(areas: Mapping[str, Area]) -> RegionIndex:
    """Every area as a region, in an index. Raises ``BadRegionError`` for the first that encloses nothing."""
    built: dict[str, Region] = {}
    for name in areas:
        _build(name, areas, built)
    return RegionIndex(built)


def _build(name: str, areas: Mapping[str, Area], built: dict[str, Region]) -> Region:
    if name not in built:
        area = areas[name]
        built[name] = Region(
            name=name,
            title=area.title,
            countries=area.countries,
            admin1=area.admin1,
            geometry=_geometry(area),
            include=tuple(_build(part, areas, built) for part in area.include),
            exclude=tuple(_build(part, areas, built) for part in area.exclude),
        )
    return built[name]


def _geometry(area: Area) -> BaseGeometry | None:
    shapes = [circle(*given) for given in area.circles]
    shapes += [_box(*given) for given in area.boxes]
    shapes += [outline(rings) for rings in area.polygons]
    for shape in shapes:
        if not shape.is_valid or shape.is_empty or not shape.area:
            raise BadRegionError(area.name, f"not a simple outline: {shapely.is_valid_reason(shape)}")
    if not shapes:
        return None
    union = shapely.union_all(shapes)
    shapely.prepare(union)
    return union


def _box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return on_the_globe(box(west, south, east + 360 if west > east else east, north))


class RegionIndex:
    """All regions by name; ``around`` finds the few that a place can lie in without asking the others."""

    def __init__(self, regions: Mapping[str, Region]) -> None:
        self.regions = dict(regions)
        self._by_country: dict[str, set[str]] = defaultdict(set)
        shapes: list[BaseGeometry] = []
        self._shape_names: list[str] = []
        for name, region in self.regions.items():
            for part in _parts(region):
                for country in part.countries | {code.partition(".")[0] for code in part.admin1}:
                    self._by_country[country].add(name)
                if part.geometry is not None:
                    shapes.append(part.geometry)
                    self._shape_names.append(name)
        self._tree = STRtree(shapes)

    def fits(self, place: Place) -> dict[str, Fit]:
        """Region name -> fit, for every region that the place is not simply outside of."""
        extent = circle(place.lat, place.lon, max(place.radius_km, 0.05))
        shapely.prepare(extent)
        near = {self._shape_names[at] for at in self._tree.query(extent)}
        near |= self._by_country.get(place.country or "", set())
        found = {name: fit(self.regions[name], place, extent) for name in near}
        return {name: how for name, how in found.items() if how}

    def inside(self, place: Place | None) -> frozenset[str]:
        """The regions that all of the place lies in; none when nobody gave a place."""
        return frozenset(name for name, how in self.fits(place).items() if how is Fit.INSIDE) if place else frozenset()


def fit(region: Region, place: Place, extent: BaseGeometry) -> Fit:
    """How the place, whose area is ``extent``, lies to the region."""
    best = max(_by_code(region, place), _by_geometry(region, place, extent))
    best = max([best, *(fit(part, place, extent) for part in region.include)])
    out = max([Fit.OUTSIDE, *(_taken_away(part, place, extent) for part in region.exclude)])
    if out is Fit.INSIDE:
        return Fit.OUTSIDE
    return min(best, Fit.TOUCH) if out else best


def _taken_away(part: Region, place: Place, extent: BaseGeometry) -> Fit:
    """As ``fit``, but the middle decides: who leaves a region out does not want what most likely lies in it."""
    known = place.precision is not Precision.COUNTRY and part.geometry is not None
    if known and part.geometry.covers(Point(place.lon, place.lat)):
        return Fit.INSIDE
    return fit(part, place, extent)


def _by_code(region: Region, place: Place) -> Fit:
    if place.country is None:
        return Fit.OUTSIDE
    if place.country in region.countries:
        return Fit.INSIDE
    if place.admin1_code is not None and place.precision is not Precision.COUNTRY:
        return Fit.INSIDE if f"{place.country}.{place.admin1_code}" in region.admin1 else Fit.OUTSIDE
    partly = any(code.startswith(f"{place.country}.") for code in region.admin1)
    return Fit.VAGUE if partly else Fit.OUTSIDE


def _by_geometry(region: Region, place: Place, extent: BaseGeometry) -> Fit:
    if region.geometry is None or not region.geometry.intersects(extent):
        return Fit.OUTSIDE
    if region.geometry.covers(extent):
        return Fit.INSIDE
    return Fit.VAGUE if place.precision is Precision.COUNTRY else Fit.TOUCH


def _parts(region: Region) -> Iterator[Region]:
    yield region
    for part in region.include:
        yield from _parts(part)
