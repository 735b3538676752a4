"""Feeds: who is polled, what the last poll taught, when it is due again."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, case, exists, func, select, text, update

from workers.adapters.store import hubs, pages, tallies
from workers.adapters.store.claims import Held
from workers.adapters.store.columns import among, as_json
from workers.adapters.store.engine import by_statement
from workers.adapters.store.memory import Memory
from workers.adapters.store.schema import feeds
from workers.adapters.store.tallies import Tally
from workers.adapters.store.upkeep import pushes
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
    pushed: bool = False
    """Whether a hub promised to tell at once what is new."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought: ``page`` when the feed changed; ``answered`` when the publisher gave or confirmed it."""

    slug: str
    outcome: FetchOutcome
    due: datetime
    memory: Memory
    page: Page | None
    answered: bool


_TOGETHER = 5000
"""Feeds in one statement. (A statement takes no more than 65,535 parameters, so names are one: an array.)"""


def subscribe(engine: Engine, wanted: Sequence[Feed]) -> None:
    """Poll exactly these: new ones at once, changed ones with what was learnt, others no more.

    A new address forgets validators and history: they were another's.
    """
    with engine.begin() as connection:
        connection.execute(
            update(feeds)
            .where(~among(feeds.c.slug, [feed.slug for feed in wanted]), feeds.c.active)
            .values(active=False, stage=None, hinted_at=None)
        )
        for start in range(0, len(wanted), _TOGETHER):
            some = wanted[start : start + _TOGETHER]
            rows = {"slugs": [one.slug for one in some], "feeds": [json.dumps(wire.encode(one)) for one in some]}
            connection.execute(text(_SUBSCRIBE), rows | {"stage": POLL.stage})
        hubs.leave(connection)


_SUBSCRIBE = """
INSERT INTO feeds AS known (slug, feed, stage, hinted_at)
SELECT slug, feed, :stage, NULL FROM unnest(CAST(:slugs AS text[]), CAST(:feeds AS jsonb[])) AS wanted (slug, feed)
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


_SUBSCRIBED = select(
    feeds.c.id,
    feeds.c.feed,
    feeds.c.memory,
    exists().where(pushes.c.feed_id == feeds.c.id, pushes.c.state == "confirmed", pushes.c.expires_at > func.now()),
)


def load(engine: Engine, ids: Iterable[int]) -> dict[int, Subscription]:
    """Those of the feeds that are (still) polled, by id."""
    chosen = _SUBSCRIBED.where(among(feeds.c.id, ids), feeds.c.active)
    with by_statement(engine) as connection:
        return {row.id: Subscription(*row) for row in connection.execute(chosen)}


@dataclass(frozen=True, slots=True)
class _Answered:
    """A row of the statement that keeps what polls brought."""

    id: int
    token: int
    due_at: datetime
    outcome: str
    memory: Memory
    answered: bool


def answered(connection: Connection, answers: Sequence[tuple[Held, Polled]]) -> list[int]:
    """Keep what polls brought and when each feed is due again; the ids of the pages to parse.

    Compare and set in one statement: feeds whose lease ran out meanwhile are another's, and left alone; those that
    somebody wanted meanwhile (``poll_now``) stay due.
    """
    rows = tuple(
        _Answered(held.id, held.token, polled.due, polled.outcome, polled.memory, polled.answered)
        for held, polled in answers
    )
    given = {"rows": as_json(tuple[_Answered, ...], rows), "stage": POLL.stage}
    kept = set(connection.execute(text(_ANSWERED), given).scalars())
    ours = [(held, polled) for held, polled in answers if held.id in kept]
    tallies.add(connection, *(_tally(held, polled) for held, polled in ours))
    return pages.add_all(connection, [(polled.page, held.id, None) for held, polled in ours if polled.page])


def _tally(held: Held, polled: Polled) -> Tally:
    return Tally(POLL.stage, polled.outcome, polled.slug, time.monotonic() - held.started)


_ANSWERED = """
UPDATE feeds AS known
SET stage = :stage, lease_until = NULL, attempts = 0, hinted_at = NULL, outcome = new.outcome,
    due_at = CASE WHEN known.hinted_at IS NULL THEN new.due_at ELSE known.due_at END,
    memory = CASE WHEN known.hinted_at IS NULL THEN new.memory ELSE known.memory END,
    answered_at = CASE WHEN new.answered THEN now() ELSE known.answered_at END
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
     AS new (id bigint, token bigint, due_at timestamptz, outcome text, memory jsonb, answered boolean)
WHERE known.id = new.id AND known.token = new.token AND known.stage = :stage
RETURNING known.id
"""


@dataclass(frozen=True, slots=True)
class Student:
    """A feed as it was when a document of it came to be read. ``primed``: another was read before."""

    id: int
    primed: bool
    restored: bool
    """A backup was restored, and no document read since: what this one lists may have been told."""
    interval: float
    memory: Memory

    def is_silent(self, prime: bool) -> bool:
        """Whether what is listed is recorded only: at first if ``prime``, after a restored backup in any case."""
        return not self.primed and (prime or self.restored)


@dataclass(frozen=True, slots=True)
class _Learnt:
    """A row of the statement that keeps what documents taught."""

    id: int
    memory: Memory
    newest: datetime | None
    read: bool


def students(connection: Connection, ids: Collection[int]) -> dict[int, Student]:
    """Locks the rows, in one order for all: of two readings at once, one is first."""
    columns = feeds.c.id, feeds.c.primed, feeds.c.restored, feeds.c.feed, feeds.c.memory
    chosen = select(*columns).where(among(feeds.c.id, ids)).order_by(feeds.c.id)
    rows = connection.execute(chosen.with_for_update())
    return {row.id: Student(row.id, row.primed, row.restored, row.feed.interval, row.memory) for row in rows}


def learn(connection: Connection, lessons: Sequence[tuple[Student, FeedDocument, int]]) -> None:
    """Keep for the next poll what documents taught: how much was new in each, and what the publisher asks for."""
    rows = tuple(_learnt(student, document, new) for student, document, new in lessons)
    connection.execute(text(_LEARN), {"rows": as_json(tuple[_Learnt, ...], rows)})


def _learnt(student: Student, document: FeedDocument, new: int) -> _Learnt:
    if document.parts:
        memory = replace(student.memory, parts=document.parts, body_hash=None, etag=None, last_modified=None)
        return _Learnt(student.id, memory, None, read=False)
    history = schedule.yielded(student.memory.history, len(document.entries), new, student.interval)
    dates = sorted(entry.published for entry in document.entries if entry.published)
    gap = schedule.gap(dates, student.memory.gap)
    memory = replace(student.memory, history=history, gap=gap, ttl=document.ttl)
    memory = replace(memory, skip_hours=document.skip_hours, skip_days=document.skip_days)
    memory = memory if memory.hub_by_header else replace(memory, hub=document.hub)
    return _Learnt(student.id, memory, dates[-1] if dates else None, read=True)


# An index of sitemaps was not read yet: its parts are, at once.
_LEARN = """
UPDATE feeds AS known
SET memory = learnt.memory, primed = known.primed OR learnt.read, restored = known.restored AND NOT learnt.read,
    entry_at = greatest(known.entry_at, learnt.newest),
    due_at = CASE WHEN learnt.read THEN known.due_at ELSE now() END
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS learnt (id bigint, memory jsonb, newest timestamptz, read boolean)
WHERE known.id = learnt.id
"""


def by_slug(engine: Engine, slug: str) -> Subscription | None:
    chosen = _SUBSCRIBED.where(feeds.c.slug == slug, feeds.c.active)
    with engine.connect() as connection:
        row = connection.execute(chosen).one_or_none()
    return Subscription(*row) if row else None


def poll_now(engine: Engine, slugs: Collection[str] | None = None) -> list[str]:
    """Make these feeds due (``None``: all), ahead of all others; the tick hints them. The slugs of those found.

    Who asks by hand wants to see the document: nothing is asked conditionally. A feed that is being asked at this
    moment may have answered before what it is wanted for: it is hinted, which no claimed row is otherwise, and its
    answer leaves it due (``answered``).
    """
    wanted = feeds.c.active if slugs is None else feeds.c.active & feeds.c.slug.in_(slugs)
    again = case((feeds.c.lease_until > func.now(), func.now()), else_=None)
    full = {"due_at": func.now() - _AHEAD, "stage": POLL.stage, "hinted_at": again, "attempts": 0}
    with engine.begin() as connection:
        known = connection.execute(select(feeds.c.id, feeds.c.memory).where(wanted).with_for_update()).all()
        for row in known:
            memory = replace(row.memory, history=schedule.in_full(row.memory.history))
            connection.execute(update(feeds).where(feeds.c.id == row.id).values(memory=memory))
        found = connection.execute(update(feeds).where(wanted).values(full).returning(feeds.c.slug))
        return sorted(found.scalars())
