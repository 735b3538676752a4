"""Who is on it and who wants to hear no more of it, shown where it was told as soon as it is said.

In: a clash that somebody acknowledged, muted, or did no longer. Out: the latest message of every thread that told it
is work again, of a stage of its own: it is rendered anew and, where its channel can, brought up to date in its place.
What is told next in the thread says it anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from workers.adapters.store.works import SHOW
from workers.pipeline.matchers import named
from workers.pipeline.route import DIGEST

_TOUCH = text(
    """
    WITH RECURSIVE same AS (
        SELECT CAST(:clash AS text) AS id UNION SELECT clashes.id FROM clashes JOIN same ON merged_into = same.id
    ), latest AS (
        SELECT DISTINCT ON (thread_id) deliveries.id FROM deliveries JOIN threads ON threads.id = thread_id
        WHERE deliveries.state = 'sent' AND group_key NOT LIKE :digest AND thread_id IN (
            SELECT thread_id FROM alerts JOIN delivery_alerts ON alert_id = alerts.id
            WHERE clash_id IN (SELECT id FROM same))
        ORDER BY thread_id, sequence DESC
    )
    UPDATE deliveries SET stage = :show, due_at = now(), attempts = 0, lease_until = NULL, token = token + 1,
           hinted_at = NULL
    FROM latest WHERE deliveries.id = latest.id AND (stage IS NULL OR stage = :show)
    """
)
"""Who is at one already began without knowing this, and loses it."""


def touch(connection: Connection, clash: str) -> None:
    connection.execute(_TOUCH, {"clash": clash, "show": SHOW.stage, "digest": f"{DIGEST}%"})


def touch_matched(connection: Connection, matchers: Iterable[str]) -> None:
    """The clash that a silence names; one that hushes whole regions or rules is shown by what is told next."""
    for clash in named("clash", matchers):
        touch(connection, clash)
