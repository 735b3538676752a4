"""What a clustering must see: the filings that an article's reports, or some clashes, meet, and the clashes they touch.

Call under ``assigning.lock``. Rows are found by one-degree squares and days, so the cost of a look-up depends on the
news of those days around that place and not on how much is stored. Of most filings around only the card is loaded,
and of most clashes only the scene: whole ones are needed of what changes (``before``), which is little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import cos, floor, radians

from sqlalchemy import Connection, RowMapping, TextClause, and_, delete, select, text
from sqlalchemy.sql import ColumnElement

from workers.adapters.store import pins
from workers.adapters.store.articles import Known
from workers.adapters.store.columns import among
from workers.adapters.store.schema import clashes, memberships, reports
from workers.adapters.store.works import CLUSTER
from workers.pipeline import wire
from workers.pipeline.cluster import Before, Card, Group, Pins, Scene, names, reach
from workers.pipeline.models import Clash, Filing, Place

_MOST_PLACED, _MOST_UNPLACED = 1000, 150
"""Filings loaded around one filing at most."""
_SITUATION_KM = 100.0
_FORTNIGHT = timedelta(days=14)
_KM_PER_DEGREE = 111.0
_ALL_CELLS = 4000


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """``cards`` with the clash that each belongs to: ``home``, report id -> clash id.

    ``own`` are the cards that all this is about; ``heirs`` which of them follow reports of before an edit; ``bereft``
    the clashes that lost a report so, or are to be looked at anew; ``pins`` what an operator decided about any.
    """

    cards: tuple[Card, ...]
    home: Mapping[str, str]
    own: tuple[Card, ...]
    heirs: Mapping[str, str]
    bereft: frozenset[str]
    pins: Pins = field(default_factory=Pins)

    def changed(self, groups: Iterable[Group]) -> list[Group]:
        """Those that are not, card by card, a clash as it was."""
        own, size = {card.id for card in self.own}, Counter(self.home.values())

        def same(group: Group) -> bool:
            homes = {self.home.get(card.id) for card in group.cards}
            home = homes.pop()
            whole = home is not None and not homes and size[home] == len(group.cards)
            return whole and home not in self.bereft and own.isdisjoint(card.id for card in group.cards)

        return [group for group in groups if not same(group)]


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


def of_articles(connection: Connection, edited: Iterable[Known], ids: Collection[int]) -> Neighbourhood:
    """Load what the filings of these articles meet, and drop those of the earlier versions of the ``edited``."""
    heirs: dict[str, str] = {}
    bereft: frozenset[str] = frozenset()
    for known in edited:
        if known.version > 1:
            followers, lost = _retire(connection, known)
            heirs, bereft = heirs | followers, bereft | lost
    return _around(connection, _cards(connection, among(reports.c.article_id, ids)), bereft, heirs)


def of_clashes(connection: Connection, ids: Collection[str]) -> Neighbourhood:
    """Load what the filings of these clashes meet."""
    joined = select(memberships.c.report_id).where(among(memberships.c.clash_id, ids))
    return _around(connection, _cards(connection, reports.c.id.in_(joined)), frozenset(ids), {})


def _around(
    connection: Connection, own: Sequence[Card], touched: frozenset[str], heirs: Mapping[str, str]
) -> Neighbourhood:
    near = {card.id for card in own}.union(*(_met(connection, card) for card in own))
    cards: dict[str, Card] = {card.id: card for card in own}
    home: dict[str, str] = {}
    for row in connection.execute(_TOUCHED, {"near": sorted(near), "touched": sorted(touched)}):
        cards[row.id] = wire.decode(Card, row.card)
        if row.clash_id is not None:
            home[row.id] = row.clash_id
    return Neighbourhood(tuple(cards.values()), home, tuple(own), heirs, touched, pins.of(connection, list(cards)))


_TOUCHED = text(
    """
    WITH touched AS (
        SELECT clash_id FROM memberships WHERE report_id = ANY(:near)
        UNION SELECT unnest(CAST(:touched AS text[])))
    SELECT id, card, clash_id FROM memberships JOIN touched USING (clash_id) JOIN reports ON id = report_id
    WHERE is_filing
    UNION ALL
    SELECT id, card, NULL FROM reports WHERE id = ANY(:near) AND is_filing
    AND NOT EXISTS (SELECT FROM memberships WHERE report_id = id)
    """
)
"""These filings, and all filings of each clash that holds one of them."""


def before(connection: Connection, around: Neighbourhood, groups: Sequence[Group]) -> tuple[dict[str, Filing], Before]:
    """The filings of groups that change, and what was known of them and around."""
    told = {card.id for group in groups for card in group.cards}
    filings = {one.id: one for one in connection.scalars(select(reports.c.filing).where(among(reports.c.id, told)))}
    held = around.bereft | {around.home[one] for one in told if one in around.home}
    known = tuple(_passed_on(clash, around.heirs) for clash in clashes_of(connection, held))
    scenes: dict[str, Scene] = {}
    had = {clash.id: clash.situation for clash in known}
    for card in around.own:
        for row in _beside(connection, card):
            if row["id"] not in held:
                scenes[row["id"]] = wire.decode(Scene, row["scene"])
                had[row["id"]] = row["situation_id"]
    suggested = [name for one in told for name in names(one)]
    borne = select(clashes.c.id).where(among(clashes.c.id, suggested), clashes.c.merged_into.is_(None))
    taken = frozenset(connection.scalars(borne))
    return filings, Before(known, tuple(scenes.values()), had, taken)


def members(connection: Connection, clash: str) -> list[Filing]:
    """The filings of a clash, earliest first."""
    joined = select(reports.c.filing).join(memberships, memberships.c.report_id == reports.c.id)
    found = connection.scalars(joined.where(memberships.c.clash_id == clash, reports.c.is_filing))
    return sorted(found, key=lambda filing: (filing.published, filing.id))


def _superseded(known: Known) -> ColumnElement[bool]:
    return and_(reports.c.article_id == known.id, reports.c.version < known.version)


def _retire(connection: Connection, known: Known) -> tuple[dict[str, str], frozenset[str]]:
    """Delete superseded reports; which report follows each, and the clashes that must be made anew."""
    chosen = select(reports.c.card, memberships.c.clash_id).join(memberships, memberships.c.report_id == reports.c.id)
    old = connection.execute(chosen.where(_superseded(known))).all()
    current = _cards(connection, and_(reports.c.article_id == known.id, reports.c.version == known.version))
    heirs = {row.card.id: _heir(row.card, current) for row in old} if current else {}
    pins.pass_on(connection, heirs)
    connection.execute(delete(reports).where(_superseded(known)))
    return heirs, frozenset(row.clash_id for row in old)


def _heir(old: Card, current: Sequence[Card]) -> str:
    """The report of the new version that most likely tells the same incident."""

    def likeness(new: Card) -> tuple[bool, ...]:
        same_ordinal = old.id.rpartition(".")[2] == new.id.rpartition(".")[2]
        return old.place == new.place, old.kind == new.kind, same_ordinal

    return max(current, key=likeness).id


def _passed_on(clash: Clash, heirs: Mapping[str, str]) -> Clash:
    """The clash with the new versions of its filings, by which ``cluster`` knows it again."""
    return replace(clash, filings=tuple(dict.fromkeys(heirs.get(one, one) for one in clash.filings)))


def _met(connection: Connection, card: Card) -> list[str]:
    """The store's side of ``cluster.reach``: the filings that may tell the same incident, nearest in time first.

    ``reports`` keeps each filing's own days with their slack, so plain overlap is enough. What names no place meets
    everything of its days; there the number is what bounds the work.
    """
    around = reach(card)
    days = {"first": around.first, "last": around.last, "stage": CLUSTER.stage, "unplaced": _MOST_UNPLACED}
    if around.lat is None or around.lon is None:
        return list(connection.scalars(_MET_ANYWHERE, days))
    squares = cells(around.lat, around.lon, around.km)
    where = {"country": around.country, "placed": _MOST_PLACED}
    if squares is None:
        return list(connection.scalars(_MET_FAR, days | where))
    return list(connection.scalars(_MET, days | where | {"cells": squares}))


_DAYS = "is_filing AND first_day <= :last AND last_day >= :first"
_HAD_ITS_TURN = """
(EXISTS (SELECT FROM memberships WHERE report_id = reports.id)
 OR NOT EXISTS (SELECT FROM articles WHERE articles.id = article_id AND stage = :stage))
"""
"""Not a filing that nobody has assigned yet. What lies around it may lie outside of this neighbourhood, so that here it
would found a clash of its own, be told as one, and be merged away a moment later in its own turn."""
_NEAREST = "ORDER BY abs(last_day - :last), article_id DESC"
_MET_ANYWHERE = text(f"SELECT id FROM reports WHERE {_DAYS} AND {_HAD_ITS_TURN} {_NEAREST} LIMIT :unplaced")


def _placed(where: str) -> TextClause:
    """Filings of those days of which ``where`` is true, wide ones of the country, and some without a place."""
    found = f"SELECT id, last_day, article_id FROM reports WHERE {_DAYS} AND {_HAD_ITS_TURN}"
    return text(
        f"""
        (SELECT id FROM ({found} AND {where} UNION {found} AND country = :country AND coarse) AS found
         {_NEAREST} LIMIT :placed)
        UNION ALL (SELECT id FROM ({found} AND cell IS NULL) AS found {_NEAREST} LIMIT :unplaced)
        """
    )


_MET, _MET_FAR = _placed("cell = ANY(CAST(:cells AS int[]))"), _placed("cell IS NOT NULL")


def _beside(connection: Connection, card: Card) -> Iterator[RowMapping]:
    """Clashes that may belong to the same situation."""
    place = card.place
    if place is None:
        return iter(())
    squares = cells(place.lat, place.lon, _SITUATION_KM) or []
    days = {"since": card.published - _FORTNIGHT, "until": card.published + _FORTNIGHT}
    return iter(connection.execute(_BESIDE, days | {"cells": squares}).mappings())


_BESIDE = text(
    """
    SELECT id, scene, situation_id FROM clashes WHERE cell = ANY(CAST(:cells AS int[])) AND last_reported >= :since
    AND first_reported <= :until AND merged_into IS NULL
    """
)


def _cards(connection: Connection, where: ColumnElement[bool]) -> list[Card]:
    return list(connection.scalars(select(reports.c.card).where(reports.c.is_filing, where)))


def home_of(connection: Connection, filing: str) -> str | None:
    """The clash that a filing belongs to."""
    return connection.scalar(select(memberships.c.clash_id).where(memberships.c.report_id == filing))


def clashes_of(connection: Connection, ids: Collection[str]) -> list[Clash]:
    chosen = select(clashes.c.clash).where(among(clashes.c.id, ids), clashes.c.merged_into.is_(None))
    return list(connection.scalars(chosen)) if ids else []
