"""Which filings an operator holds together or apart, as linking asks for it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, insert, or_, text, update

from workers.adapters.store.columns import among
from workers.adapters.store.upkeep import pins
from workers.pipeline.cluster import Pins

Pair = tuple[str, str]


def of(connection: Connection, filings: Collection[str]) -> Pins:
    """What was decided about any of these filings."""
    held: dict[bool, set[frozenset[str]]] = {True: set(), False: set()}
    for one, other, together in connection.execute(_OF, {"filings": json.dumps(list(filings))}):
        held[together].add(frozenset((one, other)))
    return Pins(frozenset(held[True]), frozenset(held[False]))


_OF = text(
    """
    WITH asked AS (SELECT jsonb_array_elements_text(CAST(:filings AS jsonb)) AS id)
    SELECT one, other, together FROM pins
    WHERE one = ANY(ARRAY(SELECT id FROM asked)) OR other = ANY(ARRAY(SELECT id FROM asked))
    """
)


def put(connection: Connection, decision: int, pairs: Iterable[Pair], *, together: bool) -> None:
    """Hold each pair together or apart, whatever was decided about it before."""
    rows = [{"decision_id": decision, "one": one, "other": other, "together": together} for one, other in pairs]
    if rows:
        connection.execute(insert(pins), rows)


def part(connection: Connection, some: Collection[str], others: Collection[str], *, together: bool) -> None:
    """Forget the earlier decisions of one kind between two sets of filings: the latest decision holds."""
    across = or_(
        among(pins.c.one, some) & among(pins.c.other, others),
        among(pins.c.one, others) & among(pins.c.other, some),
    )
    connection.execute(delete(pins).where(across, pins.c.together.is_(together)))


def pass_on(connection: Connection, heirs: Mapping[str, str]) -> None:
    """An edited article's reports keep what was decided about those that they follow."""
    for column in (pins.c.one, pins.c.other):
        for old, new in heirs.items():
            connection.execute(update(pins).where(column == old).values({column: new}))
