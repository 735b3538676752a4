"""The end of quiet hours: what they held of several threads of a receiver is told in one message.

In: a delivery whose time has come. Out: the digest that tells it and all others, or nothing, where it is the only one.
Each of them is settled as ``gathered`` and says in which digest it is told; what follows in its thread compares with
that. One worker gathers at a time, and takes also what others have claimed and not begun to send: they notice it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, text

from workers.adapters.store import claims, tallies
from workers.adapters.store.alerts import begin
from workers.adapters.store.claims import Held
from workers.adapters.store.deliveries import State
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import SEND
from workers.pipeline.models import Hold
from workers.pipeline.route import QUIET, Target

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('quiet hours:' || :receiver, 0))"
_OVER = """
SELECT deliveries.id, held_until FROM deliveries JOIN threads ON threads.id = thread_id
WHERE receiver = :receiver AND group_key <> :quiet AND stage = :send AND deliveries.state = 'pending'
  AND held_for = :hold AND held_until <= now()
  AND NOT EXISTS (SELECT FROM deliveries AS earlier WHERE earlier.thread_id = deliveries.thread_id
                  AND earlier.sequence < deliveries.sequence AND earlier.stage = :send)
FOR UPDATE OF deliveries
"""
_CARRY = """
INSERT INTO delivery_alerts (delivery_id, alert_id, thread_id)
SELECT DISTINCT deliveries.id, alert_id, deliveries.thread_id
FROM deliveries, delivery_alerts WHERE deliveries.id = :digest AND delivery_id = ANY (:ids)
ON CONFLICT DO NOTHING
"""
_SETTLE = """
UPDATE deliveries SET state = :gathered, told_in = :digest, stage = NULL, lease_until = NULL, token = token + 1
WHERE id = ANY (:ids)
"""


def gather(engine: Engine, held: Held, receiver: str) -> int | None:
    """The digest that tells this delivery with others of its receiver, if there are any. Raises ``LeaseLostError``."""
    asked = {"receiver": receiver, "quiet": QUIET, "send": SEND.stage, "hold": Hold.QUIET_HOURS}
    with engine.begin() as connection:
        connection.execute(text(_ONE_AT_A_TIME), {"receiver": receiver})
        claims.hold(connection, held)
        over: dict[int, datetime] = {one.id: one.held_until for one in connection.execute(text(_OVER), asked)}
        if held.id not in over or len(over) < 2:
            return None
        until = max(over.values())
        return _gathered(connection, Target(receiver, QUIET, until, Hold.QUIET_HOURS), list(over))


def _gathered(connection: Connection, way: Target, ids: list[int]) -> int:
    digest = begin(connection, way)
    told = {"digest": digest, "ids": ids, "gathered": State.GATHERED}
    connection.execute(text(_CARRY), told)
    connection.execute(text(_SETTLE), told)
    tallies.add(connection, Tally(SEND.stage, State.GATHERED.value, way.receiver, count=len(ids)))
    return digest
