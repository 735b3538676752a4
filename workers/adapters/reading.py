"""Documents and pages in, what stands in each out: one after the other, each under a budget of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from sqlalchemy import Engine

from workers.adapters import limits
from workers.adapters.store import pages
from workers.adapters.store.claims import Held
from workers.adapters.store.entries import Reading
from workers.adapters.store.pages import Fetched
from workers.pipeline import extract
from workers.pipeline import feed as feeding
from workers.pipeline.models import Article, Outcome

_TURN = 3.0
"""Seconds after which no other document is begun: the last one must end well within the task's own limit."""


def article(found: Fetched, last_attempt: bool = False) -> Article:
    """What stands on a page; the feed's own words where reading it costs too much, or cost two workers already."""
    if last_attempt:
        return extract.unread(Outcome.TIMEOUT, "every attempt ended with its worker", found.entry)
    try:
        with limits.within(limits.PAGE):
            return extract.extract(found.page, entry=found.entry, language=found.feed.language)
    except limits.OutOfTimeError:
        return extract.unread(Outcome.TIMEOUT, f"more than {limits.PAGE.seconds:.0f} s of CPU", found.entry)
    except MemoryError:
        return extract.unread(Outcome.TOO_LARGE, "more memory than a page may have", found.entry)


def read(engine: Engine, held: Sequence[Held]) -> Iterator[tuple[Held, Reading]]:
    """Claimed documents in the order of their ids; those for which no time is left are left out."""
    began, by_id = time.monotonic(), {one.id: one for one in held}
    for found in pages.load_all(engine, list(by_id)):
        if time.monotonic() - began > _TURN:
            return
        yield by_id[found.id], _reading(found)


def _reading(found: Fetched) -> Reading:
    page = found.page
    try:
        with limits.within(limits.FEED):
            document = feeding.parse(page.body, charset=page.charset, url=page.final_url, now=page.fetched)
        return Reading(found, document, "entries" if document.entries else "no_entries")
    except feeding.NotAFeed as error:
        return Reading(found, None, error.reason.value)
    except (limits.OutOfTimeError, MemoryError):
        return Reading(found, None, feeding.Reason.TOO_COMPLEX.value)
