"""A clash as UCDP GED's 49 columns; only clashes with at least one death belong there."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Any

from workers.pipeline.export.regions import REGION_OF, UCDP_REGION
from workers.pipeline.export.subject import CIVILIANS, STATE, Atlas, Party, Subject, best, claims_in_words, parties
from workers.pipeline.models import Precision, Stance, Status

_COLUMNS = """
    id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name
    dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b
    number_of_sources source_article source_office source_date source_headline source_original where_prec
    where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id
    region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best
    high low gwnoa gwnob
"""
COLUMNS = tuple(_COLUMNS.split())
_WHERE = {Precision.EXACT: 1, Precision.NEAR: 2, Precision.DISTRICT: 3, Precision.ADMIN1: 4, Precision.COUNTRY: 6}
_LOSS = "injured, stances and disputes have no column; UCDP's own conflict, dyad and country numbers are not given"


def row(subject: Subject, atlas: Atlas) -> Mapping[str, Any] | None:
    """``None`` when no figure gives a death. An open end leaves ``high`` at the best estimate."""
    clash, place = subject.clash, subject.clash.place
    number = best(clash.killed)
    if clash.killed is None or not number:
        return None
    one, two = parties(subject, atlas)
    dead = _deaths(subject, one, two, number)
    country = place.country if place else None
    kind = _violence(subject, one, two)
    known: dict[str, Any] = {
        "id": clash.id,
        "relid": clash.situation or "",
        "year": subject.start.year,
        "active_year": 0,
        "code_status": "Clear" if clash.status is Status.UNCONTESTED else "Check deaths",
        "type_of_violence": kind,
        "conflict_name": f"{one.name} - {two.name}" if two.name else one.name,
        "dyad_name": f"{one.name} - {two.name}" if two.name else one.name,
        "side_a": one.name,
        "side_b": two.name,
        "number_of_sources": len(clash.origins),
        "source_article": "; ".join((subject.origin(), *subject.links, f"left out: {_LOSS}")),
        "source_office": subject.outlets,
        "source_date": clash.first_reported.date().isoformat(),
        "source_headline": subject.filings[0].title if subject.filings else "",
        "source_original": claims_in_words(subject),
        "where_prec": _WHERE[place.precision] if place else 7,
        "where_coordinates": place.name if place else "",
        "where_description": f"within {place.radius_km:.0f} km" if place else "no report says where",
        "adm_1": (place.admin1 if place else None) or "",
        "adm_2": (place.admin2 if place else None) or "",
        "country": atlas.countries.get(country or "", country or ""),
        "region": UCDP_REGION.get(REGION_OF.get(country or "", ""), ""),
        "event_clarity": 1 if subject.start == subject.end else 2,
        "date_prec": _date_precision(subject),
        "date_start": subject.start.isoformat(),
        "date_end": subject.end.isoformat(),
        **dead,
        "best": number,
        "high": max(number, clash.killed.high or 0),
        "low": clash.killed.low,
    }
    if place:
        known |= {"latitude": place.lat, "longitude": place.lon, "geom_wkt": f"POINT ({place.lon} {place.lat})"}
        known["priogrid_gid"] = priogrid(place.lat, place.lon)
    return {name: known.get(name, "") for name in COLUMNS}


def priogrid(lat: float, lon: float) -> int:
    """The PRIO-GRID cell (half a degree) that holds a point: rows from the south pole, 720 to a row, from 1."""
    row_of, column = min(floor((lat + 90) * 2), 359), min(floor((lon + 180) * 2), 719)
    return row_of * 720 + column + 1


def _violence(subject: Subject, one: Party, two: Party) -> int:
    """1 state-based, 2 non-state, 3 one-sided."""
    if CIVILIANS in (one.code, two.code) or (subject.clash.civilian_targeting and not two.name):
        return 3
    return 1 if STATE in (one.code, two.code) else 2


def _date_precision(subject: Subject) -> int:
    if subject.clash.start is None:
        return 5
    days = (subject.end - subject.start).days
    return 1 if days == 0 else 2 if days < 7 else 3 if days < 28 else 4


def _deaths(subject: Subject, one: Party, two: Party, number: int) -> dict[str, int]:
    """Split by whom the lowest asserted figures tell of; what they do not tell is unknown."""
    told: dict[str, int] = {}
    for entry in subject.clash.ledger:
        claim = entry.claim
        if claim.about == "killed" and claim.stance is Stance.ASSERTS and claim.low is not None and claim.whom:
            told[claim.whom] = min(claim.low, told.get(claim.whom, claim.low))
    first = sum(low for whom, low in told.items() if whom in one.ids)
    second = sum(low for whom, low in told.items() if whom in two.ids and whom not in one.ids)
    civilians = told.get("civilians", 0)
    if first + second + civilians > number:
        first = second = civilians = 0
    rest = number - first - second - civilians
    return {"deaths_a": first, "deaths_b": second, "deaths_civilians": civilians, "deaths_unknown": rest}
