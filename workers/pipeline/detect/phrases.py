"""Finds thousands of phrases in a document at once, word by word.

In: phrases with a label and a value each, and the folded words of a document. Out: hits, as word
ranges. The work per word is one look-up of its form, remembered between documents, because a
regular expression over as many alternatives is ten times slower (measured: 26 of them, 475 documents/s).

A phrase is words separated by blanks; ``kill*`` stands for every word that begins so. Letters that a
language writes onto the next word (Arabic و ب ل ف ك ال) are taken off when the whole word is unknown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from workers.pipeline.detect.words import Remembered, fold, split


class Phrase(NamedTuple):
    """``rest`` are the folded words after the first."""

    rest: tuple[str, ...]
    label: str
    value: object


class Hit(NamedTuple):
    """Words ``first`` to ``last`` (exclusive) are a phrase of ``label``."""

    first: int
    last: int
    label: str
    value: object


class Begun(NamedTuple):
    """The phrases that a word begins: those of one word, and the others by their second (``*`` for a stem)."""

    single: list[Phrase]
    following: dict[str, list[Phrase]]


NOTHING = Begun([], {})
"""What most words begin."""


@dataclass(frozen=True)
class Phrases:
    """An index of phrases by their first word, exact or stem."""

    exact: dict[str, list[Phrase]]
    stems: dict[str, list[Phrase]]
    proclitics: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    """Those of the stems, in order."""

    @cached_property
    def _known(self) -> Remembered[Begun]:
        return Remembered(self._begun)

    def find(self, words: Sequence[str], broken: Callable[[int], bool] | None = None) -> list[Hit]:
        """Hits in order of place: at each word the longest, equals all kept, none inside a longer one.

        No hit spans a word that is ``broken`` from the one before (by a comma, say)."""
        found: list[Hit] = []
        known = self._known
        reach = 0
        for i, word in enumerate(words):
            begun = known[word]
            if begun is NOTHING:
                continue
            best, last = begun.single, i + 1
            if begun.following:
                best, last = _longest(begun, words, i, broken)
            if last > reach and best:
                for _, label, value in best:
                    found.append(Hit(i, last, label, value))
                reach = last
        return found

    def _begun(self, word: str) -> Begun:
        phrases = list(self._look_up(word)) or [
            phrase for bare in _bare(word, self.proclitics) for phrase in self._look_up(bare)
        ]
        following: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            if phrase.rest:
                following["*" if phrase.rest[0].endswith("*") else phrase.rest[0]].append(phrase)
        return Begun([phrase for phrase in phrases if not phrase.rest], dict(following)) if phrases else NOTHING

    def _look_up(self, word: str) -> Iterator[Phrase]:
        yield from self.exact.get(word, ())
        for length in self.lengths:
            if length > len(word):
                break
            yield from self.stems.get(word[:length], ())


def compile_phrases(
    entries: Iterable[tuple[str, str, object]], language: str, proclitics: Iterable[str] = ()
) -> Phrases:
    """Index (phrase, label, value) triples. Order does not matter; repeats are harmless."""
    exact: dict[str, list[Phrase]] = defaultdict(list)
    stems: dict[str, list[Phrase]] = defaultdict(list)
    for text, label, value in entries:
        words = pieces(text, language)
        if not words:
            continue
        index, key = (stems, words[0][:-1]) if words[0].endswith("*") else (exact, words[0])
        index[key].append(Phrase(tuple(words[1:]), label, value))
    ordered = tuple(sorted(proclitics, key=len, reverse=True))
    return Phrases(dict(exact), dict(stems), ordered, tuple(sorted({len(key) for key in stems})))


def pieces(text: str, language: str) -> list[str]:
    """The folded words of a phrase, stars kept."""
    words: list[str] = []
    for part in text.split():
        affix = part[-1] in "'’" or part[0] in "'’"
        folded = (fold(part, language),) if affix else split(part.strip("*"), language)[0]
        words.extend(folded)
        if part.endswith("*") and folded:
            words[-1] += "*"
    return words


def _longest(
    begun: Begun, words: Sequence[str], i: int, broken: Callable[[int], bool] | None
) -> tuple[list[Phrase], int]:
    """The longest phrases that begin at the word, and where they end."""
    best, longest = begun.single, i + 1
    after = words[i + 1] if i + 1 < len(words) else ""
    for phrase in (*begun.following.get(after, ()), *begun.following.get("*", ())):
        last = i + 1 + len(phrase.rest)
        if last < longest or not _follows(phrase.rest, words, i + 1):
            continue
        if broken and any(map(broken, range(i + 1, last))):
            continue
        best = [*best, phrase] if last == longest else [phrase]
        longest = last
    return best, longest


def _follows(rest: tuple[str, ...], words: Sequence[str], at: int) -> bool:
    if at + len(rest) > len(words):
        return False
    return all(
        words[at + k].startswith(word[:-1]) if word[-1] == "*" else words[at + k] == word for k, word in enumerate(rest)
    )


def _bare(word: str, proclitics: tuple[str, ...]) -> Iterator[str]:
    """The word without each proclitic that it may begin with; two letters at least remain."""
    for letters in proclitics:
        if word.startswith(letters) and len(word) >= len(letters) + 2:
            yield word[len(letters) :]


@dataclass(frozen=True)
class Marks:
    """The hits of one document by label, for look-ups within a word range."""

    hits: tuple[Hit, ...]
    labelled: dict[str, list[Hit]]
    begun: dict[int, list[Hit]] = field(default_factory=dict)
    order: str = "SVO"
    """Where the language's verb usually stands: SVO, VSO or SOV."""

    def of(self, label: str, first: int = 0, last: int = 1 << 30) -> list[Hit]:
        """Hits of the label that begin in the half-open word range, in order."""
        found = self.labelled.get(label)
        return found[bisect_left(found, (first,)) : bisect_left(found, (last,))] if found else []

    def starting(self, word: int) -> Sequence[Hit]:
        """All hits that begin at the word."""
        return self.begun.get(word, ())

    def any(self, label: str, first: int, last: int) -> bool:
        found = self.labelled.get(label)
        if not found:
            return False
        at = bisect_left(found, (first,))
        return at < len(found) and found[at].first < last

    def at(self, label: str, word: int) -> Hit | None:
        """The hit of the label that begins at the word."""
        for hit in self.begun.get(word, ()):
            if hit.label == label:
                return hit
        return None


def mark(phrases: Phrases, words: Sequence[str], broken: Callable[[int], bool] | None = None) -> Marks:
    """All hits of a document, once."""
    hits = phrases.find(words, broken)
    labelled: dict[str, list[Hit]] = defaultdict(list)
    begun: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        labelled[hit.label].append(hit)
        begun[hit.first].append(hit)
    return Marks(tuple(hits), dict(labelled), dict(begun))
