"""Which rows are ready, and which of them somebody has to be told of. Asked of the columns of ``columns.work``.

In: a stage. Out: conditions for ``claims``, and for the tick the ids to hint, marked so. Nothing is claimed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    CompoundSelect,
    Engine,
    Interval,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql import ColumnElement

from workers.adapters.store import tallies
from workers.adapters.store.engine import by_statement
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import Work


@dataclass(frozen=True, slots=True)
class Hints:
    """Rows to hint. ``rescued`` had a hint that went unanswered, ``abandoned`` a lease that ran out."""

    ids: tuple[int, ...]
    rescued: int = 0
    abandoned: int = 0


def ready(work: Work) -> ColumnElement[bool]:
    table = work.table
    return and_(
        table.c.stage == work.stage,
        table.c.due_at <= func.now(),
        or_(table.c.lease_until.is_(None), table.c.lease_until <= func.now()),
        table.c.attempts < work.max_attempts,
    )


def stirring(engine: Engine, works: tuple[Work, ...], unanswered_after: float) -> set[str]:
    """The stages that ``hint`` may find something for: one question for all of them, since mostly there is nothing."""
    with by_statement(engine) as connection:
        return set(connection.execute(_stirring(works, unanswered_after)).scalars())


@cache
def _stirring(works: tuple[Work, ...], unanswered_after: float) -> CompoundSelect[str]:
    """Asked every second, it costs more to write than to answer."""
    return union_all(
        *(
            select(literal(work.stage)).where(exists().where(ready(work), _unheard(work, unanswered_after)))
            for work in works
        )
    )


def hint(engine: Engine, work: Work, room: int, unanswered_after: float | None) -> Hints:
    """Mark at most ``room`` ready rows as hinted and give their ids; never claims.

    A row whose hint is older than ``unanswered_after`` seconds is hinted again; ``None`` leaves those alone
    (the queue is long: their hints are probably still in it).
    """
    table = work.table
    found = (
        select(table.c.id, table.c.hinted_at.label("before"), table.c.lease_until.label("lease"))
        .where(ready(work), _unheard(work, unanswered_after))
        .order_by(table.c.due_at, table.c.id)
        .limit(room)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    mark = update(table).where(table.c.id == found.c.id).values(hinted_at=func.now())
    with engine.begin() as connection:
        rows = connection.execute(mark.returning(table.c.id, found.c.before, found.c.lease)).all()
        rescued = sum(row.before is not None for row in rows)
        abandoned = sum(row.lease is not None for row in rows)
        counted = (Tally(work.stage, "rescued", count=rescued), Tally(work.stage, "abandoned", count=abandoned))
        tallies.add(connection, *(tally for tally in counted if tally.count))
    return Hints(tuple(sorted(row.id for row in rows)), rescued, abandoned)


def _unheard(work: Work, unanswered_after: float | None) -> ColumnElement[bool]:
    never: ColumnElement[bool] = work.table.c.hinted_at.is_(None)
    if unanswered_after is None:
        return never
    return or_(never, work.table.c.hinted_at <= func.now() - seconds(unanswered_after))


def seconds(value: float) -> ColumnElement[object]:
    return cast(literal(f"{value} seconds"), Interval)
