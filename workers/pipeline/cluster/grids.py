"""Lists in, what comparing each two of their members needs out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
Numbers = NDArray[np.intp]
T = TypeVar("T", bound=Hashable)


def numbered(values: Iterable[T]) -> tuple[Numbers, list[T]]:
    """Each value's number among the distinct ones, and these: most reports around repeat what few say."""
    known: dict[T, int] = {}
    numbers = [known.setdefault(value, len(known)) for value in values]
    return np.array(numbers, dtype=np.intp), list(known)


def both(true: Truth) -> Truth:
    """Is it true of each two?"""
    return true[:, None] & true


def gaps(first: Whole, last: Whole) -> Whole:
    """From the end of the earlier interval to the start of the later, of each two; negative where they overlap."""
    grid: Whole = np.maximum(first[:, None], first) - np.minimum(last[:, None], last)
    return grid
