"""How likely a scene is organised violence, and why.

In: features and fitted weights. Out: a confidence and the contributions that made it. A rule floor
keeps what no fit on a few thousand sentences may lose: a strong trigger with an armed party.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workers.pipeline.detect.lexicon import ELSEWHERE, PEACEFUL
from workers.pipeline.models.knowledge import Weights

FLOOR = 0.01
"""By how much a plain strong trigger with a place of its own or an armed party passes the threshold at least."""
PLAIN = frozenset({"clash", "air", "shell", "ied", "suicide", "grenade", "chem", "abduct", "seize", "regain"})
AGAINST = frozenset((*ELSEWHERE, *PEACEFUL)) - {"politics", "diplomacy", "group", "withdraw", "attribution"}
PLAYED_OUT = frozenset({"mob", "riot", "protest", "crime", "arrest", "loot"})
"""Topics amid which mobs kill."""
ABOUT = 0.15
"""Share of sentences on another topic from which the floor does not hold."""
SHOWN = 0.05
"""Contributions smaller than this are not worth a line."""


class Score(NamedTuple):
    """``parts`` are what the features add to the log odds; ``floor`` is the rule floor where it decided."""

    confidence: float
    parts: Sequence[tuple[str, float]]
    floor: float = 0.0

    @property
    def contributions(self) -> tuple[tuple[str, float], ...]:
        """What is worth a line, largest first."""
        ordered = sorted(self.parts, key=_size, reverse=True)
        shown = tuple((name, round(part, 2)) for name, part in ordered if abs(part) >= SHOWN)
        return (("rule floor", self.floor), *shown) if self.floor else shown


def score(found: Mapping[str, float], weights: Weights) -> Score:
    """Logistic model over the features, calibrated."""
    parts = [(name, weights.features[name] * value) for name, value in found.items() if name in weights.features]
    total = weights.bias + sum(part for _, part in parts)
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, weights.scale * total + weights.offset))))
    return Score(confidence, parts)


def floored(scored: Score, found: Mapping[str, float], placed: bool, threshold: float) -> Score:
    """The rule floor. ``placed``: the scene names its own place. It holds if nothing speaks against it."""
    named = found.keys()
    floor = round(threshold + FLOOR, 2)
    if scored.confidence >= floor or not named & PLAIN or not (placed or named & {"army", "armed"}):
        return scored
    if named & AGAINST or any(name.startswith("title ") for name in named):
        return scored
    if any(found.get(f"topic {other}", 0.0) > ABOUT for other in AGAINST):
        return scored
    return Score(floor, scored.parts, floor)


def deadly(scored: Score, found: Mapping[str, float], threshold: float) -> Score:
    """The floor of mobs and of force against protests that somebody was killed or hurt by: as sure as other violence
    of which nothing else is told."""
    named = found.keys()
    others = AGAINST - PLAYED_OUT
    against = named & others or any(f"title {other}" in named for other in others)
    floor = round(threshold + FLOOR, 2)
    if scored.confidence >= floor or against or "toll" not in named:
        return scored
    return Score(floor, scored.parts, floor)


def _size(part: tuple[str, float]) -> float:
    return abs(part[1])
