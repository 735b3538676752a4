"""Whose copy an article is, decided under the assignment lock so that it does not depend on who was read first.

Several workers sign articles at once; whichever of two lookalikes is assigned second sees the other. If that is the
earlier one, the one before becomes its copy after all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from workers.adapters.store import articles, filings
from workers.adapters.store.articles import Lookalike
from workers.adapters.store.schema import articles as table
from workers.pipeline.dedupe import Candidate, Copy, copy_of


def settle(connection: Connection, ids: Collection[int]) -> set[int]:
    """Note copies among articles and their lookalikes; the ids of all whose filings must be clustered anew.

    Call under the assignment lock. A copy always leads straight to an origin that is no copy itself.
    """
    met = articles.lookalikes(connection, ids)
    shelf = _Shelf(connection, {one.id: one for found in met.values() for one in found})
    for mine in sorted(met, key=lambda one: _order(shelf.known[one])):
        shelf.settle(mine, [one.id for one in met[mine] if one.id != mine])
    return {*ids, *shelf.changed}


class _Shelf:
    """The articles compared, each with the origin that it has by now."""

    def __init__(self, connection: Connection, known: dict[int, Lookalike]) -> None:
        self._connection = connection
        self.known = known
        self.changed: set[int] = set()

    def settle(self, number: int, near: Iterable[int]) -> None:
        """Of what came before it an article may be a copy; else what came after may be copies of it."""
        mine, others = self.known[number], [self.known[one] for one in near]
        found = copy_of(_candidate(mine), [_candidate(one) for one in others if _order(one) < _order(mine)])
        self._mark(mine, found)
        if found is None:
            for later in (one for one in others if one.copy_of is None and _order(one) > _order(mine)):
                if copy := copy_of(_candidate(later), [_candidate(replace(mine, copy_of=None))]):
                    self._mark(later, copy)

    def _mark(self, one: Lookalike, found: Copy | None) -> None:
        """Note the origin; what copied this one copies its origin."""
        origin = int(found.origin) if found else None
        if origin == one.copy_of:
            return
        followers = select(table.c.id).where(table.c.copy_of == one.id)
        for number in (one.id, *(self._connection.scalars(followers).all() if origin else ())):
            articles.mark_copy(self._connection, number, origin, found.similarity if found else None)
            filings.credit(self._connection, number, origin)
            self.changed.add(number)
            if number in self.known:
                self.known[number] = replace(self.known[number], copy_of=origin)


def _candidate(one: Lookalike) -> Candidate:
    return Candidate(str(one.id), one.signature, one.published, one.url, str(one.copy_of) if one.copy_of else None)


def _order(one: Lookalike) -> tuple[object, int]:
    return one.published, one.id
