"""Whose copy an article is, decided under the assignment lock so that it does not depend on who was read first.

Several workers sign articles at once; whichever of two lookalikes is assigned second sees the other. If that is the
earlier one, the one before becomes its copy after all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import Connection

from workers.adapters.store import articles, filings
from workers.adapters.store.articles import Lookalike
from workers.pipeline.dedupe import Candidate, Copy, copy_of


def settle(connection: Connection, ids: Collection[int]) -> set[int]:
    """Note copies among articles and their lookalikes; the ids of all whose filings must be clustered anew.

    Call under the assignment lock. A copy always leads straight to an origin that is no copy itself.
    """
    met = articles.lookalikes(connection, ids)
    known = {one.id: one for found in met.values() for one in found}
    shelf = _Shelf(known, articles.copies_of(connection, known))
    for mine in sorted(met, key=lambda one: _order(shelf.known[one])):
        shelf.settle(mine, [one.id for one in met[mine] if one.id != mine])
    articles.mark_copies(connection, shelf.changed)
    filings.credit(connection, shelf.changed)
    return {*ids, *shelf.changed}


class _Shelf:
    """The articles compared, each with the origin that it has by now."""

    def __init__(self, known: dict[int, Lookalike], copies: dict[int | None, set[int]]) -> None:
        self.known = known
        self._copies: defaultdict[int | None, set[int]] = defaultdict(set, copies)
        self.changed: dict[int, Copy | None] = {}

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
        moved = {one.id, *(self._copies.pop(one.id, ()) if origin else ())}
        self._copies[one.copy_of].discard(one.id)
        self._copies[origin] |= moved
        for number in moved:
            self.changed[number] = found
            if number in self.known:
                self.known[number] = replace(self.known[number], copy_of=origin)


def _candidate(one: Lookalike) -> Candidate:
    return Candidate(str(one.id), one.signature, one.published, one.url, str(one.copy_of) if one.copy_of else None)


def _order(one: Lookalike) -> tuple[object, int]:
    return one.published, one.id
