"""What a sentence tells before its violence.

In: a ``Reading`` and a scene. Out: features ``late`` and ``led``. News of violence tells it first, after who, where,
when and who says so. Where much else comes before its first word, or a vote, a trial or a condemnation does, violence
is rather mentioned than told.
"""

from __future__ import annotations

from workers.pipeline.detect.lexicon import ELSEWHERE, PEACEFUL, SETTING, TRIGGERS
from workers.pipeline.detect.reading import Reading
from workers.pipeline.detect.scenes import Scene

MUCH = 12
"""Words of other matter from which more make no difference."""
_OWN = frozenset(TRIGGERS)
_BESIDE = {"disaster", "crime", "metaphor", "disarm", "handover", "withdraw", "loot", "riot", "mob"}
_CALM = frozenset((*ELSEWHERE, *PEACEFUL)) - _BESIDE
"""What no news of violence begins with; the rest is told in one breath with it."""


def prelude(reading: Reading, scene: Scene) -> dict[str, float]:
    """``late``: how much other matter stands before; ``led``: it is of a calm kind."""
    trigger = next((tag.first for tag in scene.triggers if tag.category in _OWN), 0)
    apart = bool(scene.tags) and scene.tags[0].category == SETTING
    begin = scene.tags[0].first if apart else scene.sentence.first
    found = {}
    if other := sum(i not in reading.frame for i in range(begin, trigger)):
        found["late"] = min(1.0, other / MUCH)
    if any(tag.first < trigger and tag.category in _CALM and not tag.weak for tag in scene.tags):
        found["led"] = 1.0
    return found
