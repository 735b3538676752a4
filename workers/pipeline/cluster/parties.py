"""Two reports' sides in, whether they name the same parties out.

Ids are those of ``knowledge/actors.yml``, the same in every language. What is not listed has no id and then says
nothing: it neither joins two reports nor keeps them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from workers.pipeline.cluster.grids import Numbers, Pairs, numbered
from workers.pipeline.models import Side

Allied = Callable[[str, str], bool]
"""Do two different actor ids stand on one side? Asked in either order."""


def alone(_one: str, _other: str) -> bool:
    """Nobody is known to be anybody's ally."""
    return False


class Meeting(StrEnum):
    BOTH = "both sides"
    ONE = "one side"
    MIXED = "one side, the other differs"
    EACH = "one side each"
    """Each names one, another: they may be the two that fought."""
    OTHER = "a side that the other does not name"
    NONE = "other sides"
    UNKNOWN = "sides not told"


class Camp(NamedTuple):
    """The sides of a report as id sets: attackers and targets where told apart, and every side."""

    attackers: frozenset[str]
    targets: frozenset[str]
    sides: tuple[frozenset[str], ...]


def camp(sides: Iterable[Side]) -> Camp:
    """Civilians are whom it happened to, not a party to it, unless nobody else is named."""
    told = [(side.role, frozenset(actor.id for actor in side.actors if actor.id)) for side in sides]
    named = [(role, ids) for role, ids in told if ids]
    return Camp(
        frozenset().union(*(ids for role, ids in named if role == "attacker")),
        frozenset().union(*(ids for role, ids in named if role == "target")),
        tuple(ids for _, ids in named),
    )


def friends(a: Iterable[str], b: Iterable[str], allied: Allied) -> bool:
    """Is anyone of ``a`` the same as, or an ally of, anyone of ``b``?"""
    return any(one == other or allied(one, other) or allied(other, one) for one in a for other in b)


@dataclass(frozen=True, slots=True)
class Stand:
    """How two reports' sides stand to each other."""

    meeting: Meeting
    against: bool
    """Both name an attacker, and these are neither the same nor allies."""
    turned: bool
    """Each one's attacker is the other's target."""


@lru_cache(maxsize=1 << 16)
def stand(a: Camp, b: Camp, allied: Allied) -> Stand:
    """Compares two camps, each pair once: few parties are named over and over."""
    return Stand(meeting(a, b, allied), against(a, b, allied), turned(a, b, allied))


def stands(camps: Iterable[Camp], chosen: Pairs, allied: Allied) -> tuple[list[Stand], Numbers]:
    """How pairs stand to each other: the different ways, and which of them is each pair's."""
    number, known = numbered(camps)
    one, other = chosen.of(number)
    codes, which = np.unique(one * len(known) + other, return_inverse=True)
    firsts, seconds = (half.tolist() for half in np.divmod(codes, len(known)))
    return [stand(known[a], known[b], allied) for a, b in zip(firsts, seconds, strict=True)], which


def meeting(a: Camp, b: Camp, allied: Allied) -> Meeting:
    """How the sides of two reports meet."""
    if not a.sides or not b.sides:
        return Meeting.UNKNOWN
    met = {(i, j) for i, one in enumerate(a.sides) for j, two in enumerate(b.sides) if friends(one, two, allied)}
    pairs = _most_pairs(met)
    if pairs >= 2:
        return Meeting.BOTH
    if not met:
        named = len(a.sides), len(b.sides)
        return Meeting.NONE if min(named) > 1 else Meeting.OTHER if max(named) > 1 else Meeting.EACH
    others = len(a.sides) > len({i for i, _ in met}), len(b.sides) > len({j for _, j in met})
    return Meeting.MIXED if all(others) else Meeting.ONE


def _most_pairs(met: set[tuple[int, int]]) -> int:
    """How many sides can be paired off, each once (0, 1 or at least 2)."""
    return 2 if any(i != k and j != m for i, j in met for k, m in met) else min(1, len(met))


def against(a: Camp, b: Camp, allied: Allied) -> bool:
    """Do the two name attackers who are neither the same nor allies?"""
    return bool(a.attackers) and bool(b.attackers) and not friends(a.attackers, b.attackers, allied)


def turned(a: Camp, b: Camp, allied: Allied) -> bool:
    """Is each one's attacker the other's target?"""
    return friends(a.attackers, b.targets, allied) and friends(b.attackers, a.targets, allied)
