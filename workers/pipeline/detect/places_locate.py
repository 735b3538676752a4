"""Where a clause happens.

In: the resolved mentions of a document with their roles. Out: for a clause, a ``Place`` with precision
and radius. A clause without a place of its own takes one from its sentence, its paragraph, then the
headline and the lead; never from an unrelated paragraph, which was measured to invent places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workers.pipeline.detect.distance import kilometres
from workers.pipeline.detect.places_roles import Role, Spotted, grand
from workers.pipeline.detect.text import Sentence, Text
from workers.pipeline.models.gazetteer import Gazetteer, Toponym
from workers.pipeline.models.report import Place, Precision, Span

__all__ = ["Located", "Reach", "Role", "Spotted", "locate", "place_of"]

ROAD_KM, FAR_KM = 10.0, 100.0
"""Shortest and longest reach of a place on a road of which the ends are told."""
_WEIGHT = {Role.LOCATION: 3.0, Role.NEAR: 2.9, Role.TOWARD: 2.6, Role.BARE: 2.0, Role.CONTAINER: 1.0}


class Reach(StrEnum):
    """Where the place of a clause was found."""

    CLAUSE = "clause"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    LEAD = "lead"
    HEADLINE = "headline"


@dataclass(frozen=True)
class Located:
    """The place of a clause, by which mention, and how far that was looked for."""

    place: Place
    spotted: Spotted
    reach: Reach


def locate(
    text: Text, spotted: tuple[Spotted, ...], gazetteer: Gazetteer, clause: Span, anchor: int | None = None
) -> Located | None:
    """The event place of a clause. ``anchor`` is the offset of its trigger, which near mentions win by."""
    at = clause[0] if anchor is None else anchor
    sentence = text.sentence_at(clause[0])
    for reach, span in _scopes(text, clause, sentence):
        found = best(_towns(spotted) if _later(text, sentence, span) else spotted, span, at, reach)
        if found:
            found = _refine(found, spotted, sentence.span if reach is Reach.CLAUSE else span, at)
        elif reach is Reach.CLAUSE:
            found = _between([s for s in spotted if span[0] <= s.mention.span[0] < span[1]])
        if found:
            return Located(place_of(found, gazetteer), found, reach)
    return None


def _later(text: Text, sentence: Sentence, span: Span) -> bool:
    """Does the span come later than the sentence, and than what a headline announces? A capital named only there is
    where it is spoken of ("Fighting went on for hours. The president announced a truce in Kampala")."""
    if span[0] < sentence.span[1]:
        return False
    first = next((s.span for s in text.sentences if not s.title and not s.heading), None)
    return not (sentence.title and span == first)


def _towns(spotted: tuple[Spotted, ...]) -> tuple[Spotted, ...]:
    """Without capitals."""
    return tuple(s for s in spotted if s.place.feature != "PPLC")


def _between(inside: Sequence[Spotted]) -> Spotted | None:
    """A clause that names two ends of a road and no other place."""
    ends = [s for s in inside if s.role is Role.REFERENCE and specificity(s.place) >= 4.0 and not grand(s.place)]
    return _beside_road(ends) if len(ends) == 2 else None


def _scopes(text: Text, clause: Span, sentence: Sentence) -> Iterator[tuple[Reach, Span]]:
    """Where to look, nearest first."""
    yield Reach.CLAUSE, clause
    yield Reach.SENTENCE, sentence.span
    for earlier in reversed(text.sentences[: sentence.index]):
        if earlier.paragraph == sentence.paragraph:
            yield Reach.PARAGRAPH, earlier.span
    bodies = [s for s in text.sentences if not s.title and not s.heading]
    for lead in [s for s in bodies if s.paragraph == bodies[0].paragraph][:2]:
        yield Reach.LEAD, lead.span
    for title in text.sentences:
        if title.title:
            yield Reach.HEADLINE, title.span


def best(spotted: tuple[Spotted, ...], span: Span, anchor: int, reach: Reach = Reach.CLAUSE) -> Spotted | None:
    """The mention within the span that says best where it happens.

    A country or capital without a word that says "in" serves its own clause only.
    """
    inside = [s for s in spotted if span[0] <= s.mention.span[0] < span[1] and s.role in _WEIGHT]
    if reach is not Reach.CLAUSE:
        inside = [s for s in inside if not (grand(s.place) and s.role is Role.BARE)]
    return max(inside, key=lambda s: _fitness(s, anchor), default=None)


def _fitness(spotted: Spotted, anchor: int) -> float:
    away = abs(spotted.mention.span[0] - anchor)
    score = _WEIGHT[spotted.role] + 0.8 * specificity(spotted.place) + spotted.mention.confidence
    doubtful = grand(spotted.place) and spotted.role is Role.BARE
    return score - min(1.5, away / 120) - (1.5 if doubtful else 0.0)


def specificity(place: Toponym) -> float:
    """0 for a continent or sea to 4 for a point."""
    feature = place.feature
    if feature.startswith("PCL"):
        return 1.0
    if feature == "ADM1":
        return 2.0
    if feature in ("CONT", "OCN", "SEA") or place.radius > 300:
        return 0.5
    return 3.0 if feature.startswith("ADM") or place.radius > 25 else 4.0


def _refine(found: Spotted, spotted: tuple[Spotted, ...], span: Span, anchor: int) -> Spotted:
    """A point of the same sentence that lies in the region or country found."""
    if specificity(found.place) >= 4.0:
        return found
    inner = [
        s
        for s in spotted
        if span[0] <= s.mention.span[0] < span[1]
        and specificity(s.place) > specificity(found.place)
        and _lies_in(s.place, found.place)
    ]
    told = (Role.LOCATION, Role.NEAR, Role.TOWARD, Role.BARE) if specificity(found.place) < 3.0 else ()
    named = [s for s in inner if s.role in told]
    return max(named, key=lambda s: _fitness(s, anchor), default=None) or _beside_road(inner) or found


def _beside_road(inner: Sequence[Spotted]) -> Spotted | None:
    """ "On the road between Djibo and Bourzanga (Soum)": near the first of them, as far as half the road."""
    ends = [s for s in inner if s.role is Role.REFERENCE][:2]
    if not ends:
        return None
    reach = max(ROAD_KM, kilometres(ends[0].place, ends[-1].place) / 2)
    return replace(ends[0], role=Role.NEAR, reach_km=min(reach, FAR_KM))


def _lies_in(place: Toponym, area: Toponym) -> bool:
    inside = area.row in (place.region, place.district)
    return inside or (area.feature == "PCLI" and place.country == area.country)


def place_of(spotted: Spotted, gazetteer: Gazetteer) -> Place:
    """The report's place: the mention's, with precision, radius and the names of its regions."""
    place = spotted.place
    region = gazetteer.toponym(place.region) if place.region is not None else None
    district = gazetteer.toponym(place.district) if place.district is not None else None
    return Place(
        name=place.name,
        lat=place.lat,
        lon=place.lon,
        precision=_precision(spotted),
        radius_km=round(place.radius + spotted.reach_km, 1),
        feature=place.feature,
        geonameid=place.geonameid,
        country=place.country,
        admin1=region.name if region else None,
        admin1_code=place.code,
        admin2=district.name if district else None,
    )


def _precision(spotted: Spotted) -> Precision:
    grade = specificity(spotted.place)
    if grade <= 1.0:
        return Precision.COUNTRY
    if grade == 2.0:
        return Precision.ADMIN1
    if grade == 3.0:
        return Precision.DISTRICT
    return Precision.NEAR if spotted.reach_km else Precision.EXACT
