"""Regions name places, provinces and districts as people do; what is on no map, or on it twice, stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.settings import SettingsError, load

FILES = {
    "feeds.yml": "feeds: [{slug: one, url: https://one.example/rss}]\n",
    "receivers.yml": "receivers: [{name: files, kind: outbox}]\nroute: {receiver: files}\n",
}


def circles(folder: Path, written: str) -> tuple[tuple[float, float, float], ...]:
    """Those of a region that is written so."""
    for name, text in {**FILES, "regions/r.yml": f"r:\n  {written}\n"}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load(folder, {}).regions["r"].circles


def fault(folder: Path, written: str) -> str:
    with pytest.raises(SettingsError) as raised:
        circles(folder, written)
    (problem,) = raised.value.problems
    return str(problem).replace(f"{folder}/", "")


@pytest.mark.parametrize("place", ["Kirkuk", "kirkuk", "كركوك", "94787", "'94787'"])
def test_a_place_is_named_by_its_name_in_any_script_or_by_its_number(tmp_path: Path, place: str) -> None:
    ((lat, lon, km),) = circles(tmp_path, f"around: {{place: {place}, radius: 40}}")
    assert (round(lat, 1), round(lon, 1), km) == (35.5, 44.4, 40)


def test_what_a_place_lies_in_tells_it_from_its_namesakes(tmp_path: Path) -> None:
    spots = [circles(tmp_path, f"around: {{place: '{place}', km: 9}}") for place in ("Paris, FR", "Paris, Texas")]
    assert [(round(lat), round(lon)) for ((lat, lon, _),) in spots] == [(49, 2), (34, -96)]


def test_a_place_may_have_another_radius_for_some_types(tmp_path: Path) -> None:
    circles(tmp_path, "around: {place: Kirkuk, radius: 40, km_of: {Grenade: 5}}")
    region = load(tmp_path, {}).regions["r"]
    assert [km for _, _, km in region.circles_of["Grenade"]] == [5]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (
            "around: {place: Goma, radius: 9}",
            "r.around.0.place: 2 places are called 'Goma': "
            "write 216281 (Goma, North Kivu, CD) or 1712770 (Goma, Davao, PH)",
        ),
        (
            "around: {place: 'Goma, Iraq', radius: 9}",
            "r.around.0.place: no 'Goma' lies in Iraq: "
            "write 216281 (Goma, North Kivu, CD) or 1712770 (Goma, Davao, PH)",
        ),
        (
            "around: {place: Kirkukk, radius: 9}",
            "r.around.0.place: the gazetteer has no place called 'Kirkukk'; did you mean 'Kirkuk'?; "
            "`clashwatch gazetteer lookup NAME` tells what there is",
        ),
        (
            "around: {place: 1, radius: 9}",
            "r.around.0.place: the gazetteer has no place of the number 1; "
            "`clashwatch gazetteer lookup NAME` tells what there is",
        ),
        ("around: {place: Kirkuk}", "r.around.0: 'radius' is missing, in kilometres: {place: Kirkuk, radius: 40}"),
        (
            "around: {place: Kirkuk, lat: 3, lon: 4, radius: 9}",
            "r.around.0: its middle is a place, or else lat and lon: {place: Kirkuk, radius: 40}",
        ),
        (
            "admin1: [IQ.Kirkuk]",
            "r.admin1.0: 'IQ.Kirkuk' is no province the gazetteer knows; did you mean 'IQ.13' (Kirkuk Governorate)?",
        ),
        (
            "admin2: [IQ.13.Kirkuk]",
            "r.admin2.0: 'Kirkuk' is no district of Kirkuk Governorate that the gazetteer knows; "
            "did you mean 'IQ.13.Kirkuk District'?",
        ),
    ],
)
def test_what_is_not_on_the_map_stops_the_start_with_what_to_write(tmp_path: Path, written: str, wanted: str) -> None:
    assert fault(tmp_path, written) == f"regions/r.yml:2: {wanted}"


def test_a_code_that_means_nothing_is_answered_with_those_that_do(tmp_path: Path) -> None:
    told = fault(tmp_path, "admin1: [IQ.99]")
    assert told.startswith("regions/r.yml:2: r.admin1.0: 'IQ.99' is no province the gazetteer knows: there are IQ.01 (")
    assert told.endswith("and 12 more; `clashwatch gazetteer lookup NAME` tells what there is")
    assert "there are Kirkuk District" in fault(tmp_path, "admin2: [IQ.13.Nowhere]")
