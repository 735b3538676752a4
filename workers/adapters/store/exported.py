"""Clashes with their filings, streamed: what ``clashwatch export`` writes. Memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from workers.adapters.store.schema import clashes, memberships, reports
from workers.pipeline.models import Clash, Filing

_BATCH = 500


def told(engine: Engine, since: datetime, until: datetime) -> Iterator[tuple[Clash, tuple[Filing, ...]]]:
    """Clashes last reported from ``since`` until before ``until``, oldest first, with their filings by time."""
    wanted = (
        select(clashes.c.clash)
        .where(clashes.c.merged_into.is_(None), clashes.c.last_reported >= since, clashes.c.last_reported < until)
        .order_by(clashes.c.last_reported, clashes.c.id)
    )
    with engine.connect() as connection, engine.connect() as beside:
        for some in connection.execution_options(yield_per=_BATCH).scalars(wanted).partitions():
            filings = _filings(beside, [clash.id for clash in some])
            for clash in some:
                own = (filings[name] for name in clash.filings if name in filings)
                yield clash, tuple(sorted(own, key=lambda one: (one.published, one.id)))


def _filings(connection: Connection, ids: list[str]) -> dict[str, Filing]:
    chosen = select(reports.c.filing).join(memberships, memberships.c.report_id == reports.c.id)
    return {one.id: one for one in connection.scalars(chosen.where(memberships.c.clash_id.in_(ids)))}
