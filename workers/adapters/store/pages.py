"""Pages: the bytes that were fetched, compressed, so that everything after them can be run again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from workers.adapters.store.columns import among
from workers.adapters.store.engine import by_statement
from workers.adapters.store.schema import entries, feeds, pages
from workers.adapters.store.works import EXTRACT, PARSE
from workers.pipeline.models import Entry, Feed, Page

_EFFORT = 4
"""Little more than half the time of zlib's usual 6, for bodies a twentieth larger (measured on pages of 70 outlets)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page with where it came from; ``entry`` is ``None`` for a feed's own document."""

    id: int
    page: Page
    feed_id: int
    feed: Feed
    entry_id: int | None = None
    entry: Entry | None = None
    primed: bool = False


def add(connection: Connection, page: Page, feed_id: int, entry_id: int | None = None) -> int:
    """Keep a page and make it work for ``process``: a feed's document to parse, an entry's page to extract."""
    return add_all(connection, [(page, feed_id, entry_id)])[0]


def add_all(connection: Connection, given: Sequence[tuple[Page, int, int | None]]) -> list[int]:
    """Keep pages with the feed and the entry that led to each; their ids, in the order of the pages."""
    if not given:
        return []
    statement = insert(pages).returning(pages.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, [_row(*one) for one in given]).scalars())


def _row(page: Page, feed_id: int, entry_id: int | None) -> dict[str, Any]:
    return {
        "kind": "feed" if entry_id is None else "article",
        "stage": (PARSE if entry_id is None else EXTRACT).stage,
        "feed_id": feed_id,
        "entry_id": entry_id,
        "url": page.url,
        "final_url": page.final_url,
        "content_type": page.content_type,
        "charset": page.charset,
        "fetched": page.fetched,
        "body": zlib.compress(page.body, _EFFORT),
    }


def load(engine: Engine, page_id: int) -> Fetched:
    (found,) = load_all(engine, [page_id])
    return found


def load_all(engine: Engine, ids: Sequence[int]) -> Iterator[Fetched]:
    """In the order of their ids, each unpacked when its turn comes: many pages at once are much memory."""
    chosen = (
        select(pages, feeds.c.feed, entries.c.entry, entries.c.primed)
        .join(feeds, feeds.c.id == pages.c.feed_id)
        .outerjoin(entries, entries.c.id == pages.c.entry_id)
        .where(among(pages.c.id, ids))
        .order_by(pages.c.id)
    )
    with by_statement(engine) as connection:
        rows = connection.execute(chosen).all()
    return map(_fetched, rows)


def _fetched(row: Row[Any]) -> Fetched:
    page = Page(
        url=row.url,
        final_url=row.final_url,
        body=zlib.decompress(row.body),
        content_type=row.content_type,
        charset=row.charset,
        fetched=row.fetched,
    )
    return Fetched(row.id, page, row.feed_id, row.feed, row.entry_id, row.entry, bool(row.primed))
