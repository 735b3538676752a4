"""Receivers whose reader unsubscribed: nothing is sent to them until an operator subscribes them again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from workers.adapters.store.upkeep import departures


def leave(connection: Connection, receiver: str) -> None:
    """Unsubscribe. Doing it twice is doing it once."""
    connection.execute(insert(departures).values(receiver=receiver).on_conflict_do_nothing())


def left_at(engine: Engine, receiver: str) -> datetime | None:
    """When the receiver's reader unsubscribed; ``None`` if nobody did."""
    with engine.connect() as connection:
        return connection.scalars(select(departures.c.at).where(departures.c.receiver == receiver)).one_or_none()


def come_back(connection: Connection, receiver: str) -> bool:
    """Subscribe again. False when nobody had left."""
    return connection.execute(delete(departures).where(departures.c.receiver == receiver)).rowcount == 1
