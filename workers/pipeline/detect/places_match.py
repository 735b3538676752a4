"""Looks words up in the gazetteer: the longest name that begins at a word.

In: the view of a document and the gazetteer. Out: ``Name``s with the rows they may mean. Names are
looked up word by word, because an automaton over a million names also hits inside words and
swallows its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workers.pipeline.detect.phrases import Hit
from workers.pipeline.detect.places_names import bases, endings, inner, key, respelt, stems
from workers.pipeline.detect.text import Text
from workers.pipeline.models.gazetteer import Gazetteer, Kind

LONGEST = 6
"""Words of the longest name tried."""
SHOUTED = 5
"""Letters of the longest word in capitals that is taken for an abbreviation amid other text."""
_JOINT = re.compile(r"[ \u00a0]?[-‐‑–'’.]?[ \u00a0]?")
_LATER = "\u0589"
"""The scripts without capitals come after it."""
CASELESS = re.compile(r"[\u0590-\u06ff\u0750-\u077f\ufb50-\ufeff]")
_LANDS = frozenset({"PCLI", "ADM1", "RGN", "CONT", "ISL"})
_PARTICLES = "al el as ad ar az an at ash es le la les l da do van"
ARTICLES = frozenset(_PARTICLES.split())
"""Small words that names begin with ("el-Fasher")."""


class Sign:
    """What a name and the words around it say, as bits (an ``IntFlag`` costs a tenth of the search)."""

    LOCATED = 1 << 0
    """After a preposition of place, before an ending of place, or with one written onto it (Arabic)."""
    OPENING = 1 << 1
    """First word of its sentence: its capital means nothing."""
    CASELESS = 1 << 2
    """In a stretch of text where capitals mean nothing: a title, all capitals, German nouns."""
    SCRIPT = 1 << 3
    """In a script without capitals."""
    PERSON = 1 << 4
    """Beside a given name or title, or before an age."""
    ORGANISATION = 1 << 5
    """Before a word that makes it the name of an organisation."""
    PRESS = 1 << 6
    """Before a word that makes it the name of a newspaper or club."""
    HEAD = 1 << 7
    """An unknown capitalised word follows."""
    TAIL = 1 << 8
    """An unknown capitalised word goes before."""
    COMMON = 1 << 9
    """An ordinary word of the language, a given name or a cue."""
    INFLECTED = 1 << 10
    """Matched only without its ending or prefix."""
    DECLINED = 1 << 11
    """Matched only by its Cyrillic stem."""
    ARTICLE = 1 << 12
    """After an article, which in German places do not take (countries and regions may)."""
    LOWER = 1 << 13
    """The same word stands in lower case elsewhere in the document."""
    COMMA = 1 << 14
    """Another name follows right after a comma, as a container does ("Rawa, Iraq")."""
    AFTER_COMMA = 1 << 15
    """Right after a comma that follows another name."""
    TITLE = 1 << 17
    """After a title, in a language that says "mayor Kharkov's" without a word for "of"."""
    HOLDS = 1 << 16
    """After another name with nothing but nouns of kind, prepositions and commas between."""
    BRACKETED = 1 << 18
    """In brackets after another name, known or not: "Bogoro village (Irumu, Ituri)"."""
    LONE = 1 << 19
    """First in such brackets, where no gazetteer knows the name before them."""
    RECOGNISED = 1 << 20
    """A trained pipeline takes it for a place."""
    ANOTHER = 1 << 21
    """A trained pipeline takes it for (part of) a person or an organisation."""


@dataclass(slots=True)
class Name:
    """Words ``first`` to ``last`` (exclusive) may name one of ``hits`` (row, kind)."""

    first: int
    last: int
    key: str
    hits: tuple[tuple[int, Kind], ...]
    signs: int = 0
    type: Hit | None = None
    """The noun of kind beside it ("province"), if any."""


class Matcher:
    """One document's words and what they match. ``nouns``: every noun of the language has a capital."""

    def __init__(self, text: Text, gazetteer: Gazetteer, nouns: bool) -> None:
        self.text, self.gazetteer, self.nouns = text, gazetteer, nouns
        self.words = [text.full[a:b] for a, b in zip(text.starts, text.ends, strict=True)]
        self.keys = [key(word) for word in self.words]
        self.capital = [word[0].isupper() or (word[0] > _LATER and bool(CASELESS.match(word))) for word in self.words]
        self.joined = [False, *(self._joins(i) for i in range(1, len(self.words)))]

    def _joins(self, i: int) -> bool:
        gap = self.text.full[self.text.ends[i - 1] : self.text.starts[i]]
        if gap in (" ", "-", "", " & "):
            return True
        return _JOINT.fullmatch(gap) is not None and ("." not in gap or len(self.words[i - 1]) <= 4)

    def after_comma(self, i: int) -> bool:
        """Does a comma stand between this word and a capitalised one before it?"""
        return i > 0 and self.capital[i - 1] and self.text.between(i).strip() == ","

    def longest(self, i: int, stop: int, shouting: bool) -> Name | None:
        """The longest name from word ``i``, ending before ``stop``. ``shouting``: all words are in capitals."""
        if not self._may_begin(i):
            return None
        last = i + 1
        while last < stop and last - i < LONGEST and self.joined[last]:
            last += 1
        while last > i:
            folded = self._folded(i, last)
            if self.capital[last - 1] or (last - i > 1 and self._written(folded)):
                name = self._match(i, last, folded)
                if name and not (last == i + 1 and not shouting and self._abbreviation(name)):
                    return name
            last -= 1
        return None

    def _may_begin(self, i: int) -> bool:
        if self.capital[i]:
            return bool(self.keys[i])
        elided = self.words[i][-1] in "'’"
        return (
            not elided
            and self.keys[i] in ARTICLES
            and i + 1 < len(self.words)
            and self.capital[i + 1]
            and self.joined[i + 1]
        )

    def _written(self, folded: str) -> bool:
        """Is it a hand-written name that ends in a number or a small letter ("K1 base")?"""
        return any(Kind.HAND in kind for _, kind in self.gazetteer.named(folded))

    def _abbreviation(self, name: Name) -> bool:
        """HIV, SOS: capitals that only a hand-written name may match."""
        word = self.words[name.first]
        shouted = 1 < len(word) <= SHOUTED and word.isupper() and not CASELESS.match(word)
        return shouted and not any(Kind.HAND in kind for _, kind in name.hits)

    def _match(self, i: int, last: int, folded: str) -> Name | None:
        hits = self._whole(folded, i)
        if hits:
            return Name(i, last, folded, hits)
        for form, sign in self._forms(i, last):
            hits = self.gazetteer.named(form)
            if hits:
                return Name(i, last, form, hits, sign)
        return self._compound(i) if last == i + 1 and self.nouns else None

    def _folded(self, i: int, last: int) -> str:
        """The key of a word range; words without a gap between ("N'Djamena") become one."""
        folded = self.keys[i]
        for n in range(i + 1, last):
            folded += self.keys[n] if self.text.ends[n - 1] == self.text.starts[n] else f" {self.keys[n]}"
        return folded

    def _whole(self, folded: str, i: int) -> tuple[tuple[int, Kind], ...]:
        """Rows called exactly so. Codes ("TX") count after a comma only, abbreviations in capitals only."""
        hits = self.gazetteer.named(folded)
        if not hits:
            return ()
        if not self.words[i].isupper():
            hits = tuple((row, kind) for row, kind in hits if Kind.CAPITALS not in kind)
        if not self.after_comma(i):
            hits = tuple((row, kind) for row, kind in hits if Kind.CODE not in kind or Kind.MAIN in kind)
        return tuple((row, kind) for row, kind in hits if Kind.STEM not in kind)

    def _forms(self, i: int, last: int) -> Iterator[tuple[str, int]]:
        """The name without proclitics (first word), endings (last word) or Cyrillic case endings (all)."""
        keys = self.keys[i:last]
        if self.text.language == "ar":
            for form in bases(keys[0], "ar")[1:]:
                yield " ".join([form, *keys[1:]]), Sign.INFLECTED
        else:
            for form in bases(keys[-1], self.text.language)[1:]:
                yield " ".join([*keys[:-1], form]), Sign.INFLECTED
        if "\u0400" <= keys[-1][:1] < "\u0530":
            yield stems(" ".join(keys)), Sign.DECLINED
            if len(keys) == 1:
                yield from ((form, Sign.DECLINED) for form in endings(keys[0]))
        elif last == i + 1:
            yield from ((form, Sign.INFLECTED) for form in respelt(self.words[i], self.text.language))

    def _compound(self, i: int) -> Name | None:
        """ "Nordirak": the land, which must be a country or a region."""
        land = inner(self.keys[i])
        hits = self.gazetteer.named(land) if land else ()
        wide = tuple((row, kind) for row, kind in hits if self.gazetteer.toponym(row).feature in _LANDS)
        return Name(i, i + 1, land or "", wide) if wide else None
