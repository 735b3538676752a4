"""Which names say where others lie: "Rawa, Iraq", "Mbau in North Kivu", "Bogoro village (Irumu, Ituri)".

In: the senses of a document and its names in order. Out: what holds each sense, and how much that speaks for
and against its candidates. A chain holds as a whole: what lies in Irumu lies in Ituri.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from workers.pipeline.detect.distance import kilometres
from workers.pipeline.detect.places_match import Name, Sign
from workers.pipeline.detect.places_senses import BIG, Sense
from workers.pipeline.models.gazetteer import Toponym

HOLDERS = frozenset({"PCLI", "ADM1", "ADM2"})
_WIDE = frozenset({"PCLI", "ADM1", "CONT"})
INSIDE, FURTHER = 6.0, 2.0
"""What lying inside one area named speaks for a candidate, and inside each further one."""
CONTRADICTED, OUTSIDE, APART = -10.0, -1.0, -4.0
"""What speaks against one outside of what stands in brackets, after a comma, and of the town it is a quarter of."""
RATHER = 4.0
"""What a chain in brackets speaks for the kind of place that it leads one to expect."""
ALIAS_KM = 60.0
"""A name in brackets that is this near may be another name of the same place."""


def contain(senses: Sequence[Sense], names: Sequence[Name]) -> None:
    """Tells each sense what the names right after it say that it lies in."""
    of = {id(name): sense for sense in senses for name in sense.names}
    whole = [name for name in names if not _half(name)]
    for name, after in reversed(list(pairwise(whole))):
        inner, outer = of[id(name)], of[id(after)]
        inner.bracketed |= bool(after.signs & Sign.BRACKETED)
        inner.within_area |= bool(after.signs & Sign.AFTER_COMMA) and _area(outer)
        inner.within_area |= bool(after.signs & Sign.HOLDS) and _division(after)
        quarter = name.type is not None and name.type.last == after.first
        linked = quarter or after.signs & (Sign.AFTER_COMMA | Sign.HOLDS)
        if linked and inner is not outer and not _listed(inner, outer):
            _put(inner, outer)
            inner.quarter |= quarter


def _half(name: Name) -> bool:
    """ "Woldiya (North Wello, Amhara)": is it the known half of an area's unknown name?"""
    return bool(name.signs & Sign.HEAD and name.signs & (Sign.AFTER_COMMA | Sign.BRACKETED))


def _area(outer: Sense) -> bool:
    """ "Damari, Birnin Gwari LGA", "Mangusu, Irumu, Ituri": is it plainly a division?"""
    called = any(map(_division, outer.names))
    return called or any(holds(container, _likeliest(outer)) for group in outer.containers for container in group)


def _division(name: Name) -> bool:
    """ "In Shinkafi local government area": is it called one?"""
    return name.type is not None and name.type.label in ("region", "district")


def _put(inner: Sense, outer: Sense) -> None:
    """Puts one sense into another, and into what holds that for certain."""
    best = _likeliest(outer)
    inner.containers.append([c.place for c in outer.candidates if c.place.feature in HOLDERS or c.place is best])
    for group in outer.containers:
        if inner.bracketed or any(holds(container, best) for container in group):
            inner.containers.append(group)
    outer.holds.append(inner)


def _listed(inner: Sense, outer: Sense) -> bool:
    """ "Idaho, Maine, Montana", "Arizona in Tucson": equals in a list, and lesser places, hold nothing."""
    small, large = _likeliest(inner).feature, _likeliest(outer).feature
    return small in _WIDE and (large == small or (large.startswith("PPL") and not outer.containers))


def _likeliest(sense: Sense) -> Toponym:
    return max(sense.candidates, key=lambda c: c.prior).place


def contained(place: Toponym, sense: Sense) -> float:
    """For a candidate inside what the text says holds it; against one that is not, where that is an area."""
    inside = sum(any(holds(container, place) for container in group) for group in sense.containers)
    if inside:
        return INSIDE + FURTHER * (inside - 1)
    if sense.quarter:
        return APART
    areas = [container for group in sense.containers for container in group]
    if not any(container.feature in HOLDERS for container in areas):
        return 0.0
    certain = sense.bracketed or (sense.within_area and place.population < BIG)
    if certain and not any(kilometres(area, place) < _reach(area, place) for area in areas):
        return CONTRADICTED
    return OUTSIDE if place.feature not in HOLDERS and place.population < BIG else 0.0


def _reach(area: Toponym, place: Toponym) -> float:
    """How far from the middle of an area a place may lie that is said to lie inside: of its borders no more is known
    than a radius, and the region of a hand-written place is its nearest town's."""
    if area.feature == "PCLI":
        return ALIAS_KM
    return max(ALIAS_KM, area.radius + (ALIAS_KM if place.geonameid is None else 0.0))


def fitting(place: Toponym, sense: Sense) -> float:
    """What brackets say of a candidate: "X (Kramatorskyi, Donetsk)" names divisions, each in the next; the X before
    them is a settlement where one is called so."""
    score = 0.0
    if sense.bracketed and place.feature == "ADM2" and not any(name.type for name in sense.names):
        villages = [c for c in sense.candidates if c.place.feature.startswith("PPL")]
        score -= RATHER if any(village.place.country == place.country for village in villages) else 0.0
    if all(name.signs & Sign.BRACKETED for name in sense.names):
        score += RATHER if any(holds(place, _likeliest(inner)) for inner in sense.holds) else 0.0
    return score


def holds(container: Toponym, place: Toponym) -> bool:
    """Does a place lie in an area, or is it a part or suburb of a town?"""
    if container.row == place.row:
        return False
    if container.feature == "PCLI":
        return place.country == container.country
    if container.row in (place.region, place.district):
        return True
    if container.feature.startswith("PPL"):
        return abs(container.lat - place.lat) < 0.3 and abs(container.lon - place.lon) < 0.4
    return container.feature not in HOLDERS and kilometres(container, place) <= container.radius
