"""What each feed brought on each day: new entries, and articles by outcome. What health is judged by.

A row per feed, day and outcome, counted up in the commit of the work itself; unlike tallies it can be asked for the
last days only, and retention forgets it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text

from workers.pipeline.health import Vitals

DAYS = 7
"""How far back health looks."""

_ADD = """
INSERT INTO yields AS known (feed_id, day, outcome, count)
SELECT feed_id, CURRENT_DATE, outcome, count
FROM unnest(CAST(:feed_ids AS bigint[]), CAST(:outcomes AS text[]), CAST(:counts AS bigint[]))
     AS brought (feed_id, outcome, count)
ON CONFLICT (feed_id, day, outcome) DO UPDATE SET count = known.count + excluded.count
"""
_VITALS = """
SELECT slug, outcome, answered_at, entry_at, stage IS NULL AS given_up, memory ->> 'moved_to' AS moved_to,
       (memory -> 'history' ->> 'failures')::float8 AS failures, (memory -> 'history' ->> 'gone')::bool AS gone,
       (memory ->> 'gap')::float8 AS gap, (memory ->> 'seconds')::float8 AS seconds, brought
FROM feeds LEFT JOIN (
    SELECT feed_id, jsonb_object_agg(outcome, total) AS brought FROM (
        SELECT feed_id, outcome, sum(count) AS total FROM yields WHERE day > CURRENT_DATE - CAST(:days AS int)
        GROUP BY feed_id, outcome) AS sums GROUP BY feed_id) AS recent ON feed_id = id
WHERE active ORDER BY slug
"""


def add(connection: Connection, brought: Sequence[tuple[int, str, int]]) -> None:
    """Count for many feeds at once, as part of the caller's transaction; each pair of feed and outcome comes once.

    One order for all, against deadlocks.
    """
    if brought:
        feed_ids, outcomes, counts = (list(column) for column in zip(*sorted(brought), strict=True))
        given = {"feed_ids": feed_ids, "outcomes": outcomes, "counts": counts}
        connection.execute(text(_ADD), given)


def vitals(engine: Engine) -> dict[str, Vitals]:
    """Every feed that is polled, by slug."""
    with engine.connect() as connection:
        rows = connection.execute(text(_VITALS), {"days": DAYS}).all()
    return {
        row.slug: Vitals(
            outcome=row.outcome,
            answered=row.answered_at,
            entry=row.entry_at,
            failures=row.failures or 0.0,
            gone=bool(row.gone),
            given_up=row.given_up,
            moved_to=row.moved_to,
            gap=row.gap,
            seconds=row.seconds,
            brought=row.brought or {},
        )
        for row in rows
    }
