"""A clash's place and the outlines of countries in, a small map out, as SVG.

It shows how well the place is known, never more: a circle as wide as the uncertainty, and a point in it only where a
report names the spot. Monitors that shook their pins at random, or set them on a country's middle, were rightly shamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any
from xml.sax.saxutils import escape

from shapely import affinity, clip_by_rect

from workers.pipeline.message.facts import Style, country, tidy, where
from workers.pipeline.models import Place, Precision

WIDTH, HEIGHT = 640, 400
_KM = 111.32
"""Kilometres in a degree of latitude, and of longitude at the equator."""
_SCALES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
Outlines = Mapping[str, Any]
"""ISO 3166-1 alpha-2 -> shapely geometry in degrees, (lon, lat)."""


@dataclass(frozen=True, slots=True)
class _View:
    """A window of so many kilometres to either side of a point, and the way from degrees to pixels."""

    lon: float
    lat: float
    km: float

    @property
    def pixels(self) -> float:
        """In a kilometre."""
        return WIDTH / 2 / self.km

    def box(self) -> tuple[float, float, float, float]:
        """A little more than is seen, so that the cut does not show."""
        wide, high = self.km / self._lon_km(), self.km * HEIGHT / WIDTH / _KM
        return self.lon - wide * 1.1, self.lat - high * 1.1, self.lon + wide * 1.1, self.lat + high * 1.1

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = WIDTH / 2 + (lon - self.lon) * self._lon_km() * self.pixels
        return round(x, 1), round(HEIGHT / 2 - (lat - self.lat) * _KM * self.pixels, 1)

    def _lon_km(self) -> float:
        return _KM * max(cos(radians(self.lat)), 0.1)


def picture(place: Place, outlines: Outlines, style: Style) -> str:
    """The map of a place: 640 by 400 pixels, its title what ``where`` says in words."""
    view = _View(place.lon, place.lat, min(max(500.0, place.radius_km * 2.2), 4000.0))
    seen = list(_seen(outlines, view))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="DejaVu Sans, Noto Sans, Arial, sans-serif" role="img">',
        f"<title>{escape(where(place, style))}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#d6e4ee"/>',
        *(_land(code, shape, view, _fill(code, place)) for code, shape in seen),
        *(_name(code, shape, view, style) for code, shape in seen if shape.area > _area(view) / 40),
        *_uncertainty(place, view),
        *_scale(view),
        "</svg>",
    ]
    return "\n".join(parts)


def _seen(outlines: Outlines, view: _View) -> Iterator[tuple[str, Any]]:
    """What of each country lies in the window; beyond the date line the world goes on."""
    for code, shape in outlines.items():
        for shift in (-360.0, 0.0, 360.0):
            west, south, east, north = view.box()
            part = clip_by_rect(shape, west - shift, south, east - shift, north)
            if not part.is_empty:
                yield code, affinity.translate(part, shift)


def _area(view: _View) -> float:
    west, south, east, north = view.box()
    return (east - west) * (north - south)


def _fill(code: str, place: Place) -> str:
    if code != place.country:
        return "#ece7d8"
    return "#ecc6bd" if place.precision is Precision.COUNTRY else "#fbf7ea"


def _land(code: str, shape: Any, view: _View, fill: str) -> str:
    rings = [ring for part in _polygons(shape) for ring in (part.exterior, *part.interiors)]
    path = " ".join(f"M{_points(ring.coords, view)}Z" for ring in rings)
    return f'<path class="{code}" d="{path}" fill="{fill}" stroke="#a79f8a" fill-rule="evenodd"/>'


def _polygons(shape: Any) -> list[Any]:
    return [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]


def _points(coordinates: Iterable[tuple[float, ...]], view: _View) -> str:
    return "L".join("{},{}".format(*view.at(lon, lat)) for lon, lat, *_ in coordinates)


def _name(code: str, shape: Any, view: _View, style: Style) -> str:
    middle = shape.representative_point()
    x, y = view.at(middle.x, middle.y)
    x = min(max(x, 70.0), WIDTH - 70.0)
    return _text(x, min(max(y, 20.0), HEIGHT - 40.0), country(code, style), 'fill="#7d7561" text-anchor="middle"')


def _uncertainty(place: Place, view: _View) -> Iterator[str]:
    if place.precision is Precision.COUNTRY and place.country:
        return  # the country itself is shaded: a circle would put its neighbours under suspicion
    x, y = view.at(place.lon, place.lat)
    radius = max(place.radius_km * view.pixels, 7.0)
    yield f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="#b3261e" fill-opacity=".2" stroke="#b3261e"/>'
    if place.precision in {Precision.EXACT, Precision.NEAR}:
        yield f'<circle cx="{x}" cy="{y}" r="3" fill="#b3261e"/>'
    if place.precision is not Precision.COUNTRY:
        look = 'fill="#5f100b" font-weight="bold" text-anchor="middle"'
        yield _text(x, max(y - min(radius, 60.0) - 8, 20.0), tidy(place.name, 40), look)


def _scale(view: _View) -> Iterator[str]:
    km = max((step for step in _SCALES if step * view.pixels < WIDTH / 4), default=_SCALES[0])
    left, right, y = 16, round(16 + km * view.pixels, 1), HEIGHT - 16
    yield f'<path d="M{left},{y - 5}V{y}H{right}V{y - 5}" fill="none" stroke="#333" stroke-width="1.5"/>'
    yield _text(left, y - 9, f"{km} km", 'fill="#333"')
    yield _text(WIDTH - 8, HEIGHT - 8, "Natural Earth", 'fill="#7d7561" text-anchor="end"', size=9)


def _text(x: float, y: float, text: str, look: str, size: int = 13) -> str:
    halo = 'stroke="#fff" stroke-width="3" stroke-opacity=".7" paint-order="stroke" stroke-linejoin="round"'
    return f'<text x="{x}" y="{y}" font-size="{size}" {look} {halo}>{escape(text)}</text>'
