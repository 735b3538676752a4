"""Forgetting: pages, articles, signatures and old quarantine, a few thousand rows at a time.

What was told is never forgotten: clashes, revisions, alerts and deliveries stay, else an old feed entry that
returns would be told again.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

_BATCH = 2000

_PAGES = """
DELETE FROM pages WHERE id IN (
    SELECT id FROM pages WHERE stage IS NULL AND fetched < now() - make_interval(days => :days) LIMIT :batch)
"""
# Entries are forgotten only when no feed lists them any more; their articles and reports go with them.
_ENTRIES = """
DELETE FROM entries WHERE id IN (
    SELECT id FROM entries WHERE stage IS NULL AND seen_at < now() - make_interval(days => :days) LIMIT :batch)
"""
_SIGNATURES = """
DELETE FROM signatures WHERE article_id IN (
    SELECT article_id FROM signatures JOIN articles ON articles.id = article_id
    WHERE stage IS NULL AND published < now() - make_interval(days => :days) LIMIT :batch)
"""
_QUARANTINE = """
DELETE FROM quarantine WHERE id IN (
    SELECT id FROM quarantine WHERE at < now() - make_interval(days => :days) LIMIT :batch)
"""
_HEARTBEATS = """
DELETE FROM heartbeats WHERE at < now() - make_interval(days => :days)
"""
_YIELDS = """
DELETE FROM yields WHERE day < CURRENT_DATE - CAST(:days AS int)
"""
_YIELD_DAYS = 90
_WATCHDOGS = """
DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE clash_id IS NULL AND rule = 'watchdog'
    AND at < now() - make_interval(days => :days) LIMIT :batch)
"""
_COPY_DAYS = 30
"""Twice the reach of copies: both sides of a comparison must be there."""


def forget(engine: Engine, pages: int, articles: int, quarantine: int) -> dict[str, int]:
    """Delete one batch of everything older than so many days (0 keeps for ever); returns what went."""
    steps = {
        "pages": (_PAGES, pages),
        "entries": (_ENTRIES, articles),
        "signatures": (_SIGNATURES, _COPY_DAYS),
        "quarantine": (_QUARANTINE, quarantine),
        "heartbeats": (_HEARTBEATS, 1),
        "watchdogs": (_WATCHDOGS, 7),
        "yields": (_YIELDS, _YIELD_DAYS),
    }
    return {name: _delete(engine, statement, days) for name, (statement, days) in steps.items() if days}


def _delete(engine: Engine, statement: str, days: int) -> int:
    """Each step is a transaction of its own: a slow one holds up nobody for long."""
    with engine.begin() as connection:
        return connection.execute(text(statement), {"days": days, "batch": _BATCH}).rowcount
