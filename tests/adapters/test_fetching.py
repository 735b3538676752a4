"""What an answer of the web means for the row that asked: a page, another attempt, or another turn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workers.adapters.fetching import Reached, UnreachableError, polled, question, reached
from workers.adapters.store.claims import NotYetError
from workers.adapters.store.feeds import Subscription
from workers.adapters.store.memory import Memory
from workers.adapters.web import Answer, Request
from workers.pipeline.models import Feed, FetchOutcome, Page
from workers.pipeline.schedule import History

NOW = datetime.now(UTC)
LINK = Request("http://paper.example/1")
PAGE = Page(LINK.url, LINK.url, b"<html>", "text/html", None, NOW)
PAPER = Subscription(1, Feed(slug="paper", url="http://paper.example/rss", interval=900), Memory(etag='"1"'))


def test_a_page_is_a_page() -> None:
    assert reached(Answer(LINK, FetchOutcome.OK, PAGE), last_attempt=False) == Reached(FetchOutcome.OK, PAGE)


def test_a_passing_failure_is_tried_again_when_the_server_wishes() -> None:
    failed = reached(Answer(LINK, FetchOutcome.RATE_LIMITED, status=429, retry_after=120), last_attempt=False)
    assert isinstance(failed, UnreachableError)
    assert failed.after == 120


@pytest.mark.parametrize("outcome", [FetchOutcome.CLIENT_ERROR, FetchOutcome.GONE, FetchOutcome.ROBOTS])
def test_what_can_never_be_had_is_an_empty_page_so_that_the_feeds_own_words_are_read(outcome: FetchOutcome) -> None:
    given_up = reached(Answer(LINK, outcome), last_attempt=False)
    assert isinstance(given_up, Reached)
    assert given_up.page.body == b""


def test_so_is_what_failed_in_the_last_attempt() -> None:
    given_up = reached(Answer(LINK, FetchOutcome.TIMEOUT), last_attempt=True)
    assert isinstance(given_up, Reached)
    assert given_up.page.body == b""


@pytest.mark.parametrize("last_attempt", [False, True])
def test_a_host_whose_turn_did_not_come_charges_nobody(last_attempt: bool) -> None:
    waits = reached(Answer(LINK, FetchOutcome.DEFERRED, retry_after=14), last_attempt)
    assert isinstance(waits, NotYetError)
    assert waits.after == 14


def test_a_feed_is_asked_with_what_it_gave_last_time() -> None:
    assert question(PAPER) == Request("http://paper.example/rss", feed=True, etag='"1"')


def test_now_and_then_a_feed_is_asked_for_everything() -> None:
    asked_often = Subscription(1, PAPER.feed, Memory(etag='"1"', history=History(polls=1000)))
    assert question(asked_often).etag is None


def test_a_server_that_keeps_its_validators_while_the_feed_changes_is_found_out() -> None:
    known = Memory(etag='"1"', body_hash="a", history=History(polls=1000))
    changed = Answer(question(PAPER), FetchOutcome.OK, PAGE, etag='"1"', body_hash="b")
    found = polled(Subscription(1, PAPER.feed, known), changed).memory
    asked = question(Subscription(1, PAPER.feed, found))
    assert (asked.etag, asked.body_hash) == (None, "b")
    honest = polled(Subscription(1, PAPER.feed, found), replace(changed, etag='"2"', body_hash="c")).memory
    assert question(Subscription(1, PAPER.feed, honest)).etag == '"2"'


def test_an_index_of_sitemaps_is_asked_part_by_part_and_then_again_itself() -> None:
    asked, subscribed = (
        [],
        Subscription(1, PAPER.feed, Memory(parts=("http://paper.example/a", "http://paper.example/b"))),
    )
    for outcome in (FetchOutcome.OK, FetchOutcome.CLIENT_ERROR):
        asked.append(question(subscribed).url)
        found = polled(subscribed, Answer(question(subscribed), outcome))
        subscribed = Subscription(1, PAPER.feed, found.memory)
    assert asked == ["http://paper.example/a", "http://paper.example/b"]
    assert question(subscribed).url == PAPER.feed.url
    assert found.due - datetime.now(UTC) > timedelta(minutes=10)


def test_what_an_answer_takes_is_smoothed() -> None:
    once = polled(PAPER, Answer(question(PAPER), FetchOutcome.NOT_MODIFIED, seconds=1.0)).memory
    again = polled(Subscription(1, PAPER.feed, once), Answer(question(PAPER), FetchOutcome.OK, seconds=11.0)).memory
    assert (once.seconds, again.seconds) == (1.0, 4.0)


def test_a_feed_that_did_not_change_is_due_in_about_its_interval() -> None:
    found = polled(PAPER, Answer(question(PAPER), FetchOutcome.NOT_MODIFIED, etag='"1"'))
    assert found.answered
    assert found.memory.etag == '"1"'
    assert timedelta(minutes=13) < found.due - datetime.now(UTC) < timedelta(minutes=25)


def test_a_feed_that_fails_keeps_its_validators_and_waits_longer() -> None:
    found = polled(PAPER, Answer(question(PAPER), FetchOutcome.SERVER_ERROR, status=500))
    assert not found.answered
    assert found.memory.etag == '"1"'
    assert found.memory.history.failures > 0


def test_a_feed_whose_hosts_turn_did_not_come_is_asked_again_then() -> None:
    found = polled(PAPER, Answer(question(PAPER), FetchOutcome.DEFERRED, retry_after=14))
    assert timedelta(seconds=10) < found.due - datetime.now(UTC) < timedelta(seconds=15)
    assert found.memory == PAPER.memory
