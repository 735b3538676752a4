"""Whose copy an article is, decided under the assignment lock so that it does not depend on who was read first.

Several workers sign articles at once; whichever of two lookalikes is assigned second sees the other. If that is the
earlier one, the one before becomes its copy after all.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from workers.adapters.store import articles, filings
from workers.adapters.store.articles import Known, Lookalike
from workers.adapters.store.schema import articles as table
from workers.pipeline.dedupe import Candidate, Copy, copy_of


def settle(connection: Connection, known: Known) -> set[int]:
    """Note copies among an article and its lookalikes; the ids of all whose filings must be clustered anew.

    Call under ``clashes.lock``. A copy always leads straight to an origin that is no copy itself.
    """
    mine = articles.signed(connection, known.id)
    others = articles.lookalikes(connection, known)
    earlier = [one for one in others if _order(one) < _order(mine)]
    later = [one for one in others if _order(one) > _order(mine)]
    found = copy_of(_candidate(mine), map(_candidate, earlier))
    changed = _mark(connection, mine, found)
    if found is None:
        for other in later:
            if other.copy_of is None and (copy := copy_of(_candidate(other), [_candidate(mine, origin=False)])):
                changed |= _mark(connection, other, copy)
    return changed | {known.id}


def _mark(connection: Connection, one: Lookalike, found: Copy | None) -> set[int]:
    """Note the origin; what copied this one copies its origin."""
    origin = int(found.origin) if found else None
    if origin == one.copy_of:
        return set()
    followers = connection.scalars(select(table.c.id).where(table.c.copy_of == one.id)).all() if origin else []
    for article_id in (one.id, *followers):
        articles.mark_copy(connection, article_id, origin, found.similarity if found else None)
        filings.credit(connection, article_id, origin)
    return {one.id, *followers}


def _candidate(one: Lookalike, origin: bool = True) -> Candidate:
    leads_to = str(one.copy_of) if one.copy_of and origin else None
    return Candidate(str(one.id), one.signature, one.published, one.url, leads_to)


def _order(one: Lookalike) -> tuple[object, int]:
    return one.published, one.id
