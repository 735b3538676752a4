"""What is wrong with a lexicon, said before it costs an alert.

In: the parsed file of a language, and the other languages' common words. Out: ``Finding`` values. A fault
stops the check; a remark is worth a look. An entry "never matches" when the engine, given the entry's own
words, does not find its category: hidden by ``ignore``, by a longer entry, or by how words are cut.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.pipeline.detect import text as view
from workers.pipeline.detect.lexicon import (
    CATEGORIES,
    MASKS,
    PEACEFUL,
    RELATIVE,
    SETTING,
    TRIGGERS,
    LexiconError,
    compile_lexicon,
    listed,
    patterns,
)
from workers.pipeline.detect.tagger import Tagger
from workers.pipeline.models import Document
from workers.pipeline.models.knowledge import Pattern

OPTIONAL = frozenset({"ignore", "grenade", "chem", "sexual", "base", "purpose", RELATIVE, SETTING})
THIN = 3
SHORT = 3
"""Letters below which a stem finds too much."""
_MARKUP = str.maketrans("", "", "*~")
SHARED = 0.6
"""Share of common words that another language may have too."""


@dataclass(frozen=True, slots=True)
class Finding:
    language: str
    fault: bool
    category: str
    says: str


def lint(language: str, raw: Mapping[str, Any], commons: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Findings for one language. ``commons``: the common words of all languages."""
    try:
        found = list(patterns(language, raw))
        compile_lexicon(language, raw)
    except LexiconError as error:
        return [Finding(language, True, "", str(error))]
    return [
        *_categories(language, raw),
        *_duplicates(language, found),
        *_short(language, found),
        *_unmatched(language, raw, found),
        *_common(language, found, commons),
    ]


def _categories(language: str, raw: Mapping[str, Any]) -> Iterator[Finding]:
    sheets = raw.get("categories", {})
    for category in CATEGORIES:
        if category not in sheets and category not in OPTIONAL:
            yield Finding(language, True, category, "missing")
        elif (
            category in sheets and len(listed(language, category, sheets[category])) < THIN and category not in OPTIONAL
        ):
            yield Finding(language, False, category, f"fewer than {THIN} entries")
    if not raw.get("common"):
        yield Finding(language, True, "common", "missing: the language cannot be recognised in a headline")


def _duplicates(language: str, found: Sequence[Pattern]) -> Iterator[Finding]:
    for (category, words, gaps), times in Counter((p.category, p.words, p.gaps) for p in found).items():
        if times > 1:
            yield Finding(language, False, category, f"{_shown(words, gaps)!r} stands there {times} times")
    by: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for pattern in found:
        by[pattern.words].add(pattern.category)
    for words, categories in by.items():
        if categories & MASKS and categories & set(TRIGGERS):
            yield Finding(
                language, True, " and ".join(sorted(categories)), f"{' '.join(words)!r} is trigger and false friend"
            )


def _short(language: str, found: Sequence[Pattern]) -> Iterator[Finding]:
    for pattern in found:
        word = pattern.words[0]
        if len(pattern.words) == 1 and "*" in word and len(word.strip("*")) < SHORT:
            yield Finding(language, False, pattern.category, f"{pattern.text!r}: the stem is too short")


def _unmatched(language: str, raw: Mapping[str, Any], found: Sequence[Pattern]) -> Iterator[Finding]:
    lexicon = compile_lexicon(language, raw)
    tagger = Tagger(lexicon)
    for pattern in found:
        if pattern.category in MASKS:
            continue
        said = pattern.text.translate(_MARKUP).replace("..", " ")
        tags = tagger.tags(view.read(Document("", said), language))
        if pattern.category not in {tag.category for tag in tags}:
            yield Finding(
                language,
                False,
                pattern.category,
                f"{pattern.text!r} is never found: a false friend or longer entry hides it",
            )


def _common(language: str, found: Sequence[Pattern], commons: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Triggers that are ordinary words of the language; common words that tell nothing apart."""
    own = commons.get(language, frozenset())
    for pattern in found:
        if pattern.category not in TRIGGERS + PEACEFUL or len(pattern.words) > 1 or pattern.weak:
            continue
        stem = pattern.words[0]
        hit = [word for word in own if (word.startswith(stem[:-1]) if stem.endswith("*") else word == stem)]
        if hit:
            yield Finding(language, True, pattern.category, f"{pattern.text!r} finds the common word {hit[0]!r}")
    for other, words in commons.items():
        if other != language and own and len(own & words) / len(own) > SHARED:
            yield Finding(language, False, "common", f"most of these words are {other}'s too")


def _shown(words: tuple[str, ...], gaps: tuple[int, ...]) -> str:
    return " ".join(f".. {word}" if gap else word for word, gap in zip(words, gaps, strict=True))
