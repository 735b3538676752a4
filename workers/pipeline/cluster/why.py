"""What put a card into its group in, why it did out: in words, for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workers.pipeline.cluster.card import Card
from workers.pipeline.cluster.evidence import far, number
from workers.pipeline.cluster.geo import Lie, distance
from workers.pipeline.cluster.kinds import DIRECTED, FAMILY
from workers.pipeline.cluster.parties import Allied, stand


@dataclass(frozen=True, slots=True)
class Join:
    """``card`` came to where ``other`` was: for their likeness in ``points`` (tenths), or ``because`` of something."""

    card: Card
    other: Card
    lie: Lie
    points: int
    because: str | None = None


def words(join: Join, allied: Allied) -> str:
    """Why, in a line."""
    if join.because:
        return f"{join.card.article}: {join.because}"
    told = ", ".join(part for part in _parts(join.card, join.other, join.lie, allied) if part)
    return f"{join.card.article} with {join.other.article}: {told}: {join.points / 10:.1f} points"


def _parts(one: Card, other: Card, lie: Lie, allied: Allied) -> Iterator[str]:
    stood = stand(one.camp, other.camp, allied)
    directed = not (one.contested or other.contested) and DIRECTED.issuperset(FAMILY.get(c.kind) for c in (one, other))
    yield lie.value + (f" ({distance(one.place, other.place):.0f} km)" if one.place and other.place else "")
    yield _day_words(one, other)
    yield stood.meeting.value
    yield "other attacker" if directed and stood.against else ""
    yield " / ".join(dict.fromkeys((one.kind, other.kind)))
    yield from _toll_words(one, other)


def _day_words(one: Card, other: Card) -> str:
    if not (one.dated and other.dated):
        return "dates allow it"
    gap = max(one.first, other.first) - min(one.last, other.last)
    return "same day" if gap < 1 else "the next day" if gap == 1 else f"dated {gap} days later"


def _toll_words(one: Card, other: Card) -> Iterator[str]:
    for name, mine, theirs in (("killed", one.killed, other.killed), ("injured", one.injured, other.injured)):
        if mine is None or theirs is None:
            continue
        less, more = sorted((number(mine), number(theirs)))
        if less == more:
            yield f"{more} {name} in both"
        elif more > far(less):
            yield f"{less} or {more} {name}"
