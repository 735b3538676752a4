"""Learning the weights from the training sentences, and saying how good they are.

In: examples, each with the feature rows of its scenes. Out: ``Weights`` with calibration and threshold, and a
``Validation`` from five folds that no example shares with what judged it. An example is violent if any of
its scenes is: each round of fitting takes the scene of a violent example that scores highest.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workers.pipeline.detect.fit import fit
from workers.pipeline.detect.score import score
from workers.pipeline.models.knowledge import Weights

FOLDS = 5
ROUNDS = 3
STRENGTH = 3.0
"""Pull of the prior, in examples; between 1 and 8 it makes no difference worth a point (measured)."""
WANTED = 0.96
"""Precision at the threshold: an alert wakes people, and articles tell a thing more than once."""
BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01))
"""From and below which confidence examples are judged together."""
Rows = Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Example:
    """Feature rows of the scenes of one training text; none if the lexicon saw nothing in it."""

    rows: Rows
    violent: bool
    language: str


@dataclass(frozen=True, slots=True)
class Figures:
    """``brier`` is the mean squared error of the confidence; ``bins`` are for each of ``BINS`` the share that was
    violent and of how many."""

    precision: float
    recall: float
    f1: float
    brier: float
    n: int
    bins: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Validation:
    """``confidences`` are those of the examples, each judged by the folds without it."""

    overall: Figures
    languages: Mapping[str, Figures]
    confidences: Sequence[float]


def train(examples: Sequence[Example], seed: int = 7) -> tuple[Weights, Validation]:
    """Weights fitted on all examples, calibrated and measured across folds. Deterministic for a seed."""
    raw = _folded(examples, seed)
    scale, offset = _calibrated(raw, [e.violent for e in examples])
    confidences = [_squash(scale * value + offset) for value in raw]
    threshold = _threshold(confidences, [e.violent for e in examples])
    weights = replace(_fitted(examples), scale=round(scale, 3), offset=round(offset, 3), threshold=threshold)
    return weights, _validate(examples, confidences, threshold)


def highest(rows: Rows, weights: Weights) -> float:
    """The confidence of the text: that of its likeliest scene."""
    return max((score(row, weights).confidence for row in rows), default=0.0)


def _folded(examples: Sequence[Example], seed: int) -> list[float]:
    """Log odds of each example from the folds without it."""
    shuffled = list(range(len(examples)))
    random.Random(seed).shuffle(shuffled)
    raw = [0.0] * len(examples)
    for fold in range(FOLDS):
        held = set(shuffled[fold::FOLDS])
        weights = _fitted([e for i, e in enumerate(examples) if i not in held])
        for i in held:
            chance = min(1 - 1e-9, max(1e-4, highest(examples[i].rows, weights)))
            raw[i] = math.log(chance / (1 - chance))
    return raw


def _fitted(examples: Sequence[Example]) -> Weights:
    weights = Weights()
    for _ in range(ROUNDS):
        rows: list[Mapping[str, float]] = []
        labels: list[bool] = []
        for example in examples:
            chosen = [_likeliest(example.rows, weights)] if example.violent and example.rows else example.rows
            rows += chosen
            labels += [example.violent] * len(chosen)
        weights = fit(rows, labels, STRENGTH)
    return weights


def _likeliest(rows: Rows, weights: Weights) -> Mapping[str, float]:
    return max(rows, key=lambda row: (score(row, weights).confidence, len(row)))


def _calibrated(raw: Sequence[float], truth: Sequence[bool]) -> tuple[float, float]:
    """Scale and offset of the log odds, by gradient steps on the likelihood (Platt)."""
    scale, offset = 1.0, 0.0
    for _ in range(500):
        errors = [_squash(scale * x + offset) - y for x, y in zip(raw, truth, strict=True)]
        scale -= 0.1 * sum(e * x for e, x in zip(errors, raw, strict=True)) / len(raw)
        offset -= 0.1 * sum(errors) / len(raw)
    return scale, offset


def _threshold(confidences: Sequence[float], truth: Sequence[bool]) -> float:
    """The lowest confidence, in hundredths, from which ``WANTED`` of what is said is right."""
    steps = [step / 100 for step in range(40, 81)]
    return next((step for step in steps if _figures(confidences, truth, step).precision >= WANTED), steps[-1])


def _validate(examples: Sequence[Example], confidences: Sequence[float], threshold: float) -> Validation:
    truth = [e.violent for e in examples]
    by: dict[str, Figures] = {}
    for language in sorted({e.language for e in examples}):
        own = [i for i, e in enumerate(examples) if e.language == language]
        by[language] = _figures([confidences[i] for i in own], [truth[i] for i in own], threshold)
    return Validation(_figures(confidences, truth, threshold), by, confidences)


def _figures(confidences: Sequence[float], truth: Sequence[bool], threshold: float) -> Figures:
    pairs = list(zip(confidences, truth, strict=True))
    right = sum(c >= threshold and y for c, y in pairs)
    said, real = sum(c >= threshold for c in confidences), sum(truth)
    precision, recall = right / said if said else 0.0, right / real if real else 0.0
    f1 = 2 * right / (said + real) if said + real else 0.0
    brier = sum((c - y) ** 2 for c, y in pairs) / max(1, len(pairs))
    return Figures(precision, recall, f1, brier, len(pairs), tuple(_bin(pairs, *edges) for edges in BINS))


def _bin(pairs: Sequence[tuple[float, bool]], low: float, high: float) -> tuple[float, int]:
    """The share of violence among examples of about one confidence, and how many they are."""
    inside = [violent for confidence, violent in pairs if low <= confidence < high]
    return sum(inside) / max(1, len(inside)), len(inside)


def _squash(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
