"""What must be said again while it is true: alerts pushed to Alertmanager, which forgets what nobody repeats.

In: the store and the receivers. Out: how many alerts were said again. Each thread's last message counts, as long as a
clash that it told of is not closed; after that nobody repeats it, and it ends by itself within the receiver's ``ttl``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy import Engine, text

from workers.adapters.channels import ChannelError
from workers.adapters.channels.alertmanager import refire, ttl
from workers.adapters.store.schema import deliveries
from workers.pipeline.models import Message, Receiver

log = structlog.get_logger()

MOST = 1000
"""Threads of one receiver that are said again in one turn, the latest first."""
_STANDING = text(
    """
    SELECT message FROM (
        SELECT DISTINCT ON (thread_id) thread_id, message, sent_at
        FROM deliveries JOIN threads ON threads.id = thread_id
        WHERE receiver = :receiver AND state = 'sent' AND message IS NOT NULL
        ORDER BY thread_id, sequence DESC
    ) AS last
    WHERE EXISTS (
        SELECT FROM delivery_alerts
        JOIN alerts ON alerts.id = alert_id
        JOIN clashes AS told ON told.id = alerts.clash_id
        JOIN clashes AS now ON now.id = COALESCE(told.merged_into, told.id)
        WHERE delivery_alerts.thread_id = last.thread_id AND now.state <> 'closed'
    )
    ORDER BY sent_at DESC LIMIT :most
    """
).columns(deliveries.c.message)


def pace(receivers: Iterable[Receiver]) -> float:
    """Seconds between two turns, so that the most forgetful receiver is reminded three times in its ``ttl``."""
    return min((ttl(one) for one in _forgetful(receivers)), default=timedelta(minutes=3)).total_seconds() / 3


def say_again(engine: Engine, receivers: Iterable[Receiver]) -> int:
    """Doing it twice is harmless. One receiver's trouble is logged and costs only its own turn."""
    said = 0
    for receiver in _forgetful(receivers):
        try:
            said += refire(_standing(engine, receiver), receiver)
        except ChannelError as error:
            log.warning("not said again", receiver=receiver.name, error=str(error)[:300])
    return said


def _forgetful(receivers: Iterable[Receiver]) -> list[Receiver]:
    return [one for one in receivers if one.kind == "alertmanager"]


def _standing(engine: Engine, receiver: Receiver) -> list[Message]:
    with engine.connect() as connection:
        return list(connection.scalars(_STANDING, {"receiver": receiver.name, "most": MOST}))
