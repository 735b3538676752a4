"""Lists in, the pairs of their members that are worth comparing out.

Of all pairs around an article, one in a hundred may tell one incident: what is asked of pairs is asked of lists of
those, never of whole matrices.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
Numbers = NDArray[np.intp]
T = TypeVar("T", bound=Hashable)


class Pairs(NamedTuple):
    """Numbers of members, the lesser ``first``."""

    first: Numbers
    second: Numbers

    def only(self, chosen: Truth) -> Pairs:
        return Pairs(self.first[chosen], self.second[chosen])

    def of(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """What each pair's members have."""
        return values[self.first], values[self.second]

    def both(self, true: Truth) -> Truth:
        """Is it true of both?"""
        return true[self.first] & true[self.second]

    def gaps(self, first: Whole, last: Whole) -> Whole:
        """From the end of the earlier interval to the start of the later; negative where they overlap."""
        gap: Whole = np.maximum(*self.of(first)) - np.minimum(*self.of(last))
        return gap


def numbered(values: Iterable[T]) -> tuple[Numbers, list[T]]:
    """Each value's number among the distinct ones, and these: most reports around repeat what few say."""
    known: dict[T, int] = {}
    numbers = [known.setdefault(value, len(known)) for value in values]
    return np.array(numbers, dtype=np.intp), list(known)


def pairs(grid: Truth, *, themselves: bool = False) -> Pairs:
    """Those of which a symmetric grid says yes; each member with itself, too, if asked."""
    one, other = np.divmod(np.flatnonzero(grid), len(grid))
    return Pairs(one, other).only(one <= other if themselves else one < other)


def across(number: Numbers, grid: NDArray[Any]) -> NDArray[Any]:
    """A grid of distinct values as one of all members."""
    return grid[number][:, number]
