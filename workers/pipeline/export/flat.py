"""A clash as one flat row, as a GeoJSON feature, or whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.pipeline.export.subject import Atlas, Subject, claims_in_words, parties
from workers.pipeline.models import Count
from workers.pipeline.wire import encode

_COLUMNS = """
    id revision situation state status event_type sub_event_type start end place country admin1 latitude
    longitude precision radius_km side_a side_b civilian_targeting killed_low killed_best killed_high
    injured_low injured_best injured_high confidence origins outlets languages first_reported last_reported
    claims links loss
"""
COLUMNS = tuple(_COLUMNS.split())
_LOSS = "quotes, spans, revisions and the history of claims: see jsonl"


def row(subject: Subject, atlas: Atlas) -> Mapping[str, Any]:
    """One line of a table; several values in a cell are separated by semicolons."""
    clash, place = subject.clash, subject.clash.place
    one, two = parties(subject, atlas)
    known = {
        "id": clash.id,
        "revision": clash.revision,
        "situation": clash.situation,
        "state": clash.state.value,
        "status": clash.status.value,
        "event_type": clash.event_type,
        "sub_event_type": clash.sub_event_type,
        "start": clash.start.isoformat() if clash.start else None,
        "end": clash.end.isoformat() if clash.end else None,
        "place": place.name if place else None,
        "country": place.country if place else None,
        "admin1": place.admin1 if place else None,
        "latitude": place.lat if place else None,
        "longitude": place.lon if place else None,
        "precision": place.precision.value if place else None,
        "radius_km": place.radius_km if place else None,
        "side_a": one.name,
        "side_b": two.name,
        "civilian_targeting": clash.civilian_targeting,
        **_numbers("killed", clash.killed),
        **_numbers("injured", clash.injured),
        "confidence": clash.confidence,
        "origins": "; ".join(clash.origins),
        "outlets": subject.outlets,
        "languages": "; ".join(clash.languages),
        "first_reported": clash.first_reported.isoformat(),
        "last_reported": clash.last_reported.isoformat(),
        "claims": claims_in_words(subject),
        "links": "; ".join(subject.links),
        "loss": _LOSS,
    }
    return {name: known[name] for name in COLUMNS}


def _numbers(name: str, count: Count | None) -> dict[str, int | None]:
    low, best, high = (count.low, count.best, count.high) if count else (None, None, None)
    return {f"{name}_low": low, f"{name}_best": best, f"{name}_high": high}


def feature(subject: Subject, atlas: Atlas) -> Mapping[str, Any]:
    """A GeoJSON feature (RFC 7946); a clash without a place has no geometry, never an invented point."""
    place = subject.clash.place
    point = {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None
    return {"type": "Feature", "id": subject.clash.id, "geometry": point, "properties": row(subject, atlas)}


def everything(subject: Subject, _: Atlas) -> Mapping[str, Any]:
    """The clash, its filings and its revisions as the store keeps them; nothing is lost."""
    filings = [encode(filing) for filing in subject.filings]
    whole = {**encode(subject.clash), "reports": filings, "revisions": list(subject.revisions)}
    return {**whole, "provenance": subject.origin(), "loss": ""}
