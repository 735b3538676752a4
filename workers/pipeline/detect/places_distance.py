"""How far from a name something happens: "12 km south of", "ten miles from", "Goma'nın 10 km kuzeyinde".

In: the view of a document, its cues and numbers, the words that lead to a name. Out: kilometres.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.places_cues import Marks
from workers.pipeline.detect.text import Text

VAGUE_KM = 10.0
"""Reach of "near" and "south of" without a number."""
FARTHEST_KM = 200.0
MILE_KM = 1.6
WINDOW = 8
"""Words between a distance and the name or the word of direction."""
_WRITTEN = re.compile(r"(\d+(?:[.,]\d+)?)(km|км|كم|mi)?$")


@dataclass(frozen=True)
class Distances:
    """One document's."""

    text: Text
    marks: Marks
    counted: Sequence[Number]

    def before(self, i: int) -> float:
        """The distance told last before word ``i`` of its sentence, else the usual reach."""
        first = max(i - WINDOW, self.text.sentence_at(self.text.starts[max(0, i - 1)]).first)
        told = [km for word in range(first, i) if (km := self._at(word)) is not None]
        return min(FARTHEST_KM, told[-1]) if told else VAGUE_KM

    def _at(self, word: int) -> float | None:
        """The kilometres whose unit stands here, or is written onto the number."""
        written = _WRITTEN.match(self.text.folded[word])
        if written and written.group(2):
            return _value(written.group(1)) * (MILE_KM if written.group(2) == "mi" else 1.0)
        if self._leads(word):
            return self._number(word)
        mile = self.marks.starting(word, "mile")
        if not mile and not self.marks.starting(word, "unit"):
            return None
        number = self._number(word) or self._number(word - 1)  # "une quinzaine de kilomètres"
        return None if number is None else number * (MILE_KM if mile else 1.0)

    def _leads(self, word: int) -> bool:
        """ "Kilometres from": the unit begins a longer cue."""
        hit = self.marks.starting(word, "side", "near", "near_after")
        return hit is not None and hit.last - hit.first > 1

    def _number(self, end: int) -> float | None:
        """The number that ends at the word, in digits or in words."""
        written = _WRITTEN.match(self.text.folded[end - 1]) if end > 0 else None
        if written:
            return _value(written.group(1))
        told = [n for n in self.counted if n.last == end]
        return float(told[-1].best or told[-1].low) if told else None


def _value(written: str) -> float:
    return float(written.replace(",", "."))
