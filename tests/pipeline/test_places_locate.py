"""Where a clause happens, how precisely, and which names say nothing about it."""

from __future__ import annotations

import pytest
from places import happens, view

from workers.pipeline.detect.places_locate import Reach
from workers.pipeline.detect.places_roles import Role
from workers.pipeline.models import Precision


def roles(text: str, language: str = "en") -> dict[str, Role]:
    return {spotted.mention.text: spotted.role for spotted in view(text, language).spotted}


def place(text: str, language: str = "en"):
    found = view(text, language)
    located = found.locate(found.text.clauses[0].span)
    assert located is not None
    return located.place


def test_a_capital_that_speaks_is_an_actor() -> None:
    assert roles("Baghdad said troops had entered Kirkuk.")["Baghdad"] is Role.ACTOR
    assert happens("Moscow accuses rebels of shelling a market in Donetsk.") == "Donetsk"


def test_a_venue_is_not_where_the_fighting_is() -> None:
    assert roles("Ministers held talks in Geneva about the war.")["Geneva"] is Role.VENUE
    assert roles("Abadi said in a statement during a visit to Tehran.")["Tehran"] is Role.VENUE


def test_a_dateline_is_where_the_reporter_sits() -> None:
    assert roles("BAGHDAD (Reuters) - Bombs killed ten people in Baquba on Sunday.")["BAGHDAD"] is Role.VENUE


def test_roads_borders_and_capitals_of_are_references() -> None:
    found = roles("The attack happened in Perde, on the road linking Kirkuk to the regional capital Erbil.")

    assert found["Perde"] is Role.LOCATION
    assert found["Kirkuk"] is Role.REFERENCE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Clashes broke out 12 km south of Hawija.", "en"),
        ("Ten zuiden van Hawija, op 12 km, wordt gevochten, 12 kilometer ten zuiden van Hawija.", "nl"),
        ("Gefechte 12 Kilometer südlich von Hawija.", "de"),
        ("Combats à 12 kilomètres au sud de Hawija.", "fr"),
        ("Combates a 12 kilómetros al sur de Hawija.", "es"),
        ("Бои идут в 12 км к югу от Хавиджи.", "ru"),
    ],
)
def test_distances_widen_the_radius_and_never_move_the_point(text: str, language: str) -> None:
    found = place(text, language)

    assert found.name == "Hawija"
    assert found.precision is Precision.NEAR
    assert 12 <= found.radius_km <= 20


def test_toward_a_place_is_near_it() -> None:
    assert place("Iraqi forces attacked in the direction of Fish-Khabur.").precision is Precision.NEAR


def test_turkish_says_where_by_endings_and_words_after_the_name() -> None:
    assert roles("Halep'te çatışma çıktı.", "tr")["Halep"] is Role.LOCATION
    assert roles("Halep'in kuzeyinde çatışma çıktı.", "tr")["Halep"] is Role.NEAR
    assert roles("Halep'ten gelen uçaklar vurdu.", "tr")["Halep"] is Role.ORIGIN


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("A bomb exploded in Baquba.", Precision.EXACT),
        ("A bomb exploded near Baquba.", Precision.NEAR),
        ("A bomb exploded in Diyala province.", Precision.ADMIN1),
        ("A bomb exploded in northern Syria.", Precision.COUNTRY),
    ],
)
def test_precision_says_how_well_the_place_is_known(text: str, precision: Precision) -> None:
    assert place(text).precision is precision


def test_the_point_wins_over_the_region_and_country_around_it() -> None:
    assert happens("In Iraq, gunmen in Diyala province attacked a post in Baquba.") == "Baqubah"


def test_a_report_names_the_regions_that_its_place_lies_in() -> None:
    found = place("Rockets hit Altun Kupri in Iraq.")

    assert (found.country, found.admin1_code, found.geonameid) == ("IQ", "13", None)


def test_a_clause_without_a_place_takes_one_from_its_own_paragraph() -> None:
    text = "Shells hit Sarmin in Syria on Friday. Three people were killed.\n\nOil prices rose in London."
    found = view(text)

    located = found.locate(found.text.clause_at(text.index("Three")).span)

    assert located is not None
    assert (located.place.name, located.reach) == ("Sarmin", Reach.PARAGRAPH)


def test_a_clause_without_a_place_takes_none_from_an_unrelated_paragraph() -> None:
    text = "The council met.\n\nMinisters spoke in London about trade.\n\nThree people were killed."
    found = view(text)

    assert found.locate(found.text.clause_at(text.index("Three")).span) is None


def test_the_place_of_a_country_that_is_only_an_actor_is_not_guessed() -> None:
    assert happens("Russia and Turkey agreed to keep fighting the group.") is None


def test_the_places_of_a_list_share_the_word_before_the_first() -> None:
    found = roles("Bombs went off in Baquba, Baghdad and Mosul.")

    assert set(found.values()) == {Role.LOCATION}


def test_a_country_after_a_comma_holds_the_place_before_it() -> None:
    assert roles("Shells fell on Sarmin, Syria.")["Syria"] is Role.CONTAINER


def test_an_abbreviation_counts_only_in_capitals() -> None:
    assert view("A car bomb went off.", title="Car bomb outside a hotel").mentions == ()
    assert [m.country for m in view("Rebels attacked a convoy in CAR on Monday.").mentions] == ["CF"]


def test_an_apposition_says_which_place_is_meant_not_where_something_happens() -> None:
    found = roles("Fighters were driven from Hawija, a market town 45 km south of Kirkuk.")

    assert found["Kirkuk"] is Role.REFERENCE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bij Dohuk, tussen Mosul en Erbil, werd vrijdag geschoten.", "nl"),
        ("Bei Dohuk, zwischen Mossul und Erbil, wurde am Freitag geschossen.", "de"),
        ("À Dohuk, entre Mossoul et Erbil, des tirs ont éclaté vendredi.", "fr"),
        ("En Dohuk, entre Mosul y Erbil, hubo disparos el viernes.", "es"),
        ("У Дохука, между Мосулом и Эрбилем, в пятницу стреляли.", "ru"),
    ],
)
def test_the_towns_between_which_it_lies_only_say_where_it_is(text: str, language: str) -> None:
    assert list(roles(text, language).values())[1:] == [Role.REFERENCE, Role.REFERENCE]
    assert happens(text, language) == "Dohuk"


def test_where_people_flee_to_is_not_where_they_flee_from() -> None:
    assert happens("Thousands fled into Thailand as fighting flared at Myawaddy.", trigger="fighting") == "Myawaddy"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Syrian troops shelled boats on the Euphrates.", "en"),
        ("Syrische troepen beschoten boten op de Eufraat.", "nl"),
        ("Syrische Truppen beschossen Boote auf dem Euphrat.", "de"),
        ("L'armée syrienne a bombardé des bateaux sur l'Euphrate.", "fr"),
        ("El ejército sirio bombardeó barcos en el Éufrates.", "es"),
        ("قصف الجيش السوري قوارب في نهر الفرات.", "ar"),
        ("Сирийская армия обстреляла лодки на Евфрате.", "ru"),
        ("Сирійська армія обстріляла човни на Євфраті.", "uk"),
        ("Suriye ordusu Fırat Nehri üzerindeki tekneleri vurdu.", "tr"),
    ],
)
def test_a_river_through_several_countries_is_that_of_the_one_the_text_speaks_of(text: str, language: str) -> None:
    assert ("STM", "SY") in [(m.feature, m.country) for m in view(text, language).mentions]
