"""What goes on: of each thread the alerts that it was told last, whose clashes or vigils are not over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Engine, Integer, Text, text

from workers.adapters.store.columns import Moment
from workers.adapters.store.schema import alerts, clashes
from workers.pipeline.models import Alert, Clash
from workers.pipeline.route import QUIET, Target

_ON = text(
    """
    WITH RECURSIVE known AS (
        SELECT id, id AS root FROM clashes
        WHERE merged_into IS NULL AND state <> 'closed' AND clash ->> 'status' NOT IN ('denied', 'retracted')
        UNION ALL SELECT clashes.id, root FROM clashes JOIN known ON merged_into = known.id
    ), spoken AS (
        SELECT root AS subject, root, alerts.* FROM known JOIN alerts ON clash_id = known.id
        UNION ALL
        SELECT alert -> 'labels' ->> 'subject', NULL, alerts.* FROM alerts
        WHERE clash_id IS NULL AND rule = ANY (:vigils)
    ), last AS (
        SELECT DISTINCT ON (delivery_alerts.thread_id, rule, subject) delivery_alerts.thread_id, subject, root, alert
        FROM spoken JOIN delivery_alerts ON alert_id = spoken.id JOIN deliveries ON deliveries.id = delivery_id
        WHERE sent_at IS NOT NULL ORDER BY delivery_alerts.thread_id, rule, subject, spoken.id DESC
    ), times AS (
        SELECT thread_id, max(sent_at) AS told, max(sequence) AS sequence
        FROM deliveries WHERE thread_id IN (SELECT thread_id FROM last) GROUP BY thread_id
        HAVING max(sent_at) <= now() - CAST(:interval AS interval) AND bool_and(stage IS NULL)
    )
    SELECT receiver, group_key, told, sequence, alert, clash
    FROM last JOIN times USING (thread_id) JOIN threads ON threads.id = thread_id LEFT JOIN clashes ON clashes.id = root
    WHERE alert ->> 'kind' NOT IN ('retraction', 'resolution') AND group_key <> :quiet
      AND alert #>> '{annotations,fit}' IS DISTINCT FROM 'outside'
      AND NOT EXISTS (SELECT FROM acks WHERE until > now() AND (acks.subject = last.subject OR acks.subject IN (
          SELECT id FROM known WHERE known.root = last.root)))
    ORDER BY thread_id, subject
    """
).columns(
    Column("receiver", Text),
    Column("group_key", Text),
    Column("told", Moment),
    Column("sequence", Integer),
    alerts.c.alert,
    clashes.c.clash,
)


@dataclass(frozen=True, slots=True)
class Going:
    """The last that a thread was told of something. ``told`` and ``sequence`` are those of its last message."""

    thread: Target
    told: datetime
    sequence: int
    alert: Alert
    clash: Clash | None


def on(engine: Engine, interval: timedelta, vigils: Collection[str]) -> list[Going]:
    """Of threads that heard nothing for ``interval`` and have nothing under way; not what somebody is on."""
    with engine.connect() as connection:
        rows = connection.execute(_ON, {"interval": interval, "vigils": list(vigils), "quiet": QUIET}).all()
    return [Going(Target(row.receiver, row.group_key), row.told, row.sequence, row.alert, row.clash) for row in rows]
