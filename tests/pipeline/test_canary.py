"""The canary goes through every real stage on every day of the week, and falls silent where nothing is known."""

from datetime import UTC, datetime, timedelta

import pytest

from workers.adapters import knowledge
from workers.canary import SilentError, sing

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("day", range(7))
def test_it_sings_on_every_day_of_the_week(day: int) -> None:
    assert sing(knowledge.load(), MONDAY + timedelta(days=day, hours=day * 3)) == "Armed clash near Goma, DR Congo"


def test_it_is_lost_where_the_worker_cannot_read() -> None:
    with pytest.raises(SilentError, match="lost in"):
        sing(knowledge.load(["nl"]), MONDAY)
