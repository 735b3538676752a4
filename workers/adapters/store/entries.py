"""Entries: what feeds list, each once per publisher family, however often and wherever it is listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from workers.adapters.store import feeds as feed_rows
from workers.adapters.store import pages, tallies, yields
from workers.adapters.store.columns import digest
from workers.adapters.store.pages import Fetched
from workers.adapters.store.schema import entries
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import FETCH
from workers.pipeline import urls
from workers.pipeline.models import Entry, FeedDocument, Page


def keep(connection: Connection, found: Fetched, document: FeedDocument | None, prime: bool) -> list[int]:
    """Keep what a feed's document lists; the ids of the entries to fetch: never seen before, or edited since.

    With ``prime``, entries of the feed's first document never alert. Known is what has the same canonical address
    or the same guid within the publisher family. Edited is what has another title, summary or text; a date alone is
    no edit, since some feeds renew it at every poll.
    """
    if document is None:
        return []
    if document.parts:
        feed_rows.learn(connection, found.feed_id, document, 0)
        return []
    primed = feed_rows.is_first_reading(connection, found.feed_id) and prime
    rows = [_row(found, entry) | {"primed": primed, "stage": FETCH.stage} for entry in document.entries]
    # One order for all: two feeds of a family that list the same entries must not wait for each other.
    rows.sort(key=lambda row: (row["guid_key"] or "", row["url_key"] or ""))
    new, edited = [], []
    for row in rows:
        added = insert(entries).values(row).on_conflict_do_nothing().returning(entries.c.id)
        if (made := connection.execute(added).scalar_one_or_none()) is not None:
            new.append(int(made))
        elif (again := _edit(connection, row)) is not None:
            edited.append(again)
    _seen(connection, rows)
    feed_rows.learn(connection, found.feed_id, document, len(new))
    counted = (Tally("entry", "new", found.feed.slug, count=len(new)), Tally("entry", "edited", count=len(edited)))
    tallies.add(connection, *(tally for tally in counted if tally.count))
    if new:
        yields.add(connection, found.feed_id, "new", len(new))
    return new + edited


def _edit(connection: Connection, row: dict[str, Any]) -> int | None:
    """Only what is at rest is taken up again: an entry being fetched is about to be read anyway."""
    same = or_(entries.c.url_key == row["url_key"], entries.c.guid_key == row["guid_key"])
    changed = (
        update(entries)
        .where(entries.c.family == row["family"], same, entries.c.fingerprint != row["fingerprint"])
        .where(entries.c.stage.is_(None), entries.c.feed_id == row["feed_id"])
        .values(
            fingerprint=row["fingerprint"],
            entry=row["entry"],
            primed=False,
            stage=FETCH.stage,
            due_at=func.now(),
            hinted_at=func.now(),
        )
        .returning(entries.c.id)
    )
    edited: int | None = connection.execute(changed).scalars().first()
    return edited


def _seen(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Retention forgets what no feed lists any more; noting that once a day is enough."""
    listed = and_(
        entries.c.family.in_({row["family"] for row in rows}),
        entries.c.guid_key.in_([row["guid_key"] for row in rows]),
        entries.c.seen_at < func.now() - text("interval '1 day'"),
    )
    connection.execute(update(entries).where(listed).values(seen_at=func.now()))


def _row(found: Fetched, entry: Entry) -> dict[str, Any]:
    return {
        "feed_id": found.feed_id,
        "family": found.feed.family or found.feed.slug,
        "url_key": digest(urls.entry_key(entry.url, entry.guid)) if entry.url else None,
        "guid_key": digest(entry.guid) if entry.guid else None,
        "fingerprint": digest(f"{entry.title}\0{entry.summary}\0{entry.content or ''}"),
        "entry": entry,
    }


def links(engine: Engine, ids: Iterable[int]) -> dict[int, str]:
    """The address of each entry, empty when the feed gave none."""
    with engine.connect() as connection:
        rows = connection.execute(select(entries.c.id, entries.c.entry).where(entries.c.id.in_(list(ids))))
        return {row.id: row.entry.url or "" for row in rows}


def answered(connection: Connection, entry_id: int, outcome: str, page: Page) -> list[int]:
    """Keep the page that an entry's link returned (without a body when it cannot be had); its id."""
    fetched = update(entries).where(entries.c.id == entry_id).values(outcome=outcome).returning(entries.c.feed_id)
    feed_id = connection.execute(fetched).scalar_one()
    return [pages.add(connection, page, feed_id, entry_id)]
