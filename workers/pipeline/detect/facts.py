"""One language's words for days, numbers, people harmed, who says so and who did it to whom.

In: the parsed YAML of ``knowledge/facts/<language>.yml``. Out: ``Facts``, one index of all its phrases
labelled ``section.category``. ``FactsError`` names the entry that cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workers.pipeline.detect.phrases import Marks, Phrases, compile_phrases, mark
from workers.pipeline.detect.text import Text
from workers.pipeline.detect.words import fold

Entry = tuple[str, str, object]


_JOINTS = " \u00a0\n-‐‑'’.\"“”«»„"
"""What may stand between the words of one phrase; a comma may not."""


class FactsError(ValueError):
    """An entry that cannot be read; the message names language, section and entry."""


@dataclass(frozen=True)
class Facts:
    """``compounds`` are number words that are written together (``dreiundzwanzig``), with their values."""

    language: str
    phrases: Phrases
    compounds: Mapping[str, int]
    joiners: frozenset[str]
    heads: frozenset[str] = frozenset()
    """First three letters of the number words of ``compounds``: what a compound may begin with."""
    order: str = "SVO"
    """Where the verb usually stands: SVO, VSO or SOV."""

    def mark(self, text: Text) -> Marks:
        """Every phrase of the document, once; all parts of the facts read these marks."""
        found = mark(self.phrases, text.folded, lambda i: bool(text.between(i).strip(_JOINTS)))
        return replace(found, order=self.order)


def compile_facts(raw: Mapping[str, Any]) -> Facts:
    """Index one language's file. Raises ``FactsError``."""
    language = str(raw["language"])
    entries = [*_when(raw.get("when", {})), *_numbers(language, raw.get("numbers", {}))]
    for section in ("people", "claims", "sides"):
        entries += _lists(section, raw.get(section, {}))
    entries += [(text, "generic", kind) for kind, value in raw.get("generic", {}).items() for text in listed(value)]
    proclitics = tuple(raw.get("proclitics", ()))
    numbers = raw.get("numbers", {})
    inside = {fold(text, language): value for text, value in _valued(language, numbers.get("inside", "") or "")}
    joiners = frozenset(fold(text, language) for text in listed(numbers.get("inside_join", "")))
    phrases = compile_phrases(entries, language, proclitics)
    heads = frozenset(word[:3] for word in inside)
    return Facts(language, phrases, inside, joiners, heads, str(raw.get("order", "SVO")))


def listed(value: object) -> Iterator[str]:
    """The phrases of a comma-separated value."""
    return (text.strip() for text in str(value or "").split(",") if text.strip())


def _lists(section: str, categories: Mapping[str, object]) -> Iterator[Entry]:
    for category, value in categories.items():
        for text in listed(value):
            yield text, f"{section}.{category}", None


def _when(section: Mapping[str, Any]) -> Iterator[Entry]:
    for category, value in section.items():
        if isinstance(value, list):
            for number, texts in enumerate(value):
                offset = 1 if category == "months" else 0
                yield from ((text, f"when.{category}", number + offset) for text in listed(texts))
        elif isinstance(value, Mapping):
            for key, texts in value.items():
                yield from ((text, f"when.{category}", key) for text in listed(texts))
        else:
            yield from ((text, f"when.{category}", None) for text in listed(value))


def _numbers(language: str, section: Mapping[str, Any]) -> Iterator[Entry]:
    for category, value in section.items():
        if category in ("words", "times"):
            yield from ((text, f"numbers.{category}", number) for text, number in _valued(language, value))
        elif category == "vague":
            yield from ((text, "numbers.vague", _range(language, figure)) for text, figure in _pairs(language, value))
        elif category not in ("inside", "inside_join"):
            yield from ((text, f"numbers.{category}", None) for text in listed(value))


def _pairs(language: str, value: object) -> Iterator[tuple[str, str]]:
    for entry in listed(value):
        text, _, figure = entry.rpartition(" ")
        if not text:
            raise FactsError(f"{language}: numbers: {entry!r} lacks its value")
        yield text, figure


def _valued(language: str, value: object) -> Iterator[tuple[str, int]]:
    for text, figure in _pairs(language, value):
        if not figure.isdigit():
            raise FactsError(f"{language}: numbers: {text!r}: {figure!r} is no number")
        yield text, int(figure)


def _range(language: str, figure: str) -> tuple[int, int | None]:
    low, dash, high = figure.partition("-")
    if not low.isdigit() or not dash or (high and not high.isdigit()):
        raise FactsError(f"{language}: numbers: {figure!r} is no range such as 10-99 or 3-")
    return int(low), int(high) if high else None
