"""A region answers how a clash's area lies to it: inside, touching, too vaguely known to say, or outside."""

from __future__ import annotations

import pytest
from incidents import ALTUN_KUPRI, ERBIL, NYALA, SOMEWHERE_IN_IRAQ

from workers.pipeline.models import Area, Place, Precision
from workers.pipeline.regions import BadRegionError, Fit, build, circle


def place(lat: float, lon: float, km: float = 1, **more: object) -> Place:
    plain = {"name": "X", "precision": Precision.EXACT, "feature": "PPL"}
    return Place(**{**plain, "lat": lat, "lon": lon, "radius_km": km, **more})  # type: ignore[arg-type]


def fit(where: Place, *areas: Area) -> Fit:
    return build({area.name: area for area in areas}).fits(where).get(areas[0].name, Fit.OUTSIDE)


def square(west: float, south: float, size: float) -> tuple[tuple[float, float], ...]:
    east, north = west + size, south + size
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


KIRKUK = Area("kirkuk", admin1=frozenset({"IQ.13"}))
IRAQ = Area("iraq", countries=frozenset({"IQ"}))


def test_a_province_takes_the_places_that_carry_its_code() -> None:
    assert fit(ALTUN_KUPRI, KIRKUK) is Fit.INSIDE
    assert fit(ERBIL, KIRKUK) is Fit.OUTSIDE
    assert fit(NYALA, KIRKUK) is Fit.OUTSIDE


def test_somewhere_in_the_country_is_too_vague_for_a_province_of_it() -> None:
    assert fit(SOMEWHERE_IN_IRAQ, KIRKUK) is Fit.VAGUE
    assert fit(SOMEWHERE_IN_IRAQ, IRAQ) is Fit.INSIDE
    assert fit(SOMEWHERE_IN_IRAQ, Area("darfur", admin1=frozenset({"SD.49"}))) is Fit.OUTSIDE


def test_a_place_without_a_province_is_too_vague_for_one() -> None:
    overlay = place(35.7, 44.1, country="IQ")
    assert fit(overlay, KIRKUK) is Fit.VAGUE


def test_a_place_at_sea_belongs_to_no_country() -> None:
    assert fit(place(15, 41, country=None), Area("yemen", countries=frozenset({"YE"}))) is Fit.OUTSIDE
    assert fit(place(15, 41, country=None), Area("strait", circles=((15, 41, 50),))) is Fit.INSIDE


def test_the_same_province_code_of_another_country_is_another_province() -> None:
    assert fit(place(10, 10, country="NG", admin1_code="13"), KIRKUK) is Fit.OUTSIDE


@pytest.mark.parametrize(
    ("km", "expected"), [(5, Fit.INSIDE), (60, Fit.TOUCH), (0, Fit.INSIDE)], ids=["small", "wide", "a point"]
)
def test_how_well_a_place_is_known_decides_whether_it_lies_inside_or_touches(km: float, expected: Fit) -> None:
    assert fit(place(35, 44, km), Area("circle", circles=((35, 44, 30),))) is expected


def test_a_circle_is_measured_on_the_globe_not_in_degrees() -> None:
    arctic = Area("arctic", circles=((69.6, 18.9, 100),))
    assert fit(place(69.6, 21.3), arctic) is Fit.INSIDE  # 2.4 degrees of longitude are 93 km here
    assert fit(place(69.6, 21.8), arctic) is Fit.OUTSIDE
    assert fit(place(71.0, 18.9), arctic) is Fit.OUTSIDE


def test_a_hole_is_outside() -> None:
    ring = Area("ring", polygons=((square(40, 30, 10), square(44, 34, 2)),))
    assert fit(place(35, 45), ring) is Fit.OUTSIDE
    assert fit(place(31, 41), ring) is Fit.INSIDE
    assert fit(place(34, 45, 20), ring) is Fit.TOUCH


def test_a_box_may_cross_the_antimeridian() -> None:
    fiji = Area("fiji", boxes=((176, -20, -178, -15),))
    assert fit(place(-17, 179), fiji) is Fit.INSIDE
    assert fit(place(-17, -179), fiji) is Fit.INSIDE
    assert fit(place(-17, 180, 50), fiji) is Fit.INSIDE
    assert fit(place(-17, 0), fiji) is Fit.OUTSIDE
    assert fit(place(-17, 170), fiji) is Fit.OUTSIDE


@pytest.mark.parametrize("east", [-178.0, 182.0], ids=["written as -178", "written as 182"])
def test_a_polygon_may_cross_the_antimeridian_with_its_hole(east: float) -> None:
    outer = ((176.0, -20.0), (east, -20.0), (east, -14.0), (176.0, -14.0), (176.0, -20.0))
    hole = ((-179.5, -18.0), (-178.5, -18.0), (-178.5, -16.0), (-179.5, -16.0), (-179.5, -18.0))
    fiji = Area("fiji", polygons=((outer, hole),))
    assert fit(place(-17, 178), fiji) is Fit.INSIDE
    assert fit(place(-15, -179), fiji) is Fit.INSIDE
    assert fit(place(-17, -179), fiji) is Fit.OUTSIDE
    assert fit(place(-17, 0), fiji) is Fit.OUTSIDE


def test_a_circle_may_cross_the_antimeridian_or_hold_a_pole() -> None:
    assert fit(place(52, -179.9), Area("aleutians", circles=((52, 179.9, 60),))) is Fit.INSIDE
    assert fit(place(89.9, -120), Area("pole", circles=((89.8, 60, 60),))) is Fit.INSIDE


def test_a_union_takes_what_any_part_takes() -> None:
    both = Area("both", include=("kirkuk", "circle"), countries=frozenset({"SD"}))
    parts = (both, KIRKUK, Area("circle", circles=((36.2, 44.0, 30),)))
    assert [fit(where, *parts) for where in (ALTUN_KUPRI, ERBIL, NYALA)] == [Fit.INSIDE] * 3


def test_what_is_excluded_is_outside_and_its_edge_only_touches() -> None:
    border = Area("border", boxes=((44, 38, 48, 42),), exclude=("karabakh",))
    karabakh = Area("karabakh", boxes=((46, 39, 47, 40),))
    assert fit(place(39.5, 46.5), border, karabakh) is Fit.OUTSIDE
    assert fit(place(41.0, 45.0), border, karabakh) is Fit.INSIDE
    assert fit(place(39.5, 45.97, 8), border, karabakh) is Fit.TOUCH


def test_what_most_likely_lies_in_an_excluded_region_is_outside_however_far_it_may_reach() -> None:
    border = Area("border", boxes=((44, 38, 48, 42),), exclude=("karabakh",))
    karabakh = Area("karabakh", boxes=((46, 39, 47, 40),))
    assert fit(place(39.5, 46.5, 90), border, karabakh) is Fit.OUTSIDE
    assert fit(place(39.5, 46.5, 90), karabakh) is Fit.TOUCH


def test_a_country_can_be_excluded_from_a_drawn_region() -> None:
    kivu = Area("kivu", boxes=((27, -3, 31, 1),), exclude=("rwanda",))
    rwanda = Area("rwanda", countries=frozenset({"RW"}))
    assert fit(place(-1.7, 29.25, country="RW"), kivu, rwanda) is Fit.OUTSIDE
    assert fit(place(-1.7, 29.22, country="CD"), kivu, rwanda) is Fit.INSIDE


def test_an_outline_that_crosses_itself_is_refused_by_name() -> None:
    bow_tie = Area("bow-tie", polygons=((((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)),),))
    with pytest.raises(BadRegionError, match="bow-tie"):
        build({"bow-tie": bow_tie})


def test_a_circle_has_the_area_that_its_radius_says() -> None:
    degree_km = 111.195
    assert circle(0, 20, 100).area * degree_km**2 == pytest.approx(31_400, rel=0.005)


DISTRICT = Area("district", admin2=frozenset({"IQ.13.Dibis District", "IQ.11.Arbīl"}))


def test_a_district_takes_the_places_that_carry_its_name_however_its_letters_are_dressed() -> None:
    assert fit(place(35.7, 44.1, country="IQ", admin1_code="13", admin2="Dibis District"), DISTRICT) is Fit.INSIDE
    assert fit(place(36.2, 44.0, country="IQ", admin1_code="11", admin2="arbil"), DISTRICT) is Fit.INSIDE
    assert fit(place(35.5, 44.4, country="IQ", admin1_code="13", admin2="Kirkuk District"), DISTRICT) is Fit.OUTSIDE
    assert fit(place(35.7, 44.1, country="IQ", admin1_code="18", admin2="Dibis District"), DISTRICT) is Fit.OUTSIDE
    assert fit(NYALA, DISTRICT) is Fit.OUTSIDE


def test_what_is_known_only_by_its_province_or_country_is_too_vague_for_a_district() -> None:
    assert fit(ALTUN_KUPRI, DISTRICT) is Fit.VAGUE
    province = place(35.4, 44.3, 60, country="IQ", admin1_code="13", precision=Precision.ADMIN1)
    assert fit(province, DISTRICT) is Fit.VAGUE
    assert fit(SOMEWHERE_IN_IRAQ, DISTRICT) is Fit.VAGUE
    assert fit(place(32, 45, country="IQ", admin1_code="02"), DISTRICT) is Fit.OUTSIDE


def test_a_radius_may_depend_on_what_happened() -> None:
    airport = Area("airport", circles=((35, 44, 20),), circles_of={"Air/drone strike": ((35, 44, 120),)})
    regions, near = build({"airport": airport}), place(35.6, 44)
    assert regions.fits(near, ("Armed clash", "Battles")) == {}
    assert regions.fits(near, ("Air/drone strike", "Explosions/Remote violence")) == {"airport": Fit.INSIDE}
    outside = build({"all": Area("all", countries=frozenset({"IQ"}), exclude=("airport",)), "airport": airport})
    iraqi = place(35.6, 44, country="IQ")
    assert outside.fits(iraqi, ("Armed clash", "Battles")) == {"all": Fit.INSIDE}
    assert "all" not in outside.fits(iraqi, ("Air/drone strike", "Explosions/Remote violence"))


def test_the_narrower_type_decides_and_a_region_can_be_only_for_one() -> None:
    wide, narrow = ((35.0, 44.0, 120.0),), ((35.0, 44.0, 5.0),)
    kinds = {"Explosions/Remote violence": wide, "Grenade": narrow}
    regions = build({"base": Area("base", circles_of=kinds)})
    near = place(35.6, 44)
    assert regions.fits(near, ("Shelling/artillery/missile attack", "Explosions/Remote violence"))
    assert not regions.fits(near, ("Grenade", "Explosions/Remote violence"))
    assert not regions.fits(near)


def test_regions_of_regions_take_holes_and_the_date_line_along() -> None:
    ring = Area("ring", polygons=((square(40, 30, 10), square(44, 34, 2)),))
    fiji = Area("fiji", boxes=((176, -20, -178, -15),))
    town = Area("town", circles=((-17, 179, 30),))
    parts = (Area("all", include=("ring", "fiji"), exclude=("town",)), ring, fiji, town)
    assert [fit(where, *parts) for where in (place(31, 41), place(35, 45), place(-17, -179), place(-17, 179))] == [
        Fit.INSIDE, Fit.OUTSIDE, Fit.INSIDE, Fit.OUTSIDE,
    ]  # fmt: skip
    assert fit(place(-17, 179.5, 40), *parts) is Fit.TOUCH
