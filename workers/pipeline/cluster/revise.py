"""A clash before and after in, the material changes and a machine-readable difference out.

What nobody needs to be told of makes no revision: another paper with the same facts, another spelling, another quote.
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.cluster.agreement import confirmed
from workers.pipeline.cluster.build import exactness
from workers.pipeline.cluster.geo import distance
from workers.pipeline.cluster.kinds import severity
from workers.pipeline.cluster.parties import Allied
from workers.pipeline.models import Change, Claim, Clash, ClashState, Ledger, Stance, Status
from workers.pipeline.retold import latest, retold
from workers.pipeline.wire import encode

MOVED_KM = 5.0
_DISPUTED = frozenset({Status.CONTESTED, Status.DENIED})
_SHOWN = ("sub_event_type", "status", "state", "place", "start", "end", "sides", "killed", "injured", "origins")


def changes(before: Clash | None, after: Clash, allied: Allied) -> tuple[Change, ...]:
    """In the order of ``Change``; empty when nothing material changed."""
    if before is None:
        return (Change.NEW,)
    found = {
        Change.CLAIM: _new_claim(before.ledger, after.ledger),
        Change.TOLL: (before.killed, before.injured) != (after.killed, after.injured),
        Change.PLACE: _refined(before, after),
        Change.ORIGIN: len(before.origins) < 2 <= len(after.origins),
        Change.CONFIRMED: confirmed(before, after, allied),
        Change.ESCALATED: severity(after.sub_event_type) > severity(before.sub_event_type),
        Change.DENIED: after.status in _DISPUTED and before.status not in _DISPUTED,
        Change.CORRECTED: _corrected(before.ledger, after.ledger),
        Change.RETRACTED: after.status is Status.RETRACTED and before.status is not Status.RETRACTED,
        Change.CLOSED: after.state is ClashState.CLOSED and before.state is not ClashState.CLOSED,
    }
    return tuple(change for change in Change if found.get(change))


def difference(before: Clash | None, after: Clash) -> dict[str, tuple[object, object]]:
    """Field -> (before, after) as JSON values, for every shown field that changed; ``claims`` are two lists, in which
    the same place belongs to one claimant's word on one subject, with ``None`` where there is none."""
    shown = {}
    for name in _SHOWN:
        old, new = getattr(before, name, None), getattr(after, name)
        if old != new:
            shown[name] = (_plain(old), _plain(new))
    if claims := retold(before.ledger if before else (), after.ledger):
        shown["claims"] = ([_plain(one.before) for one in claims], [_plain(one.after) for one in claims])
    return shown


def _plain(value: object) -> object:
    return None if value is None else encode(value)


def _refined(before: Clash, after: Clash) -> bool:
    if after.place is None or before.place is None:
        return after.place is not before.place
    moved = distance(before.place, after.place) > MOVED_KM
    return moved or exactness(after.place) < exactness(before.place)


def _new_claim(before: Sequence[Ledger], after: Sequence[Ledger]) -> bool:
    """A listed party speaks on something for the first time, or takes another stance; figures are ``TOLL``."""
    return bool(_stances(after) - _stances(before))


def _stances(rows: Sequence[Ledger]) -> set[tuple[str, str, Stance]]:
    return {
        (row.claim.claimant.id, row.claim.about, row.claim.stance)
        for row in rows
        if row.claim.claimant is not None and row.claim.claimant.id
    }


def _corrected(before: Sequence[Ledger], after: Sequence[Ledger]) -> bool:
    """A claimant now gives fewer than it did, or takes a claim back."""
    was = latest(before)
    for subject, row in latest(after).items():
        old, new = was.get(subject), row.claim
        if new.stance is Stance.RETRACTS and (old is None or old.claim.stance is not Stance.RETRACTS):
            return True
        if row.who is not None and old and _fewer(new, old.claim):
            return True
    return False


def _fewer(new: Claim, old: Claim) -> bool:
    return new.low is not None and old.low is not None and new.low < old.low
