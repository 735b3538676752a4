"""Acknowledgements: who is on it, until when, with what note. Past ones stay, for who asks who was."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, Row, func, insert, select, text, update

from workers.adapters.store import showing
from workers.adapters.store.upkeep import acks
from workers.pipeline.models import Ack

_IN_FORCE = text(
    """
    WITH RECURSIVE same AS (
        SELECT CAST(:subject AS text) AS id UNION SELECT clashes.id FROM clashes JOIN same ON merged_into = same.id
    )
    SELECT * FROM acks WHERE subject IN (SELECT id FROM same) AND until > now() ORDER BY until DESC LIMIT 1
    """
)
"""Who is on a clash that was merged into this one is on this one."""


def add(connection: Connection, ack: Ack) -> str:
    """Keep an acknowledgement; its ``id`` is given here and returned."""
    row = {name: getattr(ack, name) for name in ("subject", "author", "note", "at", "until")}
    made = connection.execute(insert(acks).values(row).returning(acks.c.id)).scalar_one()
    showing.touch(connection, ack.subject)
    return str(made)


def in_force(connection: Connection, subject: str) -> Ack | None:
    """The acknowledgement that lasts longest, if anybody is on it now."""
    row = connection.execute(_IN_FORCE, {"subject": subject}).one_or_none()
    return _ack(row) if row else None


def listed(engine: Engine, *, past: bool = False) -> list[Ack]:
    """Those in force, the soonest to end first; with ``past`` all that ever were."""
    chosen = select(acks).where(*(() if past else (acks.c.until > func.now(),))).order_by(acks.c.until, acks.c.id)
    with engine.connect() as connection:
        return [_ack(row) for row in connection.execute(chosen)]


def expire(connection: Connection, ack_id: int) -> bool:
    """Take an acknowledgement back now. False when there is none of this id in force."""
    in_force = (acks.c.id == ack_id, acks.c.until > func.now())
    ended = update(acks).where(*in_force).values(until=func.now()).returning(acks.c.subject)
    subject = connection.scalar(ended)
    if subject is not None:
        showing.touch(connection, subject)
    return subject is not None


def subject_of(engine: Engine, named: str) -> str | None:
    """What somebody means by an alert's number or a clash's id; ``None``: nothing that was ever told or known."""
    known = text(
        """
        SELECT id FROM clashes WHERE id = :named UNION ALL
        SELECT coalesce(clash_id, alert -> 'labels' ->> 'subject') FROM alerts WHERE id = :number UNION ALL
        SELECT :named FROM alerts WHERE clash_id IS NULL AND alert -> 'labels' ->> 'subject' = :named LIMIT 1
        """
    )
    number = int(named) if named.isdecimal() and len(named) < 19 else None
    with engine.connect() as connection:
        return connection.execute(known, {"named": named, "number": number}).scalars().first()


def _ack(row: Row[tuple[object, ...]]) -> Ack:
    return Ack(str(row.id), row.subject, row.author, row.note, row.at, row.until)
