"""The latest clashes, whatever their place: who shows a region picks its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, text

from workers.adapters.store.columns import Moment
from workers.adapters.store.schema import clashes
from workers.pipeline.message.atom import Told

_RECENT = text(
    """
    SELECT clash, coalesce((SELECT max(made_at) FROM revisions WHERE clash_id = clashes.id), changed_at) AS changed_at
    FROM clashes WHERE merged_into IS NULL AND last_reported >= :since
      AND ((clash ->> 'alertable')::bool OR clash ->> 'status' = 'retracted')
    ORDER BY last_reported DESC, id LIMIT :most
    """
).columns(clashes.c.clash, changed_at=Moment)


def told(engine: Engine, since: datetime, most: int) -> Iterator[Told]:
    """What is or was worth telling, the most recently reported first."""
    with engine.connect() as connection:
        for row in connection.execute(_RECENT, {"since": since, "most": most}):
            yield Told(row.clash, row.changed_at)
