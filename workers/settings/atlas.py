"""What a configuration names on the map, held against the gazetteer: a place by name or number, provinces, districts.

What detection places things by must know them too: a province that it does not know would match nothing, for ever and
in silence. Nothing is guessed: a name that several places bear is refused, with what to write instead of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from workers.adapters import gazetteer
from workers.adapters.gazetteer import MappedGazetteer
from workers.pipeline.detect.places_names import key
from workers.pipeline.models.gazetteer import Kind, Toponym
from workers.pipeline.regions import folded
from workers.settings.areas import RegionEntry, Spots
from workers.settings.problems import Problem
from workers.settings.source import Source

_SHOWN = 8
_TELLS = "`clashwatch gazetteer lookup NAME` tells what there is"


class NotOnTheMapError(ValueError):
    """No such place, or several; the text says what to write instead."""


def located(entries: Mapping[str, RegionEntry], where: Mapping[str, Source], problems: list[Problem]) -> Spots:
    """The middles of circles that name a place. ``where`` says which file each region stands in.

    What is not on the map is added to ``problems``; where nothing is named there is no gazetteer to load.
    """
    spots: dict[str | int, tuple[float, float]] = {}
    for name, entry in entries.items():
        for at, circle in enumerate(entry.around):
            if circle.place is not None:
                try:
                    spots[circle.place] = spot(gazetteer.load(), circle.place)
                except NotOnTheMapError as error:
                    problems.append(where[name].problem((name, "around", at, "place"), str(error)))
        for field, codes, fault_of in (
            ("admin1", entry.admin1, province_fault),
            ("admin2", entry.admin2, district_fault),
        ):
            found = ((at, fault_of(gazetteer.load(), code)) for at, code in enumerate(codes))
            problems += [where[name].problem((name, field, at), fault) for at, fault in found if fault]
    return spots


def spot(known: MappedGazetteer, place: str | int) -> tuple[float, float]:
    """(lat, lon) of a place: GeoNames' number, or a name, perhaps with what it lies in: ``Goma, CD``."""
    found = _numbered(known, int(place)) if str(place).isdecimal() else _named(known, str(place))
    return found.lat, found.lon


def _numbered(known: MappedGazetteer, number: int) -> Toponym:
    if (found := known.numbered(number)) is None:
        raise NotOnTheMapError(f"the gazetteer has no place of the number {number}; {_TELLS}")
    return found


def _named(known: MappedGazetteer, name: str) -> Toponym:
    first, *around = (part.strip() for part in name.split(","))
    bear = _settlements_first(known, first)
    found = [one for one in bear if all(_lies_in(known, one, part) for part in around)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotOnTheMapError(f"{len(found)} places are called '{name}': write {_one_of(known, found)}")
    if bear:
        raise NotOnTheMapError(f"no '{first}' lies in {', '.join(around)}: write {_one_of(known, bear)}")
    raise NotOnTheMapError(f"the gazetteer has no place called '{first}'{_alike(known, first)}; {_TELLS}")


def _settlements_first(known: MappedGazetteer, name: str) -> list[Toponym]:
    """The places of which this is the name, not just one of its spellings. A circle is no province."""
    rows = [known.toponym(row) for row, kind in known.named(key(name)) if kind & Kind.MAIN]
    points = [one for one in rows if not one.feature.startswith(("ADM", "PCL"))]
    return [one for one in points if one.feature.startswith("PPL")] or points


def _lies_in(known: MappedGazetteer, one: Toponym, part: str) -> bool:
    """In the country of this code, or in the country, province or district of this name."""
    if part.upper() == one.country:
        return True
    around = [known.toponym(row) for row, _ in known.named(key(part))]
    countries = {other.country for other in around if other.feature.startswith("PCL")}
    return one.country in countries or not {one.region, one.district}.isdisjoint(other.row for other in around)


def _one_of(known: MappedGazetteer, found: list[Toponym]) -> str:
    rest = f", or another of {len(found)}" if len(found) > _SHOWN else ""
    return " or ".join(_written(known, one) for one in found[:_SHOWN]) + rest


def _written(known: MappedGazetteer, one: Toponym) -> str:
    """How to name it without a doubt."""
    province = known.toponym(one.region).name if one.region is not None else ""
    around = ", ".join(part for part in (province, one.country) if part)
    return f"{one.geonameid} ({one.name}, {around})" if one.geonameid else f"'{one.name}, {around}'"


def _alike(known: MappedGazetteer, name: str) -> str:
    """A slip of the pen leaves the beginning right, as a rule."""
    wanted = key(name)
    near = get_close_matches(wanted, known.keys(wanted[: max(2, len(wanted) // 2)])) if wanted else []
    meant = [one.name for name in near for one in _settlements_first(known, name)]
    return f"; did you mean '{meant[0]}'?" if meant else ""


def province_fault(known: MappedGazetteer, code: str) -> str | None:
    """What is wrong with ``CC.code``."""
    if code in known.provinces:
        return None
    country, _, written = code.partition(".")
    there = {own: name for own, name in known.provinces.items() if own.startswith(f"{country}.")}
    listed = [f"{own} ({name})" for own, name in sorted(there.items())]
    meant = _nearest(written, there)
    return f"'{code}' is no province the gazetteer knows" + (
        f"; did you mean '{meant}' ({there[meant]})?" if meant else f": {_some(listed)}"
    )


def district_fault(known: MappedGazetteer, code: str) -> str | None:
    """What is wrong with ``CC.code.name``."""
    province, name = ".".join(code.split(".")[:2]), code.split(".", 2)[2]
    if fault := province_fault(known, province):
        return fault
    there = known.districts.get(province, [])
    if folded(name) in {folded(other) for other in there}:
        return None
    meant = _nearest(name, {other: other for other in there})
    hint = f"; did you mean '{province}.{meant}'?" if meant else f": {_some(there)}"
    return f"'{name}' is no district of {known.provinces[province]} that the gazetteer knows{hint}"


def _nearest(written: str, names: dict[str, str]) -> str | None:
    """Whose name is most like what was written, be it without "Province" or "District"."""
    by_key = {form: own for own, name in names.items() for form in (key(name.rpartition(" ")[0]), key(name)) if form}
    near = get_close_matches(key(written), by_key, n=1, cutoff=0.7)
    return by_key[near[0]] if near else None


def _some(listed: Iterable[str]) -> str:
    names = list(listed)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"there are {', '.join(names[:_SHOWN])}{more}; {_TELLS}" if names else f"it knows none there; {_TELLS}"
