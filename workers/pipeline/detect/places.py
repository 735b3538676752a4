"""Places of a document: every name found and resolved, and the place of each clause.

In: the view of a document, the gazetteer, the publisher's country. Out: a ``PlaceView``. The parts:
``places_names`` folds, ``places_cues`` marks the words around, ``places_find`` finds names,
``places_resolve`` decides what they are, ``places_locate`` says what they do in their clause.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.places_cues import PEOPLE, Cues, Marks, compile_cues, mark
from workers.pipeline.detect.places_distance import Distances
from workers.pipeline.detect.places_entities import recognise
from workers.pipeline.detect.places_find import Finder
from workers.pipeline.detect.places_locate import Located, locate, place_of
from workers.pipeline.detect.places_match import Name
from workers.pipeline.detect.places_resolve import resolve
from workers.pipeline.detect.places_roles import Role, Spotted, Surveyor
from workers.pipeline.detect.places_senses import Sense
from workers.pipeline.detect.text import Text
from workers.pipeline.models.gazetteer import Gazetteer
from workers.pipeline.models.knowledge import Entity
from workers.pipeline.models.report import Mention, Place, Span

_LOCAL = (Role.LOCATION, Role.NEAR, Role.TOWARD, Role.BARE)


@dataclass(frozen=True)
class PlaceView:
    """``mentions`` by span, one per span; ``senses`` every name tried, refused ones with the reason."""

    text: Text
    gazetteer: Gazetteer
    mentions: tuple[Mention, ...]
    spotted: tuple[Spotted, ...]
    senses: tuple[Sense, ...]
    marks: Marks

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries of the places named, most named first."""
        counts = Counter(s.place.country for s in self.spotted if s.place.country)
        return tuple(country for country, _ in counts.most_common())

    def locate(self, clause: Span, anchor: int | None = None) -> Located | None:
        """The event place of a clause; ``anchor`` is its trigger's offset."""
        return locate(self.text, self.spotted, self.gazetteer, clause, anchor)

    def within(self, span: Span) -> tuple[Spotted, ...]:
        """Mentions of the span that may say where something happens, in order of the text."""
        return tuple(s for s in self.spotted if s.role in _LOCAL and span[0] <= s.mention.span[0] < span[1])

    def place(self, spotted: Spotted) -> Place:
        """A mention as a report's place."""
        return place_of(spotted, self.gazetteer)

    def role(self, offset: int) -> Role | None:
        """The role of the mention that covers the offset: an actor, a venue, a location …"""
        return next((s.role for s in self.spotted if s.mention.span[0] <= offset < s.mention.span[1]), None)


def find(
    text: Text,
    gazetteer: Gazetteer,
    country: str | None = None,
    entities: Sequence[Entity] = (),
    counted: Sequence[Number] = (),
) -> PlaceView:
    """Every place name of the document, resolved. ``country`` is the publisher's; ``entities`` are what a trained
    pipeline recognises, where one is configured; ``counted`` are its numbers, of which distances are made."""
    cues = _cues(gazetteer, text.language)
    marks = mark(text.folded, cues)
    names = Finder(text, gazetteer, cues, marks).names()
    if entities:
        recognise(names, text, entities)
    senses = resolve(names, gazetteer, _votes(marks, country)) if names else []
    chosen = sorted(((name, sense) for sense in senses if sense.chosen for name in sense.names), key=_first)
    surveyor = Surveyor(text, cues, marks, Distances(text, marks, counted))
    spotted: list[Spotted] = []
    for name, sense in chosen:
        spotted.append(_spotted(surveyor, name, sense, spotted[-1] if spotted else None))
    return PlaceView(text, gazetteer, tuple(s.mention for s in spotted), tuple(spotted), tuple(senses), marks)


def _first(pair: tuple[Name, Sense]) -> int:
    return pair[0].first


def _votes(marks: Marks, publisher: str | None) -> dict[str, float]:
    """Support for countries from outside the names: demonyms, and a little the publisher's country."""
    said = Counter(str(hit.value) for hit in marks.hits if hit.label == PEOPLE)
    votes = {iso: 0.6 + math.log(count) for iso, count in said.items()}
    if publisher:
        votes[publisher] = votes.get(publisher, 0.0) + 0.5
    return votes


def _spotted(surveyor: Surveyor, name: Name, sense: Sense, before: Spotted | None) -> Spotted:
    assert sense.chosen is not None
    place, span = sense.chosen.place, surveyor.text.span(name.first, name.last)
    mention = Mention(
        span=span,
        text=surveyor.text.quote(span),
        lat=place.lat,
        lon=place.lon,
        feature=place.feature,
        confidence=round(sense.confidence, 2),
        geonameid=place.geonameid,
        country=place.country,
    )
    role, reach = surveyor.role(mention, place, name, before)
    return Spotted(mention, place, name, role, reach)


@lru_cache(maxsize=32)
def _cues(gazetteer: Gazetteer, language: str) -> Cues:
    known = gazetteer.surroundings
    return compile_cues(language, known.cues.get(language) or known.cues["en"], known.peoples.get(language, {}))
