"""The words around place names, matched once per document.

In: a language's cue lists (``knowledge/toponyms/<language>.yml``) and the folded words of a document.
Out: for every word, the cues that end before it and those that begin at it. Finding and locating ask this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workers.pipeline.detect.phrases import Hit, Phrases, compile_phrases
from workers.pipeline.detect.places_names import key

TYPES = ("settlement", "quarter", "region", "district", "country", "water", "terrain", "site")
"""Categories of nouns that say what kind of place a name is."""
PEOPLE = "people"
"""Label of demonyms and national adjectives; the hit's value is the country."""
_LISTS = ("common", "linker", "article", "and", "capitals")
_PROCLITICS = ("و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "كال", "لل", "ولل", "وب", "ول")


@dataclass(frozen=True)
class Cues:
    """One language's cues.

    ``common`` holds folded names that are ordinary words there, ``endings`` case endings written after
    an apostrophe with their category; ``nouns`` tells that every noun has a capital (German).
    """

    phrases: Phrases
    common: frozenset[str]
    linkers: frozenset[str]
    articles: frozenset[str]
    ands: frozenset[str]
    endings: Mapping[str, str]
    nouns: bool


def compile_cues(language: str, sheet: Mapping[str, Sequence[str]], peoples: Mapping[str, str]) -> Cues:
    """Indexes one language's lists and demonyms; ``word*`` is a stem."""
    entries: list[tuple[str, str, object]] = [
        (text, category, None) for category, texts in sheet.items() if category not in _LISTS for text in texts
    ]
    entries += [(text, PEOPLE, iso) for text, iso in peoples.items()]
    phrases = compile_phrases(entries, language, _PROCLITICS if language == "ar" else ())
    common, linkers, articles, ands = (frozenset(key(text) for text in sheet.get(name, ())) for name in _LISTS[:4])
    endings = {text[1:]: category for category, texts in sheet.items() for text in texts if text.startswith("'")}
    return Cues(phrases, common, linkers, articles, ands, endings, "nouns" in sheet.get("capitals", ()))


@dataclass(frozen=True)
class Marks:
    """Cues of one document: ``before[i]`` end right before word i, ``at[i]`` begin at word i."""

    before: Mapping[int, Sequence[Hit]]
    at: Mapping[int, Sequence[Hit]]
    hits: Sequence[Hit]

    def ending(self, i: int, *categories: str) -> Hit | None:
        """Such a cue that ends right before word i."""
        return _first(self.before.get(i, ()), categories)

    def starting(self, i: int, *categories: str) -> Hit | None:
        """Such a cue that begins at word i."""
        return _first(self.at.get(i, ()), categories)


def _first(hits: Sequence[Hit], categories: tuple[str, ...]) -> Hit | None:
    for hit in hits:
        if hit.label in categories:
            return hit
    return None


def mark(folded: Sequence[str], cues: Cues) -> Marks:
    """All cues of a document, in one pass over its words."""
    before: dict[int, list[Hit]] = defaultdict(list)
    at: dict[int, list[Hit]] = defaultdict(list)
    hits = cues.phrases.find(folded)
    for hit in hits:
        at[hit.first].append(hit)
        before[hit.last].append(hit)
    return Marks(before, at, hits)
