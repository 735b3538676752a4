"""How much of what a rule told was right: measured from what reviewers said, with an honest interval."""

from datetime import timedelta

import pytest
from incidents import NOON

from workers.pipeline.models import Judgement, Review
from workers.pipeline.reviews import measure, wilson


def review(clash: str, judgement: Judgement, after: int = 0, rule: str | None = None) -> Review:
    return Review("", clash, judgement, "ana", "", NOON + timedelta(minutes=after), rule)


TOLD = [("kirkuk", "1"), ("kirkuk", "2"), ("iraq", "1"), ("yemen", "3")]


def test_a_judgement_of_a_clash_counts_for_every_rule_that_told_it() -> None:
    found = measure(TOLD, [review("1", Judgement.CONFIRMED), review("2", Judgement.OLD_NEWS)])
    assert [(one.rule, one.confirmed, one.reviewed, one.wrong) for one in found] == [
        ("iraq", 1, 1, {}),
        ("kirkuk", 1, 2, {"old_news": 1}),
    ]


def test_a_judgement_that_names_a_rule_counts_for_that_rule_alone() -> None:
    found = measure(TOLD, [review("1", Judgement.WRONG_PLACE, rule="kirkuk")])
    assert [(one.rule, one.precision) for one in found] == [("kirkuk", 0.0)]


def test_the_latest_judgement_counts() -> None:
    (found,) = measure([("kirkuk", "1")], [review("1", Judgement.CONFIRMED, 5), review("1", Judgement.DUPLICATE)])
    assert found.precision == 1.0


@pytest.mark.parametrize(("right", "of", "low", "high"), [(3, 3, 0.44, 1.0), (0, 3, 0.0, 0.56), (50, 100, 0.40, 0.60)])
def test_the_interval_is_wide_while_little_was_reviewed(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))
