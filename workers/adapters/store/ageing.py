"""Clashes grow old without news: open, quiet, closed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from workers.adapters.store import assigning, clashes
from workers.pipeline.cluster import Limits
from workers.pipeline.cluster import age as aged
from workers.pipeline.models import ClashState, Revision


def age(engine: Engine, limits: Limits | None = None) -> list[int]:
    """Bring the states of silent clashes up to date, under the assignment lock; the ids of the revisions made."""
    known = limits or Limits()
    shortest = [known.span, *known.by_type.values()]
    quiet, closed = min(span.quiet for span in shortest), min(span.closed for span in shortest)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        assigning.lock(connection)
        silent = [
            *clashes.older_than(connection, ClashState.OPEN, quiet),
            *clashes.older_than(connection, ClashState.REOPENED, quiet),
            *clashes.older_than(connection, ClashState.QUIET, closed),
        ]
        made = [aged(clash, now, known) for clash in silent]
        revisions = [one for one in made if isinstance(one, Revision)]
        changed = [one.clash if isinstance(one, Revision) else one for one in made]
        before = {clash.id: clash for clash in silent}
        clashes.keep(connection, [clash for clash in changed if clash != before[clash.id]])
        return clashes.revise(connection, revisions, primed=False)
