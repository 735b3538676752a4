"""One circuit per receiver: one that keeps failing is left alone for a while, and no message is charged for that.

Without it ten attempts at each message go by in an outage of an hour and a half, and all lie in quarantine. With it
a single message tries the door every so often; the others wait, uncharged, for as long as it takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, select, text

from workers.adapters.store.upkeep import circuits

PATIENCE = 5
"""Failures in a row before the circuit opens."""
SHORTEST, LONGEST = 30.0, 900.0
"""Seconds between two tries at a door that stays shut: doubling from the one to the other."""

_FAILED = text(
    """
    INSERT INTO circuits AS known (receiver, failures, open_until, error)
    VALUES (:receiver, 1, now() + make_interval(secs => :after), :error)
    ON CONFLICT (receiver) DO UPDATE SET failures = known.failures + 1, error = excluded.error, open_until = now()
      + make_interval(secs => greatest(:after, CASE WHEN known.failures + 1 < :patience THEN 0
                              ELSE least(:longest, :shortest * 2 ^ least(20, known.failures + 1 - :patience)) END))
    RETURNING greatest(0, extract(epoch FROM open_until - now()))::float8
    """
)

_TRY = text(
    """
    UPDATE circuits SET open_until =
      CASE WHEN failures < :patience THEN open_until ELSE now() + make_interval(secs => :shortest) END
    WHERE receiver = :receiver AND open_until <= now() RETURNING receiver
    """
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """``wait`` is in seconds."""

    receiver: str
    failures: int
    wait: float
    error: str


def wait(engine: Engine, receiver: str) -> float:
    """Seconds for which nothing should be sent to the receiver; 0 lets this message try.

    Of those that find the time over the first goes; the others wait until that try has had the time to fail.
    """
    left = select(func.extract("epoch", circuits.c.open_until - func.now())).where(circuits.c.receiver == receiver)
    with engine.begin() as connection:
        if connection.scalar(_TRY, {"receiver": receiver, "patience": PATIENCE, "shortest": SHORTEST}) is not None:
            return 0.0
        seconds = connection.scalar(left)
    return 0.0 if seconds is None else max(1.0, float(seconds))


def failed(engine: Engine, receiver: str, error: str, after: float | None) -> float:
    """Note a failure that trying again may mend; ``after`` is what the receiver asked for. Seconds to wait; 0: none."""
    given = {"receiver": receiver, "error": error[:500], "after": after or 0.0}
    with engine.begin() as connection:
        limits = {"patience": PATIENCE, "shortest": SHORTEST, "longest": LONGEST}
        return float(connection.execute(_FAILED, given | limits).scalar_one())


def closed(engine: Engine, receiver: str) -> None:
    """It took a message: all is well."""
    with engine.begin() as connection:
        connection.execute(delete(circuits).where(circuits.c.receiver == receiver))


def troubled(engine: Engine) -> list[Trouble]:
    """Receivers whose latest message failed, with the seconds for which they are left alone."""
    left = func.greatest(0, func.extract("epoch", circuits.c.open_until - func.now()))
    chosen = select(circuits.c.receiver, circuits.c.failures, left, circuits.c.error).order_by(circuits.c.receiver)
    with engine.connect() as connection:
        return [Trouble(row[0], row[1], float(row[2]), row[3]) for row in connection.execute(chosen)]
