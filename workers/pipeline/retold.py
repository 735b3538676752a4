"""Two states of a clash's ledger in; the claims that came, changed or went out, each with what stood before it.

A revision's difference and a message to those who were told before both say which claim is another one now, and whose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.pipeline.models import Ledger


@dataclass(frozen=True, slots=True)
class Retold:
    """What a claimant says on one subject: ``before`` is ``None`` for a new claim, ``after`` for one that is gone."""

    before: Ledger | None
    after: Ledger | None


def latest(rows: Sequence[Ledger]) -> dict[tuple[object, ...], Ledger]:
    """Of each claimant's figures on one subject and side, the last word."""
    last: dict[tuple[object, ...], Ledger] = {}
    for row in rows:
        who = row.who if row.who is not None else row.article
        last[(who, row.claim.about, row.claim.whom)] = row
    return last


def retold(before: Sequence[Ledger], after: Sequence[Ledger]) -> tuple[Retold, ...]:
    """Every claim that is another one now. One that only moved to another article says the same."""
    was, now, stood, stands = latest(before), latest(after), set(map(_fact, before)), set(map(_fact, after))
    changed = [Retold(was[key], now[key]) for key in now if key in was and _fact(was[key]) != _fact(now[key])]
    came = [Retold(None, row) for key, row in now.items() if key not in was and _fact(row) not in stood]
    gone = [Retold(row, None) for key, row in was.items() if key not in now and _fact(row) not in stands]
    return (*changed, *came, *gone)


def _fact(row: Ledger) -> tuple[object, ...]:
    claim = row.claim
    return row.who, claim.about, claim.whom, claim.stance, claim.low, claim.high
