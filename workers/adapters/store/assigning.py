"""Articles' reports into clashes: copies first, then what lies around, then what changed is kept.

All under one transaction-level advisory lock, from loading to commit, so that two reports of one incident can never
found two clashes. Articles that wait together are assigned together: a look-up costs a fixed part each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from workers.adapters.store import clashes, copies, neighbourhood
from workers.adapters.store.articles import Known
from workers.adapters.store.neighbourhood import Neighbourhood
from workers.pipeline.cluster import Context, group, tell

Linking = Callable[[Neighbourhood], Context]
"""What linking may know beside the reports, for a neighbourhood."""

_ASSIGNING = 7_231_003


def unlinked(around: Neighbourhood) -> Context:
    """Linking that knows of nobody's allies: an operator's decisions alone."""
    return Context(pins=around.pins)


def lock(connection: Connection) -> None:
    """Take the assignment lock until the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ASSIGNING})


def assign(connection: Connection, articles: Sequence[Known], linking: Linking) -> list[int]:
    """Find the clashes of these articles' reports; the ids of the new revisions."""
    lock(connection)
    revised = []
    for primed in (True, False):
        if some := [known for known in articles if known.primed is primed]:
            touched = copies.settle(connection, [known.id for known in some])
            revised += renew(connection, neighbourhood.of_articles(connection, some, touched), linking, primed=primed)
    return revised


def renew(connection: Connection, around: Neighbourhood, linking: Linking, *, primed: bool) -> list[int]:
    """Cluster what lies around anew; the ids of the new revisions. ``primed`` revisions are never told."""
    known = linking(around)
    groups = around.changed(group(around.cards, known))
    filings, before = neighbourhood.before(connection, around, groups)
    return clashes.save(connection, tell(groups, filings, before, datetime.now(UTC), known), around, before, primed)
