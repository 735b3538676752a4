"""What stands before the first word of violence in its sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect.preludes import prelude
from workers.pipeline.detect.reading import read
from workers.pipeline.detect.scenes import scenes
from workers.pipeline.models import Document

NOON = datetime(2024, 3, 18, 12, tzinfo=UTC)


def before(text: str) -> dict[str, float]:
    reading = read(Document("d", text, None, NOON), knowledge.load())
    scene = next(scenes(reading.text, reading.tags, reading.ages))
    return prelude(reading, scene)


@pytest.mark.parametrize(
    "text",
    [
        "Rebels shelled Kherson on Sunday.",
        "On Sunday, police in Kherson said, twelve rebels shelled the town.",
        "أعلنت الشرطة الأحد مقتل سبعة جنود في الموصل.",
    ],
)
def test_who_where_when_and_who_says_so_is_no_other_matter(text: str) -> None:
    assert before(text).get("late", 0.0) <= 0.2


def test_much_other_matter_makes_violence_late() -> None:
    late = before("The tailor opened a shop with the money that his uncle had sent him after rebels shelled Kherson.")
    assert late["late"] > 0.6


def test_what_where_tells_begins_there() -> None:
    told = before("The singer gave her first long concert of the tour in Goma, where rebels shelled the market.")
    assert told.get("late", 0.0) <= 0.2
    assert "led" not in told


@pytest.mark.parametrize(
    "text", ["Parliament debated the shelling of Kherson.", "قدم الوزير استقالته بعد مقتل سبعة جنود في كمين."]
)
def test_a_calm_beginning_leads(text: str) -> None:
    assert before(text)["led"] == 1.0
