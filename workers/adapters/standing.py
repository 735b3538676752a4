"""What must be said again while it is true: alerts pushed to Alertmanager, which forgets what nobody repeats.

In: the store, a receiver, and the vigils that are asked. Out: how many alerts were said again. Each alert stands
or falls with its own clash, whatever else its thread tells: of each thread, rule and clash the last message that
arrived is repeated until the clash is closed, retracted, or told under the name of another, and then ended at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import structlog
from sqlalchemy import Boolean, Column, Engine, Text, text

from workers.adapters.channels import ChannelError
from workers.adapters.channels.alertmanager import Standing, refire, ttl
from workers.adapters.store import tallies
from workers.adapters.store.schema import deliveries
from workers.adapters.store.tallies import Tally
from workers.pipeline.models import Receiver

log = structlog.get_logger()

STANDING = "standing"
"""The tally of turns, by receiver, and of whether they went well."""
_TOGETHER = 100
"""Alerts in one request."""
_STANDING = text(
    """
    WITH RECURSIVE known AS (
        SELECT id, id AS root, state = 'closed' OR clash ->> 'status' = 'retracted' AS over,
               changed_at > now() - CAST(:ttl AS interval) AS lately
        FROM clashes
        WHERE merged_into IS NULL AND (state <> 'closed' OR changed_at > now() - CAST(:ttl AS interval))
        UNION ALL
        SELECT clashes.id, root, over, lately OR changed_at > now() - CAST(:ttl AS interval)
        FROM clashes JOIN known ON merged_into = known.id
    ), last AS (
        SELECT DISTINCT ON (thread, rule, clash) delivery_alerts.thread_id AS thread, rule, known.id AS clash, root,
               over, lately, sequence, message
        FROM known JOIN alerts ON clash_id = known.id JOIN delivery_alerts ON alert_id = alerts.id
        JOIN deliveries ON deliveries.id = delivery_id JOIN threads ON threads.id = delivery_alerts.thread_id
        WHERE receiver = :receiver AND deliveries.state = 'sent' AND message IS NOT NULL
        ORDER BY thread, rule, clash, sequence DESC
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY thread, rule, root ORDER BY sequence DESC, clash = root DESC) AS rank
        FROM last
    ), vigils AS (
        SELECT DISTINCT ON (rule, subject) id, rule, alert -> 'labels' ->> 'subject' AS subject,
               alert ->> 'kind' AS kind
        FROM alerts WHERE clash_id IS NULL AND rule = ANY (:vigils) ORDER BY rule, subject, id DESC
    )
    SELECT rule, clash AS subject, over OR rank > 1 AS over, message FROM ranked WHERE lately OR NOT (over OR rank > 1)
    UNION ALL
    SELECT rule, subject, false, message
    FROM vigils JOIN delivery_alerts ON alert_id = vigils.id JOIN deliveries ON deliveries.id = delivery_id
    JOIN threads ON threads.id = delivery_alerts.thread_id
    WHERE receiver = :receiver AND deliveries.state = 'sent' AND message IS NOT NULL AND kind <> 'resolution'
    """
).columns(Column("rule", Text), Column("subject", Text), Column("over", Boolean), deliveries.c.message)
"""What ended longer than ``ttl`` ago has ended in Alertmanager, too: nobody repeated it."""


def forgetful(receivers: Iterable[Receiver]) -> list[Receiver]:
    """Those that must be told again."""
    return [one for one in receivers if one.kind == "alertmanager"]


def pace(receiver: Receiver) -> float:
    """Seconds between two turns: three in the receiver's ``ttl``."""
    return ttl(receiver).total_seconds() / 3


def say_again(engine: Engine, receiver: Receiver, vigils: Collection[str] = ()) -> int:
    """One turn; how many alerts are firing. Doing it twice is harmless; trouble is logged and counted."""
    try:
        firing, outcome = _say_again(engine, receiver, vigils), "said"
    except ChannelError as error:
        log.warning("not said again", receiver=receiver.name, error=str(error)[:300])
        firing, outcome = 0, "failed"
    with engine.begin() as connection:
        tallies.add(connection, Tally(STANDING, outcome, receiver.name))
    return firing


def _say_again(engine: Engine, receiver: Receiver, vigils: Collection[str]) -> int:
    asked = {"receiver": receiver.name, "ttl": ttl(receiver), "vigils": list(vigils)}
    with engine.connect() as connection:
        rows = connection.execute(_STANDING, asked).all()
    standing = [Standing((row.rule, row.subject), row.over, row.message) for row in rows]
    starts = range(0, len(standing), _TOGETHER)
    return sum(refire(standing[start : start + _TOGETHER], receiver) for start in starts)
