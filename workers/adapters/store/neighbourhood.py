"""What a clustering must see: the filings that an article's reports, or some clashes, meet, and the clashes they touch.

Call under ``assigning.lock``. Of most filings around only the card is loaded, and of most clashes only the scene: whole
ones are needed of what changes (``before``), which is little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, and_, delete, select
from sqlalchemy.sql import ColumnElement

from workers.adapters.store import nearby, pins
from workers.adapters.store.articles import Known
from workers.adapters.store.columns import among
from workers.adapters.store.schema import clashes, memberships, reports
from workers.pipeline.cluster import Before, Card, Group, Pins, Scene, names
from workers.pipeline.models import Clash, Filing


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
    found = list(nearby.filings(connection, own, touched))
    cards = tuple(one.card for one in found)
    home = {one.card.id: one.clash for one in found if one.clash is not None}
    pinned = pins.of(connection, [card.id for card in cards])
    return Neighbourhood(cards, home, tuple(own), heirs, touched, pinned)


def before(connection: Connection, around: Neighbourhood, groups: Sequence[Group]) -> tuple[dict[str, Filing], Before]:
    """The filings of groups that change, and what was known of them and around."""
    told = {card.id for group in groups for card in group.cards}
    filings = {one.id: one for one in connection.scalars(select(reports.c.filing).where(among(reports.c.id, told)))}
    held = around.bereft | {around.home[one] for one in told if one in around.home}
    known = tuple(_passed_on(clash, around.heirs) for clash in clashes_of(connection, held))
    scenes: list[Scene] = []
    had = {clash.id: clash.situation for clash in known}
    for scene, situation in nearby.scenes(connection, around.own):
        if scene.id not in held:
            scenes.append(scene)
            had[scene.id] = situation
    suggested = [name for one in told for name in names(one)]
    borne = select(clashes.c.id).where(among(clashes.c.id, suggested), clashes.c.merged_into.is_(None))
    taken = frozenset(connection.scalars(borne))
    return filings, Before(known, tuple(scenes), had, taken)


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


def _cards(connection: Connection, where: ColumnElement[bool]) -> list[Card]:
    return list(connection.scalars(select(reports.c.card).where(reports.c.is_filing, where)))


def home_of(connection: Connection, filing: str) -> str | None:
    """The clash that a filing belongs to."""
    return connection.scalar(select(memberships.c.clash_id).where(memberships.c.report_id == filing))


def clashes_of(connection: Connection, ids: Collection[str]) -> list[Clash]:
    chosen = select(clashes.c.clash).where(among(clashes.c.id, ids), clashes.c.merged_into.is_(None))
    return list(connection.scalars(chosen)) if ids else []
