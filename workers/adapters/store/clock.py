"""When the database's clock is set back, what was due "now" before is due in an hour: its times are set back too.

A clock that jumps ahead needs no mending: leases end early, and the fencing tokens keep a row from being done twice.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, Interval, case, cast, func, select, update
from sqlalchemy.sql import ColumnElement

from workers.adapters.store import tallies
from workers.adapters.store.tallies import Tally
from workers.adapters.store.upkeep import circuits, heartbeats
from workers.adapters.store.works import WORKS

CLOCK = "clock"
"""The tally of how often it was set back."""
TOLERANCE = 5.0
"""Seconds. A sign of life from further ahead was not given yet by this clock."""


def mend(engine: Engine) -> float:
    """Set back what waits, by as much as the clock was, to within the pace of the signs of life. Returns seconds.

    Harmless in several beats at once: the first one's transaction takes the signs of life from the future away.
    """
    with engine.begin() as connection:
        back = _set_back_by(connection)
        if back <= TOLERANCE:
            return 0.0
        for table in {work.table for work in WORKS}:
            times = {name: _earlier(table.c[name], back) for name in ("due_at", "lease_until", "hinted_at")}
            connection.execute(update(table).where(table.c.stage.is_not(None)).values(times))
        connection.execute(update(circuits).values(open_until=_earlier(circuits.c.open_until, back)))
        connection.execute(update(heartbeats).values(at=func.least(heartbeats.c.at, func.now())))
        tallies.add(connection, Tally(CLOCK, "set_back"))
    return back


def _set_back_by(connection: Connection) -> float:
    """Whoever looks holds the signs of life until the end of the transaction, so that nobody mends twice."""
    ahead = func.extract("epoch", heartbeats.c.at - func.now())
    rows = connection.scalars(select(ahead).order_by(heartbeats.c.role, heartbeats.c.instance).with_for_update())
    return max((float(seconds) for seconds in rows), default=0.0)


def _earlier(moment: ColumnElement[object], seconds: float) -> ColumnElement[object]:
    """Moments that have passed stay as they are."""
    shifted = func.greatest(func.now(), moment - cast(f"{seconds} seconds", Interval))
    return case((moment > func.now(), shifted), else_=moment)
