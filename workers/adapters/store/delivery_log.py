"""The delivery log: every message, what became of it, and for each that was not sent the reason why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine, text

from workers.adapters.store import quarantine
from workers.adapters.store.deliveries import State
from workers.adapters.store.works import SEND

_LOG = """
SELECT * FROM (
    SELECT deliveries.id, key, receiver, group_key, sequence, deliveries.attempts, made_at, sent_at, held_until,
           held_for,
           CASE WHEN quarantine.id IS NOT NULL AND deliveries.stage IS NULL THEN 'given_up' ELSE state END AS state,
           CASE WHEN deliveries.stage IS NULL AND quarantine.id IS NOT NULL THEN split_part(quarantine.error, E'\\n', 1)
                WHEN state = 'known' THEN 'the thread''s last message told all of it'
                WHEN state = 'acknowledged' THEN 'somebody was on it'
                WHEN told_in IS NOT NULL THEN 'told in delivery ' || told_in || ', with what else quiet hours held'
                WHEN deliveries.stage IS DISTINCT FROM 'send' AND held_for IS NOT NULL
                THEN 'had waited: ' || held_for || ' until ' || to_char(held_until, 'YYYY-MM-DD HH24:MI') || ' UTC'
                WHEN deliveries.stage IS DISTINCT FROM 'send' THEN ''
                WHEN held_until > now()
                THEN held_for || ' until ' || to_char(held_until, 'YYYY-MM-DD HH24:MI') || ' UTC'
                WHEN circuits.open_until > now() THEN 'unreachable: ' || circuits.error
                WHEN deliveries.attempts > 0 THEN 'attempt ' || deliveries.attempts
                ELSE 'waits for its turn' END AS reason,
           array(SELECT DISTINCT alerts.rule FROM delivery_alerts JOIN alerts ON alerts.id = alert_id
                 WHERE delivery_id = deliveries.id ORDER BY 1) AS rules,
           array(SELECT DISTINCT alerts.clash_id FROM delivery_alerts JOIN alerts ON alerts.id = alert_id
                 WHERE delivery_id = deliveries.id ORDER BY 1) AS clashes
    FROM deliveries JOIN threads ON threads.id = thread_id
    LEFT JOIN quarantine ON quarantine.stage = 'send' AND quarantine.row_id = deliveries.id
    LEFT JOIN circuits USING (receiver)
) AS log
WHERE (CAST(:receiver AS text) IS NULL OR receiver = :receiver)
  AND (CAST(:clash AS text) IS NULL OR :clash = ANY (clashes))
  AND (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:before AS bigint) IS NULL OR id < :before)
ORDER BY id DESC LIMIT :limit
"""
_GIVEN_UP = """
SELECT deliveries.id FROM deliveries JOIN threads ON threads.id = thread_id
JOIN quarantine ON quarantine.stage = 'send' AND quarantine.row_id = deliveries.id WHERE receiver = :receiver
"""
_IN_QUARANTINE = "SELECT id FROM quarantine WHERE stage = :stage AND row_id = ANY (:ids)"


@dataclass(frozen=True, slots=True)
class Asked:
    """``before`` is a delivery's id: the next page."""

    receiver: str | None = None
    clash: str | None = None
    state: State | None = None
    before: int | None = None
    limit: int = 50


def log(engine: Engine, asked: Asked) -> list[dict[str, Any]]:
    """The latest first."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(_LOG), asdict(asked)).mappings()]


def given_up(engine: Engine, receiver: str | None) -> list[int]:
    """The deliveries to a receiver that were given up."""
    with engine.connect() as connection:
        return list(connection.scalars(text(_GIVEN_UP), {"receiver": receiver}))


def retry(engine: Engine, ids: Iterable[int]) -> int:
    """Take deliveries up again that were given up; how many were."""
    with engine.connect() as connection:
        found = connection.scalars(text(_IN_QUARANTINE), {"stage": SEND.stage, "ids": list(ids)}).all()
    return quarantine.retry(engine, found)
