"""Claimed rows in, what the web answered out, as it comes: many requests in one event loop.

Nothing is parsed here: a fetch worker downloads and hands on bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.adapters.store.claims import Held, NotYetError
from workers.adapters.store.feeds import Polled, Subscription
from workers.adapters.store.hubs import Question
from workers.adapters.store.memory import Memory
from workers.adapters.web import Answer, Fetcher, Request
from workers.pipeline import schedule, websub
from workers.pipeline.models import FetchOutcome, Page
from workers.pipeline.schedule import Hints

_GOOD = frozenset({FetchOutcome.OK, FetchOutcome.NOT_MODIFIED, FetchOutcome.UNCHANGED})
_PASSING = frozenset(
    {
        FetchOutcome.TIMEOUT,
        FetchOutcome.DNS,
        FetchOutcome.CONNECT,
        FetchOutcome.SERVER_ERROR,
        FetchOutcome.RATE_LIMITED,
    }
)
"""Failures after which asking again may help."""
_LOST = 3.0
"""Graded failures after which a feed that had moved is looked for at its old address."""
_NEXT_PART = 5.0
"""Seconds between two sitemaps of one index."""
_NEXT_TURN = 10.0
"""Seconds until a host is asked again whose turn did not come."""


class UnreachableError(Exception):
    """A page cannot be had now; ``after`` is what the server asked for, in seconds."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.outcome}: {answer.detail or answer.status or 'no answer'}")
        self.after = answer.retry_after


def ask(web: Fetcher, asked: Sequence[tuple[Held, Request]]) -> Iterator[list[tuple[Held, Answer]]]:
    """An answer for every request, as they end, in groups."""
    for group in web.each([request for _, request in asked]):
        yield [(asked[number][0], answer) for number, answer in group]


def question(subscribed: Subscription) -> Request:
    """A conditional request; now and then an unconditional one, since some servers keep an ETag too long."""
    memory = subscribed.memory
    if memory.parts:
        return Request(memory.parts[0], feed=True)
    url = memory.moved_to or subscribed.feed.url
    if memory.history.wants_full or memory.distrusted:
        return Request(url, feed=True, body_hash=None if memory.history.wants_full else memory.body_hash)
    return Request(url, True, memory.etag, memory.last_modified, memory.body_hash)


def hub_question(asked: Question, front: str) -> Request:
    """A form, for a hub that reaches us at ``front``."""
    callback = f"{front.rstrip('/')}/push/{asked.path}"
    return Request(asked.hub, feed=True, form=websub.question(asked.mode, asked.topic, callback, asked.secret))


def polled(subscribed: Subscription, answer: Answer) -> Polled:
    """What a feed's answer means: when it is due again, and what to remember until then."""
    feed, memory, now = subscribed.feed, subscribed.memory, datetime.now(UTC)
    if memory.parts and answer.outcome is not FetchOutcome.DEFERRED:
        return _part(subscribed, answer, now)
    history = schedule.answered(memory.history, answer.outcome, feed.interval)
    skipped = {"skip_hours": memory.skip_hours, "skip_days": memory.skip_days}
    hints = Hints(answer.retry_after, answer.max_age, memory.ttl, pushed=subscribed.pushed, **skipped)
    due = schedule.due(now, feed.interval, random.random(), hints, history).at
    if answer.outcome is FetchOutcome.DEFERRED:
        due = now + timedelta(seconds=answer.retry_after or _NEXT_TURN)
    learnt: dict[str, Any] = {"history": history, "seconds": _smoothed(memory.seconds, answer.seconds)}
    if answer.outcome in _GOOD:
        learnt |= _confirmed(memory, answer)
    elif history.failures >= _LOST or history.gone:
        learnt["moved_to"] = None
    kept = replace(memory, **learnt)
    return Polled(feed.slug, answer.outcome, due, kept, answer.page, answered=answer.outcome in _GOOD)


def _confirmed(memory: Memory, answer: Answer) -> dict[str, Any]:
    """What of a feed's memory an answer that is the feed's own renews."""
    validators = {"etag": answer.etag, "last_modified": answer.last_modified, "body_hash": answer.body_hash}
    hub = {"hub": answer.hub, "hub_by_header": answer.hub is not None} if answer.hub or memory.hub_by_header else {}
    moved_to = answer.moved_to or memory.moved_to
    return validators | hub | {"moved_to": moved_to, "distrusted": _lies(memory, answer)}


def _part(subscribed: Subscription, answer: Answer, now: datetime) -> Polled:
    """One sitemap of an index: whatever became of it, the next one is due, and after the last the index again."""
    feed, rest = subscribed.feed, subscribed.memory.parts[1:]
    kept = replace(subscribed.memory, parts=rest)
    due = now + timedelta(seconds=_NEXT_PART)
    if not rest:
        due = schedule.due(now, feed.interval, random.random(), Hints(), kept.history).at
    return Polled(feed.slug, answer.outcome, due, kept, answer.page, answered=answer.outcome in _GOOD)


def _lies(memory: Memory, answer: Answer) -> bool:
    """Whether the server gave another body under the validators that it gave before (newsboat#3340, FreshRSS#1020)."""
    if answer.outcome is not FetchOutcome.OK or answer.body_hash == memory.body_hash:
        return memory.distrusted
    if memory.body_hash is None or not (memory.etag or memory.last_modified):
        return False
    return (answer.etag, answer.last_modified) == (memory.etag, memory.last_modified)


def _smoothed(known: float | None, seen: float | None) -> float | None:
    """One slow answer in a row of quick ones makes no slow feed."""
    return known if seen is None else seen if known is None else 0.7 * known + 0.3 * seen


@dataclass(frozen=True, slots=True)
class Reached:
    """How asking for an entry's page ended for good; the page is empty where it can never be had."""

    outcome: FetchOutcome
    page: Page


def reached(answer: Answer, last_attempt: bool) -> Reached | UnreachableError | NotYetError:
    """The page; an empty one when it can never be had, so that the feed's own words about it are still read.

    ``UnreachableError`` while asking again may help, ``NotYetError`` when the host's turn did not come.
    """
    if answer.outcome is FetchOutcome.DEFERRED:
        return NotYetError(answer.retry_after or _NEXT_TURN)
    if answer.page is not None:
        return Reached(answer.outcome, answer.page)
    if answer.outcome in _PASSING and not last_attempt:
        return UnreachableError(answer)
    url = answer.request.url
    empty = Page(url=url, final_url=url, body=b"", content_type=None, charset=None, fetched=datetime.now(UTC))
    return Reached(answer.outcome, empty)
