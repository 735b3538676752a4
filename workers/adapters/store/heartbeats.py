"""Signs of life in the store: a role is well when it finished something lately, not when its process exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select
from sqlalchemy.dialects.postgresql import insert

from workers.adapters.store.upkeep import heartbeats


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``age`` is in seconds, by the database's clock. ``about`` is what the role says of itself."""

    role: str
    instance: str
    at: datetime
    age: float
    about: dict[str, Any] | None


def beat(connection: Connection, role: str, instance: str, about: dict[str, Any] | None = None) -> None:
    """Say that ``role`` (beat, a queue's name, api, exporter) works on ``instance``."""
    statement = insert(heartbeats).values(role=role, instance=instance, about=about)
    renewed = {"at": func.now(), "about": statement.excluded.about}
    connection.execute(statement.on_conflict_do_update(index_elements=["role", "instance"], set_=renewed))


def latest(engine: Engine) -> list[Heartbeat]:
    """The latest of every instance, freshest first."""
    age = func.extract("epoch", func.now() - heartbeats.c.at)
    chosen = select(heartbeats, age.label("age")).order_by(heartbeats.c.at.desc())
    with engine.connect() as connection:
        return [_heartbeat(row) for row in connection.execute(chosen)]


def _heartbeat(row: Row[Any]) -> Heartbeat:
    return Heartbeat(row.role, row.instance, row.at, float(row.age), row.about)
