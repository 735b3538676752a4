"""One circuit per receiver: one that keeps failing is left alone for a while, and no message is charged for that.

Without it ten attempts at each message go by in an outage of an hour and a half, and all lie in quarantine. With it
a single message tries the door every half minute; the others wait, uncharged, for as long as it takes, and are called
when it opens. A thousand that came back by themselves each time kept the notifier from the receivers that were well.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, select, text

from workers.adapters.store.claims import Held
from workers.adapters.store.upkeep import circuits

PATIENCE = 5
"""Failures in a row before the circuit opens."""
PAUSE = 30.0
"""Seconds between two tries at a door that stays shut, and for which one try may last: half of the minute within which
a receiver that is well again must hear from us."""
CALLED = 600.0
"""Seconds after which a message that waits to be called comes back without."""

_FAILED = text(
    """
    INSERT INTO circuits AS known (receiver, failures, open_until, error)
    VALUES (:receiver, :counts, now() + make_interval(secs => greatest(:after, CASE WHEN :counts < :patience THEN 0
                                                                               ELSE :pause END)), :error)
    ON CONFLICT (receiver) DO UPDATE SET failures = known.failures + :counts, error = excluded.error, open_until = now()
      + make_interval(secs => greatest(:after, CASE WHEN known.failures + :counts < :patience THEN 0 ELSE :pause END))
    RETURNING greatest(0, extract(epoch FROM open_until - now()))::float8
    """
)

_TRY = text(
    """
    UPDATE circuits SET open_until =
      CASE WHEN failures < :patience THEN open_until ELSE now() + make_interval(secs => :pause) END
    WHERE receiver = :receiver AND open_until <= now() RETURNING receiver
    """
)

_CALL = text(
    """
    WITH waiting AS (
      SELECT d.id, circuits.receiver IS NULL AS is_well,
             row_number() OVER (PARTITION BY threads.receiver ORDER BY d.id) AS place
      FROM deliveries d JOIN threads ON threads.id = d.thread_id
      LEFT JOIN circuits ON circuits.receiver = threads.receiver
      WHERE d.stage = 'send' AND d.attempts = 0 AND d.lease_until IS NULL AND d.due_at > now()
        AND (d.held_until IS NULL OR d.held_until <= now())
        AND (circuits.receiver IS NULL OR circuits.open_until <= now())
        AND NOT EXISTS (SELECT FROM deliveries e
                        WHERE e.thread_id = d.thread_id AND e.sequence < d.sequence AND e.stage = 'send')
    )
    UPDATE deliveries SET due_at = now(), hinted_at = NULL FROM waiting
    WHERE deliveries.id = waiting.id AND (waiting.is_well OR waiting.place = 1) AND deliveries.lease_until IS NULL
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
        if connection.scalar(_TRY, {"receiver": receiver, "patience": PATIENCE, "pause": PAUSE}) is not None:
            return 0.0
        seconds = connection.scalar(left)
    return 0.0 if seconds is None else max(1.0, float(seconds))


def failed(engine: Engine, receiver: str, error: str, after: float | None, barred: bool = False) -> float:
    """Note a failure that is not the message's; ``after`` is what the receiver asked for. Seconds to wait; 0: none.

    ``barred`` opens the circuit at once: somebody has to mend it, and no number of tries will.
    """
    counts = PATIENCE if barred else 1
    given = {"receiver": receiver, "error": error[:500], "after": after or 0.0, "counts": counts}
    with engine.begin() as connection:
        limits = {"patience": PATIENCE, "pause": PAUSE}
        return float(connection.execute(_FAILED, given | limits).scalar_one())


def closed(engine: Engine, receiver: str) -> None:
    """It took a message: all is well."""
    with engine.begin() as connection:
        connection.execute(delete(circuits).where(circuits.c.receiver == receiver))


def away(held: Held, seconds: float) -> float:
    """How long a message stays away that must wait for another: until it is called, unless it was tried itself."""
    return seconds if held.attempts > 1 else CALLED


def call(engine: Engine) -> int:
    """Wake messages that wait for nothing any more: all whose receiver is well, one where it is time to try again.

    How many. Those that were tried themselves come back by themselves (``away``).
    """
    with engine.begin() as connection:
        return connection.execute(_CALL).rowcount


def troubled(engine: Engine) -> list[Trouble]:
    """Receivers whose latest message failed, with the seconds for which they are left alone."""
    left = func.greatest(0, func.extract("epoch", circuits.c.open_until - func.now()))
    chosen = select(circuits.c.receiver, circuits.c.failures, left, circuits.c.error).order_by(circuits.c.receiver)
    with engine.connect() as connection:
        return [Trouble(row[0], row[1], float(row[2]), row[3]) for row in connection.execute(chosen)]
