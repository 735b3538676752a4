"""How far around a filing others must be loaded to place it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from workers.pipeline.cluster.card import Card, card
from workers.pipeline.cluster.geo import FAR_KM
from workers.pipeline.models import Filing


@dataclass(frozen=True, slots=True)
class Reach:
    """Filings that may tell the same incident: their days meet ``first``..``last`` (a day of slack is included), and
    they lie within ``km`` of the point, or in ``country`` when they or this one name no town.

    Without a point (``lat`` is ``None``) every filing of those days is within reach.
    """

    first: date
    last: date
    lat: float | None
    lon: float | None
    km: float
    country: str | None


def reach(filing: Filing | Card) -> Reach:
    """The neighbourhood to load for a filing."""
    one = card(filing) if isinstance(filing, Filing) else filing
    place = one.place
    first = date.fromordinal(one.first) - timedelta(days=1)
    last = date.fromordinal(one.last) + timedelta(days=1)
    if place is None:
        return Reach(first, last, None, None, 0.0, None)
    return Reach(first, last, place.lat, place.lon, FAR_KM + place.radius_km, place.country)
