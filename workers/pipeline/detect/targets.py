"""Vague words of attack made plain by the target that they name: "the attack on the police station".

In: a document's tags and its marks. Out: the tags, those of attacks that "on" or "against" ties to people or to a
building no longer weak. A listed phrase for each pair of attack and target would never be complete in nine languages.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.tagger import Tag

REACH = 3
"""Words after "on" in which the target begins."""
_TARGETS = frozenset({"civilian", "property", "police", "army", "crowd"})


def aimed(tags: Sequence[Tag], marks: Marks) -> list[Tag]:
    """The tags, attacks with a target plain."""
    targets = [tag.first for tag in tags if tag.category in _TARGETS and not tag.weak]
    return [_plain(tag) if _vague(tag) and _meets(tag, targets, marks) else tag for tag in tags]


def _vague(tag: Tag) -> bool:
    return tag.weak and tag.category == "attack"


def _plain(tag: Tag) -> Tag:
    return tag._replace(weak=False)


def _meets(tag: Tag, targets: Sequence[int], marks: Marks) -> bool:
    on = marks.of("sides.on", tag.last, tag.last + 1)
    if not on:
        return False
    at = bisect_left(targets, on[-1].last)
    return at < len(targets) and targets[at] < on[-1].last + REACH
