"""Checks the hand-written places: what a writer can get wrong without a map.

In: ``knowledge/places/*.yml`` and the built gazetteer. Out: complaints, one sentence each, naming file
and place. The outline of countries is checked by a test, which has a source for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from workers.adapters.gazetteer_build import SAME_KM, distance
from workers.adapters.gazetteer_sources import KNOWLEDGE, Draft, countries, stopped, surroundings, written_file
from workers.pipeline.detect.places_names import key
from workers.pipeline.models.gazetteer import Kind

_CODES = """
ADM1 ADM2 ADM3 ADMD AIRB AIRF AIRP ANS AREA BANK BAY BDG BLDG CAPE CH CHN CLF CMPRF CMTY CNL CONT CST CSTL
CTRB DAM DSRT FACT FRM FRST FT GASF GRGE GULF HLL HLLS HSP HTL INDS ISL ISLS ISTH LK MILB MILP MKT MN MSQE MT
MTS OAS OCN OILF OILJ OILP OILR PAL PASS PEN PLAT PLN PPL PPLA PPLC PPLQ PPLX PRK PRN PRT PS PSH PSN PSTB RD
RDGE RDJCT RGN RSTN RSTP RSV RVN SCH SEA SHOL SHRN SPNG SQR STDM STM STRT TMPL TOWR UNIV UPLD VAL WAD WELL
"""
FEATURES = frozenset(_CODES.split())
_WIDE = ("ADM", "RGN", "MTS", "STM", "SEA", "OCN", "CONT", "DSRT", "VAL", "PEN", "GULF")


def complaints(folder: Path = KNOWLEDGE / "places") -> Iterator[str]:
    """Everything wrong with the files of a folder. ``ValueError`` and YAML errors become complaints."""
    ordinary = stopped() - _told_apart()
    lands = {key(name) for country in countries() for name in country.names}
    spelt: dict[tuple[str | None, str], list[tuple[str, Draft]]] = defaultdict(list)
    for path in sorted(folder.glob("*.yml")):
        try:
            drafts = list(written_file(path))
        except ValueError as error:
            yield str(error)
            continue
        yield from _file(path, drafts)
        for draft in drafts:
            where = f"{path.name}: {draft.name}"
            yield from (f"{where}: {problem}" for problem in _place(draft, ordinary, lands))
            folded = {key(name) for name in draft.names}
            for name in folded:
                yield from _twins(where, draft, name, spelt[draft.country, name])
            for name in folded:
                spelt[draft.country, name].append((where, draft))


def _told_apart() -> set[str]:
    """Words that a language lists as ordinary: there they count against being a place, elsewhere "Beni" is a town."""
    return {key(word) for sheet in surroundings().cues.values() for word in sheet.get("common", ())}


def _file(path: Path, drafts: list[Draft]) -> Iterator[str]:
    country = drafts[0].country if drafts else None
    if country is not None and not path.stem.startswith(country.lower()):
        yield f"{path.name}: holds places of {country}; name it {country.lower()}.yml or {country.lower()}_part.yml"
    if country is None and not path.stem.startswith("world"):
        yield f"{path.name}: has no country"


def _place(draft: Draft, ordinary: frozenset[str], lands: set[str]) -> Iterator[str]:
    if not (-90 <= draft.lat <= 90 and -180 <= draft.lon <= 180):
        yield f"{draft.lat}, {draft.lon} is nowhere on earth"
    if draft.feature not in FEATURES:
        yield f"unknown feature {draft.feature}"
    if draft.radius is None and draft.feature.startswith(_WIDE):
        yield f"{draft.feature} needs a radius"
    for name, kind in draft.names.items():
        if Kind.HAND in kind and Kind.CODE not in kind and (len(key(name)) < 2 or key(name) in ordinary):
            yield f"{name!r} is an ordinary word or too short"
        if name != draft.name and key(name) in lands:
            yield f"{name!r} is the name of a country"


def _twins(where: str, draft: Draft, name: str, others: list[tuple[str, Draft]]) -> Iterator[str]:
    for other, known in others:
        near = distance((draft.lat, draft.lon), (known.lat, known.lon)) <= SAME_KM
        alike = draft.feature == known.feature or {draft.feature[:3], known.feature[:3]} == {"PPL"}
        if near and alike:
            yield f"{where}: shares {name!r} with {other}"


def wrong_codes(regions: dict[str, Draft]) -> Iterator[str]:
    """Admin-1 codes that name another region. ``regions`` are GeoNames' by code ("IQ.13")."""
    for path in sorted((KNOWLEDGE / "places").glob("*.yml")):
        for draft in written_file(path):
            region = regions.get(draft.region or "")
            if draft.feature != "ADM1" or region is None:
                continue
            away = distance((region.lat, region.lon), (draft.lat, draft.lon))
            if away > 2 * (draft.radius or 100) + 50:
                yield f"{path.name}: {draft.name}: {draft.region} is {region.name}, {away:.0f} km away; leave it out"
