"""Feeds: who is polled, what the last poll taught, when it is due again."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, text, update

from workers.adapters.store import pages, tallies
from workers.adapters.store.claims import Held
from workers.adapters.store.columns import storable
from workers.adapters.store.memory import Memory
from workers.adapters.store.schema import feeds
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import POLL
from workers.pipeline import schedule, wire
from workers.pipeline.models import Feed, FeedDocument, FetchOutcome, Page

_AHEAD = text("interval '1 hour'")
"""What was asked for by hand is due before what was due anyway."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed as the store knows it."""

    id: int
    feed: Feed
    memory: Memory


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought: ``page`` when the feed changed; ``answered`` when the publisher gave or confirmed it."""

    slug: str
    outcome: FetchOutcome
    due: datetime
    memory: Memory
    page: Page | None
    answered: bool


def subscribe(engine: Engine, wanted: Sequence[Feed]) -> None:
    """Poll exactly these: new ones at once, changed ones with what was learnt, others no more.

    A new address forgets validators and history: they were another's.
    """
    with engine.begin() as connection:
        connection.execute(
            update(feeds)
            .where(feeds.c.slug.not_in([feed.slug for feed in wanted]), feeds.c.active)
            .values(active=False, stage=None, hinted_at=None)
        )
        rows = [{"slug": feed.slug, "feed": json.dumps(wire.encode(feed)), "stage": POLL.stage} for feed in wanted]
        if rows:
            connection.execute(text(_SUBSCRIBE), rows)


_SUBSCRIBE = """
INSERT INTO feeds AS known (slug, feed, stage, hinted_at) VALUES (:slug, CAST(:feed AS jsonb), :stage, NULL)
ON CONFLICT (slug) DO UPDATE
SET feed = excluded.feed, active = true,
    memory = CASE WHEN known.feed->'url' = excluded.feed->'url' THEN known.memory ELSE '{}' END,
    (stage, due_at, hinted_at, attempts) = (
        SELECT kept.* FROM (SELECT known.stage, known.due_at, known.hinted_at, known.attempts) AS kept
        WHERE known.active AND known.feed->'url' = excluded.feed->'url'
        UNION ALL SELECT excluded.stage, now(), NULL, 0
        LIMIT 1)
WHERE known.feed <> excluded.feed OR NOT known.active
"""


def load(engine: Engine, ids: Iterable[int]) -> dict[int, Subscription]:
    """Those of the feeds that are (still) polled, by id."""
    chosen = select(feeds.c.id, feeds.c.feed, feeds.c.memory).where(feeds.c.id.in_(list(ids)), feeds.c.active)
    with engine.connect() as connection:
        return {row.id: Subscription(*row) for row in connection.execute(chosen)}


def answered(connection: Connection, answers: Sequence[tuple[Held, Polled]]) -> list[int]:
    """Keep what polls brought and when each feed is due again; the ids of the pages to parse.

    Compare and set in one statement: feeds whose lease ran out meanwhile are another's, and left alone.
    """
    rows = {
        "ids": [held.id for held, _ in answers],
        "tokens": [held.token for held, _ in answers],
        "dues": [polled.due for _, polled in answers],
        "outcomes": [polled.outcome.value for _, polled in answers],
        "memories": [json.dumps(storable(wire.encode(polled.memory))) for _, polled in answers],
        "answered": [polled.answered for _, polled in answers],
    }
    kept = set(connection.execute(text(_ANSWERED), rows | {"stage": POLL.stage}).scalars())
    ours = [(held, polled) for held, polled in answers if held.id in kept]
    tallies.add(connection, *(_tally(held, polled) for held, polled in ours))
    return [pages.add(connection, polled.page, held.id) for held, polled in ours if polled.page]


def _tally(held: Held, polled: Polled) -> Tally:
    return Tally(POLL.stage, polled.outcome, polled.slug, time.monotonic() - held.started)


_ANSWERED = """
UPDATE feeds AS known
SET stage = :stage, due_at = new.due_at, lease_until = NULL, attempts = 0, hinted_at = NULL, outcome = new.outcome,
    memory = CAST(new.memory AS jsonb), answered_at = CASE WHEN new.answered THEN now() ELSE known.answered_at END
FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS bigint[]), CAST(:dues AS timestamptz[]), CAST(:outcomes AS text[]),
            CAST(:memories AS text[]), CAST(:answered AS boolean[]))
     AS new (id, token, due_at, outcome, memory, answered)
WHERE known.id = new.id AND known.token = new.token AND known.stage = :stage
RETURNING known.id
"""


def is_first_reading(connection: Connection, feed_id: int) -> bool:
    """Whether no document of the feed was read before. Locks the row: of two readings at once, one is first."""
    locked = select(feeds.c.primed).where(feeds.c.id == feed_id).with_for_update()
    if connection.execute(locked).scalar_one():
        return False
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(primed=True))
    return True


def learn(connection: Connection, feed_id: int, document: FeedDocument, new: int) -> None:
    """Keep for the next poll what a document taught: how much was new, and what the publisher asks for."""
    known = select(feeds.c.feed, feeds.c.memory).where(feeds.c.id == feed_id).with_for_update()
    row = connection.execute(known).one()
    history = schedule.yielded(row.memory.history, len(document.entries), new, row.feed.interval)
    dates = sorted(entry.published for entry in document.entries if entry.published)
    gap = schedule.gap(dates, row.memory.gap)
    memory = replace(row.memory, history=history, ttl=document.ttl, skip_hours=document.skip_hours, gap=gap)
    if document.parts:
        memory = replace(row.memory, parts=document.parts, body_hash=None, etag=None, last_modified=None)
        connection.execute(update(feeds).where(feeds.c.id == feed_id).values(due_at=func.now()))
    newest = dates[-1] if dates else None
    latest = func.greatest(feeds.c.entry_at, newest) if newest else feeds.c.entry_at
    connection.execute(update(feeds).where(feeds.c.id == feed_id).values(memory=memory, entry_at=latest))


def by_slug(engine: Engine, slug: str) -> Subscription | None:
    chosen = select(feeds.c.id, feeds.c.feed, feeds.c.memory).where(feeds.c.slug == slug, feeds.c.active)
    with engine.connect() as connection:
        row = connection.execute(chosen).one_or_none()
    return Subscription(*row) if row else None


def poll_now(engine: Engine, slugs: Collection[str] | None = None) -> list[str]:
    """Make these feeds due (``None``: all), ahead of all others; the tick hints them. The slugs of those found.

    Who asks by hand wants to see the document: nothing is asked conditionally.
    """
    wanted = feeds.c.active if slugs is None else feeds.c.active & feeds.c.slug.in_(slugs)
    full = {"due_at": func.now() - _AHEAD, "stage": POLL.stage, "hinted_at": None, "attempts": 0}
    with engine.begin() as connection:
        known = connection.execute(select(feeds.c.id, feeds.c.memory).where(wanted).with_for_update()).all()
        for row in known:
            memory = replace(row.memory, history=schedule.in_full(row.memory.history))
            connection.execute(update(feeds).where(feeds.c.id == row.id).values(memory=memory))
        found = connection.execute(update(feeds).where(wanted).values(full).returning(feeds.c.slug))
        return sorted(found.scalars())
