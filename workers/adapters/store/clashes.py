"""Clashes as the store keeps them: what clustering made of a neighbourhood, its revisions and its redirects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert

from workers.adapters.store.columns import among
from workers.adapters.store.nearby import cell_of
from workers.adapters.store.neighbourhood import Neighbourhood
from workers.adapters.store.schema import clashes, memberships, revisions, situations
from workers.adapters.store.works import EVALUATE
from workers.pipeline.cluster import Before, Clustering, scene
from workers.pipeline.models import Change, Clash, ClashState, Revision, Status


def save(connection: Connection, found: Clustering, around: Neighbourhood, before: Before, primed: bool) -> list[int]:
    """Keep what clustering found; returns the ids of the new revisions. ``primed`` revisions are never told."""
    known = {clash.id: clash for clash in before.clashes}
    found = _revived(connection, found, known.keys())
    changed = [clash for clash in found.clashes if clash != known.get(clash.id)]
    keep(connection, changed)
    for gone, into in found.redirects.items():
        merged = {"merged_into": into, "state": ClashState.CLOSED.value, "changed_at": func.now()}
        connection.execute(update(clashes).where(clashes.c.id == gone).values(merged))
    _join(connection, {one: clash.id for clash in found.clashes for one in clash.filings}, around.home)
    _situate(connection, found, {clash.situation for clash in before.clashes})
    empty = around.bereft - found.redirects.keys() - {clash.id for clash in found.clashes}
    collapsed = [_collapse(known[one]) for one in sorted(empty & known.keys())]
    keep(connection, [revision.clash for revision in collapsed])
    return revise(connection, (*found.revisions, *collapsed), primed)


def _revived(connection: Connection, found: Clustering, known: Collection[str]) -> Clustering:
    """A clash that was merged away and comes apart again takes up its old id, so that nobody is told of it as new."""
    new = [clash.id for clash in found.clashes if clash.id not in known]
    made = select(revisions.c.clash_id, func.max(revisions.c.number).label("last")).group_by(revisions.c.clash_id)
    last = {row.clash_id: row.last for row in connection.execute(made.where(among(revisions.c.clash_id, new)))}
    if not last:
        return found
    counted = {clash.id: replace(clash, revision=clash.revision + last.get(clash.id, 0)) for clash in found.clashes}
    revised = [replace(r, clash=counted[r.clash.id], number=counted[r.clash.id].revision) for r in found.revisions]
    return replace(found, clashes=tuple(counted.values()), revisions=tuple(revised))


def _collapse(clash: Clash) -> Revision:
    """The only articles that told of it were edited and no longer do: it is taken back."""
    gone = replace(clash, state=ClashState.CLOSED, status=Status.RETRACTED, revision=clash.revision + 1)
    return Revision(gone, gone.revision, (Change.RETRACTED,), {"status": (clash.status.value, gone.status.value)})


def keep(connection: Connection, changed: Sequence[Clash]) -> None:
    """Insert or replace clashes."""
    if changed:
        connection.execute(_KEEP, [_clash(clash) for clash in changed])


def _replacing(table: Table, key: str, *names: str, **more: Any) -> Insert:
    """Insert, or replace what is known under the key."""
    statement = insert(table).values({name: bindparam(name) for name in (key, *names)})
    given = {name: statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=[key], set_=given | more)


_COLUMNS = (
    "clash",
    "scene",
    "state",
    "situation_id",
    "event_type",
    "country",
    "cell",
    "first_reported",
    "last_reported",
)
_KEEP = _replacing(clashes, "id", *_COLUMNS, changed_at=func.now(), merged_into=None)
_MOVE = _replacing(memberships, "report_id", "clash_id")
_SITUATION = _replacing(situations, "id", "situation")


def _clash(clash: Clash) -> dict[str, Any]:
    return {
        "id": clash.id,
        "clash": clash,
        "scene": scene(clash),
        "state": clash.state.value,
        "situation_id": clash.situation,
        "event_type": clash.event_type,
        "country": clash.place.country if clash.place else None,
        "cell": cell_of(clash.place),
        "first_reported": clash.first_reported,
        "last_reported": clash.last_reported,
    }


def _join(connection: Connection, wanted: dict[str, str], current: Mapping[str, str]) -> None:
    moved = [{"report_id": one, "clash_id": home} for one, home in wanted.items() if current.get(one) != home]
    if moved:
        connection.execute(_MOVE, moved)


def _situate(connection: Connection, found: Clustering, left: Collection[str | None]) -> None:
    """Situations that hold a clash of those told, or did before. They may take in others, that were not recomputed:
    those only learn their situation's name."""
    told = {clash.id for clash in found.clashes}
    touched = [one for one in found.situations if one.id in left or not told.isdisjoint(one.clashes)]
    chosen = select(situations.c.situation).where(among(situations.c.id, [one.id for one in touched]))
    known = set(connection.scalars(chosen))
    changed = [one for one in touched if one not in known]
    if not changed:
        return
    connection.execute(_SITUATION, [{"id": one.id, "situation": one} for one in changed])
    connection.execute(text(_NAME_SITUATION), [{"situation": one.id, "ids": list(one.clashes)} for one in changed])


_NAME_SITUATION = """
UPDATE clashes
SET situation_id = :situation, clash = jsonb_set(clash, '{situation}', to_jsonb(CAST(:situation AS text)))
WHERE id = ANY(:ids) AND situation_id IS DISTINCT FROM :situation
"""


def revise(connection: Connection, found: Sequence[Revision], primed: bool) -> list[int]:
    """Add revisions for the rules to look at."""
    rows = [
        {"clash_id": r.clash.id, "number": r.number, "revision": r, "primed": primed, "stage": EVALUATE.stage}
        for r in found
    ]
    return list(connection.scalars(insert(revisions).returning(revisions.c.id), rows)) if rows else []


def older_than(connection: Connection, state: ClashState, limit: timedelta, most: int = 500) -> list[Clash]:
    """Clashes in a state without news for ``limit``: due to become quiet or closed."""
    silent = and_(clashes.c.state == state.value, clashes.c.last_reported < func.now() - limit)
    chosen = select(clashes.c.clash).where(silent, clashes.c.merged_into.is_(None))
    return list(connection.scalars(chosen.order_by(clashes.c.last_reported).limit(most)))


def current(connection: Connection, clash_id: str) -> Clash | None:
    """The clash, or the one that it was merged into meanwhile."""
    chosen = select(clashes.c.clash, clashes.c.merged_into).where(clashes.c.id == clash_id)
    row = connection.execute(chosen).one_or_none()
    return current(connection, row.merged_into) if row and row.merged_into else row and row.clash
