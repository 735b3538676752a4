"""What the tests of times, figures, parties and claims read a sentence with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workers.adapters import knowledge
from workers.pipeline.detect import actors, attribution, casualties, claims, numbers, tolls, when
from workers.pipeline.detect.actors import Actors, Nation, Party
from workers.pipeline.detect.attribution import Attribution, attributions
from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.facts import Facts
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.sides import debate
from workers.pipeline.detect.speakers import Speakers
from workers.pipeline.detect.text import Text, read
from workers.pipeline.models import Claim, Count, Document

OPENERS = dict.fromkeys(("but", "however", "although", "while"), ((),))
KNOWN: Actors = knowledge.actors()


@dataclass(frozen=True)
class Account:
    """One text and everything the facts say about it."""

    text: Text
    marks: Marks
    facts: Facts
    nations: tuple[Nation, ...] = ()

    @property
    def numbers(self) -> list[numbers.Number]:
        return numbers.find(self.text, self.marks, self.facts)

    @property
    def figures(self) -> tuple[Figure, ...]:
        return casualties.find(self.text, self.marks, self.numbers)

    @property
    def parties(self) -> tuple[Party, ...]:
        return actors.find(self.text, self.marks, KNOWN, self.nations)

    @property
    def said(self) -> tuple[Attribution, ...]:
        return attributions(Speakers(self.text, self.marks, self.parties))

    @property
    def claims(self) -> tuple[Claim, ...]:
        source = claims.Source(self.text, self.marks, self.parties, self.said)
        return claims.find(source, self.figures, self.numbers, self.clauses)

    @property
    def clauses(self) -> list[tuple[int, int]]:
        return [(clause.first, clause.last) for clause in self.text.clauses]

    @property
    def sides(self) -> dict[str, list[str]]:
        """Role to names; two parties of a fight share the role."""
        found: dict[str, list[str]] = {}
        for side in debate(self.text, self.marks, self.parties, KNOWN).sides(self.clauses):
            found.setdefault(side.role, []).extend(actor.text for actor in side.actors)
        return found

    def count(self, state: str) -> Count | None:
        whose = [attribution.speaker(self.said, figure.words[0]) for figure in self.figures]
        return tolls.count(self.figures, state, [a.claimant.text if a else None for a in whose])

    def moments(self, published: date | None) -> tuple[when.Moment, ...]:
        return when.find(self.text, self.marks, self.numbers, published)


def account(words: str, language: str = "en", *nations: tuple[str, str]) -> Account:
    """Reads the text; ``nations`` are (word of the text, country) as the places would find them."""
    facts = knowledge.facts(language)
    text = read(Document("one", words), language, OPENERS if language == "en" else {})
    found = [
        Nation(text.word_at(at), text.word_at(at) + 1, country, True)
        for word, country in nations
        for at in [words.index(word)]
    ]
    return Account(text, facts.mark(text), facts, tuple(found))
