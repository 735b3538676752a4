"""Days counted from an event to its being told: "three days after the shelling", "after two days of fighting".

In: a ``Text`` and its marks. Out: ``After`` values, by the word at which each begins. Such words date only the violence
that they name: "three days after the attack, gunmen struck again" says nothing of the second one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from workers.pipeline.detect.days import DAY, Days
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text
from workers.pipeline.models import DatePrecision

NOUN = 6
"""Words within which the violence must be named."""
SCOPE = 12
"""Words of it that are dated at most."""
_BREAK = re.compile(r"[,.;:!?–—]")


@dataclass(frozen=True, slots=True)
class After:
    """So many days lie between; ``lasting`` says that it went on through them. ``scope`` are the words dated."""

    last: int
    days: int
    lasting: bool
    scope: tuple[int, int]

    def counted(self, published: date) -> Days:
        start = published - self.days * DAY
        return Days(start, published if self.lasting else start, DatePrecision.DAY)


def find(text: Text, marks: Marks) -> dict[int, After]:
    """Those that name violence."""
    found = {}
    for category in ("after", "spent", "later"):
        for hit in marks.of(f"when.{category}"):
            scope = _before(text, hit) if category == "later" else _behind(text, hit)
            near = (max(scope[0], hit.first - NOUN), hit.first) if category == "later" else (hit.last, hit.last + NOUN)
            if _violent(marks, near[0], min(near[1], scope[1])) and isinstance(hit.value, int):
                found[hit.first] = After(hit.last, hit.value, category == "spent", scope)
    return found


def _behind(text: Text, hit: Hit) -> tuple[int, int]:
    """The words up to the next stop."""
    last = hit.last
    while last < min(len(text.folded), hit.last + SCOPE) and not _BREAK.search(text.between(last)):
        last += 1
    return hit.first, last


def _before(text: Text, hit: Hit) -> tuple[int, int]:
    """The words from the last stop on."""
    first = hit.first
    while first > max(0, hit.first - SCOPE) and not _BREAK.search(text.between(first)):
        first -= 1
    return first, hit.last


def _violent(marks: Marks, first: int, last: int) -> bool:
    return any(
        marks.any(label, first, last) for label in ("claims.fighting", "sides.clash", "sides.attack", "sides.assault")
    )
