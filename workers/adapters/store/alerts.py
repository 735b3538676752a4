"""Revisions and what rules made of them: verdicts, alerts, and the deliveries that carry them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Engine, case, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert

from workers.adapters.store import tallies
from workers.adapters.store.columns import digest
from workers.adapters.store.schema import alerts, clashes, deliveries, delivery_alerts, revisions, threads, verdicts
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import SEND
from workers.pipeline.models import Alert, Hold, Reason, Revision
from workers.pipeline.route import QUIET, Target, sooner
from workers.pipeline.rules import Evaluation, Known, told_keys


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision to hold against the rules, with the alerts that its clash caused before, and where, by rule.

    ``merged_into`` names the clash that this one has become part of since. ``since`` are the rules that wait, and
    since when; ``again``: the revision was looked at before. One that a newer revision took over from waits no more.
    """

    id: int
    revision: Revision
    primed: bool
    told: tuple[Alert, ...]
    threads: dict[str, tuple[Target, ...]]
    merged_into: str | None
    since: Mapping[str, datetime]
    again: bool

    @property
    def known(self) -> Known:
        """For the rules."""
        return Known(told_keys(self.told), self.since, self.primed, self.again)


def revision(engine: Engine, revision_id: int) -> Revised:
    chosen = (
        select(revisions.c.clash_id, revisions.c.revision, revisions.c.primed, clashes.c.merged_into)
        .join(clashes, clashes.c.id == revisions.c.clash_id)
        .where(revisions.c.id == revision_id)
    )
    with engine.connect() as connection:
        row = connection.execute(chosen).one()
        told = connection.execute(_TOLD, {"clash": row.clash_id}).scalars().all()
        since = {row.rule: row.since for row in connection.execute(_SINCE, {"clash": row.clash_id})}
        seen = connection.execute(_SEEN, {"revision": revision_id}).one()
        reached = connection.execute(_REACHED, {"clash": row.clash_id}).all()
    threads = {rule: tuple(Target(*thread) for _, *thread in rows) for rule, rows in groupby(reached, itemgetter(0))}
    earlier = tuple(_as_of(alert, row.clash_id) for alert in told)
    waiting = {} if seen.again and seen.superseded else since
    return Revised(revision_id, row.revision, row.primed, earlier, threads, row.merged_into, waiting, seen.again)


def told(engine: Engine, clash: str) -> tuple[Alert, ...]:
    """Every alert of a clash, also under its earlier names, the oldest first."""
    with engine.connect() as connection:
        return tuple(_as_of(alert, clash) for alert in connection.scalars(_TOLD, {"clash": clash}))


_SAME = """
    WITH RECURSIVE same AS (
        SELECT CAST(:clash AS text) AS id UNION SELECT clashes.id FROM clashes JOIN same ON merged_into = same.id
    )
"""
_TOLD = text(f"{_SAME} SELECT alert FROM alerts WHERE clash_id IN (SELECT id FROM same) ORDER BY alerts.id").columns(
    alerts.c.alert
)
_SINCE = text(
    f"{_SAME} SELECT rule, min(since) AS since FROM pending WHERE clash_id IN (SELECT id FROM same) GROUP BY 1"
)
_NEWER = """
    EXISTS (SELECT FROM revisions AS newer JOIN revisions AS this USING (clash_id)
            WHERE this.id = :revision AND newer.number > this.number)
"""
_SEEN = text(
    f"""
    SELECT {_NEWER} AS superseded,
           EXISTS (SELECT FROM verdicts WHERE revision_id = :revision AND reason = 'pending') AS again
    """
)
_REACHED = text(
    f"""{_SAME}
    SELECT DISTINCT rule, receiver, group_key FROM alerts
    JOIN delivery_alerts ON alert_id = alerts.id JOIN threads ON threads.id = delivery_alerts.thread_id
    JOIN deliveries ON deliveries.id = delivery_id
    WHERE clash_id IN (SELECT id FROM same)
      AND (held_for IS DISTINCT FROM 'escalation' OR deliveries.state IN ('sending', 'sent'))
      AND group_key <> '{QUIET}' ORDER BY 1, 2, 3
    """
)


def _as_of(alert: Alert, clash: str) -> Alert:
    """What was told of a clash that was merged into this one was told of this one."""
    return replace(alert, clash=clash)


def judge(connection: Connection, revision_id: int, judged: Evaluation) -> None:
    """Keep every rule's reason, except that its region lies elsewhere: of a thousand rules most say so.

    What was pending may have been decided; whatever else was decided before stays.
    """
    found = judged.verdicts
    near = [verdict for verdict in found if verdict.reason is not Reason.OUTSIDE_REGION]
    rows = [{"revision_id": revision_id, "rule": v.rule, "reason": v.reason.value, "detail": v.detail} for v in near]
    if rows:
        added = insert(verdicts)
        decided = {"reason": added.excluded.reason, "detail": added.excluded.detail}
        pending = verdicts.c.reason == Reason.PENDING.value
        keys = ["revision_id", "rule"]
        connection.execute(added.on_conflict_do_update(index_elements=keys, set_=decided, where=pending), rows)
    since = {"revision": revision_id, "rules": list(judged.holds), "since": list(judged.holds.values())}
    for statement in (_HOLDS_NO_MORE, _HOLDS):
        connection.execute(statement, since)
    tallies.add(connection, *(Tally("rule", verdict.reason.value, verdict.rule) for verdict in near))


_HOLDS_NO_MORE = text(
    f"""
    DELETE FROM pending USING revisions
    WHERE revisions.id = :revision AND pending.clash_id = revisions.clash_id AND rule <> ALL (:rules) AND NOT {_NEWER}
    """
)
_HOLDS = text(
    f"""
    INSERT INTO pending (clash_id, rule, since)
    SELECT clash_id, rule, since
    FROM revisions, unnest(CAST(:rules AS text[]), CAST(:since AS timestamptz[])) AS held (rule, since)
    WHERE revisions.id = :revision AND NOT {_NEWER} ON CONFLICT DO NOTHING
    """
)
"""Of a clash the newest revision says what holds."""


def tell(
    connection: Connection, revision_id: int | None, routed: Iterable[tuple[Alert, Iterable[Target]]]
) -> list[int]:
    """Keep alerts and make the deliveries that carry them, one for each thread. Returns the ids of those to send now.

    ``revision_id`` is the revision that they tell of; ``None``: each its own, if it is about a clash.
    An alert whose key is known is the same alert: it is told to nobody again. Each alert enters a thread once. What
    is held is sent as one when its time comes, or with the first alert of the thread that is not held.
    """
    carried: dict[Target, list[int]] = defaultdict(list)
    ways: dict[Target, Target] = {}
    for alert, reached in routed:
        alert_id = _add(connection, revision_id, alert)
        if alert_id is None:
            continue
        for thread in reached:
            carried[thread].append(alert_id)
            ways[thread] = sooner(ways.get(thread, thread), thread)
    # In one order for all, so that two evaluations never wait for each other's threads.
    order = sorted(carried, key=lambda thread: (thread.receiver, thread.group_key))
    made = [_deliver(connection, ways[thread], carried[thread]) for thread in order]
    return [delivery_id for delivery_id in made if delivery_id is not None]


def _add(connection: Connection, revision_id: int | None, alert: Alert) -> int | None:
    own = select(revisions.c.id).where(revisions.c.clash_id == alert.clash, revisions.c.number == alert.revision)
    of = {"clash_id": alert.clash or None, "revision_id": revision_id or own.scalar_subquery()}
    row = of | {"key": alert.key, "rule": alert.rule, "alert": alert, "at": alert.at}
    statement = insert(alerts).values(row).on_conflict_do_nothing(index_elements=["key"])
    made: int | None = connection.execute(statement.returning(alerts.c.id)).scalar_one_or_none()
    return made


def _deliver(connection: Connection, way: Target, alert_ids: Sequence[int]) -> int | None:
    """Let the thread's held delivery, or else its next one, carry the alerts. Its id if it is due now."""
    thread_id, last = _locked(connection, way)
    thread = _paced(connection, thread_id, way)
    delivery_id = _join_held(connection, thread_id, thread) or _next(connection, thread_id, last + 1, thread)
    carries = [{"delivery_id": delivery_id, "alert_id": alert, "thread_id": thread_id} for alert in alert_ids]
    connection.execute(insert(delivery_alerts), carries)
    return delivery_id if thread.held_until is None else None


def _locked(connection: Connection, way: Target) -> tuple[int, int]:
    """The thread and its last sequence."""
    named = {"receiver": way.receiver, "group_key": way.group_key}
    # The conflicting update locks the thread: sequences are gapless and in the order of the commits.
    locked = insert(threads).values(**named).on_conflict_do_update(index_elements=list(named), set_=named)
    thread_id, last = connection.execute(locked.returning(threads.c.id, threads.c.last)).one()
    return thread_id, last


def begin(connection: Connection, way: Target) -> int:
    """The next delivery of a thread, which carries nothing yet."""
    thread_id, last = _locked(connection, way)
    return _next(connection, thread_id, last + 1, way)


def _paced(connection: Connection, thread_id: int, way: Target) -> Target:
    """Held also for what else the thread may have to say: as Alertmanager's ``group_wait`` and ``group_interval``."""
    if way.group_wait is None and way.group_interval is None:
        return way
    before, now = connection.execute(_LATEST, {"thread": thread_id}).one()
    starts, pause = (before, way.group_interval) if before else (now, way.group_wait)
    until = starts + pause if pause else now
    if until <= max(now, way.held_until or now):
        return way
    return replace(way, held_until=until, held_for=Hold.GROUPING)


_LATEST = text(
    """
    SELECT (SELECT max(coalesce(sent_at, made_at)) FROM deliveries WHERE thread_id = :thread
            AND (stage IS NULL OR held_until IS NULL OR held_until <= now())) AS before, now() AS now
    """
)


def _next(connection: Connection, thread_id: int, sequence: int, thread: Target) -> int:
    connection.execute(update(threads).where(threads.c.id == thread_id).values(last=sequence))
    row = {"thread_id": thread_id, "sequence": sequence, "key": _key(thread, sequence), "stage": SEND.stage}
    if thread.held_until is not None:
        row |= {"held_until": thread.held_until, "held_for": thread.held_for, "due_at": thread.held_until}
    return int(connection.execute(insert(deliveries).values(row).returning(deliveries.c.id)).scalar_one())


def _join_held(connection: Connection, thread_id: int, thread: Target) -> int | None:
    """The thread's delivery that is still held; due now if the newcomer is not held."""
    waits = (
        deliveries.c.thread_id == thread_id,
        deliveries.c.stage == SEND.stage,
        deliveries.c.held_until > func.now(),
        deliveries.c.attempts == 0,
    )
    held_until = func.least(deliveries.c.held_until, thread.held_until) if thread.held_until else null()
    due_at = func.least(deliveries.c.due_at, thread.held_until) if thread.held_until else func.now()
    # What an acknowledgement would stop must be sent once it carries something else, too.
    escalates = deliveries.c.held_for == Hold.ESCALATION
    held_for = case((escalates, thread.held_for), else_=deliveries.c.held_for) if thread.held_until else null()
    earlier = update(deliveries).where(*waits).values(held_until=held_until, held_for=held_for, due_at=due_at)
    joined: int | None = connection.execute(earlier.returning(deliveries.c.id)).scalar_one_or_none()
    return joined


def _key(thread: Target, sequence: int) -> str:
    """The idempotency key: the same for every attempt at the same delivery, on every machine."""
    return digest("\0".join((thread.receiver, thread.group_key, str(sequence))))
