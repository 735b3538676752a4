"""An operator says that two clashes are one, or that one is two: kept, explained, and stronger than any evidence.

Both histories stay: a merge leaves the other id as a redirect, a split gives what was parted off an id of its own,
or the one that it bore before. The latest decision about two reports is the one that holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from sqlalchemy import Connection, Engine, insert, select, update

from workers.adapters.store import assigning, neighbourhood, pins
from workers.adapters.store.assigning import Linking
from workers.adapters.store.schema import clashes as clash_rows
from workers.adapters.store.schema import revisions
from workers.adapters.store.upkeep import decisions
from workers.pipeline.models import Filing


class NoSuchClashError(Exception):
    """There is no clash of this id that was not merged into another, or it does not hold what is to be parted off."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``id`` and ``at`` are given by the store. ``what`` is ``merge`` or ``split``; ``subject`` names clashes."""

    what: str
    subject: tuple[str, ...]
    author: str
    note: str
    id: int = 0
    at: datetime | None = None


def merge(engine: Engine, decision: Decision, linking: Linking) -> str:
    """Make one clash of the two subjects; the id of the larger lives on and is returned."""
    one, other = decision.subject
    with engine.begin() as connection:
        some, others = _members(connection, one), _members(connection, other)
        number = _keep(connection, decision)
        pins.part(connection, _ids(some), _ids(others), together=False)
        pins.put(connection, number, [(some[0].id, others[0].id)], together=True)
        _assign(connection, {one, other}, linking)
        return neighbourhood.home_of(connection, some[0].id) or one


def split(engine: Engine, decision: Decision, articles: Collection[str], linking: Linking) -> str:
    """Make a clash of its own of what these articles report of the subject; its id."""
    (clash,) = decision.subject
    with engine.begin() as connection:
        everything = _members(connection, clash)
        parted = [filing for filing in everything if filing.article in articles]
        rest = [filing for filing in everything if filing.article not in articles]
        if not parted or not rest:
            raise NoSuchClashError(f"{clash} is told by articles {', '.join(sorted({f.article for f in everything}))}")
        number = _keep(connection, decision)
        pins.part(connection, _ids(parted), _ids(rest), together=True)
        pins.put(connection, number, product(_ids(parted), _ids(rest)), together=False)
        pins.put(connection, number, [(parted[0].id, one) for one in _ids(parted[1:])], together=True)
        _assign(connection, {clash}, linking)
        return neighbourhood.home_of(connection, parted[0].id) or ""


def made(engine: Engine, most: int = 100) -> list[Decision]:
    """The latest first."""
    chosen = select(decisions).order_by(decisions.c.id.desc()).limit(most)
    with engine.connect() as connection:
        return [
            Decision(row.what, tuple(row.subject), row.author, row.note, row.id, row.at)
            for row in connection.execute(chosen)
        ]


def _members(connection: Connection, clash: str) -> list[Filing]:
    """Earliest first, under the assignment lock."""
    assigning.lock(connection)
    known = select(clash_rows.c.id).where(clash_rows.c.id == clash, clash_rows.c.merged_into.is_(None))
    found = neighbourhood.members(connection, clash) if connection.scalar(known) else []
    if not found:
        raise NoSuchClashError(f"there is no clash {clash} that stands by itself")
    return found


def _ids(filings: Sequence[Filing]) -> list[str]:
    return [filing.id for filing in filings]


def _keep(connection: Connection, decision: Decision) -> int:
    row = {"what": decision.what, "subject": list(decision.subject), "author": decision.author, "note": decision.note}
    return int(connection.execute(insert(decisions).values(row).returning(decisions.c.id)).scalar_one())


def _assign(connection: Connection, touched: Collection[str], linking: Linking) -> None:
    """Cluster anew around these clashes. Nobody hints the revisions: the tick does, within a second."""
    revised = assigning.renew(connection, neighbourhood.of_clashes(connection, touched), linking, primed=False)
    connection.execute(update(revisions).where(revisions.c.id.in_(revised)).values(hinted_at=None))
