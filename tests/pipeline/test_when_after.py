"""Days counted from an event to its being told date the event, not what else the sentence tells."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Document

PUBLISHED = datetime(2026, 3, 6, 12, tzinfo=UTC)

TOLD = [
    (
        "en",
        "Three days after the shelling of Kidal that killed nine soldiers, the town buries its dead.",
        date(2026, 3, 3),
    ),
    ("en", "Gunmen killed nine soldiers near Kidal on Thursday, the army said.", date(2026, 3, 5)),
    (
        "en",
        "After two days of fighting in Kidal, in which nine soldiers were killed, the army holds the bridge.",
        date(2026, 3, 4),
    ),
]


@pytest.mark.parametrize(("language", "text", "day"), TOLD)
def test_the_violence_is_dated_by_the_days_since(language: str, text: str, day: date) -> None:
    coding = detect(Document("one", text, published=PUBLISHED, language=language), knowledge.load())
    assert day in {report.start for report in coding.reports}


def test_a_ministry_that_speaks_in_a_town_does_not_place_the_fight_there() -> None:
    text = (
        "Rebels attacked a post near Kidal on Thursday and killed nine soldiers, the defence ministry in Bamako said."
    )
    coding = detect(Document("one", text, published=PUBLISHED, language="en"), knowledge.load())
    assert {report.place.name for report in coding.reports if report.alertable and report.place} == {"Kidal"}
