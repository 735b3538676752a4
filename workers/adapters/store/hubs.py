"""Hubs: who promised to push which feed, until when; what they pushed. (WebSub; ``pipeline/websub`` knows the rules.)

A row is work for as long as there is something to ask of its hub: to begin, to go on before the lease ends, to stop.
Only what the hub confirmed at the callback counts; asking alone changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text

from workers.adapters.store import pages, tallies
from workers.adapters.store.columns import among
from workers.adapters.store.schema import feeds
from workers.adapters.store.tallies import Tally
from workers.adapters.store.upkeep import pushes
from workers.adapters.store.works import SUBSCRIBE
from workers.pipeline import websub
from workers.pipeline.models import Page

_DUE = {"stage": SUBSCRIBE.stage}


class Received(StrEnum):
    """What became of what was pushed."""

    KEPT = "kept"
    FORGED = "forged"
    UNKNOWN = "unknown"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Question:
    """What a hub is to be asked."""

    hub: str
    topic: str
    path: str
    secret: str
    leaving: bool

    @property
    def mode(self) -> str:
        return "unsubscribe" if self.leaving else "subscribe"


def follow(connection: Connection, feed_ids: Collection[int]) -> None:
    """Want to be told by the hubs that these feeds name now, and no more by those that they no longer name."""
    leave(connection, feed_ids)
    named = select(feeds.c.id, feeds.c.feed, feeds.c.memory).where(
        among(feeds.c.id, feed_ids), feeds.c.active, feeds.c.memory["hub"].astext.is_not(None)
    )
    rows = [_wanted(row) for row in connection.execute(named)]
    if rows:
        connection.execute(text(_WANT), rows)


def _wanted(row: Row[Any, Any, Any]) -> dict[str, Any]:
    hub = row.memory.hub
    topic = hub.topic or row.memory.moved_to or row.feed.url
    unguessable = {"path": secrets.token_urlsafe(24), "secret": secrets.token_urlsafe(32)}
    return _DUE | unguessable | {"feed_id": row.id, "hub": hub.url, "topic": topic}


_WANT = """
INSERT INTO pushes AS known (feed_id, hub, topic, path, secret, stage, hinted_at)
VALUES (:feed_id, :hub, :topic, :path, :secret, :stage, NULL)
ON CONFLICT (feed_id) DO UPDATE
SET hub = excluded.hub, topic = excluded.topic, path = excluded.path, secret = excluded.secret, state = 'wanted',
    expires_at = NULL, stage = excluded.stage, due_at = now(), attempts = 0, hinted_at = NULL
WHERE (known.hub, known.topic) <> (excluded.hub, excluded.topic) OR known.state = 'leaving'
"""


def leave(connection: Connection, feed_ids: Collection[int] | None = None) -> None:
    """Ask hubs to stop whose feeds (``None``: any) are polled no more, or name no hub any more."""
    given = _DUE | {"ids": None if feed_ids is None else list(feed_ids)}
    connection.execute(text(_LEAVE), given)


_LEAVE = """
UPDATE pushes SET state = 'leaving', stage = :stage, due_at = now(), attempts = 0, hinted_at = NULL
FROM feeds
WHERE feeds.id = feed_id AND state <> 'leaving' AND (NOT active OR memory ->> 'hub' IS NULL)
  AND (CAST(:ids AS bigint[]) IS NULL OR feeds.id = ANY(CAST(:ids AS bigint[])))
"""


def questions(engine: Engine, ids: Iterable[int]) -> dict[int, Question]:
    """What to ask, by row. A subscription that is to end and ran out is forgotten without asking."""
    with engine.begin() as connection:
        connection.execute(text(_FORGET))
        columns = (pushes.c.id, pushes.c.hub, pushes.c.topic, pushes.c.path, pushes.c.secret, pushes.c.state)
        rows = connection.execute(select(*columns).where(among(pushes.c.id, ids))).all()
    return {row.id: Question(row.hub, row.topic, row.path, row.secret, row.state == "leaving") for row in rows}


_FORGET = "DELETE FROM pushes WHERE state = 'leaving' AND coalesce(expires_at, now()) <= now()"


def forget(engine: Engine, ids: Iterable[int]) -> None:
    """Without an address of our own that hubs can reach, nothing can be asked."""
    with engine.begin() as connection:
        connection.execute(pushes.delete().where(among(pushes.c.id, ids)))


def asked(connection: Connection, ids: Collection[int]) -> None:
    """Ask again in a day, or well before the end of what was granted: some hubs confirm before they answer."""
    connection.execute(text(_ASKED), {"ids": list(ids)})


_ASKED = """
UPDATE pushes SET hinted_at = NULL, due_at = CASE
    WHEN state = 'confirmed' AND expires_at > now() THEN now() + 0.8 * (expires_at - now())
    ELSE now() + interval '1 day' END
WHERE id = ANY(CAST(:ids AS bigint[]))
"""


def confirmed(engine: Engine, path: str, topic: str, seconds: int) -> bool:
    """Note for how long the hub promised to push; whether it was asked to."""
    with engine.begin() as connection:
        found = connection.execute(text(_CONFIRMED), _DUE | {"path": path, "topic": topic, "seconds": seconds})
        return found.rowcount == 1


_CONFIRMED = """
UPDATE pushes SET state = 'confirmed', expires_at = now() + make_interval(secs => :seconds), stage = :stage,
    due_at = now() + 0.8 * make_interval(secs => :seconds), attempts = 0, hinted_at = NULL
WHERE path = :path AND topic = :topic AND state <> 'leaving'
"""


def left(engine: Engine, path: str, topic: str) -> bool:
    """Forget what is to end; whether it was to."""
    ours = (pushes.c.path == path) & (pushes.c.topic == topic) & (pushes.c.state == "leaving")
    with engine.begin() as connection:
        return connection.execute(pushes.delete().where(ours)).rowcount == 1


def denied(engine: Engine, path: str, topic: str) -> bool:
    """The hub will not push, or no more; it is asked again tomorrow. Whether it was asked."""
    with engine.begin() as connection:
        return connection.execute(text(_DENIED), {"path": path, "topic": topic}).rowcount == 1


_DENIED = """
UPDATE pushes SET state = 'denied', expires_at = NULL, due_at = now() + interval '1 day'
WHERE path = :path AND topic = :topic AND state <> 'leaving'
"""


def receive(engine: Engine, path: str, page: Page, signature: str) -> Received:
    """Keep a pushed document as work for ``parse``, like one that was polled, if its hub signed it."""
    with engine.begin() as connection:
        columns = (pushes.c.feed_id, pushes.c.secret, pushes.c.topic, pushes.c.state, feeds.c.slug)
        chosen = select(*columns).join(feeds, feeds.c.id == pushes.c.feed_id).where(pushes.c.path == path)
        row = connection.execute(chosen).one_or_none()
        if row is None:
            return Received.UNKNOWN
        outcome = _judged(row, page, signature)
        if outcome is Received.KEPT:
            page_id = pages.add(connection, page, row.feed_id)
            connection.execute(text(_KEPT), {"page_id": page_id, "feed_id": row.feed_id})
        tallies.add(connection, Tally("push", outcome, row.slug))
        return outcome


def _judged(row: Row[Any, Any, Any, Any, Any], page: Page, signature: str) -> Received:
    if not websub.genuine(page.body, row.secret, signature):
        return Received.FORGED
    return Received.UNWANTED if row.state == "leaving" else Received.KEPT


# The tick hints the page: who receives knows no broker.
_KEPT = """
WITH waiting AS (UPDATE pages SET hinted_at = NULL WHERE id = :page_id)
UPDATE feeds SET answered_at = now() WHERE id = :feed_id
"""


def topic(engine: Engine, path: str) -> str | None:
    """What may be pushed there; bodies for other paths are not even read."""
    with engine.connect() as connection:
        return connection.scalar(select(pushes.c.topic).where(pushes.c.path == path))
