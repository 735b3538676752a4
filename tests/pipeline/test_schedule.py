"""When a feed is asked again, and why then."""

from datetime import UTC, datetime

import pytest

from workers.pipeline.models import Area
from workers.pipeline.models import FetchOutcome as Outcome
from workers.pipeline.schedule import Because, Hints, History, answered, due, sooner, watched, yielded

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
QUARTER = 900.0


def after(*outcomes):
    history = History()
    for outcome in outcomes:
        history = answered(history, outcome, QUARTER)
    return history


def next_poll(history=None, jitter=0.5, **hints):
    return due(NOW, QUARTER, jitter, Hints(**hints), history or History())


def test_a_new_feed_is_asked_at_the_configured_interval():
    assert next_poll().seconds == 900
    assert next_poll().because == Because.INTERVAL


def test_jitter_spreads_feeds_by_a_tenth():
    assert next_poll(jitter=0).seconds == 810
    assert next_poll(jitter=0.999).seconds < 990


def test_a_feed_that_repeats_itself_is_asked_later_up_to_four_hours():
    found = next_poll(after(*[Outcome.NOT_MODIFIED] * 50))
    assert (found.seconds, found.because) == (4 * 3600, Because.QUIET)


def test_a_feed_full_of_news_is_asked_sooner_down_to_ten_minutes():
    found = next_poll(yielded(yielded(History(), 20, 20, QUARTER), 20, 15, QUARTER))
    assert (found.seconds, found.because) == (600, Because.BUSY)


def test_an_operator_who_wants_less_than_ten_minutes_gets_it():
    assert due(NOW, 5.0, 0.5, Hints(), yielded(History(), 10, 10, 5.0)).seconds == 5


def test_half_known_entries_change_nothing():
    assert yielded(History(), 20, 10, QUARTER) == History()


@pytest.mark.parametrize(
    ("hints", "because"),
    [
        ({"ttl": 7200.0}, Because.TTL),
        ({"max_age": 7200.0}, Because.CACHE),
        ({"retry_after": 7200.0}, Because.RETRY_AFTER),
    ],
)
def test_what_the_publisher_asks_for_is_the_least(hints, because):
    found = next_poll(jitter=0.0, **hints)
    assert (found.seconds, found.because) == (7200, because)


def test_a_feed_that_is_pushed_is_asked_once_an_hour_in_case_a_push_is_lost():
    found = next_poll(jitter=0.0, pushed=True)
    assert (found.seconds, found.because) == (3600, Because.PUSHED)


def test_a_wish_for_a_year_is_taken_for_a_mistake():
    assert next_poll(jitter=0.0, ttl=31_536_000.0).seconds == 86_400


def test_skipped_hours_are_slept_through():
    found = next_poll(skip_hours=frozenset({12, 13}))
    assert (found.at.hour, found.because) == (14, Because.SKIP_HOURS)
    assert next_poll(skip_hours=frozenset(range(24))).because == Because.INTERVAL


def test_skipped_days_are_slept_through():
    found = next_poll(skip_days=frozenset({0, 1}))  # 2 March 2026 is a Monday
    assert (found.at.date().isoformat(), found.at.hour, found.because) == ("2026-03-04", 0, Because.SKIP_DAYS)
    assert next_poll(skip_days=frozenset(range(7))).because == Because.INTERVAL
    last = next_poll(skip_hours=frozenset(range(12, 24)), skip_days=frozenset({1}))
    assert last.at.date().isoformat() == "2026-03-04"


@pytest.mark.parametrize(
    ("outcome", "factor"), [(Outcome.DNS, 2), (Outcome.SERVER_ERROR, 2**0.5), (Outcome.TIMEOUT, 2**0.25)]
)
def test_failures_slow_a_feed_down_by_their_weight(outcome, factor):
    found = next_poll(after(outcome))
    assert found.seconds == pytest.approx(900 * factor)
    assert found.because == Because.FAILING


def test_a_feed_that_fails_for_ever_is_asked_every_month_and_never_dropped():
    found = next_poll(after(*[Outcome.DNS] * 100))
    assert found.seconds == 30 * 86_400


def test_one_success_ends_the_slow_down_even_a_304():
    assert next_poll(after(Outcome.DNS, Outcome.DNS, Outcome.NOT_MODIFIED)).because == Because.QUIET
    assert next_poll(after(Outcome.DNS, Outcome.OK)).because == Because.INTERVAL


def test_a_feed_that_is_gone_is_asked_once_a_month_and_may_come_back():
    assert next_poll(after(Outcome.GONE)).because == Because.GONE
    assert next_poll(after(Outcome.GONE, Outcome.OK)).because == Because.INTERVAL


def test_a_turn_that_did_not_come_is_no_failure():
    assert after(Outcome.DEFERRED) == History()


def test_after_many_unchanged_answers_the_whole_feed_is_asked_for():
    assert not after(*[Outcome.NOT_MODIFIED] * 39).wants_full
    assert after(*[Outcome.NOT_MODIFIED] * 40).wants_full
    assert not after(*[Outcome.NOT_MODIFIED] * 40, Outcome.UNCHANGED).wants_full


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_an_answer_in_the_future(outcome):
    assert next_poll(after(outcome)).at > NOW


def test_feeds_of_watched_countries_are_asked_sooner_but_not_more_than_every_ten_minutes():
    assert sooner(3600.0) == 1800
    assert sooner(900.0) == 600
    assert sooner(5.0) == 5


def test_watched_are_the_countries_of_the_rules_regions_and_of_what_they_include():
    areas = {
        "sahel": Area("sahel", countries=frozenset({"ML"}), include=("kidal", "border")),
        "kidal": Area("kidal", admin1=frozenset({"NE.01"}), include=("sahel",)),
        "elsewhere": Area("elsewhere", countries=frozenset({"BE"})),
    }
    assert watched(areas, ["sahel", "unknown"]) == {"ML", "NE"}
