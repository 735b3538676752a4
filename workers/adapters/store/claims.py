"""Taking work, finishing it and giving it up: the only code that touches the columns of ``columns.work``.

Claim, work and commit are three steps. ``claim`` commits by itself, so that a crash has already been
counted; it hands out a fencing token, and whatever is committed for the row later is compared with that
token first. A worker that lost its lease gets ``LeaseLostError``, and its transaction (result, tally, next row)
rolls back as a whole. Time is the database's, never a worker's.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from workers.adapters.store import tallies
from workers.adapters.store.columns import among
from workers.adapters.store.engine import by_statement
from workers.adapters.store.ready import ready, seconds
from workers.adapters.store.tallies import Tally
from workers.adapters.store.upkeep import quarantine
from workers.adapters.store.works import Work

_LONGEST_BACKOFF = 3600.0


class LeaseLostError(Exception):
    """Somebody else may be at this row by now: commit nothing."""


class NotYetError(Exception):
    """It was not the row's turn: it goes back uncharged, for ``after`` seconds."""

    def __init__(self, after: float) -> None:
        super().__init__(f"not for another {after:.0f} s")
        self.after = after


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed row. ``started`` is this process's monotonic clock, for durations only."""

    work: Work
    id: int
    token: int
    attempts: int
    started: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a claimed row: its outcome, the stage that follows on the same row, and when.

    ``subject`` is a name of which there are few (a feed's slug, a receiver's name); it is counted too.
    """

    outcome: str
    then: Work | None = None
    due: datetime | None = None
    subject: str = ""


def claim(
    engine: Engine, work: Work, ids: Iterable[int], limit: int | None = None, *, untried: bool = False
) -> list[Held]:
    """Lease those of the rows that are ready, oldest first; an empty list says that others were faster.

    ``untried`` leaves out rows whose earlier claim was never finished, and takes others along (``Work.along``).
    """
    table, ids = work.table, list(ids)
    named = among(table.c.id, ids)
    wanted = ready(work) & (table.c.attempts == 0) if untried else ready(work) & named
    if untried and work.along:
        limit = len(ids) + work.along
    elif untried:
        wanted &= named
    free = (
        select(table.c.id)
        .where(wanted)
        .order_by(~named, table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    take = (
        update(table)
        .where(table.c.id == free.c.id)
        .values(
            lease_until=func.now() + seconds(work.lease),
            attempts=table.c.attempts + 1,
            token=table.c.token + 1,
            hinted_at=None,
        )
        .returning(table.c.id, table.c.token, table.c.attempts)
    )
    with by_statement(engine) as connection:
        rows = connection.execute(take).all()
    return sorted((Held(work, *row) for row in rows), key=lambda held: held.id)


def finish(connection: Connection, held: Held, done: Done) -> None:
    """Compare and set: move the row on, inside the transaction that holds the stage's result.

    Call it first: it locks the row, so a successor waits. Raises ``LeaseLostError``.
    """
    ready = done.then is not None and done.due is None
    _settle(
        connection,
        held,
        stage=done.then.stage if done.then else None,
        due_at=done.due or func.now(),
        attempts=0,
        hinted_at=func.now() if ready else None,
    )
    tallies.add(connection, Tally(held.work.stage, done.outcome, done.subject, time.monotonic() - held.started))


def finish_all(connection: Connection, ended: Sequence[tuple[Held, Done]]) -> set[int]:
    """``finish`` for rows of one stage, none of which is due at another time: the ids of those that were still ours.

    The others are a successor's by now, and nothing may be kept for them.
    """
    work = ended[0][0].work
    rows = {
        "stage": work.stage,
        "ids": [held.id for held, _ in ended],
        "tokens": [held.token for held, _ in ended],
        "then": [done.then and done.then.stage for _, done in ended],
    }
    ours = set(connection.execute(text(_MOVED.format(table=work.table.name)), rows).scalars())
    now = time.monotonic()
    tallied = ((held, done) for held, done in ended if held.id in ours)
    tallies.add(
        connection, *(Tally(work.stage, done.outcome, done.subject, now - held.started) for held, done in tallied)
    )
    return ours


_MOVED = """
UPDATE {table} AS known
SET stage = ended.following, lease_until = NULL, due_at = now(), attempts = 0,
    hinted_at = CASE WHEN ended.following IS NOT NULL THEN now() END
FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS bigint[]), CAST(:then AS text[])) AS ended (id, token, following)
WHERE known.id = ended.id AND known.token = ended.token AND known.stage = :stage
RETURNING known.id
"""


def hold(connection: Connection, held: Held) -> None:
    """Make sure that the row is still ours, and lock it for the transaction. Raises ``LeaseLostError``."""
    _settle(connection, held, lease_until=held.work.table.c.lease_until)


def release(engine: Engine, held: Held, after: float = 0.0) -> None:
    """Give the row back uncharged. ``after`` is in seconds."""
    with engine.begin() as connection:
        _settle(connection, held, due_at=func.now() + seconds(after), attempts=held.attempts - 1, hinted_at=None)


def fail(engine: Engine, held: Held, error: str, *, retry: bool = True, after: float | None = None) -> bool:
    """Try again later, or, when that does not help or was tried often enough, quarantine. True if it was given up.

    ``after`` is what the other side asked for, in seconds. Losing the lease meanwhile is fine: then the
    successor decides.
    """
    given_up = not retry or held.attempts >= held.work.max_attempts
    with engine.begin() as connection:
        try:
            if given_up:
                _settle(connection, held, stage=None, hinted_at=None)
                _give_up(connection, held.work, {held.id: held.attempts}, error)
            else:
                wait = max(_backoff(held), after or 0.0)
                _settle(connection, held, due_at=func.now() + seconds(wait), hinted_at=None)
        except LeaseLostError:
            return False
        outcome = "quarantined" if given_up else "failed"
        tallies.add(connection, Tally(held.work.stage, outcome, seconds=time.monotonic() - held.started))
    return given_up


def bury(engine: Engine, work: Work) -> int:
    """Quarantine rows whose every attempt died with its worker. Returns how many."""
    table = work.table
    exhausted = and_(
        table.c.stage == work.stage, table.c.attempts >= work.max_attempts, table.c.lease_until <= func.now()
    )
    dead = update(table).where(exhausted).values(stage=None, lease_until=None, token=table.c.token + 1)
    with engine.begin() as connection:
        rows = {row.id: row.attempts for row in connection.execute(dead.returning(table.c.id, table.c.attempts))}
        if rows:
            error = f"the worker died or ran out of time ({work.lease - 5:.0f} s) in every attempt"
            _give_up(connection, work, rows, error)
            tallies.add(connection, Tally(work.stage, "quarantined", count=len(rows)))
    return len(rows)


def _settle(connection: Connection, held: Held, **values: object) -> None:
    table = held.work.table
    ours = and_(table.c.id == held.id, table.c.stage == held.work.stage, table.c.token == held.token)
    result = connection.execute(update(table).where(ours).values({"lease_until": None} | values))
    if result.rowcount != 1:
        raise LeaseLostError(f"{held.work.stage} {held.id}")


def _give_up(connection: Connection, work: Work, rows: dict[int, int], error: str) -> None:
    given = [
        {"stage": work.stage, "row_id": row_id, "error": error, "attempts": attempts}
        for row_id, attempts in rows.items()
    ]
    statement = insert(quarantine)
    renewed = {name: statement.excluded[name] for name in ("error", "attempts", "at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["stage", "row_id"], set_=renewed), given)


def _backoff(held: Held) -> float:
    """Doubling, with a quarter of jitter so that rows that failed together do not return together."""
    wait = min(_LONGEST_BACKOFF, held.work.backoff * 2.0 ** (held.attempts - 1))
    return wait * random.uniform(0.75, 1.25)
