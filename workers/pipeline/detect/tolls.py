"""One count for an incident from the figures that its text gives.

In: the figures of one incident and whose account each belongs to. Out: a ``Count`` or ``None``.
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.detect.casualties import Figure, usable
from workers.pipeline.detect.groups import Kind
from workers.pipeline.models import Count


def count(figures: Sequence[Figure], state: str, accounts: Sequence[object] | None = None) -> Count | None:
    """One count of the people of a state, from the figures of one incident; ``None`` when no figure says.

    ``accounts[i]`` says whose account ``figures[i]`` belongs to (any hashable, ``None`` for the outlet's own).
    Figures of different claimants are never added up, since nobody claims their sum: of several accounts of
    the same people the lowest counts (ACLED's rule), of different people the one with the most.
    """
    whose = accounts if accounts is not None else [None] * len(figures)
    good = [(f, who) for f, who in zip(figures, whose, strict=True) if usable(f)]
    of_state = [(f, who) for f, who in good if f.state == state]
    if not of_state:
        nobody = [f for f, _ in good if f.state == "casualties" and f.high == 0]
        return Count(0, 0, 0) if nobody and state in ("killed", "injured") else None
    by_account: dict[object, list[Figure]] = {}
    for figure, who in of_state:
        by_account.setdefault(who, []).append(figure)
    totals = [_total(account) for account in by_account.values()]
    total, kinds = max(totals, key=lambda pair: (pair[0].low > 0, len(pair[1]) > 0, pair[0].low))
    rivals = [other for other, others in totals if others & kinds and other.low > 0]
    return min(rivals, key=lambda c: c.low, default=total)


def _total(account: Sequence[Figure]) -> tuple[Count, frozenset[Kind]]:
    """One account: a total that is named as such, or the sum of the different people it counts."""
    named = [figure for figure in account if figure.kind is Kind.NAMED]
    counted = [figure for figure in account if figure.counted and figure.kind is not Kind.NAMED]
    if named and not counted:
        people = len({figure.name for figure in named})
        return Count(people, people, people), frozenset((Kind.NAMED,))
    counted = counted or list(account)
    groups_of: dict[tuple[Kind, int], Figure] = {}
    for figure in counted:
        best = max((f for f in counted if (f.kind, f.clause) == (figure.kind, figure.clause)), key=lambda f: f.low)
        groups_of.setdefault((figure.kind, 0), best)
    whole = [f for (kind, _), f in groups_of.items() if kind not in (Kind.CIVILIAN, Kind.FIGHTER)]
    parts = [f for (kind, _), f in groups_of.items() if kind in (Kind.CIVILIAN, Kind.FIGHTER)]
    chosen = max(whole, key=lambda f: f.low, default=None)
    kinds = frozenset(f.kind for f in counted)
    if parts and (chosen is None or sum(f.low for f in parts) >= chosen.low):
        return _sum(parts), kinds
    return (_sum([chosen]) if chosen else _sum(parts)), kinds


def _sum(figures: Sequence[Figure]) -> Count:
    best = None if any(f.best is None for f in figures) else sum(f.best or 0 for f in figures)
    high = None if any(f.high is None for f in figures) else sum(f.high or 0 for f in figures)
    return Count(sum(f.low for f in figures), best, high)
