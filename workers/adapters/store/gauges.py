"""What the exporter and ``clashwatch status`` ask: each query walks an index of what is left, never the whole past.

Names are those of the nouns; numbers are seconds or rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from workers.adapters.store.works import WORKS

_WAITING = " UNION ALL ".join(
    f"""
    SELECT '{work.stage}', '{work.queue}', count(*) FILTER (WHERE due_at <= now()), count(*),
           count(*) FILTER (WHERE lease_until > now()), greatest(0, extract(epoch FROM now() - min(due_at)))::float8
    FROM {work.table.name} WHERE stage = '{work.stage}'
    """
    for work in WORKS
)
_CLASHES = "SELECT state, count(*) FROM clashes WHERE state <> 'closed' GROUP BY state"
_PENDING = """
SELECT receiver, count(*) FROM deliveries JOIN threads ON threads.id = thread_id WHERE stage = 'send' GROUP BY receiver
"""
_QUARANTINED = "SELECT stage, count(*) FROM quarantine GROUP BY stage"
_HELD = {
    "feeds": "SELECT count(*) FROM feeds WHERE active",
    "entries": "SELECT count(*) FROM entries",
    "articles": "SELECT count(*) FROM articles WHERE outcome = 'article'",
    "reports": "SELECT count(*) FROM reports WHERE is_filing",
    "clashes": "SELECT count(*) FROM clashes WHERE merged_into IS NULL",
    "alerts": "SELECT count(*) FROM alerts",
    "deliveries": "SELECT count(*) FROM deliveries WHERE state = 'sent'",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """``due`` rows are ready or claimed, ``rows`` includes those due later; ``oldest`` is how many seconds overdue."""

    stage: str
    queue: str
    due: int
    rows: int
    leased: int
    oldest: float


def waiting(engine: Engine) -> list[Waiting]:
    """Every stage, in pipeline order, whether or not something waits there."""
    order = [work.stage for work in WORKS]
    found = [Waiting(*row) for row in _all(engine, _WAITING)]
    return sorted(found, key=lambda one: order.index(one.stage))


def clashes(engine: Engine) -> dict[str, int]:
    """Clashes that are not closed, by state."""
    return {row[0]: row[1] for row in _all(engine, _CLASHES)}


def pending(engine: Engine) -> dict[str, int]:
    """Deliveries that have not arrived, by receiver."""
    return {row[0]: row[1] for row in _all(engine, _PENDING)}


def quarantined(engine: Engine) -> dict[str, int]:
    """Rows given up, by stage."""
    return {row[0]: row[1] for row in _all(engine, _QUARANTINED)}


def held(engine: Engine) -> dict[str, int]:
    """How much of each noun the store holds. Counts whole tables: for people, not for every scrape."""
    return {noun: _all(engine, count)[0][0] for noun, count in _HELD.items()}


def _all(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]
