"""How much a YAML text would become, before it becomes that: nesting and aliases are cheap to write and dear to build.

In: the text of a file. Out: ``None``, or in words why nobody should build it. libyaml's events cost no recursion; nine
lines of aliases of aliases ask for a gigabyte, and three thousand brackets for more stack than there is.
"""

from __future__ import annotations

import yaml

DEEPEST = 100
HEAVIEST = 1_000_000
"""Values, aliases expanded."""

_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def refusal(text: str) -> str | None:
    """``None`` too where the text is no YAML: who reads it in earnest says that better."""
    scale = _Scale()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if fault := scale.put(event):
                return fault
    except (yaml.YAMLError, UnicodeError) as error:
        return "is nested too deeply" if "exceeded" in str(error) else None
    return None


class _Scale:
    """What has been read so far. ``open`` holds for each open container its anchor and its weight until now."""

    def __init__(self) -> None:
        self.open: list[tuple[str | None, int]] = [(None, 0)]
        self.weights: dict[str, int] = {}

    def put(self, event: yaml.Event) -> str | None:
        if isinstance(event, _OPENING):
            self.open.append((event.anchor, 1))
            return "is nested too deeply" if len(self.open) > DEEPEST else None
        if isinstance(event, _CLOSING):
            return self._add(*self.open.pop())
        if isinstance(event, yaml.ScalarEvent):
            return self._add(event.anchor, 1)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in {anchor for anchor, _ in self.open}:
                return f"contains itself: *{event.anchor}"
            return self._add(None, self.weights.get(str(event.anchor), 1))
        return None

    def _add(self, anchor: str | None, weight: int) -> str | None:
        if anchor:
            self.weights[anchor] = weight
        around, sum_ = self.open[-1]
        self.open[-1] = (around, sum_ + weight)
        return "holds too much once its aliases are expanded" if sum_ + weight > HEAVIEST else None
