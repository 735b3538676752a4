"""Tolls of another time do not enter an incident's count."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Count, Document

OTHER_TIMES: list[tuple[str, str]] = [
    (
        "en",
        "Rebels shelled the town of Bria on Tuesday, killing four people. In all of 2023, shelling killed 210 people.",
    ),
    (
        "en",
        "Rebels shelled the town of Bria on Tuesday, killing four people. Last March shelling killed 12 people there.",
    ),
    (
        "en",
        "Rebels shelled the town of Bria on Tuesday, killing four people. Since 2 April shelling has killed 61 people.",
    ),
    (
        "en",
        "Rebels shelled the town of Bria on Tuesday, killing four people. Attacks have killed thousands in the region.",
    ),
    ("de", "Rebellen beschossen am Dienstag die Stadt Bria und töteten vier Menschen. 2023 starben dort 210 Menschen."),
    ("es", "Los rebeldes atacaron el martes Bria y mataron a cuatro personas. En todo 2023 murieron allí 210 civiles."),
    ("ru", "Боевики обстреляли во вторник город Бриа, погибли четыре человека. В 2023 году там погибли 210 человек."),
]


@pytest.mark.parametrize(("language", "text"), OTHER_TIMES)
def test_a_toll_of_another_year_or_month_is_not_the_incident_s(language: str, text: str) -> None:
    published = datetime(2024, 6, 12, 12, tzinfo=UTC)  # a Wednesday
    coding = detect(Document("one", text, published=published, language=language), knowledge.load())

    assert {report.killed for report in coding.reports if report.alertable} == {Count(4, 4, 4)}
