"""Everything that the parts of detection found in one document, side by side.

In: a document and the knowledge. Out: a ``Reading``, from which reports are assembled. Absent knowledge
(no facts for the language, no gazetteer) makes that part empty, nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

from workers.pipeline.detect import actors, casualties, numbers, places, when
from workers.pipeline.detect import text as view
from workers.pipeline.detect.actors import Actors, Party
from workers.pipeline.detect.attribution import Attribution, attributions
from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.language import recognise
from workers.pipeline.detect.lexicon import CONTEXT
from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.places import PlaceView
from workers.pipeline.detect.sides import Debate, debate
from workers.pipeline.detect.speakers import Speakers
from workers.pipeline.detect.tagger import Tag, Tagger
from workers.pipeline.detect.targets import aimed
from workers.pipeline.detect.text import Clause, Sentence, Text
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import Document
from workers.pipeline.models.knowledge import Knowledge, Lexicon

_EMPTY = Marks((), {})
_FRAME = frozenset((*CONTEXT, "report", "recent", "past", "ongoing", "unconfirmed"))
EARLIEST = 1940
LONG = 30
"""Days; "since" further back is history."""


@dataclass(frozen=True)
class Reading:
    text: Text
    tags: Sequence[Tag]
    published: date | None
    places: PlaceView | None
    marks: Marks = _EMPTY
    counted: Sequence[Number] = ()
    moments: Sequence[Moment] = ()
    figures: Sequence[Figure] = ()
    parties: Sequence[Party] = ()
    said: Sequence[Attribution] = ()
    actors: Actors | None = None

    @cached_property
    def debate(self) -> Debate | None:
        """Who fought whom, read when the first report asks."""
        return debate(self.text, self.marks, self.parties, self.actors, self._home) if self.actors else None

    @cached_property
    def frame(self) -> frozenset[int]:
        """The words that say who, with what, where, when, how many, and who says so."""
        spans = [(tag.first, tag.last) for tag in self.tags if tag.category in _FRAME]
        spans += [(s.name.first, s.name.last) for s in self.places.spotted] if self.places else []
        spans += [(moment.first, moment.last) for moment in self.moments]
        spans += [(number.first, number.last) for number in self.counted]
        spans += [(party.first, party.last) for party in self.parties]
        return frozenset(i for first, last in spans for i in range(first, last))

    @property
    def _home(self) -> str | None:
        """The country in which most of the towns and areas named lie."""
        mentions = self.places.mentions if self.places else ()
        inside = Counter(m.country for m in mentions if m.country and not m.feature.startswith("PCL"))
        return max(inside, key=inside.__getitem__, default=None)

    def tags_of(self, part: Sentence | Clause) -> Sequence[Tag]:
        """The tags of a sentence or clause."""
        return self.tags[bisect_left(self.tags, (part.first,)) : bisect_left(self.tags, (part.last,))]

    def age(self, clause: Clause) -> int | None:
        """Days between the date that the clause names and publication; that of the sentence where the clause
        names none and no "who" or "which" cut it off. "Since Sunday" is as old as it is long: only a long
        time makes it the past."""
        own = self._age(clause.first, clause.last)
        if own is not None:
            return own
        sentence = self.text.sentences[clause.sentence]
        others = [c for c in self.text.clauses_of(sentence) if c.opener is None]
        ages = [age for c in others if (age := self._age(c.first, c.last)) is not None]
        return min(ages, key=abs) if ages else None

    def ages(self, clause: Clause) -> tuple[int | None, int]:
        """The clause's age, and that of the oldest date in it."""
        inside = [m.age for m in self.moments if clause.first <= m.first < clause.last and m.age is not None]
        return self.age(clause), max(inside, default=0)

    def _age(self, first: int, last: int) -> int | None:
        moment = when.resolve(self.moments, (first, last))
        if moment is None or moment.age is None:
            return self._bare_year(first, last)
        return None if moment.since and moment.age <= LONG else moment.age

    def _bare_year(self, first: int, last: int) -> int | None:
        """A year that nothing introduces ("crates dated 2017,"): days since its end."""
        year = next((year for i, year in self._years if first <= i < last), None)
        return (self.published - date(year, 12, 31)).days if self.published and year else None

    @cached_property
    def _years(self) -> Sequence[tuple[int, int]]:
        """The words that are such a year, each with it."""
        text, found = self.text, []
        for i, word in enumerate(text.folded):
            if self.published and len(word) == 4 and word.isascii() and word.isdecimal():
                gap = text.between(i + 1) if i + 1 < len(text.folded) else ""
                if EARLIEST <= int(word) < self.published.year and gap != " " and gap.strip()[:1] in (*",.;:)", ""):
                    found.append((i, int(word)))
        return found


_HALF = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=32)
def tagger(lexicon: Lexicon) -> Tagger:
    """One per lexicon, so that it remembers words between documents."""
    return Tagger(lexicon)


def read(document: Document, knowledge: Knowledge) -> Reading:
    """Reads one document with everything the knowledge has for its language."""
    document = _legible(document)
    language = recognise(document, knowledge)
    lexicon = knowledge.lexicons[language]
    text = view.read(document, language, lexicon.openers)
    published = document.published.date() if document.published else None
    entities = knowledge.entities[language](text.full) if language in knowledge.entities else ()
    facts, gazetteer = knowledge.facts.get(language), knowledge.gazetteer
    marks = facts.mark(text) if facts else _EMPTY
    counted = numbers.find(text, marks, facts) if facts else ()
    found = places.find(text, gazetteer, document.country, entities, counted) if gazetteer else None
    tags = aimed(tagger(lexicon).tags(text), marks)
    reading = Reading(text, tags, published, found, marks, counted)
    return _with_facts(reading, knowledge.actors) if facts else reading


def _legible(document: Document) -> Document:
    """Without lone halves of letters, which JSON may carry and hashing may not, and years that cannot be counted from.

    Letter for letter, so that spans stay what they are.
    """
    counted = document.published and 1000 <= document.published.year <= 9000
    text, title = (_HALF.sub("\ufffd", given) if given else given for given in (document.text, document.title))
    return replace(document, text=text or "", title=title, published=document.published if counted else None)


def _with_facts(reading: Reading, known: Actors | None) -> Reading:
    text, marks, counted = reading.text, reading.marks, reading.counted
    nations = actors.nations(reading.places) if reading.places else ()
    parties = actors.find(text, marks, known, nations) if known else ()
    moments = when.find(text, marks, counted, reading.published)
    return replace(
        reading,
        moments=moments,
        figures=casualties.find(text, marks, counted, moments),
        parties=parties,
        said=attributions(Speakers(text, marks, parties)),
        actors=known,
    )
