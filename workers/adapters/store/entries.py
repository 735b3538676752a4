"""Entries: what feeds list, each once per publisher family, however often and wherever it is listed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select, text, update

from workers.adapters.store import feeds as feed_rows
from workers.adapters.store import pages, tallies, yields
from workers.adapters.store.columns import digest, storable
from workers.adapters.store.pages import Fetched
from workers.adapters.store.schema import entries
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import FETCH
from workers.pipeline import urls, wire
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
    rows = [_row(entry) for entry in document.entries]
    # One order for all: two feeds of a family that list the same entries must not wait for each other.
    rows.sort(key=lambda row: (row["guid_key"] or "", row["url_key"] or ""))
    given = {"rows": json.dumps(rows), "feed_id": found.feed_id, "family": _family(found)}
    given |= {"primed": primed, "stage": FETCH.stage}
    new, edited = _ids(connection, _ADD, given), []
    if len(new) < len(rows):
        edited = _ids(connection, _EDIT, given)
        _seen(connection, _family(found), rows)
    feed_rows.learn(connection, found.feed_id, document, len(new))
    counted = (Tally("entry", "new", found.feed.slug, count=len(new)), Tally("entry", "edited", count=len(edited)))
    tallies.add(connection, *(tally for tally in counted if tally.count))
    if new:
        yields.add(connection, found.feed_id, "new", len(new))
    return new + edited


def _ids(connection: Connection, statement: str, given: dict[str, Any]) -> list[int]:
    return [int(found) for found in connection.execute(text(statement), given).scalars()]


_LISTED = """
jsonb_to_recordset(CAST(:rows AS jsonb)) AS listed (url_key text, guid_key text, fingerprint text, entry jsonb)
"""
_ADD = f"""
INSERT INTO entries (feed_id, family, url_key, guid_key, fingerprint, entry, primed, stage)
SELECT CAST(:feed_id AS bigint), :family, url_key, guid_key, fingerprint, entry, :primed, :stage
FROM {_LISTED} ON CONFLICT DO NOTHING RETURNING id
"""
# Only what is at rest is taken up again: an entry being fetched is about to be read anyway.
_EDIT = f"""
UPDATE entries AS known
SET fingerprint = listed.fingerprint, entry = listed.entry, primed = false, stage = :stage,
    due_at = now(), hinted_at = now()
FROM {_LISTED}
WHERE known.family = :family AND (known.url_key = listed.url_key OR known.guid_key = listed.guid_key)
  AND known.fingerprint <> listed.fingerprint AND known.stage IS NULL AND known.feed_id = :feed_id
RETURNING known.id
"""


def _seen(connection: Connection, family: str, rows: Sequence[dict[str, Any]]) -> None:
    """Retention forgets what no feed lists any more; noting that once a day is enough."""
    listed = and_(
        entries.c.family == family,
        entries.c.guid_key.in_([row["guid_key"] for row in rows]),
        entries.c.seen_at < func.now() - text("interval '1 day'"),
    )
    connection.execute(update(entries).where(listed).values(seen_at=func.now()))


def _family(found: Fetched) -> str:
    return found.feed.family or found.feed.slug


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "url_key": digest(urls.entry_key(entry.url, entry.guid)) if entry.url else None,
        "guid_key": digest(entry.guid) if entry.guid else None,
        "fingerprint": digest(f"{entry.title}\0{entry.summary}\0{entry.content or ''}"),
        "entry": storable(wire.encode(entry)),
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
