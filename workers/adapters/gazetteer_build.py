"""Compiles the gazetteer: drafts of all sources in, one folder of memory-mappable files out.

``names.marisa`` maps folded names to (row, kind), ``rows.bin`` holds rows of fixed length in order of
prominence, ``labels.bin`` their names, ``meta.json`` the tables. The folder is written beside its
final place and renamed, so that readers see all of it or none.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import struct
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import marisa_trie

from workers.adapters import gazetteer_sources as sources
from workers.adapters.gazetteer_sources import Draft, Region
from workers.pipeline.detect.places_names import key as fold
from workers.pipeline.detect.places_names import stems
from workers.pipeline.models.gazetteer import Kind

ROW = struct.Struct("<IffIf2s6sHiiIH")
"""geonameid, lat, lon, population, radius, country, claimants, feature, region, district, label offset, length."""
NAME = ">IB"
"""Row and kind; big-endian so that the trie answers the most prominent first."""
SAME_KM = 25.0
DISTRICT_KM = 25.0
"""Radius of a district of which only the seat is known."""
LOCAL_KM = 30.0
"""What reaches farther may lie in several regions, and is given none."""
_ACRONYM = re.compile(r"[A-Z]{2,4}")
_ODD = re.compile(r"\d|https?:|[/@;:=+*]")


_HAND, _MAIN = Kind.HAND.value, Kind.MAIN.value
key = lru_cache(maxsize=1 << 19)(fold.__wrapped__)
"""Every spelling is folded three times here; this remembers the usual sources', and of a whole GeoNames enough."""


def build(target: Path, drafts: Iterable[Draft], meta: dict[str, object]) -> int:
    """Writes the folder ``target`` and returns the number of rows. ``meta`` is stored as given."""
    rows = sorted(drafts, key=_prominence)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=".building-"))
    try:
        _write(scratch, rows, meta)
        scratch.chmod(0o755)
        if target.exists():
            os.replace(target, scratch.with_suffix(".old"))
        os.replace(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(scratch.with_suffix(".old"), ignore_errors=True)
    return len(rows)


def drafts() -> list[Draft]:
    """All places of all sources, each once."""
    cities, written = sources.settlements(), list(sources.written())
    return merged([*sources.countries(), *areas(cities, written), *cities], written)


def areas(cities: list[Draft], written: Iterable[Draft] = ()) -> list[Draft]:
    """Regions in the middle of their settlements. Tells each settlement its district on the way.

    A district without any known settlement lies where a place of its name does, else somewhere in its admin-1.
    """
    found, member = sources.regions()
    points: dict[int, list[Draft]] = defaultdict(list)
    for city in cities:
        for line in member.get(city.geonameid or 0, ()):
            points[line].append(city)
            region = found[line]
            if region.level == 2:
                city.district = region.code
    peopled = [_area(region, points[line]) for line, region in enumerate(found) if points.get(line)]
    whole = {draft.region: draft for draft in peopled if draft.feature == "ADM1"}
    seats = _by_name([*cities, *written])
    empty = [r for line, r in enumerate(found) if line not in points and r.level > 1 and r.admin1 in whole]
    return [*peopled, *(_unpeopled(region, whole[region.admin1], seats) for region in empty)]


def _by_name(places: Iterable[Draft]) -> dict[tuple[str | None, str], list[Draft]]:
    bearing: dict[tuple[str | None, str], list[Draft]] = defaultdict(list)
    for place in places:
        if place.feature.startswith("PPL"):
            for name, kind in place.names.items():
                if Kind.MAIN in kind:
                    bearing[place.country, key(name)].append(place)
    return bearing


def _unpeopled(region: Region, whole: Draft, seats: dict[tuple[str | None, str], list[Draft]]) -> Draft:
    """A district of which no settlement is known, around the seat that shares its name."""
    here = whole.lat, whole.lon
    alike = [seat for name in (region.name, *region.aliases) for seat in seats.get((whole.country, key(name)), ())]
    inside = [seat for seat in alike if distance((seat.lat, seat.lon), here) <= 1.5 * whole.reach]
    seat = min(inside, key=lambda d: distance((d.lat, d.lon), here), default=None)
    at, radius = ((seat.lat, seat.lon), DISTRICT_KM) if seat else (here, whole.reach)
    return _drawn(region, at, radius, 0)


def _area(region: Region, inside: list[Draft]) -> Draft:
    lat, lon, radius = sources.middle([(city.lat, city.lon) for city in inside])
    return _drawn(region, (lat, lon), radius, sum(city.population for city in inside))


def _drawn(region: Region, at: tuple[float, float], radius: float, people: int) -> Draft:
    country = region.code.split(".")[0]
    draft = Draft(region.name, *at, f"ADM{region.level}", country, people, radius, region.geonameid)
    draft.region = region.admin1
    draft.district = region.code if region.level == 2 else None
    for name in (region.name, *region.aliases):
        draft.add(name, Kind.MAIN)
    return draft


def merged(known: list[Draft], written: Iterable[Draft]) -> list[Draft]:
    """Adds the hand-written places: to the row of the same place where there is one."""
    written = list(written)
    wanted = {key(name) for place in written for name in place.names}
    bearing: dict[tuple[str | None, str], list[Draft]] = defaultdict(list)
    for draft in known:
        for folded in wanted.intersection(map(key, draft.names)):
            bearing[draft.country, folded].append(draft)
    capital = {draft.region: draft for draft in known if draft.feature == "ADM1"}
    nearby = _Nearest(known)
    for place in written:
        twin = _twin(place, bearing, capital)
        if twin is None:
            if place.country and (place.radius or 0) <= LOCAL_KM:
                nearest = nearby.settlement(place)
                place.region = place.region or (nearest.region if nearest else None)
                place.district = nearest.district if nearest else None
            known.append(place)
            continue
        twin.lat, twin.lon, twin.radius = place.lat, place.lon, place.radius or twin.radius
        twin.claimed, twin.name = place.claimed or twin.claimed, place.name
        for name, kind in place.names.items():
            twin.add(name, kind)
    return known


def _twin(
    place: Draft, bearing: dict[tuple[str | None, str], list[Draft]], capital: dict[str | None, Draft]
) -> Draft | None:
    coded = capital.get(place.region) if place.feature == "ADM1" else None
    if coded and distance((coded.lat, coded.lon), (place.lat, place.lon)) <= 2 * (place.radius or 100) + 50:
        return coded
    spelt = [draft for name in place.names for draft in bearing.get((place.country, key(name)), ())]
    reach = 2 * (place.radius or 50) + 50 if place.feature.startswith("ADM") else SAME_KM
    alike = [
        d for d in spelt if _class(d) == _class(place) and distance((d.lat, d.lon), (place.lat, place.lon)) <= reach
    ]
    return min(alike, key=lambda d: distance((d.lat, d.lon), (place.lat, place.lon)), default=None)


def _class(draft: Draft) -> str:
    """Places of different classes are never one: a city and the province named after it."""
    return (
        draft.feature if draft.feature.startswith(("ADM", "PCL")) else "PPL" if draft.feature.startswith("PPL") else "-"
    )


class _Nearest:
    """Settlements by degree square, for the region of a place that GeoNames lacks."""

    def __init__(self, known: list[Draft]) -> None:
        self._squares: dict[tuple[str | None, int, int], list[Draft]] = defaultdict(list)
        for draft in known:
            if draft.feature.startswith("PPL"):
                self._squares[draft.country, int(draft.lat), int(draft.lon)].append(draft)

    def settlement(self, place: Draft) -> Draft | None:
        """The nearest settlement of the country within some 200 km."""
        spot = place.lat, place.lon
        around = [
            draft
            for lat in range(int(place.lat) - 2, int(place.lat) + 3)
            for lon in range(int(place.lon) - 2, int(place.lon) + 3)
            for draft in self._squares.get((place.country, lat, lon), ())
        ]
        return min(around, key=lambda d: distance((d.lat, d.lon), spot), default=None)


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle kilometres between two (latitude, longitude) in degrees."""
    lat1, lat2 = math.radians(a[0]), math.radians(b[0])
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 12742.0 * math.asin(math.sqrt(min(1.0, half)))


def _prominence(draft: Draft) -> tuple[int, int, int]:
    rank = 0 if draft.feature == "PCLI" else 1 if draft.feature == "ADM1" else 2
    return rank, -draft.population, draft.geonameid or 0


def usable(name: str, kind: Kind, stopped: frozenset[str]) -> bool:
    """May this spelling be found in a text? Codes, addresses, romanisations without a capital and
    stop words may not; hand-written ones always may."""
    # Plain integers: membership in a Flag costs more here than everything else together.
    bits: int = kind.value
    if bits & _HAND:
        return True
    folded = key(name)
    if not folded or len(folded) > 60 or folded in stopped or _ODD.search(name):
        return False
    if name.isascii() or name[0] < "\u0250":
        short = len(folded) < (3 if bits & _MAIN else 4)
        return not short and name != name.lower() and not (_ACRONYM.fullmatch(name) and not bits & _MAIN)
    return len(folded) >= 2


def _write(folder: Path, rows: list[Draft], meta: dict[str, object]) -> None:
    stopped = sources.stopped() | sources.nouns_of_kind()
    regions = {draft.region: i for i, draft in enumerate(rows) if draft.feature == "ADM1" and draft.region}
    districts = {draft.district: i for i, draft in enumerate(rows) if draft.feature == "ADM2" and draft.district}
    features: dict[str, int] = {}
    codes = sorted(code for code in regions if code)
    packed, labels = bytearray(), bytearray()
    for draft in rows:
        label = draft.name.encode()
        packed += ROW.pack(
            draft.geonameid or 0,
            draft.lat,
            draft.lon,
            draft.population,
            draft.reach,
            (draft.country or "").encode(),
            "".join(draft.claimed).encode(),
            features.setdefault(draft.feature, len(features)),
            regions.get(draft.region or "", -1),
            districts.get(draft.district or "", -1),
            len(labels),
            len(label),
        )
        labels += label
    trie = marisa_trie.RecordTrie(NAME, _spellings(rows, stopped))
    trie.save(str(folder / "names.marisa"))
    (folder / "rows.bin").write_bytes(packed)
    (folder / "labels.bin").write_bytes(labels)
    meta = meta | {
        "features": list(features),
        "rows": len(rows),
        "names": len(trie),
        "codes": {regions[c]: c for c in codes},
    }
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), "utf-8")


def _spellings(rows: Iterable[Draft], stopped: frozenset[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Every name with its row and kind. A row at a time: of all names of GeoNames a table would take 10 GB."""
    for row, draft in enumerate(rows):
        names = _spelt(draft, stopped)
        _stem(names)
        for folded, kind in names.items():
            yield folded, (row, int(kind))


def _spelt(draft: Draft, stopped: frozenset[str]) -> dict[str, Kind]:
    names: dict[str, Kind] = {}
    for name, kind in draft.names.items():
        if usable(name, kind, stopped):
            folded = key(name)
            if folded not in names and _ACRONYM.fullmatch(name):
                kind |= Kind.CAPITALS
            names[folded] = names[folded] | kind if folded in names else kind
    return names


def _stem(names: dict[str, Kind]) -> None:
    """Adds Cyrillic names without their endings, where that is no name of the row itself."""
    for folded, kind in list(names.items()):
        stemmed = stems(folded)
        if len(stemmed) >= 4 and stemmed not in names:
            names[stemmed] = kind | Kind.STEM
