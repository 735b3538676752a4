"""What a clustering must see: the filings that an article's reports, or some clashes, meet, and the clashes they touch.

Call under ``clashes.lock``. Rows are found by one-degree squares and days, so the cost of a look-up depends on the
news of those days around that place and not on how much is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import cos, floor, radians
from typing import Any

from sqlalchemy import Connection, and_, delete, func, literal, or_, select, true
from sqlalchemy.sql import ColumnElement

from workers.adapters.store import pins
from workers.adapters.store.articles import Known
from workers.adapters.store.schema import articles, clashes, memberships, reports
from workers.adapters.store.works import CLUSTER
from workers.pipeline.cluster import Pins, names, reach
from workers.pipeline.models import Clash, Filing, Place

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
    other clashes that hold none of these filings any more, though they are named after one; ``pins`` what an
    operator decided about any of the filings.
    """

    filings: tuple[Filing, ...]
    previous: tuple[Clash, ...]
    membership: dict[str, str]
    bereft: frozenset[str]
    taken: frozenset[str]
    pins: Pins = field(default_factory=Pins)


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


def of_articles(connection: Connection, known: Known, ids: Iterable[int]) -> Neighbourhood:
    """Load what the filings of these articles meet, and drop those of the article's earlier versions."""
    own = _filings(connection, reports.c.article_id.in_(list(ids)) & ~_superseded(known))
    heirs, bereft = _retire(connection, known, own)
    return _around(connection, own, bereft, heirs)


def of_clashes(connection: Connection, ids: Collection[str]) -> Neighbourhood:
    """Load what the filings of these clashes meet."""
    return _around(connection, members(connection, ids), frozenset(ids), {})


def _around(
    connection: Connection, own: Sequence[Filing], touched: frozenset[str], heirs: dict[str, str]
) -> Neighbourhood:
    near = {filing.id: filing for filing in own}
    for filing in own:
        near |= {one.id: one for one in _met(connection, filing)}
    known = touched | set(homes(connection, near).values())
    near |= {one.id: one for one in members(connection, known)}
    previous = {clash.id: _passed_on(clash, heirs) for clash in _clashes(connection, clashes.c.id.in_(known))}
    for filing in own:
        previous = {clash.id: clash for clash in _clashes(connection, _beside(filing))} | previous
    suggested = [name for filing in near for name in names(filing)]
    borne = select(clashes.c.id).where(clashes.c.id.in_(suggested), clashes.c.merged_into.is_(None))
    return Neighbourhood(
        filings=tuple(near.values()),
        previous=tuple(previous.values()),
        membership=homes(connection, near),
        bereft=touched,
        taken=frozenset(connection.scalars(borne)),
        pins=pins.of(connection, near),
    )


def members(connection: Connection, ids: Collection[str]) -> list[Filing]:
    """The filings of these clashes."""
    if not ids:
        return []
    joined = select(memberships.c.report_id).where(memberships.c.clash_id.in_(ids))
    return _filings(connection, reports.c.id.in_(joined))


def _superseded(known: Known) -> ColumnElement[bool]:
    return and_(reports.c.article_id == known.id, reports.c.version < known.version)


def _retire(connection: Connection, known: Known, own: Sequence[Filing]) -> tuple[dict[str, str], frozenset[str]]:
    """Delete superseded reports; which filing follows each, and the clashes that must be made anew."""
    chosen = select(reports.c.filing, memberships.c.clash_id).join(memberships, memberships.c.report_id == reports.c.id)
    old = connection.execute(chosen.where(_superseded(known))).all()
    current = [filing for filing in own if filing.article == str(known.id)]
    heirs = {row.filing.id: _heir(row.filing, current) for row in old} if current else {}
    pins.pass_on(connection, heirs)
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


def homes(connection: Connection, filings: Iterable[str]) -> dict[str, str]:
    chosen = select(memberships.c.report_id, memberships.c.clash_id).where(memberships.c.report_id.in_(list(filings)))
    return {row.report_id: row.clash_id for row in connection.execute(chosen)}


def _clashes(connection: Connection, where: ColumnElement[bool]) -> list[Clash]:
    return list(connection.scalars(select(clashes.c.clash).where(where, clashes.c.merged_into.is_(None))))


def _beside(filing: Filing) -> ColumnElement[bool]:
    """Clashes that may belong to the same situation."""
    place = filing.report.place
    if place is None:
        return literal(False)
    since = filing.published - _FORTNIGHT
    squares = cells(place.lat, place.lon, _SITUATION_KM) or []
    until = filing.published + _FORTNIGHT
    return and_(clashes.c.cell.in_(squares), clashes.c.last_reported >= since, clashes.c.first_reported <= until)
