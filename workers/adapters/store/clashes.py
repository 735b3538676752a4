"""Clashes: the neighbourhood that an article's reports meet, and what clustering made of it.

Assignment holds one transaction-level advisory lock from loading to commit: 150 articles a second through it are
enough, and two reports of one incident can never found two clashes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import cos, floor, radians
from typing import Any

from sqlalchemy import Connection, and_, delete, func, literal, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import ColumnElement

from workers.adapters.store.articles import Known
from workers.adapters.store.schema import articles, clashes, memberships, reports, revisions, situations
from workers.adapters.store.works import CLUSTER, EVALUATE
from workers.pipeline.cluster import Clustering, names, reach
from workers.pipeline.models import Change, Clash, ClashState, Filing, Place, Revision, Situation, Status

_ASSIGNING = 7_231_003
_MOST_PLACED, _MOST_UNPLACED = 1000, 150
"""Filings loaded around one filing at most."""
_SITUATION_KM = 100.0
_FORTNIGHT = timedelta(days=14)
_KM_PER_DEGREE = 111.0
_ALL_CELLS = 4000


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What ``cluster`` is given, with the membership as it is: report id -> clash id.

    ``bereft`` are the clashes that lost a report because its article was edited; ``taken`` the ids of
    other clashes that hold none of these filings any more, though they are named after one.
    """

    filings: tuple[Filing, ...]
    previous: tuple[Clash, ...]
    membership: dict[str, str]
    bereft: frozenset[str]
    taken: frozenset[str]


def lock(connection: Connection) -> None:
    """Take the assignment lock until the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ASSIGNING})


def cell(lat: float, lon: float) -> int:
    """The number of the one-degree square that holds a point."""
    return (floor(lat) + 90) * 360 + (floor(lon) + 180) % 360


def cells(lat: float, lon: float, km: float) -> list[int] | None:
    """The squares within ``km`` of a point; ``None`` when they are too many to name."""
    north = km / _KM_PER_DEGREE
    east = km / (_KM_PER_DEGREE * max(0.05, cos(radians(min(89.0, abs(lat) + north)))))
    if (2 * north + 1) * (2 * east + 1) > _ALL_CELLS:
        return None
    rows = range(floor(max(-90.0, lat - north)), floor(min(89.9, lat + north)) + 1)
    columns = range(floor(lon - east), floor(lon + east) + 1)
    return [cell(row, column) for row in rows for column in columns]


def cell_of(place: Place | None) -> int | None:
    return cell(place.lat, place.lon) if place else None


def neighbourhood(connection: Connection, known: Known, ids: Iterable[int]) -> Neighbourhood:
    """Load what the filings of these articles meet, and drop those of the article's earlier versions.

    Call under ``lock``.
    """
    own = _filings(connection, reports.c.article_id.in_(list(ids)) & ~_superseded(known))
    heirs, bereft = _retire(connection, known, own)
    near = {filing.id: filing for filing in own}
    for filing in own:
        near |= {one.id: one for one in _met(connection, filing)}
    touched = bereft | set(_homes(connection, near).values())
    if touched:
        joined = select(memberships.c.report_id).where(memberships.c.clash_id.in_(touched))
        near |= {one.id: one for one in _filings(connection, reports.c.id.in_(joined))}
    previous = {clash.id: _passed_on(clash, heirs) for clash in _clashes(connection, clashes.c.id.in_(touched))}
    for filing in own:
        previous = {clash.id: clash for clash in _clashes(connection, _around(filing))} | previous
    suggested = [name for filing in near for name in names(filing)]
    taken = frozenset(
        connection.scalars(select(clashes.c.id).where(clashes.c.id.in_(suggested), clashes.c.merged_into.is_(None)))
    )
    return Neighbourhood(tuple(near.values()), tuple(previous.values()), _homes(connection, near), bereft, taken)


def _superseded(known: Known) -> ColumnElement[bool]:
    return and_(reports.c.article_id == known.id, reports.c.version < known.version)


def _retire(connection: Connection, known: Known, own: Sequence[Filing]) -> tuple[dict[str, str], frozenset[str]]:
    """Delete superseded reports; which filing follows each, and the clashes that must be made anew."""
    chosen = select(reports.c.filing, memberships.c.clash_id).join(memberships, memberships.c.report_id == reports.c.id)
    old = connection.execute(chosen.where(_superseded(known))).all()
    current = [filing for filing in own if filing.article == str(known.id)]
    heirs = {row.filing.id: _heir(row.filing, current) for row in old} if current else {}
    connection.execute(delete(reports).where(_superseded(known)))
    return heirs, frozenset(row.clash_id for row in old)


def _heir(old: Filing, current: Sequence[Filing]) -> str:
    """The report of the new version that most likely tells the same incident."""

    def likeness(new: Filing) -> tuple[bool, ...]:
        one, other = old.report, new.report
        same_ordinal = old.id.rpartition(".")[2] == new.id.rpartition(".")[2]
        return one.place == other.place, one.sub_event_type == other.sub_event_type, same_ordinal

    return max(current, key=likeness).id


def _passed_on(clash: Clash, heirs: dict[str, str]) -> Clash:
    """The clash with the new versions of its filings, by which ``cluster`` knows it again."""
    return replace(clash, filings=tuple(dict.fromkeys(heirs.get(one, one) for one in clash.filings)))


def _met(connection: Connection, filing: Filing) -> list[Filing]:
    """The store's side of ``cluster.reach``: the filings that may tell the same incident, nearest in time first.

    ``reports`` keeps each filing's own days with their slack, so plain overlap is enough. What names no place meets
    everything of its days; there the number is what bounds the work.
    """
    around = reach(filing)
    days = and_(reports.c.first_day <= around.last, reports.c.last_day >= around.first, _had_its_turn())
    nearest = func.abs(reports.c.last_day - around.last)
    if around.lat is None or around.lon is None:
        return _filings(connection, days, nearest, _MOST_UNPLACED)
    squares = cells(around.lat, around.lon, around.km)
    beside = true() if squares is None else reports.c.cell.in_(squares)
    vaguely = and_(reports.c.country == around.country, reports.c.coarse) if around.country else literal(False)
    placed = _filings(connection, and_(days, or_(beside, vaguely)), nearest, _MOST_PLACED)
    return placed + _filings(connection, and_(days, reports.c.cell.is_(None)), nearest, _MOST_UNPLACED)


def _had_its_turn() -> ColumnElement[bool]:
    """Not a filing that nobody has assigned yet.

    What lies around it may lie outside of this neighbourhood, so that here it would found a clash of its own, be told
    as one, and be merged away a moment later in its own turn.
    """
    waits = select(articles.c.id).where(articles.c.id == reports.c.article_id, articles.c.stage == CLUSTER.stage)
    assigned = select(memberships.c.report_id).where(memberships.c.report_id == reports.c.id)
    return or_(~waits.exists(), assigned.exists())


def _filings(
    connection: Connection,
    where: ColumnElement[bool],
    nearest: ColumnElement[Any] | None = None,
    most: int | None = None,
) -> list[Filing]:
    chosen = select(reports.c.filing).where(reports.c.is_filing, where).limit(most)
    if nearest is not None:
        chosen = chosen.order_by(nearest, reports.c.article_id.desc())
    return list(connection.scalars(chosen))


def _homes(connection: Connection, filings: Iterable[str]) -> dict[str, str]:
    chosen = select(memberships.c.report_id, memberships.c.clash_id).where(memberships.c.report_id.in_(list(filings)))
    return {row.report_id: row.clash_id for row in connection.execute(chosen)}


def _clashes(connection: Connection, where: ColumnElement[bool]) -> list[Clash]:
    return list(connection.scalars(select(clashes.c.clash).where(where, clashes.c.merged_into.is_(None))))


def _around(filing: Filing) -> ColumnElement[bool]:
    """Clashes that may belong to the same situation."""
    place = filing.report.place
    if place is None:
        return literal(False)
    since = filing.published - _FORTNIGHT
    squares = cells(place.lat, place.lon, _SITUATION_KM) or []
    until = filing.published + _FORTNIGHT
    return and_(clashes.c.cell.in_(squares), clashes.c.last_reported >= since, clashes.c.first_reported <= until)


def save(connection: Connection, found: Clustering, before: Neighbourhood, primed: bool) -> list[int]:
    """Keep what clustering found; returns the ids of the new revisions. ``primed`` revisions are never told."""
    known = {clash.id: clash for clash in before.previous}
    found = _revived(connection, found, known.keys())
    changed = [clash for clash in found.clashes if clash != known.get(clash.id)]
    keep(connection, changed)
    for gone, into in found.redirects.items():
        merged = {"merged_into": into, "state": ClashState.CLOSED.value, "changed_at": func.now()}
        connection.execute(update(clashes).where(clashes.c.id == gone).values(merged))
    _join(connection, {one: clash.id for clash in found.clashes for one in clash.filings}, before.membership)
    _situate(connection, found.situations)
    empty = before.bereft - found.redirects.keys() - {clash.id for clash in found.clashes}
    collapsed = [_collapse(known[one]) for one in sorted(empty & known.keys())]
    keep(connection, [revision.clash for revision in collapsed])
    return revise(connection, (*found.revisions, *collapsed), primed)


def _revived(connection: Connection, found: Clustering, known: Collection[str]) -> Clustering:
    """A clash that was merged away and comes apart again takes up its old id, so that nobody is told of it as new."""
    new = [clash.id for clash in found.clashes if clash.id not in known]
    made = select(revisions.c.clash_id, func.max(revisions.c.number).label("last")).group_by(revisions.c.clash_id)
    last = {row.clash_id: row.last for row in connection.execute(made.where(revisions.c.clash_id.in_(new)))}
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
    if not changed:
        return
    statement = insert(clashes)
    rows = [_clash(clash) for clash in changed]
    names = [name for name in rows[0] if name != "id"]
    given = {name: statement.excluded[name] for name in names} | {"changed_at": func.now(), "merged_into": None}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=given), rows)


def _clash(clash: Clash) -> dict[str, Any]:
    return {
        "id": clash.id,
        "clash": clash,
        "state": clash.state.value,
        "situation_id": clash.situation,
        "event_type": clash.event_type,
        "country": clash.place.country if clash.place else None,
        "cell": cell_of(clash.place),
        "first_reported": clash.first_reported,
        "last_reported": clash.last_reported,
    }


def _join(connection: Connection, wanted: dict[str, str], current: dict[str, str]) -> None:
    moved = [{"report_id": one, "clash_id": home} for one, home in wanted.items() if current.get(one) != home]
    if moved:
        statement = insert(memberships)
        home = {"clash_id": statement.excluded.clash_id}
        connection.execute(statement.on_conflict_do_update(index_elements=["report_id"], set_=home), moved)


def _situate(connection: Connection, found: Sequence[Situation]) -> None:
    """Situations may take in clashes that were not recomputed: those only learn their situation's name."""
    chosen = select(situations.c.situation).where(situations.c.id.in_([one.id for one in found]))
    known = set(connection.scalars(chosen))
    changed = [one for one in found if one not in known]
    if not changed:
        return
    statement = insert(situations)
    renewed = statement.on_conflict_do_update(index_elements=["id"], set_={"situation": statement.excluded.situation})
    connection.execute(renewed, [{"id": one.id, "situation": one} for one in changed])
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
