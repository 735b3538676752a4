"""What each name of a document may mean, and how likely each meaning is by itself.

In: the names found, the gazetteer. Out: ``Sense``s, one per spelling, with candidates ranked by size,
kind and the words beside them. The document's other names speak in ``places_votes``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workers.pipeline.detect.places_match import Name, Sign
from workers.pipeline.models.gazetteer import Gazetteer, Kind, Toponym

CANDIDATES = 25
BIG = 400_000
"""People from which a place may turn up in any document."""
_USUAL = Kind.MAIN | Kind.HAND
_AREAS = ("region", "district")
_DIVISIONS = frozenset({"ADM1", "ADM2", "ADM3"})


class Refusal(StrEnum):
    """Why a name is no place here."""

    PERSON = "part of a person's name"
    ORGANISATION = "part of an organisation's name"
    ANOTHER = "no place by the trained pipeline"
    WORD = "an ordinary word"
    WEAK = "too little evidence"


@dataclass(slots=True)
class Candidate:
    """One place that a name may mean. ``score`` is in nats: e-fold more likely per unit."""

    place: Toponym
    kind: Kind
    prior: float
    score: float = 0.0
    share: float = 0.0


@dataclass(slots=True)
class Sense:
    """All names of a document that are spelt alike, decided together."""

    names: list[Name]
    candidates: list[Candidate]
    chosen: Candidate | None = None
    confidence: float = 0.0
    refusal: Refusal | None = None
    containers: list[list[Toponym]] = field(default_factory=list)
    """For each name that holds this one, the areas that it may mean."""
    holds: list[Sense] = field(default_factory=list)
    bracketed: bool = False
    """What holds it stands in brackets after it, as in a note of an event."""
    within_area: bool = False
    """What holds it stands after a comma and is plainly a division ("Damari, Birnin Gwari LGA")."""
    weight: float = 0.0
    """How much it may say about others."""
    quarter: bool = False
    """Named as part of the place right after it ("the X district of Y")."""


def senses_of(names: Sequence[Name], gazetteer: Gazetteer) -> list[Sense]:
    """One sense per spelling; "Kirkuk province" and "Kirkuk" are two."""
    alike: dict[tuple[str, str | None], list[Name]] = defaultdict(list)
    for name in names:
        alike[name.key, name.type.label if name.type and name.type.label in _AREAS else None].append(name)
    senses = []
    for group in alike.values():
        kinds: dict[int, Kind] = {}
        for name in group:
            for row, kind in name.hits[:CANDIDATES]:
                kinds[row] = kinds.get(row, Kind(0)) | kind
        candidates = [_candidate(gazetteer.toponym(row), kind, group) for row, kind in kinds.items()]
        _prefer_seats(candidates, group)
        senses.append(Sense(group, candidates, weight=_believed(group)))
    return senses


def _candidate(place: Toponym, kind: Kind, group: Sequence[Name]) -> Candidate:
    prior = _prominence(place) + (1.2 if Kind.HAND in kind else 0.0) + (0.8 if Kind.MAIN in kind else -0.6)
    prior -= 0.5 if Kind.STEM in kind else 0.0
    types = {name.type.label for name in group if name.type}
    prior += sum(_fits(place, label) for label in types)
    if _within(group) and place.feature in _DIVISIONS:
        prior += 3.0
    return Candidate(place, kind, prior)


def _within(group: Sequence[Name]) -> bool:
    """Does it stand in brackets, where divisions are named rather than their seats?"""
    return all(name.signs & Sign.BRACKETED for name in group)


def _prefer_seats(candidates: Sequence[Candidate], group: Sequence[Name]) -> None:
    """A city and the region around it share a name: without a word for region the city is meant."""
    if _within(group) or any(name.type and name.type.label in _AREAS for name in group):
        return
    seats = {c.place.region: c for c in candidates if c.place.feature.startswith("PPL") and c.place.population > 20_000}
    for candidate in candidates:
        seat = seats.get(candidate.place.region)
        known = seat and (seat.kind & _USUAL or (seat.place.population > 200_000 and not candidate.kind & _USUAL))
        if seat and known and candidate.place.feature in ("ADM1", "ADM2"):
            candidate.prior = min(candidate.prior, seat.prior - 1.5)


def _prominence(place: Toponym) -> float:
    size = math.log(max(place.population, 200) / 200) * 0.7
    if place.feature == "PCLI":
        return 9.5
    if place.feature == "ADM1":
        return 1.0 + size * 0.5
    if place.feature == "ADM2":
        return size * 0.35 - 2.0
    if not place.feature.startswith("PPL"):
        return 1.5 + 0.4 * math.log(max(1.0, place.radius))
    return size + (1.5 if place.feature == "PPLC" else 0.0) + (1.0 if place.geonameid is None else 0.0)


def _fits(place: Toponym, label: str) -> float:
    """Does the noun beside the name fit the kind of place?"""
    feature = place.feature
    if label in ("settlement", "quarter"):
        return 1.0 if feature.startswith("PPL") else -2.0
    if label == "region":
        return 7.0 if feature == "ADM1" else 5.0 if feature in ("RGN", "ADM2") else -1.0
    if label == "district":
        return 5.0 if feature in ("ADM2", "ADM3") else 2.0 if place.geonameid is None else 0.0
    if label == "country":
        return 2.0 if feature.startswith("PCL") else 0.0
    if not feature.startswith(("PPL", "ADM", "PCL")):
        return 1.0
    return -2.0 if label == "water" else -0.5


def _believed(group: Sequence[Name]) -> float:
    """How much names spelt alike may say about others: by their evidence and, slowly, their number."""
    plain = [name for name in group if not name.signs & (Sign.PERSON | Sign.ORGANISATION | Sign.COMMON)]
    if not plain:
        return 0.0
    located = any(name.signs & (Sign.LOCATED | Sign.COMMA) or name.type for name in plain)
    return (1.0 if located else 0.5) * (1.0 + math.log(len(plain)))
