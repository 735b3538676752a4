"""Whether a feed can be relied on, and why not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workers.pipeline.health import State, Vitals, judge, silence
from workers.pipeline.models import FetchOutcome, Outcome
from workers.pipeline.schedule import gap

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WELL = Vitals(FetchOutcome.NOT_MODIFIED, answered=NOW, entry=NOW - timedelta(hours=3), gap=3600.0, seconds=0.4)


def state(**changed):
    return judge(replace(WELL, **changed), NOW).state


def test_a_feed_that_answers_and_has_news_is_healthy():
    assert state() == State.HEALTHY


def test_a_feed_is_new_until_its_first_poll():
    assert judge(Vitals(), NOW).state == State.NEW


def test_a_feed_that_fails_says_since_when():
    found = judge(replace(WELL, outcome=FetchOutcome.TLS, answered=NOW - timedelta(days=3)), NOW)
    assert (found.state, found.reason) == (State.FAILING, "tls; last answered 3 d ago")


def test_a_host_whose_turn_did_not_come_is_no_failure():
    assert state(outcome=FetchOutcome.DEFERRED) == State.HEALTHY


def test_gone_is_worse_than_failing_and_failing_worse_than_silent():
    assert state(gone=True, outcome=FetchOutcome.DNS) == State.GONE
    assert state(outcome=FetchOutcome.DNS, entry=NOW - timedelta(days=90)) == State.FAILING
    assert state(given_up=True) == State.FAILING


def test_a_feed_is_silent_by_its_own_rhythm():
    assert state(entry=NOW - timedelta(days=2)) == State.SILENT
    assert state(entry=NOW - timedelta(days=2), gap=86_400.0) == State.HEALTHY
    found = judge(replace(WELL, entry=NOW - timedelta(days=4)), NOW)
    assert found.reason == "newest entry 4 d ago, usually every 60 min"


def test_nothing_is_silent_before_a_day_nor_fine_after_a_month():
    assert silence(1.0) == timedelta(days=1)
    assert silence(1e9) == timedelta(days=30)
    assert silence(None) == timedelta(days=7)


def test_a_feed_whose_articles_stand_behind_a_wall_is_walled():
    walls = {Outcome.CONSENT_WALL: 6, Outcome.PAYWALL: 1, Outcome.ARTICLE: 3, "new": 40}
    found = judge(replace(WELL, brought=walls), NOW)
    assert (found.state, found.reason) == (State.WALLED, "7 of 10 articles behind a wall, most: consent_wall")


@pytest.mark.parametrize("brought", [{Outcome.PAYWALL: 4}, {Outcome.PAYWALL: 5, Outcome.ARTICLE: 5}])
def test_few_walls_make_no_walled_feed(brought):
    assert state(brought=brought) == State.HEALTHY


def test_a_moved_and_a_slow_feed_say_so():
    assert judge(replace(WELL, moved_to="https://example.org/new"), NOW).reason == "now at https://example.org/new"
    assert state(seconds=12.0) == State.SLOW


def test_the_usual_gap_is_the_median_and_moves_slowly():
    hourly = [NOW + timedelta(hours=n) for n in range(6)]
    assert gap(hourly, None) == 3600
    assert gap([*hourly, NOW + timedelta(days=30)], None) == 3600
    assert gap([NOW + timedelta(minutes=n) for n in range(6)], 3600.0) == pytest.approx(0.8 * 3600 + 0.2 * 60)


@pytest.mark.parametrize("published", [[], [NOW], [NOW] * 20])
def test_a_document_without_a_rhythm_teaches_none(published):
    assert gap(published, None) is None
    assert gap(published, 3600.0) == 3600
