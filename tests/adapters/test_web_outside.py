"""When nothing on the web answers, our own network is away: no site is blamed, and all are asked again soon."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from far_ends import Answer, Asked, http

from workers.adapters.web import Fetcher, Policy, Request
from workers.adapters.web.outside import HELD_UP, PAUSE, SITES
from workers.pipeline.models import FetchOutcome

NOBODY = [f"http://127.0.0.{n}:9/feed" for n in range(2, 12)]
"""Different sites at which nobody listens."""


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(Policy(spacing=0, timeout=2, allow=("127.0.0.0/8",)))


def outcomes(fetcher: Fetcher, urls: list[str], feed: bool = True) -> Counter[FetchOutcome]:
    return Counter(answer.outcome for answer in fetcher.fetch([Request(url, feed=feed) for url in urls]))


def test_site_after_site_that_cannot_be_reached_is_asked_again_soon_and_not_blamed(fetcher: Fetcher) -> None:
    found = fetcher.fetch([Request(url, feed=True) for url in NOBODY])
    blamed = [answer for answer in found if answer.outcome is FetchOutcome.CONNECT]
    later = [answer for answer in found if answer.outcome is FetchOutcome.DEFERRED]
    assert (len(blamed), len(later)) == (SITES - 1, len(NOBODY) - SITES + 1)
    assert {answer.retry_after for answer in later} == {PAUSE}
    assert all("nothing on the web answers" in answer.detail for answer in later)


def test_one_site_that_answers_shows_that_the_others_are_down(fetcher: Fetcher) -> None:
    with http(lambda _: Answer(503)) as alive:
        for url in NOBODY:
            assert outcomes(fetcher, [url]) == {FetchOutcome.CONNECT: 1}
            assert outcomes(fetcher, [alive]) == {FetchOutcome.SERVER_ERROR: 1}


def test_one_site_may_be_down_as_often_as_it_likes(fetcher: Fetcher) -> None:
    assert outcomes(fetcher, NOBODY[:1] * 10) == {FetchOutcome.CONNECT: 10}


def test_a_name_that_nobody_resolves_counts_as_well(fetcher: Fetcher) -> None:
    names = [f"http://paper-{n}.invalid/feed" for n in range(SITES)]
    assert outcomes(fetcher, names)[FetchOutcome.DEFERRED] == 1


def test_a_site_that_could_not_be_asked_what_it_allows_is_asked_again(fetcher: Fetcher) -> None:
    """A network that is away is no ban by robots.txt: the page would be given up for the feed's own words."""
    assert outcomes(fetcher, NOBODY, feed=False) == {
        FetchOutcome.CONNECT: SITES - 1,
        FetchOutcome.DEFERRED: len(NOBODY) - SITES + 1,
    }
    with http(lambda asked: Answer(404 if "robots" in asked.path else 200, b"words")) as alive:
        assert outcomes(fetcher, [alive], feed=False) == {FetchOutcome.OK: 1}


def test_a_site_whose_answer_we_let_lie_did_not_run_out_of_time() -> None:
    """A store that hangs for twenty seconds holds up whoever keeps what sites answer; the rest is asked again."""
    fetcher = Fetcher(Policy(spacing=0, timeout=2, robots=False, allow=("127.0.0.0/8",)))

    def answer(asked: Asked) -> Answer:
        time.sleep(0.5 if "slow" in asked.path else 0)
        return Answer(200, b"words")

    with http(answer) as site:
        answers = fetcher.each([Request(site), Request(f"{site}slow")])
        [(_, first)] = next(answers)
        time.sleep(HELD_UP + 0.5)
        [(_, second)] = next(answers)
    fetcher.close()
    assert (first.outcome, second.outcome, second.retry_after) == (FetchOutcome.OK, FetchOutcome.DEFERRED, PAUSE)
