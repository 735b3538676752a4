"""``regions/*.yml``: named areas, each a union of codes, circles, boxes, outlines and other regions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from babel import Locale
from babel.core import get_global
from pydantic import AfterValidator, BeforeValidator, Field, RootModel, model_validator

from workers.pipeline.models import ACLED_EVENT_OF, Area
from workers.settings.problems import unknown
from workers.settings.shapes import Country, Strict


def known_types(names: tuple[str, ...], known: set[str]) -> tuple[str, ...]:
    if wrong := [name for name in names if name not in known]:
        raise ValueError("; ".join(unknown("type", name, known) for name in wrong))
    return names


def _any_type(name: str) -> str:
    return known_types((name,), {*ACLED_EVENT_OF, *ACLED_EVENT_OF.values()})[0]


Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-360, le=360)]
Position = tuple[Longitude, Latitude]


def _ring(ring: tuple[Position, ...]) -> tuple[Position, ...]:
    corners = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    if len(set(corners)) < 3:
        raise ValueError("a ring needs three corners or more, each as [longitude, latitude]")
    return (*corners, corners[0])


Ring = Annotated[tuple[Position, ...], AfterValidator(_ring)]


Kilometres = Annotated[float, Field(gt=0, le=20000)]


Spots = Mapping[str | int, tuple[float, float]]
"""(lat, lon) of the places that circles name."""
REFUSED = (0.0, 0.0)
"""Where a place is that is not on the map, until the configuration is refused for it."""


class Circle(Strict):
    place: str | int | None = None
    """Its middle: GeoNames' number or a name of one place alone, ``Kirkuk`` or ``Goma, CD``; or else lat and lon."""
    lat: Latitude | None = None
    lon: Longitude | None = None
    km: Kilometres | None = None
    radius: Kilometres | None = None
    """The same as ``km``: write one of the two."""
    km_of: dict[Annotated[str, AfterValidator(_any_type)], Kilometres] = {}
    """Another radius for some of ACLED's event or sub-event types: ``{Air/drone strike: 200}``."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.place is None) is (self.lat is None) or (self.lat is None) is not (self.lon is None):
            raise ValueError("its middle is a place, or else lat and lon: {place: Kirkuk, radius: 40}")
        if (self.km is None) is (self.radius is None):
            raise ValueError("'radius' is missing, in kilometres: {place: Kirkuk, radius: 40}")
        return self

    def of(self, kind: str, spots: Spots) -> tuple[float, float, float]:
        """The circle for a type: its own radius, its event type's, or everybody's."""
        usual = self.km or self.radius or 0.0
        km = self.km_of.get(kind, self.km_of.get(ACLED_EVENT_OF.get(kind, ""), usual))
        lat, lon = (self.lat or 0.0, self.lon or 0.0) if self.place is None else spots.get(self.place, REFUSED)
        return lat, lon, km


class Box(Strict):
    west: Longitude
    """Greater than ``east`` for a box across the antimeridian."""
    south: Latitude
    east: Longitude
    north: Latitude


class Polygon(Strict):
    type: Literal["Polygon"]
    coordinates: tuple[Ring, ...] = Field(min_length=1)
    """The outer ring, then its holes."""


class MultiPolygon(Strict):
    type: Literal["MultiPolygon"]
    coordinates: tuple[tuple[Ring, ...], ...] = Field(min_length=1)


def _geometry(value: Any) -> Any:
    """A GeoJSON Feature stands for its geometry."""
    return value["geometry"] if isinstance(value, dict) and value.get("type") == "Feature" else value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _one_or_many(schema: dict[str, Any]) -> None:
    words: dict[str, Any] = {name: schema.pop(name) for name in ("title", "description", "default") if name in schema}
    many = dict(schema)
    schema.clear()
    schema.update(words, anyOf=[many["items"], many])


OneOrMany = [BeforeValidator(_list), Field(json_schema_extra=_one_or_many)]


def is_country(code: str) -> bool:
    """Is it one of ISO 3166-1 alpha-2?"""
    return re.fullmatch("[A-Z]{2}", code) is not None and code in Locale.parse("en").territories


def _country(code: str) -> str:
    """One that exists: ``UK`` would match nothing, and nobody would know."""
    names = Locale.parse("en").territories
    if not is_country(code):
        by_name = {name: known for known, name in names.items() if len(known) == 2 and known.isalpha()}
        meant = (get_global("territory_aliases").get(code) or [by_name.get(code.title())])[0]
        hint = f"; did you mean '{meant}' ({names[meant]})?" if meant else ": write ISO 3166-1 alpha-2, as in IQ"
        raise ValueError(f"'{code}' is no country{hint}")
    return code


def _written(pattern: str, wanted: str) -> AfterValidator:
    def check(name: str) -> str:
        if not re.fullmatch(pattern, name):
            raise ValueError(f"'{name}' is no {wanted}")
        _country(name[:2])
        return name

    return AfterValidator(check)


_TELLS = "; `clashwatch gazetteer lookup NAME` tells the code"
Province = Annotated[str, _written(r"[A-Z]{2}\.\w+", f"province: write CC.code, as in IQ.13{_TELLS}")]
District = Annotated[str, _written(r"[A-Z]{2}\.\w+\.\S.*", "district: write CC.code.name, as in IQ.13.Kirkuk District")]


class RegionEntry(Strict):
    """A union of everything named here, without what ``exclude`` names."""

    title: str = ""
    countries: tuple[Annotated[Country, AfterValidator(_country)], ...] = ()
    """ISO 3166-1 alpha-2, matched by code."""
    admin1: tuple[Province, ...] = ()
    """``CC.code`` with GeoNames' admin-1 code, matched by code."""
    admin2: tuple[District, ...] = ()
    """``CC.code.name``: a district by GeoNames' name for it, in the province of that code."""
    around: Annotated[tuple[Circle, ...], *OneOrMany] = ()
    bbox: Annotated[tuple[Box, ...], *OneOrMany] = ()
    polygon: Ring | None = None
    """An outer ring of [longitude, latitude]; for holes or several polygons use ``geojson``."""
    geojson: Annotated[Polygon | MultiPolygon, Field(discriminator="type"), BeforeValidator(_geometry)] | None = None
    include: tuple[str, ...] = ()
    """Other regions to add."""
    exclude: tuple[str, ...] = ()
    """Other regions to take away."""

    def area(self, name: str, spots: Spots) -> Area:
        return Area(
            name=name,
            title=self.title or name,
            countries=frozenset(self.countries),
            admin1=frozenset(self.admin1),
            admin2=frozenset(self.admin2),
            circles=tuple(circle.of("", spots) for circle in self.around),
            circles_of={kind: tuple(circle.of(kind, spots) for circle in self.around) for kind in self._types()},
            boxes=tuple((box.west, box.south, box.east, box.north) for box in self.bbox),
            polygons=self._polygons(),
            include=self.include,
            exclude=self.exclude,
        )

    def _polygons(self) -> tuple[tuple[Ring, ...], ...]:
        drawn = ((self.polygon,),) if self.polygon else ()
        if isinstance(self.geojson, Polygon):
            return (*drawn, self.geojson.coordinates)
        return (*drawn, *self.geojson.coordinates) if self.geojson else drawn

    def _types(self) -> set[str]:
        """Those that have a radius of their own, and what is narrower than them."""
        named = {kind for circle in self.around for kind in circle.km_of}
        return named | {narrower for narrower, kind in ACLED_EVENT_OF.items() if kind in named}

    @property
    def empty(self) -> bool:
        by_name = self.countries or self.admin1 or self.admin2 or self.include
        return not (by_name or self.around or self.bbox or self._polygons())


class RegionsFile(RootModel[dict[Annotated[str, Field(pattern=r"^[\w.-]+$")], RegionEntry]]):
    """regions/*.yml: name -> region"""
