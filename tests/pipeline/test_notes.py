"""Notes of event databases: a day, a village, its district and province, no country.

In: ``texts/notes.yml``. A note lands at its village, or at the smallest area that it names and we know.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.detect.distance import kilometres
from workers.pipeline.models import Document, Place, Precision

NOTES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).parent / "texts/notes.yml")["notes"]


class Spot(NamedTuple):
    lat: float
    lon: float


def place(text: str) -> Place | None:
    found = detect(Document("1", text), knowledge.load()).reports
    return found[0].place if found else None


@pytest.mark.parametrize("note", NOTES, ids=lambda note: str(note["text"])[:60])
def test_a_note_lands_where_it_says(note: dict[str, Any]) -> None:
    found = place(note["text"])

    assert found is not None
    assert kilometres(found, Spot(*note["at"])) <= note["within"]


def test_an_unknown_village_is_somewhere_in_the_district_that_it_is_said_to_lie_in() -> None:
    found = place("On 4 May 2021, gunmen attacked Xalakandu village (Djugu, Ituri), killing 4.")

    assert found is not None
    assert found.precision in (Precision.DISTRICT, Precision.NEAR)
    assert found.admin1 == "Ituri"
    assert found.radius_km >= 20


def test_a_namesake_outside_of_the_province_named_is_not_the_village() -> None:
    found = place("On 9 June 2022, rebels shelled Washington (Djibo, Sahel).")

    assert found is not None
    assert found.country == "BF"
