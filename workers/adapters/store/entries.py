"""Entries: what feeds list, each once per publisher family, however often and wherever it is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select, text

from workers.adapters.store import feeds, pages, tallies, yields
from workers.adapters.store.columns import among, as_json, digest
from workers.adapters.store.engine import by_statement
from workers.adapters.store.pages import Fetched
from workers.adapters.store.schema import entries
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import FETCH
from workers.pipeline import urls
from workers.pipeline.models import Entry, Feed, FeedDocument, Page


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed's document as it was read; ``document`` is ``None`` when it was none, and ``outcome`` says why."""

    found: Fetched
    document: FeedDocument | None
    outcome: str

    @property
    def feed(self) -> Feed:
        return self.found.feed


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry as a document lists it, with the keys by which it is known."""

    feed_id: int
    family: str
    primed: bool
    url_key: str | None
    guid_key: str | None
    fingerprint: str
    entry: Entry

    @property
    def order(self) -> tuple[str, str]:
        """One order for all: two feeds of a family that list the same entries must not wait for each other."""
        return self.guid_key or "", self.url_key or ""


def keep(connection: Connection, readings: Sequence[Reading], prime: bool) -> list[int]:
    """Keep what feeds' documents list; the ids of the entries to fetch: never seen before, or edited since.

    With ``prime``, entries of a feed's first document never alert. Known is what has the same canonical address
    or the same guid within the publisher family. Edited is what has another title, summary or text; a date alone is
    no edit, since some feeds renew it at every poll.
    """
    documents: dict[int, tuple[Reading, FeedDocument]] = {}
    later = []
    for reading in readings:
        if reading.document is not None and reading.found.feed_id not in documents:
            documents[reading.found.feed_id] = reading, reading.document
        elif reading.document is not None:
            later.append(reading)
    found = _keep(connection, documents, prime) if documents else []
    return found + keep(connection, later, prime) if later else found


def _keep(connection: Connection, documents: dict[int, tuple[Reading, FeedDocument]], prime: bool) -> list[int]:
    """One document of each feed."""
    students = feeds.students(connection, documents)
    listed = {
        feed_id: [_listed(reading.found, entry, students[feed_id].is_silent(prime)) for entry in document.entries]
        for feed_id, (reading, document) in documents.items()
    }
    new = _stored(connection, _ADD, [row for rows in listed.values() for row in rows])
    counts = Counter(feed_id for _, feed_id in new)
    old = [row for feed_id, rows in listed.items() if counts[feed_id] < len(rows) for row in rows]
    edited = _stored(connection, _EDIT, old)
    _stored(connection, _SEEN, old)
    lessons = [(students[feed_id], document, counts[feed_id]) for feed_id, (_, document) in documents.items()]
    feeds.learn(connection, lessons)
    slugs = {feed_id: reading.feed.slug for feed_id, (reading, _) in documents.items()}
    edits = Counter(feed_id for _, feed_id in edited)
    tallies.add(connection, *(Tally("entry", "new", slugs[feed_id], count=count) for feed_id, count in counts.items()))
    tallies.add(
        connection, *(Tally("entry", "edited", slugs[feed_id], count=count) for feed_id, count in edits.items())
    )
    yields.add(connection, [(feed_id, "new", count) for feed_id, count in counts.items()])
    return [entry_id for entry_id, _ in new + edited]


def _stored(connection: Connection, statement: str, listed: Sequence[_Listed]) -> list[tuple[int, int]]:
    """The ids of the entries that the statement touched, each with its feed's."""
    if not listed:
        return []
    rows = as_json(tuple[_Listed, ...], tuple(sorted(listed, key=lambda row: row.order)))
    return [tuple(row) for row in connection.execute(text(statement), {"rows": rows, "stage": FETCH.stage})]


_LISTED = """
jsonb_to_recordset(CAST(:rows AS jsonb)) AS listed
    (feed_id bigint, family text, primed boolean, url_key text, guid_key text, fingerprint text, entry jsonb)
"""
_ADD = f"""
INSERT INTO entries (feed_id, family, url_key, guid_key, fingerprint, entry, primed, stage)
SELECT feed_id, family, url_key, guid_key, fingerprint, entry, primed, :stage
FROM {_LISTED} ON CONFLICT DO NOTHING RETURNING id, feed_id
"""
# Only what is at rest is taken up again: an entry being fetched is about to be read anyway.
_EDIT = f"""
UPDATE entries AS known
SET fingerprint = listed.fingerprint, entry = listed.entry, primed = listed.primed, stage = :stage,
    due_at = now(), hinted_at = now()
FROM {_LISTED}
WHERE known.family = listed.family AND (known.url_key = listed.url_key OR known.guid_key = listed.guid_key)
  AND known.fingerprint <> listed.fingerprint AND known.stage IS NULL AND known.feed_id = listed.feed_id
RETURNING known.id, known.feed_id
"""
# Retention forgets what no feed lists any more; noting that once a day is enough.
_SEEN = f"""
UPDATE entries AS known SET seen_at = now() FROM {_LISTED}
WHERE known.family = listed.family AND known.guid_key = listed.guid_key AND known.seen_at < now() - interval '1 day'
RETURNING known.id, known.feed_id
"""


def _listed(found: Fetched, entry: Entry, primed: bool) -> _Listed:
    return _Listed(
        feed_id=found.feed_id,
        family=found.feed.family or found.feed.slug,
        primed=primed,
        url_key=digest(urls.entry_key(entry.url, entry.guid)) if entry.url else None,
        guid_key=digest(entry.guid) if entry.guid else None,
        fingerprint=digest(f"{entry.title}\0{entry.summary}\0{entry.content or ''}"),
        entry=entry,
    )


def links(engine: Engine, ids: Iterable[int]) -> dict[int, str]:
    """The address of each entry, empty when the feed gave none."""
    with by_statement(engine) as connection:
        rows = connection.execute(select(entries.c.id, entries.c.entry).where(among(entries.c.id, ids)))
        return {row.id: row.entry.url or "" for row in rows}


def answered(connection: Connection, answers: Mapping[int, tuple[str, Page]]) -> list[int]:
    """Keep the pages that entries' links returned (without a body when they cannot be had); the pages' ids."""
    ended = {"ids": list(answers), "outcomes": [outcome for outcome, _ in answers.values()]}
    feed_of = {row.id: row.feed_id for row in connection.execute(text(_ANSWERED), ended)}
    return pages.add_all(connection, [(page, feed_of[number], number) for number, (_, page) in answers.items()])


_ANSWERED = """
UPDATE entries AS known SET outcome = ended.outcome
FROM unnest(CAST(:ids AS bigint[]), CAST(:outcomes AS text[])) AS ended (id, outcome)
WHERE known.id = ended.id RETURNING known.id, known.feed_id
"""
