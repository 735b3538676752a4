"""Articles: the current version of each, the ones before it, and the signatures that find copies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import NoResultFound

from workers.adapters.store import tallies, yields
from workers.adapters.store.columns import among, as_json, digest
from workers.adapters.store.engine import by_statement
from workers.adapters.store.pages import Fetched
from workers.adapters.store.schema import articles, entries, feeds, signatures, versions
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import DETECT
from workers.pipeline import dedupe, urls, wire
from workers.pipeline.dedupe import Copy
from workers.pipeline.models import Article, Entry, Feed, Outcome, Signature

COPY_REACH = timedelta(days=14)
"""How far back a copy's origin is looked for; signatures older than that are forgotten."""


@dataclass(frozen=True, slots=True)
class Known:
    """An article as the store knows it. ``published`` is never missing: the page's, the feed's, or the fetch's."""

    id: int
    version: int
    article: Article
    url: str | None
    published: datetime
    primed: bool
    copy_of: int | None
    feed: Feed
    entry: Entry


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An article that shares a key or the address, to be compared."""

    id: int
    signature: Signature
    published: datetime
    url: str | None
    copy_of: int | None


def save(connection: Connection, read: Sequence[tuple[Fetched, Article]]) -> list[int]:
    """Keep what extraction made of pages; the ids of the articles in which there is something new to detect.

    An edited article keeps its id and gets the next version. The same article once more changes nothing, and
    a page that can no longer be read does not replace an article that could.
    """
    once = {found.entry_id: (found, article) for found, article in read}
    known = select(articles.c.id, articles.c.entry_id, articles.c.version, articles.c.article)
    listed = known.where(among(articles.c.entry_id, once)).order_by(articles.c.id).with_for_update()
    before = {row.entry_id: row for row in connection.execute(listed)}
    _count(connection, read)
    renewed = [_renew(connection, row, *once[entry_id]) for entry_id, row in before.items()]
    made = _add(connection, [once[entry_id] for entry_id in once.keys() - before.keys()])
    return [*filter(None, renewed), *made]


def _count(connection: Connection, read: Sequence[tuple[Fetched, Article]]) -> None:
    outcomes = Counter((found.feed_id, article.outcome.value) for found, article in read)
    yields.add(connection, [(feed_id, outcome, count) for (feed_id, outcome), count in outcomes.items()])
    families = Counter((found.feed.family or found.feed.slug, article.outcome) for found, article in read)
    counted = (Tally("article", outcome, name, count=count) for (name, outcome), count in families.items())
    tallies.add(connection, *counted)


def _add(connection: Connection, read: Sequence[tuple[Fetched, Article]]) -> list[int]:
    if not read:
        return []
    made = insert(articles).returning(articles.c.id, articles.c.stage)
    rows = connection.execute(made, [_values(found, article) for found, article in read])
    return [row.id for row in rows if row.stage]


def _renew(connection: Connection, before: Row[Any, Any, Any, Any], found: Fetched, article: Article) -> int | None:
    """The next version of an article, if it is one."""
    if before.article == article or not readable(article):
        return None
    old = {"article_id": before.id, "version": before.version, "article": before.article}
    connection.execute(insert(versions).values(old))
    following = {"version": before.version + 1, "token": articles.c.token + 1, "lease_until": None, "attempts": 0}
    renewed = {"due_at": func.now(), "hinted_at": func.now(), "made_at": func.now()}
    values = _values(found, article) | following | renewed
    connection.execute(update(articles).where(articles.c.id == before.id).values(values))
    return int(before.id)


def renew(connection: Connection, known: Known, article: Article) -> bool:
    """Make the next version of an article at rest; false when somebody made it, or took the article up, meanwhile."""
    resting = (articles.c.id == known.id) & (articles.c.version == known.version) & articles.c.stage.is_(None)
    following = {"version": known.version + 1, "article": article, "outcome": article.outcome.value}
    if connection.execute(update(articles).where(resting).values(following)).rowcount == 0:
        return False
    old = {"article_id": known.id, "version": known.version, "article": known.article}
    connection.execute(insert(versions).values(old))
    return True


def history(engine: Engine, article_id: int) -> list[tuple[int, Article]]:
    """Every version of an article by number, the one in force last; empty when there is no such article."""
    past = select(versions.c.version, versions.c.article).where(versions.c.article_id == article_id)
    present = select(articles.c.version, articles.c.article).where(articles.c.id == article_id)
    with engine.connect() as connection:
        rows = [*connection.execute(past.order_by(versions.c.version)), *connection.execute(present)]
    return [(row.version, row.article) for row in rows]


def _values(found: Fetched, article: Article) -> dict[str, object]:
    url = _address(found, article)
    return {
        "feed_id": found.feed_id,
        "entry_id": found.entry_id,
        "page_id": found.id,
        "outcome": article.outcome.value,
        "article": article,
        "url": url,
        "url_key": digest(url) if url else None,
        "primed": found.primed,
        "published": _published(found, article),
        "stage": DETECT.stage if readable(article) else None,
    }


def readable(article: Article) -> bool:
    """Whether there is something to detect in: an article, or what stands before a wall, or the feed's own text."""
    return bool(article.text.strip()) and article.outcome is not Outcome.NOT_ARTICLE


_WALLS = frozenset({Outcome.CONSENT_WALL, Outcome.BOT_WALL})
"""Outcomes whose page is not the article's: where it lies and what it calls itself says nothing to a reader."""


def _address(found: Fetched, article: Article) -> str | None:
    """The page's own canonical address, else where it was found; behind a wall the link that led there."""
    own = () if article.outcome in _WALLS else (article.canonical_url, found.page.final_url)
    for url in (*own, found.page.url):
        with suppress(ValueError):
            if url:
                return urls.canonical(url)
    return None


def _published(found: Fetched, article: Article) -> datetime:
    """The page's date, else the feed's, else now; never later than the fetch: nobody reports from the future."""
    told = article.published or (found.entry.published if found.entry else None) or found.page.fetched
    return min(told, found.page.fetched)


def load(engine: Engine, article_id: int) -> Known:
    """Raises ``NoResultFound``."""
    for known in load_all(engine, [article_id]):
        return known
    raise NoResultFound(f"article {article_id}")


def load_all(engine: Engine, ids: Iterable[int]) -> list[Known]:
    chosen = (
        select(
            articles.c.id,
            articles.c.version,
            articles.c.article,
            articles.c.url,
            articles.c.published,
            articles.c.primed,
            articles.c.copy_of,
            feeds.c.feed,
            entries.c.entry,
        )
        .join(feeds, feeds.c.id == articles.c.feed_id)
        .join(entries, entries.c.id == articles.c.entry_id)
        .where(among(articles.c.id, ids))
        .order_by(articles.c.id)
    )
    with by_statement(engine) as connection:
        return [Known(*row) for row in connection.execute(chosen)]


def lookalikes(connection: Connection, ids: Iterable[int]) -> dict[int, list[Lookalike]]:
    """For each of these articles that is signed, those that share a key or the address, itself among them.

    Earlier and later ones, in order of publication.
    """
    found: dict[int, list[Lookalike]] = {}
    for row in connection.execute(_LOOKALIKES, {"ids": sorted(ids), "reach": COPY_REACH}):
        signature = wire.decode(Signature, row.signature)
        found.setdefault(row.asked, []).append(Lookalike(row.id, signature, row.published, row.url, row.copy_of))
    return found


_LOOKALIKES = text(
    """
    WITH mine AS MATERIALIZED (
        SELECT id, keys, published, url_key FROM signatures JOIN articles ON id = article_id
        WHERE id = ANY(CAST(:ids AS bigint[]))),
    met AS (
        SELECT mine.id AS asked, article_id FROM mine JOIN signatures ON signatures.keys && mine.keys
        UNION SELECT mine.id, articles.id FROM mine JOIN articles USING (url_key)
        UNION SELECT id, id FROM mine)
    SELECT asked, known.id, signature, known.published, known.url, known.copy_of
    FROM met JOIN mine ON mine.id = asked JOIN signatures USING (article_id)
    JOIN articles AS known ON known.id = article_id
    WHERE known.published BETWEEN mine.published - :reach AND mine.published + :reach
    ORDER BY known.published, known.id
    """
)


def sign(connection: Connection, signed: Mapping[int, Signature | None]) -> None:
    """Replace articles' signatures. ``None``: it tells no incident, so nobody asks whose copy it is."""
    if silent := [number for number, signature in signed.items() if signature is None]:
        connection.execute(delete(signatures).where(among(signatures.c.article_id, silent)))
    rows = [
        {"id": number, "signature": as_json(Signature, signature), "keys": json.dumps(dedupe.keys(signature))}
        for number, signature in signed.items()
        if signature is not None
    ]
    if rows:
        connection.execute(_SIGN, rows)


_SIGN = text(
    """
    INSERT INTO signatures (article_id, signature, keys)
    VALUES (:id, CAST(:signature AS jsonb), CAST(translate(:keys, '[]', '{}') AS bigint[]))
    ON CONFLICT (article_id) DO UPDATE SET signature = excluded.signature, keys = excluded.keys
    """
)


def copies_of(connection: Connection, ids: Collection[int]) -> dict[int | None, set[int]]:
    """Which articles copy each of these."""
    found: dict[int | None, set[int]] = {}
    for row in connection.execute(select(articles.c.id, articles.c.copy_of).where(among(articles.c.copy_of, ids))):
        found.setdefault(row.copy_of, set()).add(row.id)
    return found


def mark_copies(connection: Connection, found: Mapping[int, Copy | None]) -> None:
    """Note whose copy each article is, or that it is nobody's."""
    rows = [
        {"number": number, "origin": int(copy.origin) if copy else None, "alike": copy.similarity if copy else None}
        for number, copy in found.items()
    ]
    if rows:
        connection.execute(_MARK, rows)


_MARK = (
    update(articles)
    .where(articles.c.id == bindparam("number"))
    .values(copy_of=bindparam("origin"), similarity=bindparam("alike"))
)
