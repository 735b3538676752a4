"""Finds words that may name a place, and says what speaks for and against each.

In: the view of a document, the gazetteer, the language's cues. Out: ``Name``s, longest match first,
with evidence; nothing is resolved or rejected here, except adjectives of nationality.
"""

from __future__ import annotations

import re

from workers.pipeline.detect.phrases import Hit
from workers.pipeline.detect.places_cues import PEOPLE, TYPES, Cues, Marks
from workers.pipeline.detect.places_match import ARTICLES, CASELESS, Matcher, Name, Sign
from workers.pipeline.detect.places_names import bases, stem
from workers.pipeline.detect.text import Sentence, Text
from workers.pipeline.models.gazetteer import Gazetteer

_GAP = 6
"""Words between a place and the area that holds it: "and two other villages in"."""
_AGE = re.compile(r", (?:\d{1,2}|aged)\b")


class Finder:
    """One document's search. Call ``names`` once."""

    def __init__(self, text: Text, gazetteer: Gazetteer, cues: Cues, marks: Marks) -> None:
        self.text, self.gazetteer, self.cues, self.marks = text, gazetteer, cues, marks
        self.match = Matcher(text, gazetteer, cues.nouns)
        self.words, self.keys = self.match.words, self.match.keys
        self.capital, self.joined = self.match.capital, self.match.joined
        self.given = gazetteer.surroundings.given
        self.lower = {k for k, w in zip(self.keys, self.words, strict=True) if w[0].islower()}

    def names(self) -> list[Name]:
        """Every name, left to right, none overlapping. Surnames of persons named in full are persons again."""
        found: list[Name] = []
        for sentence in self.text.sentences:
            self._search(sentence, found)
        persons = {
            self.keys[name.last - 1] for name in found if name.signs & Sign.PERSON and not self._runs_on(name.last)
        }
        for name in found:
            if name.last - name.first == 1 and name.key in persons and not name.signs & (Sign.LOCATED | Sign.COMMA):
                name.signs |= Sign.PERSON
        return found

    def _search(self, sentence: Sentence, found: list[Name]) -> None:
        script = bool(CASELESS.match(self.words[sentence.first]))
        caseless = not script and self._caseless(sentence)
        shouting = caseless and self._shouting(sentence)
        i = sentence.first
        while i < sentence.last:
            name = self.match.longest(i, sentence.last, shouting)
            if name is None or self._demonym(name):
                i += 1
                continue
            name.signs |= self._signs(name, sentence)
            if script or caseless:
                name.signs |= Sign.SCRIPT if script else Sign.CASELESS
            name.type = self._type(name)
            self._link(found[-1] if found else None, name, sentence)
            found.append(name)
            i = name.last

    def _link(self, before: Name | None, name: Name, sentence: Sentence) -> None:
        """Signs of a name that says where the one before lies."""
        gap = self.text.between(self._begin(name)).strip()
        follows = before is not None and self._begin(name) == self._end(before)
        if before and follows and gap in (",", "("):
            before.signs |= Sign.COMMA
            name.signs |= Sign.AFTER_COMMA
        elif before and self._holds(before, name):
            name.signs |= Sign.HOLDS
        opened = self._begin(name) if gap == "(" else self._opened(name, sentence) if gap == "," else None
        if opened is not None and follows and gap == "(":
            name.signs |= Sign.BRACKETED
        elif before and gap == "," and follows:
            name.signs |= before.signs & Sign.BRACKETED
        elif opened is not None and self._named(opened, sentence):
            name.signs |= Sign.BRACKETED | Sign.LONE | Sign.LOCATED

    def _begin(self, name: Name) -> int:
        """The first word of a name in brackets, "Western" and the like before it included ("(Western Upper Nile)")."""
        i = name.first
        while self.text.between(i).isspace() and (part := self.marks.ending(i, "part")):
            i = part.first
        return i if "(" in self.text.between(i) else name.first

    def _opened(self, name: Name, sentence: Sentence) -> int | None:
        """The first word in brackets, where only unknown names stand before this one ("(X woreda, West Wellega)")."""
        i = name.first
        while i > sentence.first and "(" not in (gap := self.text.between(i)):
            unknown = self.capital[i - 1] or self.marks.ending(i, *TYPES)
            if not unknown or gap.strip() not in ("", ",") or name.first - i > _GAP:
                return None
            i -= 1
        return i if i > sentence.first else None

    def _end(self, name: Name) -> int:
        """The word after a name, and after the noun of kind or the unknown half that follows it ("North Wello")."""
        if name.type and name.type.first == name.last:
            return name.type.last
        i = name.last
        while name.signs & Sign.HEAD and self._runs_on(i):
            i += 1
        return i

    def _named(self, i: int, sentence: Sentence) -> bool:
        """Does a capitalised name that we do not know end right before word ``i``, its noun of kind included?"""
        if self.marks.ending(i, "organisation"):
            return False
        while hit := self.marks.ending(i, *TYPES):
            i = hit.first
        return i > sentence.first and self.capital[i - 1] and not self.words[i - 1].isupper()

    def _holds(self, before: Name, name: Name) -> bool:
        """ "Mbau locality in Beni territory": does only what links a place to its area stand between?"""
        gap = self.text.full[self.text.ends[before.last - 1] : self.text.starts[name.first]]
        i = before.last
        if not 0 < name.first - i <= _GAP or any(c in ".;:!?\n" for c in gap):
            return False
        while i < name.first:
            hit = self.marks.starting(i, "surroundings") or self.marks.starting(i, *TYPES, "in", "of", "part")
            if not hit and self.keys[i] not in self.cues.linkers:
                return False
            i = hit.last if hit else i + 1
        return i == name.first

    def _caseless(self, sentence: Sentence) -> bool:
        """Are capitals no evidence: German, all capitals, or Every Word Capitalised?"""
        if self.cues.nouns:
            return True
        long = [i for i in range(sentence.first, sentence.last) if len(self.words[i]) > 3]
        return len(long) >= 4 and sum(self.capital[i] for i in long) >= 0.7 * len(long)

    def _shouting(self, sentence: Sentence) -> bool:
        return self.text.full[slice(*sentence.span)].isupper()

    def _runs_on(self, i: int) -> bool:
        return i < len(self.words) and self.joined[i] and self.capital[i]

    def _demonym(self, name: Name) -> bool:
        """Is the name an adjective or people that no country is called?"""
        hit = self.marks.starting(name.first, PEOPLE)
        if hit is None or hit.last < name.last:
            return False
        return not any(self.gazetteer.toponym(row).feature == "PCLI" for row, _ in name.hits[:2])

    def _signs(self, name: Name, sentence: Sentence) -> int:
        first, last = name.first, name.last
        signs = self._neighbours(first, last, sentence)
        if first == sentence.first or (not self.joined[first] and not self.words[first - 1][0].isalnum()):
            signs |= Sign.OPENING
        if self._located(name):
            signs |= Sign.LOCATED
        if self._person(first, last, sentence):
            signs |= Sign.PERSON
        elif self._titled(first, sentence):
            signs |= Sign.TITLE
        if name.key in self.cues.common or (last - first == 1 and self._ordinary(first)):
            signs |= Sign.COMMON
        if last - first == 1 and name.key in self.lower:
            signs |= Sign.LOWER
        if self.cues.nouns and first and self.keys[first - 1] in self.cues.articles:
            signs |= Sign.ARTICLE
        return signs

    def _ordinary(self, i: int) -> bool:
        """A given name, or a word that is itself a cue ("minister", "north")."""
        if self._given(i) or any(h.last == i + 1 and h.label != PEOPLE for h in self.marks.at.get(i, ())):
            return True
        return self.text.language == "ar" and any(form in self.cues.common for form in bases(self.keys[i], "ar"))

    def _located(self, name: Name) -> bool:
        dateline = self.text.dateline
        if dateline and dateline[0] <= self.text.starts[name.first] < dateline[1]:
            return True
        if name.signs & Sign.INFLECTED and self.keys[name.first].lstrip("و")[:1] in ("ب", "ل"):
            return True
        if self.cues.endings and self._ending(name.last):
            return True
        i = name.first
        if i and self.keys[i - 1] in ARTICLES | self.cues.linkers and self.marks.ending(i - 1, "in", "near", "toward"):
            return True
        return self.marks.ending(i, "in", "of", "aim", "from", "near", "toward", "side") is not None

    def _ending(self, i: int) -> bool:
        """Does a case ending of place follow ("'da") or a noun that has one?"""
        if i < len(self.words) and self.words[i][0] in "'’":
            if self.cues.endings.get(self.text.folded[i][1:], "").endswith(("in_after", "from_after")):
                return True
            i += 1
        return self.marks.starting(i, "in_after", "near_after") is not None

    def _person(self, first: int, last: int, sentence: Sentence) -> bool:
        if self.cues.linkers and self._titled(first, sentence):
            return True
        uncased = self.cues.nouns or bool(CASELESS.match(self.words[first]))
        i = first - 1
        while i >= sentence.first and self.joined[i + 1] and (self.capital[i] or len(self.words[i]) == 1):
            if self._given(i) or (self.cues.linkers and self.marks.ending(i + 1, "title")):
                return True
            if uncased:
                break
            i -= 1
        if _AGE.match(self.text.full, self.text.ends[last - 1]):
            return True
        return last - first == 1 and last < sentence.last and self._runs_on(last) and self.keys[first] in self.given

    def _titled(self, first: int, sentence: Sentence) -> bool:
        return first > sentence.first and self.joined[first] and self.marks.ending(first, "title") is not None

    def _given(self, i: int) -> bool:
        return self.keys[i] in self.given or (self.keys[i] > "\u0400" and stem(self.keys[i]) in self.given)

    def _neighbours(self, first: int, last: int, sentence: Sentence) -> int:
        """Unknown capitalised words right before and after; organisation words after."""
        signs = 0
        follows = last < sentence.last and self.joined[last]
        if follows and self.capital[last] and self.marks.starting(last, "press"):
            signs |= Sign.PRESS
        if self.cues.nouns or CASELESS.match(self.words[first]):
            return signs | Sign.ORGANISATION if follows and self.marks.starting(last, "organisation") else signs
        if follows and self.capital[last]:
            if self.marks.starting(last, "organisation"):
                signs |= Sign.ORGANISATION
            elif not self.marks.starting(last, *TYPES):
                signs |= Sign.HEAD
        if (
            first > sentence.first
            and self.joined[first]
            and self.capital[first - 1]
            and self._unknown(first - 1, sentence)
        ):
            signs |= Sign.TAIL
        return signs

    def _unknown(self, i: int, sentence: Sentence) -> bool:
        """Is the capitalised word before a name none that we know to stand there?"""
        if self.marks.before.get(i + 1):
            return False
        return i > sentence.first or not (self.keys[i] in self.cues.common or self.keys[i] in self.lower)

    def _type(self, name: Name) -> Hit | None:
        """The noun of kind right after the name, or before it with at most a linker between."""
        joined = name.last < len(self.words) and self.joined[name.last]
        after = self.marks.starting(name.last, *TYPES) if joined else None
        if after:
            return after
        i = name.first
        while i > 0 and name.first - i < 2 and self.joined[i] and self.keys[i - 1] in self.cues.linkers:
            i -= 1
        return self.marks.ending(i, *TYPES) if i > 0 and self.joined[i] else None
