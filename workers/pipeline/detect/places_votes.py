"""What the names of a document say for each other: by country, region and nearness.

In: the senses, votes from outside (demonyms, publisher). Out: candidates' scores and shares. No name
supports itself: a town and its province would lift each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workers.pipeline.detect.places_containers import contained, fitting
from workers.pipeline.detect.places_match import Sign
from workers.pipeline.detect.places_senses import Sense
from workers.pipeline.models.gazetteer import Toponym

REGION, CELL, SHARE = 1.6, 2.0, 3.5
"""How much one more name of the same admin-1, of the same square of degrees, and all names of the same
country speak for a candidate."""


@dataclass
class Votes:
    """What the document supports so far."""

    countries: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    regions: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    cells: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    total: float = 0.0
    noted: set[str] = field(default_factory=set)
    """Countries of the divisions that stand in brackets."""


def tally(senses: Iterable[Sense], votes: Mapping[str, float]) -> Votes:
    """All votes of a document."""
    count = Votes()
    for country, weight in votes.items():
        count.countries[country] += weight
    for sense in senses:
        _vote(sense, count)
        if all(name.signs & Sign.BRACKETED for name in sense.names):
            likely = max(sense.candidates, key=lambda c: (c.share, c.prior)).place
            count.noted |= {likely.country} if likely.country and likely.feature.startswith("ADM") else set()
    count.total = sum(count.countries.values())
    return count


def votes_of(sense: Sense) -> Votes:
    """What one sense says."""
    own = Votes()
    _vote(sense, own)
    return own


def _vote(sense: Sense, tally: Votes) -> None:
    """Adds what a sense says for countries, regions and squares of degrees."""
    weight = sense.weight
    if weight <= 0:
        return
    for candidate in sense.candidates:
        part = weight * (candidate.share or 1.0 / len(sense.candidates))
        place = candidate.place
        if place.country:
            tally.countries[place.country] += part
            tally.total += part
        if place.region is not None:
            tally.regions[place.region] += part
        if place.feature not in ("PCLI", "ADM1"):
            tally.cells[round(place.lat), round(place.lon)] += part


def score(senses: Iterable[Sense], tally: Votes) -> None:
    """Scores all candidates by the votes of the others, and their shares of each sense."""
    for sense in senses:
        own = votes_of(sense)
        for candidate in sense.candidates:
            candidate.score = candidate.prior + contained(candidate.place, sense) + fitting(candidate.place, sense)
            if tally.total > own.total:
                candidate.score += _support(candidate.place, own, tally)
        best = max(c.score for c in sense.candidates)
        weights = [math.exp(c.score - best) for c in sense.candidates]
        whole = sum(weights)
        for candidate, weight in zip(sense.candidates, weights, strict=True):
            candidate.share = weight / whole


def _support(place: Toponym, own: Votes, tally: Votes) -> float:
    """Votes of the other names: for the country, the region, the surroundings."""
    if not place.country:
        return 0.0
    country = tally.countries.get(place.country, 0.0) - own.countries.get(place.country, 0.0)
    score = SHARE * country / max(1.0, tally.total - own.total) + 0.5 * math.log1p(max(0.0, country))
    if place.feature == "PCLI":
        return score
    if place.region is not None:
        region = tally.regions.get(place.region, 0.0) - own.regions.get(place.region, 0.0)
        score += REGION * math.log1p(max(0.0, region))
    if place.feature == "ADM1":
        return score
    return score + CELL * math.log1p(around(place, own, tally))


def around(place: Toponym, own: Votes, tally: Votes) -> float:
    """Votes of the other names for the surroundings."""
    lat, lon = round(place.lat), round(place.lon)
    square = [(lat + a, lon + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    return max(0.0, sum([tally.cells[cell] - own.cells.get(cell, 0.0) for cell in square if cell in tally.cells]))
