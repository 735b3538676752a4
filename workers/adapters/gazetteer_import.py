"""Reads GeoNames dumps, so that an operator can have every name that GeoNames knows.

In: ``allCountries.txt`` or country files, and optionally ``alternateNamesV2.txt`` (tab-separated, as
GeoNames publishes them). Out: a gazetteer folder that ``gazetteer.load`` prefers to the usual one.
Compiling holds all places in memory, afterwards none of them: the usual 288,000 took 0.6 GB, a million more with two
million alternate names 1.3 GB and 65 s of CPU on top (measured), so the whole of GeoNames wants some 16 GB.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from workers.adapters import gazetteer, gazetteer_build, gazetteer_sources
from workers.adapters.gazetteer_sources import Draft
from workers.pipeline.models.gazetteer import Kind

_CODES = "AIRB AIRF AIRP BDG CH CMPRF DAM FT HSP INSM MILB MN MNA NVB OILF OILR PAL PRN PRNJ PS PSH PSN PSTB RSTN SQR"
_SITES = frozenset(_CODES.split())
"""Class S worth having: what fighting is reported at. The rest are hotels, schools, farms."""
_RADIUS = {"P": None, "A": 30.0, "H": 10.0, "L": 15.0, "T": 5.0, "V": 5.0, "R": 10.0, "S": 2.0}
_NOT_NAMES = frozenset(("link", "wkdt", "post", "iata", "icao", "faac", "tcid", "unlc", "abbr", "phon"))


def compile_dumps(dumps: Iterable[Path], names: Path | None, classes: str) -> Path:
    """Builds the gazetteer of the dumps together with the usual sources. Returns its folder.

    Raises ``ValueError`` naming file and line on anything that is no GeoNames dump.
    """
    files = sorted(dumps)
    cities = gazetteer_sources.settlements()
    usual = [*gazetteer_sources.countries(), *gazetteer_build.areas(cities), *cities]
    known = {draft.geonameid: draft for draft in usual if draft.geonameid}
    for draft in (draft for path in files for draft in read_dump(path, classes)):
        assert draft.geonameid is not None
        if draft.geonameid in known:
            _join(known[draft.geonameid], draft)
        else:
            known[draft.geonameid] = draft
            usual.append(draft)
    for geonameid, name in read_names(names) if names else ():
        if geonameid in known:
            known[geonameid].add(name, Kind(0))
    merged = gazetteer_build.merged(usual, gazetteer_sources.written())
    digest = hashlib.sha256(repr([(path.name, path.stat().st_size) for path in files]).encode()).hexdigest()[:8]
    target = gazetteer.FOLDER / f"{gazetteer.IMPORTED}{digest}"
    gazetteer_build.build(target, merged, {"version": target.name, "stamp": gazetteer.stamp()})
    return target


def read_dump(path: Path, classes: str) -> Iterator[Draft]:
    """The places of one dump that are of the feature classes, S restricted to bases, bridges and the like."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != 19:
                raise ValueError(f"{path}, line {number}: {len(cells)} columns, a GeoNames dump has 19")
            kind, code = cells[6], cells[7]
            wanted = (kind in classes and kind != "S") or code in _SITES
            if wanted and code not in ("PPLH", "PPLQ", "PPLW", "ADM1H", "ADM2H", "PCLH"):
                yield _draft(cells)


def _draft(cells: list[str]) -> Draft:
    kind, code, country = cells[6], cells[7], cells[8]
    region = f"{country}.{cells[10]}" if cells[10] and cells[10] != "00" else None
    draft = Draft(cells[1], float(cells[4]), float(cells[5]), code or "PPL", country or None, int(cells[14] or 0))
    draft.radius, draft.geonameid, draft.region = _RADIUS.get(kind), int(cells[0]), region
    draft.district = f"{region}.{cells[11]}" if region and cells[11] else None
    for name in (cells[1], cells[2]):
        draft.add(name, Kind.MAIN)
    for name in filter(None, cells[3].split(",")):
        draft.add(name, Kind(0))
    return draft


def _join(known: Draft, again: Draft) -> None:
    """The dump is newer: its point and people, everybody's names."""
    if known.feature not in ("PCLI", "ADM1"):
        known.lat, known.lon = again.lat, again.lon
    known.population = again.population or known.population
    for name, kind in again.names.items():
        known.add(name, kind)


def read_names(path: Path) -> Iterator[tuple[int, str]]:
    """(geonameid, name) of every name in ``alternateNamesV2.txt`` that is a name, old ones left out."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            cells = line.rstrip("\n").split("\t")
            if len(cells) < 8:
                raise ValueError(f"{path}, line {number}: {len(cells)} columns, alternateNamesV2 has 8 or more")
            historic = cells[7] == "1"
            if cells[2] not in _NOT_NAMES and not historic:
                yield int(cells[1]), cells[3]
