"""The ledger of second opinions that all processes on a store share: one budget a day, one circuit.

A day is the database's own. The circuit is one of ``circuits``, as of any far end in trouble, and shows there.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

from workers.adapters.store import circuits
from workers.pipeline.detect.opinion import Outcome

NAME = "second opinion"
"""The endpoint's name among the circuits; its blank keeps it apart from every receiver's."""

OPINION = "opinion"
"""The tally of what became of documents in doubt."""

_SPEND = text(
    """
    INSERT INTO budgets AS known (name, day, spent) VALUES (:name, current_date, 1)
    ON CONFLICT (name) DO UPDATE
      SET day = current_date, spent = CASE WHEN known.day = current_date THEN known.spent + 1 ELSE 1 END
      WHERE known.day <> current_date OR known.spent < :most
    RETURNING spent
    """
)


class StoreLedger:
    """``per_day`` calls (at least 1) for all processes together. Implements ``adapters.opinions.Ledger``."""

    def __init__(self, engine: Engine, per_day: int) -> None:
        self._engine = engine
        self._per_day = per_day

    def take(self) -> Outcome | None:
        if circuits.wait(self._engine, NAME):
            return Outcome.RESTING
        with self._engine.begin() as connection:
            spent = connection.execute(_SPEND, {"name": NAME, "most": self._per_day}).scalar()
        return Outcome.SPENT if spent is None else None

    def failed(self, error: str) -> None:
        circuits.failed(self._engine, NAME, error, None)

    def answered(self) -> None:
        circuits.closed(self._engine, NAME)
