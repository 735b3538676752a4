"""One clash in six layouts: the columns are theirs, the loss is stated, nothing is invented."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline.scenes import MONDAY, claim, day, filing
from workers.pipeline.cluster import cluster
from workers.pipeline.export import COLUMNS, FORMATS, Atlas, Subject, row
from workers.pipeline.models import Actor, Filing, Precision

ATLAS = Atlas(
    countries={"IQ": "Iraq", "SO": "Somalia"},
    numbers={"IQ": 368, "SO": 706},
    actor={"iraq-army": "Iraqi Army", "peshmerga": "Peshmerga"}.get,
    code={"iraq-army": 1, "peshmerga": 3, "al-shabaab": 2}.get,
    alpha3={"IQ": "IRQ", "SO": "SOM"},
    land={"iraq-army": "IRQ", "peshmerga": "IRQ", "al-shabaab": "SOM"}.get,
)
ACLED = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
    "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
BATTLE = (
    filing(
        "a",
        "Altun Kupri",
        sides={"attacker": "iraq-army", "target": "peshmerga"},
        killed=(9, 9, None),
        injured=11,
        family="afp",
        claims=[claim("iraq-army", low=4, whom="iraq-army"), claim("peshmerga", low=5, whom="peshmerga")],
    ),
    filing("b", "Perde", 3, sides=("iraq-army", "peshmerga"), killed=26, family="bbc", language="nl"),
)
BOMB = (filing("c", "Mogadishu", kind="Suicide bomb", sides={"attacker": "al-shabaab"}),)


def subject(*filings: Filing) -> Subject:
    return Subject(cluster(filings, (), MONDAY).clashes[0], filings)


def of_kind(kind: str) -> Subject:
    known = subject(filing("a"))
    return replace(known, clash=replace(known.clash, sub_event_type=kind))


def exported(format: str, *filings: Filing) -> dict[str, Any]:
    found = row(format, subject(*filings), ATLAS)
    assert found is not None
    return dict(found)


def test_acled_has_its_31_columns_in_order() -> None:
    assert ",".join(COLUMNS["acled"]) == ACLED
    assert tuple(exported("acled", *BATTLE)) == COLUMNS["acled"]


def test_acled_takes_the_lowest_toll_and_keeps_the_dispute_in_the_notes() -> None:
    told = exported("acled", *BATTLE)
    assert (told["fatalities"], told["inter1"], told["inter2"], told["interaction"]) == (9, 1, 3, 13)
    assert (told["actor1"], told["actor2"]) == ("Iraqi Army", "Peshmerga")
    assert (told["iso"], told["region"], told["country"]) == (368, "Middle East", "Iraq")
    assert (told["geo_precision"], told["time_precision"], told["source_scale"]) == (1, 1, "International")
    assert "iraq-army: 4 killed of iraq-army" in told["notes"]
    assert "left out" in told["notes"]


def test_a_party_called_by_two_names_stands_once_in_its_row() -> None:
    known = subject(*BATTLE)
    army = Actor("government troops", (0, 4), "iraq-army")
    doubled = replace(known.clash.sides[0], actors=(*known.clash.sides[0].actors, army))
    again = replace(known, clash=replace(known.clash, sides=(doubled, *known.clash.sides[1:])))
    told = row("acled", again, ATLAS)
    assert told is not None
    assert (told["actor1"], told["assoc_actor_1"]) == ("Iraqi Army", "")


def test_acled_counts_an_unknown_toll_as_nought_and_says_so() -> None:
    told = exported("acled", *BOMB)
    assert told["fatalities"] == 0
    assert "0 when none does" in told["notes"]


@pytest.mark.parametrize(
    ("precision", "code"),
    [(Precision.EXACT, 1), (Precision.NEAR, 2), (Precision.DISTRICT, 2), (Precision.ADMIN1, 3), (Precision.COUNTRY, 3)],
)
def test_acled_says_how_exact_the_place_is(precision: Precision, code: int) -> None:
    known = subject(*BATTLE)
    assert known.clash.place is not None
    place = replace(known.clash.place, precision=precision)
    told = row("acled", replace(known, clash=replace(known.clash, place=place)), ATLAS)
    assert told is not None
    assert told["geo_precision"] == code


def test_ucdp_has_its_49_columns_and_splits_the_dead_by_side() -> None:
    told = exported("ucdp", *BATTLE)
    assert len(COLUMNS["ucdp"]) == 49
    assert tuple(told) == COLUMNS["ucdp"]
    assert (told["low"], told["best"], told["high"]) == (9, 26, 26)
    assert (told["deaths_a"], told["deaths_b"], told["deaths_civilians"], told["deaths_unknown"]) == (4, 5, 0, 17)
    assert (told["type_of_violence"], told["where_prec"], told["date_prec"]) == (1, 1, 1)
    assert told["number_of_sources"] == 2
    assert "peshmerga: 5 killed" in told["source_original"]


def test_ucdp_has_no_row_without_a_death() -> None:
    assert row("ucdp", subject(*BOMB), ATLAS) is None


@pytest.mark.parametrize(("lat", "lon", "cell"), [(-90.0, -180.0, 1), (0.25, 0.25, 129961), (90.0, 180.0, 259200)])
def test_the_prio_grid_counts_half_degrees_from_the_south_pole(lat: float, lon: float, cell: int) -> None:
    from workers.pipeline.export.ucdp import priogrid

    assert priogrid(lat, lon) == cell


PLOVER = (
    "id,has_event,date,time,enddate,endtime,actor,recipient,event,event_loc,event_text,quad_code,event_scale,mode,context,"
    "link,text,text_info,cite_info,coder,coded_date,coded_time,comment"
)
"""The manual's table of JSON fields; its ``source`` is called ``actor``."""


def test_plover_has_every_field_of_the_manual_in_order() -> None:
    assert ",".join(exported("plover", *BATTLE)) == PLOVER


def test_plover_names_the_attacker_as_actor_and_both_sides_when_nobody_began() -> None:
    told = exported("plover", *BATTLE)
    assert (told["event"], told["mode"], told["quad_code"], told["event_scale"]) == (["ASSAULT"], ["firearms"], 4, -9.3)
    assert (_names(told["actor"]), _names(told["recipient"])) == (["Iraqi Army"], ["Peshmerga"])
    mutual = exported("plover", filing("a", sides=("iraq-army", "peshmerga")))
    assert (_names(mutual["actor"]), mutual["recipient"]) == (["Iraqi Army", "Peshmerga"], [])


def test_plover_codes_actors_by_country_and_sector_as_far_as_they_are_known() -> None:
    assert exported("plover", *BATTLE)["actor"] == [
        {"code": "IRQ", "sector": "MIL", "actor_text": "iraq-army"}
        | {"identifier_id": "iraq-army", "identifier_text": "Iraqi Army"}
    ]
    unlisted = exported("plover", filing("a", sides={"attacker": "some gunmen", "target": "peshmerga"}))
    assert unlisted["actor"] == [{"actor_text": "some gunmen"}]
    assert exported("plover", filing("a"))["actor"] == [{"actor_text": "unspecified", "sector": "UAF"}]


def test_plover_says_when_it_was_coded_and_that_no_report_gives_an_hour() -> None:
    told = exported("plover", *BATTLE)
    assert (told["coded_date"] + "T" + told["coded_time"], told["time"], told["endtime"]) == (
        "2026-03-02T15:00:00+00:00",
        None,
        None,
    )
    assert "days, not hours" in told["comment"]


def test_plover_quotes_with_the_place_of_the_quote_in_its_article() -> None:
    told = exported("plover", *BATTLE)
    assert (told["text"], told["text_info"]) == ("quoted", {"start": 0, "end": 100, "article": "a", "version": 1})
    assert [one["publication"] for one in told["cite_info"]] == ["afp", "bbc"]
    assert (told["event_loc"]["country code"], told["event_loc"]["cc3"]) == ("IQ", "IRQ")


@pytest.mark.parametrize(
    ("kind", "category", "mode", "quad"),
    [
        ("Violent demonstration", "PROTEST", "riot", 4),
        ("Peaceful protest", "PROTEST", "demo", 4),
        ("Arrests", "COERCE", "arrest", 4),
        ("Non-violent transfer of territory", "RETREAT", "withdraw", 2),
        ("Suicide bomb", "ASSAULT", "suicide-attack", 4),
    ],
)
def test_plover_counts_protest_and_coercion_as_material_conflict(
    kind: str, category: str, mode: str, quad: int
) -> None:
    told = row("plover", of_kind(kind), ATLAS)
    assert told is not None
    assert (told["event"], told["mode"], told["quad_code"]) == ([category], [mode], quad)


def test_plover_has_no_row_for_what_is_none_of_its_categories() -> None:
    assert row("plover", of_kind("Change to group/activity"), ATLAS) is None


def _names(actors: list[dict[str, str]]) -> list[str]:
    return [one["identifier_text"] for one in actors]


def test_a_clash_without_a_place_has_no_point_anywhere() -> None:
    nowhere = filing("a", None)
    assert exported("geojson", nowhere)["geometry"] is None
    assert exported("geojson", *BATTLE)["geometry"] == {"type": "Point", "coordinates": [44.136, 35.754]}
    assert exported("acled", nowhere)["latitude"] == ""
    assert exported("csv", nowhere)["latitude"] is None


def test_json_lines_lose_nothing() -> None:
    told = exported("jsonl", *BATTLE)
    assert json.loads(json.dumps(told))["ledger"][0]["claim"]["low"] == 4
    assert [report["id"] for report in told["reports"]] == ["a", "b"]
    assert told["loss"] == ""


@pytest.mark.parametrize("format", FORMATS)
def test_every_row_names_the_clash_that_it_came_from(format: str) -> None:
    assert subject(*BATTLE).clash.id in json.dumps(exported(format, *BATTLE))


def test_dates_without_a_day_are_marked_as_coarse() -> None:
    assert exported("acled", filing("a", day=None))["time_precision"] == 3
    assert exported("acled", filing("a", day=day(1), days=4))["time_precision"] == 2
    assert exported("ucdp", filing("a", day=None, killed=3))["date_prec"] == 5
