"""Reviewers' judgements in, each rule's measured precision out: how much of what it told was right.

A judgement of a clash counts for every rule that told of it; one that names a rule counts for that rule alone. Of
several judgements of the same thing the latest counts. Precision comes with its n and its 95 % interval (Wilson's,
which stays honest when n is small): three right of three is no 100 %.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from workers.pipeline.models import Judgement, Review

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Measured:
    """``low`` and ``high`` bound the precision; ``wrong`` says what was wrong, and how often."""

    rule: str
    reviewed: int
    confirmed: int
    low: float
    high: float
    wrong: dict[str, int]

    @property
    def precision(self) -> float:
        return self.confirmed / self.reviewed


def measure(told: Iterable[tuple[str, str]], reviews: Iterable[Review]) -> list[Measured]:
    """``told`` are (rule, clash) of what was told. Rules that nobody reviewed are left out."""
    latest = {(review.rule, review.clash): review for review in sorted(reviews, key=lambda review: review.at)}
    found: dict[str, list[Judgement]] = defaultdict(list)
    for rule, clash in sorted(set(told)):
        own = [one for key in ((rule, clash), (None, clash)) if (one := latest.get(key))]
        if own:
            found[rule].append(max(own, key=lambda review: review.at).judgement)
    return [_measured(rule, judgements) for rule, judgements in found.items()]


def _measured(rule: str, judgements: list[Judgement]) -> Measured:
    counts = Counter(judgements)
    right = counts.pop(Judgement.CONFIRMED, 0)
    wrong = {str(kind): number for kind, number in sorted(counts.items())}
    return Measured(rule, len(judgements), right, *wilson(right, len(judgements)), wrong)


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a proportion."""
    share, spread = right / of, _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
