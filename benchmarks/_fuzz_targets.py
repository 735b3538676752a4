"""What is fuzzed: per target how a case is made of a seed and tried, and how much CPU it may take.

A trial returns ``read`` or ``refused``; anything raised is a finding, and so is an answer that breaks its own contract.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks._fuzz_reading import a_feed, a_page, a_text, site, some_words, texts
from benchmarks._fuzz_rules import a_rule
from benchmarks._fuzz_settings import a_configuration
from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.extract import warm
from workers.pipeline.models import Document


@dataclass(frozen=True)
class Target:
    """``seconds`` of CPU that a case may take; ``prepare`` runs once, before children fork."""

    trial: Callable[[random.Random], str]
    seconds: float
    prepare: Callable[[], object] = lambda: None


TARGETS: dict[str, Target] = {
    "feed": Target(a_feed, 2.0, site),
    "extract": Target(a_page, 6.0, lambda: (warm(), site())),
    "detect": Target(
        a_text, 6.0, lambda: (knowledge.load(), texts(), detect(Document("x", texts()[0]), knowledge.load()))
    ),
    "rules": Target(a_rule, 2.0),
    "configuration": Target(a_configuration, 4.0),
    "words": Target(some_words, 1.0),
}


def case(target: str, seed: int) -> str:
    """The outcome of one case. Raises what the program raised."""
    return TARGETS[target].trial(random.Random(f"{target}:{seed}"))
