"""Clashes with their filings and revisions, streamed: what ``clashwatch export`` writes, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from workers.adapters.store.schema import clashes, memberships, reports
from workers.pipeline.export import Subject
from workers.pipeline.models import Filing

_BATCH = 500
_REVISIONS = text(
    """
    SELECT clash_id, number, revision -> 'changes' AS changes, revision -> 'diff' AS diff, made_at
    FROM revisions WHERE clash_id = ANY(:ids) ORDER BY clash_id, number
    """
)


def told(engine: Engine, since: datetime, until: datetime) -> Iterator[Subject]:
    """Clashes last reported from ``since`` until before ``until``, oldest first, with their filings by time."""
    wanted = (
        select(clashes.c.clash)
        .where(clashes.c.merged_into.is_(None), clashes.c.last_reported >= since, clashes.c.last_reported < until)
        .order_by(clashes.c.last_reported, clashes.c.id)
    )
    with engine.connect() as connection, engine.connect() as beside:
        for some in connection.execution_options(yield_per=_BATCH).scalars(wanted).partitions():
            ids = [clash.id for clash in some]
            filings, history = _filings(beside, ids), _revisions(beside, ids)
            for clash in some:
                own = (filings[name] for name in clash.filings if name in filings)
                yield Subject(clash, tuple(sorted(own, key=lambda one: (one.published, one.id))), history[clash.id])


def _filings(connection: Connection, ids: list[str]) -> dict[str, Filing]:
    chosen = select(reports.c.filing).join(memberships, memberships.c.report_id == reports.c.id)
    return {one.id: one for one in connection.scalars(chosen.where(memberships.c.clash_id.in_(ids)))}


def _revisions(connection: Connection, ids: list[str]) -> Mapping[str, list[dict[str, Any]]]:
    """Of each clash, in order. What a whole revision repeats of its clash is left where it is."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(_REVISIONS, {"ids": ids}).mappings():
        made = {name: row[name] for name in ("number", "changes", "diff")}
        found[row["clash_id"]].append(made | {"at": row["made_at"].isoformat()})
    return found
