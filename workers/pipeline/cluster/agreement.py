"""A clash's filings and claims in, who agrees that it happened out."""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.cluster.parties import Allied, friends
from workers.pipeline.cluster.sources import latest
from workers.pipeline.models import Clash, Filing, Ledger, Side, Stance, Status

_AT_STAKE = frozenset({"occurrence", "initiator", "control"})


def status(filings: Sequence[Filing], rows: Sequence[Ledger], sides: Sequence[Side], allied: Allied) -> Status:
    """State of agreement of what every voice says now.

    Withdrawn only when nobody stands by it; contested when somebody disputes it; unconfirmed while one party alone
    says so.
    """
    said = {filing.report.status for filing in latest(filings)}
    if said <= {Status.RETRACTED, Status.DENIED}:
        return Status.RETRACTED if Status.RETRACTED in said else Status.DENIED
    disputed = any(row.claim.stance is Stance.DENIES and row.claim.about in _AT_STAKE for row in rows)
    if disputed or said & {Status.CONTESTED, Status.DENIED, Status.RETRACTED}:
        return Status.CONTESTED
    if said == {Status.UNCONFIRMED} and len(speaking(rows, sides, allied)) < 2:
        return Status.UNCONFIRMED
    return Status.UNCONTESTED


def speaking(rows: Sequence[Ledger], sides: Sequence[Side], allied: Allied) -> frozenset[int]:
    """The sides (by number) that themselves assert something of it."""
    voices = {row.who for row in rows if row.who and row.claim.stance is Stance.ASSERTS}
    named = [{actor.id for actor in side.actors if actor.id} for side in sides]
    return frozenset(number for number, ids in enumerate(named) if friends(voices, ids, allied))


def confirmed(before: Clash, after: Clash, allied: Allied) -> bool:
    """Has the other side now spoken too?"""
    return len(speaking(before.ledger, before.sides, allied)) < 2 <= len(speaking(after.ledger, after.sides, allied))
