"""Silences: who wants to hear nothing of what, until when, and why. Expired ones stay, for who asks what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from workers.adapters.store import showing
from workers.adapters.store.schema import alerts, clashes
from workers.adapters.store.upkeep import silences
from workers.pipeline.models import Alert, Clash, Silence
from workers.pipeline.regions import RegionIndex
from workers.pipeline.rules import covers


def add(connection: Connection, silence: Silence) -> str:
    """Keep a silence; its ``id`` is given here and returned."""
    row = {name: getattr(silence, name) for name in ("author", "comment", "starts", "ends")}
    row |= {"matchers": list(silence.matchers), "regions": list(silence.regions)}
    made = insert(silences).values(row).returning(silences.c.id)
    number = connection.execute(made).scalar_one()
    showing.touch_matched(connection, silence.matchers)
    return str(number)


def in_force(engine: Engine) -> list[Silence]:
    """Those that have begun and not ended."""
    return _read(engine, silences.c.starts <= func.now(), silences.c.ends > func.now())


def muting(engine: Engine, told: Sequence[Alert]) -> Silence | None:
    """The one that lasts longest of those that hush all of these alerts wherever their clash lies."""
    whole = [one for one in in_force(engine) if not one.regions]
    return next((one for one in reversed(whole) if all(covers(one, alert, frozenset()) for alert in told)), None)


def listed(engine: Engine, *, expired: bool = False) -> list[Silence]:
    """Those that have not ended, the soonest to end first; with ``expired`` all that ever were."""
    return _read(engine, *(() if expired else (silences.c.ends > func.now(),)))


def expire(connection: Connection, silence_id: str) -> bool:
    """End a silence now. False when there is none of this id that has not ended."""
    if not silence_id.isdecimal():
        return False
    open_one = update(silences).where(silences.c.id == int(silence_id), silences.c.ends > func.now())
    matchers = connection.scalar(open_one.values(ends=func.now()).returning(silences.c.matchers))
    showing.touch_matched(connection, matchers or ())
    return matchers is not None


def would_have_withheld(engine: Engine, silence: Silence, regions: RegionIndex, days: int = 3) -> list[Alert]:
    """What was told lately and the silence fits: a preview for whoever adds it, the latest last."""
    since = func.now() - timedelta(days=days)
    told = select(alerts.c.alert, clashes.c.clash).join(clashes, clashes.c.id == alerts.c.clash_id)
    with engine.connect() as connection:
        rows = connection.execute(told.where(alerts.c.at > since).order_by(alerts.c.id)).all()
    return [row.alert for row in rows if covers(silence, row.alert, _inside(silence, row.clash, regions))]


def _inside(silence: Silence, clash: Clash, regions: RegionIndex) -> frozenset[str]:
    return regions.inside(clash) if silence.regions else frozenset()


def _read(engine: Engine, *conditions: object) -> list[Silence]:
    chosen = select(silences).where(*conditions).order_by(silences.c.ends, silences.c.id)  # type: ignore[arg-type]
    with engine.connect() as connection:
        return [_silence(row) for row in connection.execute(chosen)]


def _silence(row: Row[tuple[object, ...]]) -> Silence:
    return Silence(str(row.id), tuple(row.matchers), row.author, row.comment, row.starts, row.ends, tuple(row.regions))
