"""Pages: the bytes that were fetched, compressed, so that everything after them can be run again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select

from workers.adapters.store.schema import entries, feeds, pages
from workers.adapters.store.works import EXTRACT, PARSE
from workers.pipeline.models import Entry, Feed, Page


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
    row = {
        "kind": "feed" if entry_id is None else "article",
        "stage": (PARSE if entry_id is None else EXTRACT).stage,
        "feed_id": feed_id,
        "entry_id": entry_id,
        "url": page.url,
        "final_url": page.final_url,
        "content_type": page.content_type,
        "charset": page.charset,
        "fetched": page.fetched,
        "body": zlib.compress(page.body, 6),
    }
    return int(connection.execute(insert(pages).values(row).returning(pages.c.id)).scalar_one())


def load(engine: Engine, page_id: int) -> Fetched:
    chosen = (
        select(pages, feeds.c.feed, entries.c.entry, entries.c.primed)
        .join(feeds, feeds.c.id == pages.c.feed_id)
        .outerjoin(entries, entries.c.id == pages.c.entry_id)
        .where(pages.c.id == page_id)
    )
    with engine.connect() as connection:
        row = connection.execute(chosen).one()
    page = Page(
        url=row.url,
        final_url=row.final_url,
        body=zlib.decompress(row.body),
        content_type=row.content_type,
        charset=row.charset,
        fetched=row.fetched,
    )
    return Fetched(page_id, page, row.feed_id, row.feed, row.entry_id, row.entry, bool(row.primed))
