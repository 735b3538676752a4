"""From a language's lexicon file to the index that the tagger walks.

In: the parsed YAML of ``knowledge/lexicon/<language>.yml``. Out: a ``Lexicon``. The syntax of an
entry is described in CONTRIBUTING.md; ``LexiconError`` names the entry that breaks it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from workers.pipeline.detect.words import fold, split
from workers.pipeline.models.knowledge import Lexicon, Pattern

TRIGGERS = (
    "clash",
    "air",
    "shell",
    "ied",
    "suicide",
    "grenade",
    "chem",
    "explosion",
    "attack",
    "murder",
    "kill",
    "abduct",
    "sexual",
    "seize",
    "regain",
)
"""Words of violence that ACLED would code; each category leans towards one sub-event type."""
PEACEFUL = ("handover", "withdraw", "agreement", "disarm", "arrest", "base", "loot", "group", "protest", "riot", "mob")
"""Words of Strategic developments, Protests and Riots: recognised so that they are not taken for fighting."""
ELSEWHERE = (
    "disaster",
    "crime",
    "trial",
    "sport",
    "culture",
    "politics",
    "diplomacy",
    "attribution",
    "exercise",
    "anniversary",
    "talk",
    "metaphor",
)
"""Words of other worlds; ``talk`` is opinion, analysis and doctrine. ``metaphor`` and ``ignore`` hide any shorter entry
inside them."""
CONTEXT = ("army", "armed", "police", "civilian", "property", "crowd", "weapon", "casualty", "damage", "front")
"""Who, what and with what. ``property`` is what belongs to nobody's army: homes, schools, offices, power lines."""
REALIS = ("negation", "hypothetical", "planned", "purpose", "past", "recent", "ongoing")
RELATIVE = "relative"
"""Words that tell more of what was just named ("which", "that")."""
SETTING = "setting"
"""Words that say what happens at the place just named ("where"); each opens a clause."""
STATUS = ("report", "unconfirmed", "denied", "retracted")
CATEGORIES = (*TRIGGERS, *PEACEFUL, *ELSEWHERE, *CONTEXT, *REALIS, *STATUS, RELATIVE, SETTING, "ignore")
MASKS = frozenset({"metaphor", "ignore"})
GAPS = {"..": 3, "...": 9}
"""Words that may be skipped in an entry: few, or all that German and Dutch put between a verb and its particle."""


class LexiconError(ValueError):
    """An entry that cannot be read; the message names language, category and entry."""


def compile_lexicon(language: str, raw: Mapping[str, Any]) -> Lexicon:
    """Index one language's file. Raises ``LexiconError``."""
    exact: dict[str, list[Pattern]] = defaultdict(list)
    prefixes: dict[str, list[Pattern]] = defaultdict(list)
    suffixes: dict[str, list[Pattern]] = defaultdict(list)
    inner: dict[str, list[Pattern]] = defaultdict(list)
    for pattern in patterns(language, raw):
        first = pattern.words[0]
        index, key = exact, first
        if first.startswith("*") and first.endswith("*"):
            index, key = inner, first[1:-1]
        elif first.endswith("*"):
            index, key = prefixes, first[:-1]
        elif first.startswith("*"):
            index, key = suffixes, first[1:]
        index[key].append(pattern)
    return Lexicon(
        language=language,
        exact={key: tuple(found) for key, found in exact.items()},
        prefixes={key: tuple(found) for key, found in prefixes.items()},
        suffixes={key: tuple(found) for key, found in suffixes.items()},
        inner=tuple((key, tuple(found)) for key, found in inner.items()),
        openers=_openers(language, f"{raw.get('openers', '')}\n{raw.get('categories', {}).get(SETTING, '')}"),
        common=frozenset(split(raw.get("common", ""), language)[0]),
        proclitics=tuple(sorted(raw.get("proclitics", "").split(), key=len, reverse=True)),
        definite=frozenset(fold(word.strip(), language) for word in raw.get("definite", "").split(",")),
        definite_letters=tuple(raw.get("definite_letters", "").split()),
        future_letters=tuple(raw.get("future_letters", "").split()),
    )


def patterns(language: str, raw: Mapping[str, Any]) -> Iterator[Pattern]:
    """Every entry of a file, in file order."""
    for category, entries in raw.get("categories", {}).items():
        if category not in CATEGORIES:
            raise LexiconError(f"{language}: unknown category {category!r}")
        for entry in listed(language, category, entries):
            yield parse(language, category, entry)


def listed(language: str, category: str, text: object) -> list[str]:
    """The entries of a block of text: separated by commas or line ends; a line from ``#`` is a remark."""
    if not isinstance(text, str):
        raise LexiconError(f"{language}: {category}: begin the entries with | and write them as one text")
    lines = (line for line in text.split("\n") if not line.lstrip().startswith("#"))
    return [entry for line in lines for part in re.split("[,،]", line) if (entry := part.strip())]


def parse(language: str, category: str, entry: str) -> Pattern:
    """One entry. ``open* fire``, ``fired .. rockets``, ``nahmen ... stadt .. ein``, ``*feuer ~`` (weak)."""
    words: list[str] = []
    gaps: list[int] = []
    parts = entry.split()
    weak = parts[-1] == "~"
    gap = 0
    for part in parts[: -1 if weak else None]:
        if part in GAPS:
            gap = GAPS[part]
            continue
        for word in _pieces(language, part):
            words.append(word)
            gaps.append(gap)
            gap = 0
    if not words or gap or gaps[0] or any(len(word.strip("*")) < 1 for word in words):
        raise LexiconError(f"{language}: {category}: {entry!r} has no word where one is needed")
    return Pattern(category, entry, tuple(words), tuple(gaps), weak)


def _pieces(language: str, part: str) -> Iterator[str]:
    folded, _, _ = split(part.strip("*"), language)
    for number, word in enumerate(folded):
        before = "*" if part.startswith("*") and number == 0 else ""
        after = "*" if part.endswith("*") and number == len(folded) - 1 else ""
        yield before + word + after


def _openers(language: str, text: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Clause openers by their first word; each with the words that must follow it."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry in listed(language, "openers", text):
        words = split(entry, language)[0]
        if words:
            found[words[0]].append(tuple(words[1:]))
    return {first: tuple(rests) for first, rests in found.items()}
