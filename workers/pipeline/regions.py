"""Areas as written in, regions that a clash can be held against out; and the index that finds them.

A clash is an area, not a point: its place is known to some kilometres, to a province, or only to a country.
So a region answers with a ``Fit``, not with yes or no. Countries, provinces and districts match by code or name
(outlines would claim borders that nobody agrees on); circles, boxes and polygons by geometry, in degrees, cut where
they cross the antimeridian (RFC 7946, 3.1.9). A circle may be wider for some types: artillery is heard further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import asin, atan2, cos, degrees, pi, radians, sin
from unicodedata import combining, normalize

import shapely
from shapely import STRtree
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from workers.pipeline.models import Area, Clash, Place, Precision, Region

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
            admin2=frozenset(folded(name) for name in area.admin2),
            geometry=_geometry(area, area.circles),
            geometry_of={kind: _geometry(area, circles) for kind, circles in area.circles_of.items()},
            include=tuple(_build(part, areas, built) for part in area.include),
            exclude=tuple(_build(part, areas, built) for part in area.exclude),
        )
    return built[name]


def folded(name: str) -> str:
    """A district's name as it is compared: ``Arbīl`` is ``arbil``."""
    return "".join(letter for letter in normalize("NFKD", name.casefold()) if not combining(letter))


def _geometry(area: Area, circles: Iterable[tuple[float, float, float]]) -> BaseGeometry | None:
    try:
        shapes = [circle(*given) for given in circles]
        shapes += [_box(*given) for given in area.boxes]
        shapes += [outline(rings) for rings in area.polygons]
    except shapely.errors.GEOSException as error:
        raise BadRegionError(area.name, f"not a simple outline: {error}") from None
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
                for country in part.countries | {code.partition(".")[0] for code in part.admin1 | part.admin2}:
                    self._by_country[country.upper()].add(name)
                for shape in (part.geometry, *part.geometry_of.values()):
                    if shape is not None:
                        shapes.append(shape)
                        self._shape_names.append(name)
        self._tree = STRtree(shapes)

    def only(self, names: Collection[str]) -> RegionIndex:
        """The same with these regions alone: asking few is cheaper than asking all."""
        return RegionIndex({name: self.regions[name] for name in names})

    def fits(self, place: Place, kinds: tuple[str, ...] = ()) -> dict[str, Fit]:
        """Region name -> fit, for every region that the place is not simply outside of.

        ``kinds`` are the clash's sub-event and event type, the narrower first, for regions of a radius of their own.
        """
        extent = circle(place.lat, place.lon, max(place.radius_km, 0.05))
        shapely.prepare(extent)
        near = {self._shape_names[at] for at in self._tree.query(extent)}
        near |= self._by_country.get(place.country or "", set())
        spot = Spot(place, extent, kinds)
        found = {name: fit(self.regions[name], spot) for name in near}
        return {name: how for name, how in found.items() if how}

    def inside(self, clash: Clash) -> frozenset[str]:
        """The regions that all of the clash's place lies in; none when nobody gave a place."""
        if clash.place is None:
            return frozenset()
        fits = self.fits(clash.place, clash.kinds)
        return frozenset(name for name, how in fits.items() if how is Fit.INSIDE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, its area, and the types of what happened there."""

    place: Place
    extent: BaseGeometry
    kinds: tuple[str, ...] = ()


def fit(region: Region, spot: Spot) -> Fit:
    """How the spot lies to the region."""
    best = max(_by_code(region, spot.place), _by_geometry(region, spot))
    best = max([best, *(fit(part, spot) for part in region.include)])
    out = max([Fit.OUTSIDE, *(_taken_away(part, spot) for part in region.exclude)])
    if out is Fit.INSIDE:
        return Fit.OUTSIDE
    return min(best, Fit.TOUCH) if out else best


def _taken_away(part: Region, spot: Spot) -> Fit:
    """As ``fit``, but the middle decides: who leaves a region out does not want what most likely lies in it."""
    shape = _shape(part, spot)
    middle = Point(spot.place.lon, spot.place.lat) if spot.place.precision is not Precision.COUNTRY else None
    return Fit.INSIDE if shape is not None and middle and shape.covers(middle) else fit(part, spot)


def _by_code(region: Region, place: Place) -> Fit:
    if place.country is None or not (region.countries or region.admin1 or region.admin2):
        return Fit.OUTSIDE
    if place.country in region.countries:
        return Fit.INSIDE
    if place.admin1_code is None or place.precision is Precision.COUNTRY:
        return _partly(region.admin1 | region.admin2, f"{place.country}.")
    province = f"{place.country}.{place.admin1_code}"
    if province in region.admin1:
        return Fit.INSIDE
    if place.admin2 is None or place.precision is Precision.ADMIN1:
        return _partly(region.admin2, f"{province}.")
    return Fit.INSIDE if folded(f"{province}.{place.admin2}") in region.admin2 else Fit.OUTSIDE


def _partly(codes: Iterable[str], within: str) -> Fit:
    """The place is known only as somewhere in what the region is a part of."""
    return Fit.VAGUE if any(code.startswith((within, folded(within))) for code in codes) else Fit.OUTSIDE


def _by_geometry(region: Region, spot: Spot) -> Fit:
    shape = _shape(region, spot)
    if shape is None or not shape.intersects(spot.extent):
        return Fit.OUTSIDE
    if shape.covers(spot.extent):
        return Fit.INSIDE
    return Fit.VAGUE if spot.place.precision is Precision.COUNTRY else Fit.TOUCH


def _shape(region: Region, spot: Spot) -> BaseGeometry | None:
    """The region's outline for what happened there: of the narrower type, of the wider, of any."""
    if not region.geometry_of:
        return region.geometry
    return next((region.geometry_of[kind] for kind in spot.kinds if kind in region.geometry_of), region.geometry)


def _parts(region: Region) -> Iterator[Region]:
    yield region
    for part in region.include:
        yield from _parts(part)
