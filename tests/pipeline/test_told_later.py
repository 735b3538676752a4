"""What an article tells of later than the incident, or from elsewhere, neither dates nor places it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from places import view

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.detect.places_roles import Role
from workers.pipeline.models import DatePrecision, Document, Report

WEDNESDAY = datetime(2024, 3, 20, 12, tzinfo=UTC)


def alerting(text: str, title: str | None = None) -> list[Report]:
    coding = detect(Document("d", text, title, WEDNESDAY), knowledge.load())
    return [report for report in coding.reports if report.alertable]


def test_the_day_on_which_a_toll_is_announced_is_not_that_of_the_attack() -> None:
    [report] = alerting(
        "The toll of the shelling of a school in Kherson has risen to 14. The mayor said so on Wednesday."
    )
    assert report.date_precision is not DatePrecision.DAY


SAID = {
    "en": "Shells killed four people in Kherson, the mayor said on Tuesday. Artillery hit a station on Monday.",
    "nl": "Granaten doodden vier mensen in Cherson, meldde de wethouder dinsdag. Maandag werd het station beschoten.",
    "de": "Granaten töteten vier Leute in Cherson, sagte der Chef am Dienstag. Am Montag wurde der Bahnhof beschossen.",
    "ru": "При обстреле Херсона погибли четверо, сообщил во вторник мэр. Артиллерия обстреляла вокзал в понедельник.",
}


@pytest.mark.parametrize(("language", "text"), SAID.items())
def test_the_day_of_the_deed_goes_before_that_of_saying_so(language: str, text: str) -> None:
    [report] = alerting(text)
    assert (report.start, report.end) == (date(2024, 3, 18), date(2024, 3, 18))


def test_the_day_on_which_the_wounded_die_is_not_that_of_the_attack() -> None:
    text = "Rockets hit a bus station in Kherson. Three of the wounded died on Tuesday, the hospital reported."
    [report] = alerting(text)
    assert report.start != date(2024, 3, 19) or report.date_precision is not DatePrecision.DAY


def test_the_dead_counted_on_another_day_are_those_of_the_attack() -> None:
    [report] = alerting(
        "Three days after shells hit a bus station in Kherson, its walls are being cleared.\n\n"
        "Two more deaths were counted on Tuesday, which brings the toll to nine."
    )
    assert report.start == date(2024, 3, 17)


def test_a_capital_in_which_something_is_announced_is_no_place_of_fighting() -> None:
    text = (
        "Fighting went on for hours near the crossing at Oldbridgeham, where eleven soldiers died. "
        "The president announced a truce in Khartoum on Tuesday."
    )
    assert all(report.place is None for report in alerting(text))


@pytest.mark.parametrize(
    ("language", "text", "capital"),
    [
        ("en", "The minister announced in Nairobi that the raid was over.", "Nairobi"),
        ("nl", "De minister maakte dat dinsdag in Nairobi bekend.", "Nairobi"),
        ("de", "Die Ministerin gab das Ende des Einsatzes in Nairobi bekannt.", "Nairobi"),
    ],
)
def test_a_capital_beside_a_verb_of_saying_is_where_it_is_said(language: str, text: str, capital: str) -> None:
    assert {spotted.mention.text: spotted.role for spotted in view(text, language).spotted}[capital] is Role.VENUE


@pytest.mark.parametrize(
    ("language", "text", "namesake"),
    [
        ("en", "Shells fell on the Merowe neighbourhood, in the west of Nyala, on Tuesday.", "Merowe"),
        ("fr", "Des obus sont tombés sur le quartier de Merowe, à l'ouest de Nyala.", "Merowe"),
        ("de", "Granaten trafen den Stadtteil Merowe im Westen von Nyala.", "Merowe"),
        ("es", "Cayeron proyectiles en el barrio de Merowe, al oeste de Nyala.", "Merowe"),
        ("nl", "Granaten troffen de wijk Merowe, in het westen van Nyala.", "Merowe"),
    ],
)
def test_a_quarter_is_not_its_namesake_at_the_other_end_of_the_country(language: str, text: str, namesake: str) -> None:
    found = [mention.text for mention in view(text, language).mentions]
    assert namesake not in found
    assert "Nyala" in found


def test_where_a_witness_comes_from_is_not_where_it_happens() -> None:
    text = "Une voisine, venue de Mykolaïv, pleurait sur la place où l'obus est tombé."
    assert [spotted.role for spotted in view(text, "fr").spotted] == [Role.ORIGIN]
