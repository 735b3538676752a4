"""The map of a place: as wide as it is uncertain, a point only where a report names the spot."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from incidents import ALTUN_KUPRI, ERBIL, SOMEWHERE_IN_IRAQ
from shapely import box

from workers.pipeline.message import Style
from workers.pipeline.message.picture import picture
from workers.pipeline.models import Place, Precision

WORLD = {
    "IQ": box(39, 29, 48, 37),
    "IR": box(48, 25, 63, 39),
    "RU": box(100, 50, 180, 75).union(box(-180, 60, -170, 70)),
}
"""Squares where countries lie."""


def drawn(place: Place, language: str = "en") -> str:
    svg = picture(place, WORLD, Style(language))
    ElementTree.fromstring(svg)  # well-formed, whatever a place is called
    return svg


def radii(svg: str) -> list[float]:
    return [float(radius) for radius in re.findall(r'<circle[^>]* r="([\d.]+)"', svg)]


def test_a_place_that_is_named_is_a_point_in_its_uncertainty() -> None:
    assert radii(drawn(replace(ALTUN_KUPRI, radius_km=100))) == [64.0, 3.0]


@pytest.mark.parametrize("precision", [Precision.DISTRICT, Precision.ADMIN1])
def test_a_province_is_an_area_without_a_point(precision: Precision) -> None:
    assert radii(drawn(replace(ERBIL, precision=precision, radius_km=100))) == [64.0]


def test_a_country_is_shaded_as_a_whole_and_its_neighbours_are_not() -> None:
    svg = drawn(SOMEWHERE_IN_IRAQ)
    assert radii(svg) == []
    fills = dict(re.findall(r'<path class="(\w\w)"[^>]* fill="(#\w+)"', svg))
    assert fills["IQ"] != fills["IR"]


def test_it_is_in_the_readers_language_and_says_its_scale() -> None:
    svg = drawn(ALTUN_KUPRI, "nl")
    assert "<title>bij Altun Kupri, Kirkuk, Irak (binnen 8 km)</title>" in svg
    assert {"Irak", "Altun Kupri", "200 km"} <= set(re.findall(r">([^<>]+)</text>", svg))


def test_the_world_goes_on_beyond_the_date_line() -> None:
    near = Place("Chukotka", 66, 179.5, Precision.NEAR, 60, "PPL", country="RU")
    assert drawn(near).count('class="RU"') == 2


def test_no_name_of_a_place_becomes_markup() -> None:
    svg = drawn(replace(ALTUN_KUPRI, name='<script href="x">&</script>'))
    assert "<script" not in svg
