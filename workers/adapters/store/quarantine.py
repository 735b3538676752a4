"""Work given up: look at it, take it up again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, select, update

from workers.adapters.store.upkeep import quarantine
from workers.adapters.store.works import BY_STAGE


@dataclass(frozen=True, slots=True)
class Given:
    """``row_id`` is the id in the stage's table."""

    id: int
    stage: str
    row_id: int
    error: str
    attempts: int
    at: datetime


def given_up(engine: Engine, stage: str | None = None, limit: int = 100) -> list[Given]:
    """The latest first."""
    chosen = select(quarantine).order_by(quarantine.c.at.desc(), quarantine.c.id.desc()).limit(limit)
    if stage is not None:
        chosen = chosen.where(quarantine.c.stage == stage)
    with engine.connect() as connection:
        return [Given(**row) for row in connection.execute(chosen).mappings()]


def find(engine: Engine, quarantine_id: int) -> Given | None:
    with engine.connect() as connection:
        row = connection.execute(select(quarantine).where(quarantine.c.id == quarantine_id)).mappings().one_or_none()
    return Given(**row) if row else None


def retry(engine: Engine, ids: Iterable[int]) -> int:
    """Give rows their stage back, with all attempts; the tick hints them. Returns how many were taken up."""
    taken = delete(quarantine).where(quarantine.c.id.in_(list(ids))).returning(quarantine.c.stage, quarantine.c.row_id)
    number = 0
    with engine.begin() as connection:
        for stage, row_id in connection.execute(taken).all():
            table = BY_STAGE[stage].table
            again = {"stage": stage, "attempts": 0, "due_at": func.now(), "hinted_at": None}
            resting = (table.c.id == row_id) & table.c.stage.is_(None)
            number += connection.execute(update(table).where(resting).values(again)).rowcount
    return number
