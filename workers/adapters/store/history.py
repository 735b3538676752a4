"""What happened, for those who ask why: revisions with their verdicts, and what became of the messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, text

from workers.adapters.store.schema import revisions, verdicts
from workers.pipeline.models import Reason, Revision, Verdict


@dataclass(frozen=True, slots=True)
class Past:
    """A revision, when it was made, and the verdicts kept of it (all but ``outside_region``)."""

    id: int
    at: datetime
    revision: Revision
    primed: bool
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one message: ``state`` is pending, sending or sent; ``error`` why it was given up."""

    revision: int
    rule: str
    receiver: str
    state: str
    held_until: datetime | None
    sent_at: datetime | None
    attempts: int
    error: str | None


def since(engine: Engine, start: datetime) -> Iterator[Past]:
    """Every revision made since, the oldest first, without verdicts: to hold other rules against them."""
    chosen = select(revisions).where(revisions.c.made_at >= start).order_by(revisions.c.id)
    with engine.connect().execution_options(yield_per=500) as connection:
        for row in connection.execute(chosen):
            yield Past(row.id, row.made_at, row.revision, row.primed)


def of_clash(engine: Engine, clash: str) -> list[Past]:
    """A clash's revisions in order, each with its verdicts."""
    chosen = select(revisions).where(revisions.c.clash_id == clash).order_by(revisions.c.number)
    with engine.connect() as connection:
        found = []
        for row in connection.execute(chosen):
            kept = select(verdicts).where(verdicts.c.revision_id == row.id).order_by(verdicts.c.rule)
            judged = tuple(Verdict(v.rule, Reason(v.reason), v.detail) for v in connection.execute(kept))
            found.append(Past(row.id, row.made_at, row.revision, row.primed, judged))
        return found


_FATES = text(
    """
    SELECT alerts.revision_id AS revision, alerts.rule, threads.receiver, deliveries.state, deliveries.held_until,
           deliveries.sent_at, deliveries.attempts, quarantine.error
    FROM alerts JOIN delivery_alerts ON alert_id = alerts.id
    JOIN deliveries ON deliveries.id = delivery_id JOIN threads ON threads.id = deliveries.thread_id
    LEFT JOIN quarantine ON quarantine.stage = 'send' AND quarantine.row_id = deliveries.id
    WHERE alerts.clash_id = :clash ORDER BY deliveries.id, alerts.id
    """
)


def fates(engine: Engine, clash: str) -> list[Fate]:
    """What became of every message about a clash."""
    with engine.connect() as connection:
        return [Fate(**row._mapping) for row in connection.execute(_FATES, {"clash": clash})]
