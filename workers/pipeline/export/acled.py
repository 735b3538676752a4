"""A clash as ACLED's 31 columns of 2023 and later (the numbers without a country and the ISO-3 code are gone)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.pipeline.export.regions import REGION_OF
from workers.pipeline.export.subject import Atlas, Subject, claims_in_words, parties
from workers.pipeline.models import Precision

_COLUMNS = """
    event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1
    inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting iso region country admin1 admin2 admin3
    location latitude longitude geo_precision source source_scale notes fatalities tags timestamp
"""
COLUMNS = tuple(_COLUMNS.split())
_GEO = {Precision.EXACT: 1, Precision.NEAR: 2, Precision.DISTRICT: 2, Precision.ADMIN1: 3, Precision.COUNTRY: 3}
"""1 a town, 2 near one or a small part of a region, 3 a larger region, for which a capital stands (ACLED codebook)."""
_DISORDER = {"Protests": "Demonstrations", "Strategic developments": "Strategic developments"}
_LOSS = "injured and disputed figures have no column; fatalities is the lowest that any origin gives, 0 when none does"


def row(subject: Subject, atlas: Atlas) -> Mapping[str, Any]:
    """ACLED asks for the most conservative estimate and for disputes in ``notes``."""
    clash, place = subject.clash, subject.clash.place
    one, two = parties(subject, atlas)
    country = place.country if place else None
    values = (
        clash.id,
        subject.start.isoformat(),
        subject.start.year,
        _time_precision(subject),
        _DISORDER.get(clash.event_type, "Political violence"),
        clash.event_type,
        clash.sub_event_type,
        one.name,
        one.beside,
        one.code,
        two.name,
        two.beside,
        two.code,
        int("".join(str(code) for code in sorted(c for c in (one.code, two.code) if c)).ljust(2, "0")),
        "Civilian targeting" if clash.civilian_targeting else "",
        atlas.numbers.get(country or "", ""),
        REGION_OF.get(country or "", ""),
        atlas.countries.get(country or "", country or ""),
        (place.admin1 if place else None) or "",
        (place.admin2 if place else None) or "",
        "",
        place.name if place else "",
        place.lat if place else "",
        place.lon if place else "",
        _GEO[place.precision] if place else "",
        subject.outlets,
        "International" if len(clash.languages) > 1 else "National",
        _notes(subject),
        clash.killed.low if clash.killed else 0,
        f"status={clash.status}",
        int(clash.last_reported.timestamp()),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _time_precision(subject: Subject) -> int:
    if subject.clash.start is None:
        return 3
    days = (subject.end - subject.start).days
    return 1 if days == 0 else 2 if days <= 7 else 3


def _notes(subject: Subject) -> str:
    claims = claims_in_words(subject)
    parts = [f"{subject.clash.status}.".capitalize(), f"Claims: {claims}." if claims else ""]
    links = " ".join(subject.links)
    return " ".join(part for part in (*parts, f"[{subject.origin()}; {links}; left out: {_LOSS}]") if part)
