"""Documents and pages in, what stands in each out: one after the other, each under a budget of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Engine

from workers.adapters import limits
from workers.adapters.store import pages
from workers.adapters.store.claims import Held
from workers.adapters.store.entries import Reading
from workers.adapters.store.pages import Fetched
from workers.adapters.store.works import EXTRACT
from workers.pipeline import extract
from workers.pipeline import feed as feeding
from workers.pipeline.models import Article, Outcome

_TURN = 3.0
"""Seconds after which no other document is begun: the last one must end well within the task's own limit."""
_GATHER = 0.5
"""CPU seconds for which what was read waits for what is read next, to be kept with it. On the clock, groups were the
smaller the busier the machine, and each cost the store more (with four processes to a core: twice as much)."""

S = TypeVar("S")
T = TypeVar("T")
Groups = Iterator[list[tuple[Held, T | Exception]]]
"""What became of claimed rows, in the order of their ids, in groups; an error is its row's own."""


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


def each(rows: Iterable[tuple[Held, S]], read: Callable[[Held, S], T]) -> Groups[T]:
    """Read one after another; those for which no time is left are left out."""
    began, gathering = time.monotonic(), time.process_time()
    group: list[tuple[Held, T | Exception]] = []
    for held, row in rows:
        try:
            found: T | Exception = read(held, row)
        except Exception as error:
            found = error
        group.append((held, found))
        if time.monotonic() - began > _TURN:
            break
        if time.process_time() - gathering > _GATHER:
            yield group
            group, gathering = [], time.process_time()
    if group:
        yield group


def documents(engine: Engine, held: Sequence[Held]) -> Groups[Reading]:
    """Feeds' documents."""
    return each(_pages(engine, held), lambda _, found: _reading(found))


def articles(engine: Engine, held: Sequence[Held]) -> Groups[tuple[Fetched, Article]]:
    """Entries' pages."""
    return each(_pages(engine, held), lambda one, found: (found, article(found, one.attempts >= EXTRACT.max_attempts)))


def _pages(engine: Engine, held: Sequence[Held]) -> Iterator[tuple[Held, Fetched]]:
    by_id = {one.id: one for one in held}
    return ((by_id[found.id], found) for found in pages.load_all(engine, list(by_id)))


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
