"""Decides which names are places, and which places they are.

In: the names of one document with their evidence, the demonyms' votes, the publisher's country. Out:
for every name a choice with its confidence and runners-up, or none with the reason. Names spelt alike
share one sense; names support each other by country, region and nearness; weak ones are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from workers.pipeline.detect.places_containers import CONTRADICTED, contain, contained, holds
from workers.pipeline.detect.places_match import Name, Sign
from workers.pipeline.detect.places_senses import BIG, Candidate, Refusal, Sense, senses_of
from workers.pipeline.detect.places_votes import Votes, around, score, tally, votes_of
from workers.pipeline.models.gazetteer import Gazetteer, Kind, Toponym

ROUNDS = 2
SURE = 0.4
"""Confidence below which no place is named: which one is then a guess."""
STRANGE = 1.5
"""What speaks against a small place out of its country."""
AFAR, NEAR = 9.0, 0.2
"""What speaks against a quarter that lies far from all else, and how much must be said for its surroundings."""
FOREIGN = 4.0
"""The same in a note whose brackets name the divisions of another country."""
_LANDS = frozenset({"PCLI", "ADM1", "RGN", "CONT", "SEA", "STM", "OCN", "MTS", "ISLS", "PEN"})


def resolve(names: Sequence[Name], gazetteer: Gazetteer, votes: Mapping[str, float]) -> list[Sense]:
    """Decides all names. ``votes`` are the countries' supports from outside: demonyms, publisher."""
    senses = senses_of(names, gazetteer)
    contain(senses, names)
    count = tally(senses, votes)
    for _ in range(ROUNDS):
        score(senses, count)
        count = tally(senses, votes)
    for sense in senses:
        _decide(sense, count)
    return senses


def _decide(sense: Sense, tally: Votes) -> None:
    best = max(sense.candidates, key=lambda c: c.score)
    evidence = _evidence(sense, best) - _strangeness(sense, best, tally) - _cut(sense, best) - _afar(sense, best, tally)
    sense.confidence = 1.0 / (1.0 + math.exp(-evidence)) * best.share
    if evidence < 0 or sense.confidence < SURE:
        sense.refusal = _reason(sense)
    else:
        sense.chosen = best


def _strangeness(sense: Sense, best: Candidate, tally: Votes) -> float:
    """A small place of a country that nothing else in a document full of places speaks of."""
    place = best.place
    if place.country is None or place.feature in ("PCLI", "PPLC", "ADM1") or place.population > BIG:
        return 0.0
    if tally.noted and place.country not in tally.noted and not sense.containers:
        return FOREIGN
    own = votes_of(sense)
    others = tally.total - own.total
    support = tally.countries.get(place.country, 0.0) - own.countries.get(place.country, 0.0)
    return STRANGE if others >= 2.0 and support < 0.1 * others else 0.0


def _afar(sense: Sense, best: Candidate, tally: Votes) -> float:
    """A part of a town lies near another name of the document; a town far from all of them is its namesake, unless it
    is so big that it has quarters itself ("a quarter of Khartoum")."""
    if best.place.population > BIG:
        return 0.0
    part = any(name.type and name.type.label == "quarter" for name in sense.names)
    return AFAR if part and around(best.place, votes_of(sense), tally) < NEAR else 0.0


def _cut(sense: Sense, best: Candidate) -> float:
    """A small place before an unknown capitalised word is likelier the first half of another name; the more so where
    only another spelling of it is half of that ("Ceel" of "Ceel Jaale", for Eyl)."""
    if best.place.population > BIG or best.place.feature in _LANDS or Kind.HAND in best.kind:
        return 0.0
    weight = 1.5 if Kind.MAIN in best.kind else 4.0
    return weight * sum(1 for name in sense.names if name.signs & Sign.HEAD) / len(sense.names)


def _holding(sense: Sense, place: Toponym) -> bool:
    """Does it hold what the text says it does?"""
    return any(holds(place, max(inner.candidates, key=lambda c: c.score).place) for inner in sense.holds)


def _evidence(sense: Sense, best: Candidate) -> float:
    """For and against being a place at all, in nats."""
    place = best.place
    score = -0.5 + 0.35 * min(best.score, 9.0)
    if place.feature == "PCLI":
        score += 2.0
    if Kind.HAND in best.kind:
        score += 1.0
    signs = [name.signs for name in sense.names]
    if any(s & Sign.LOCATED and not s & Sign.PERSON for s in signs):
        score += 1.6
    if any(name.type for name in sense.names):
        score += 1.0
    lies = contained(place, sense)
    if lies > 0 or _holding(sense, place):
        score += 2.5
    if lies == CONTRADICTED:
        score -= 5.0
    count = len(signs)
    seen = reduce(or_, signs)
    for sign, weight in _SIGNS.items():
        if not seen & sign or (sign == Sign.ARTICLE and place.feature in _LANDS):
            continue
        score += weight * (sum(1 for s in signs if s & sign) / count)
    clipped = sum(1 for s in signs if s & Sign.SCRIPT and s & Sign.INFLECTED) / count
    return score - clipped


_SIGNS = {
    Sign.RECOGNISED: 1.5,
    Sign.ANOTHER: -3.0,
    Sign.PERSON: -4.0,
    Sign.ORGANISATION: -1.5,
    Sign.PRESS: -4.0,
    Sign.TITLE: -1.2,
    Sign.HEAD: -1.0,
    Sign.TAIL: -1.8,
    Sign.COMMON: -3.0,
    Sign.INFLECTED: -1.0,
    Sign.DECLINED: -0.3,
    Sign.ARTICLE: -2.5,
    Sign.LOWER: -2.0,
    Sign.OPENING: -0.7,
    Sign.CASELESS: -0.7,
    Sign.SCRIPT: -1.5,
}


def _reason(sense: Sense) -> Refusal:
    signs = 0
    for name in sense.names:
        signs |= name.signs
    if signs & Sign.PERSON:
        return Refusal.PERSON
    if signs & Sign.ANOTHER:
        return Refusal.ANOTHER
    if signs & Sign.ORGANISATION:
        return Refusal.ORGANISATION
    return Refusal.WORD if signs & (Sign.COMMON | Sign.LOWER) else Refusal.WEAK
