"""Which reports are filed at all, and how far around a filing others must be loaded to place it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workers.pipeline.cluster.card import card
from workers.pipeline.cluster.geo import FAR_KM
from workers.pipeline.models import VIOLENT, VIOLENT_WHEN_DEADLY, Filing, Realis, Report, Status


class Filed(StrEnum):
    """Why a report becomes a filing, or does not."""

    NEWS = "news"
    UPDATE = "update"
    CORRECTION = "correction"
    """It denies or withdraws what others report."""
    WEAK = "weak"
    """Too unsure to alert: it may add to an incident that others report."""
    RECALLED = "recalled"
    NOT_VIOLENT = "not_violent"
    UNLIKELY = "unlikely"

    @property
    def yes(self) -> bool:
        return self in (Filed.NEWS, Filed.UPDATE, Filed.CORRECTION, Filed.WEAK)

    @property
    def founds(self) -> bool:
        """May a clash rest on it alone?"""
        return self in (Filed.NEWS, Filed.UPDATE)


LIKELY = 0.4
"""Confidence below which a report that does not alert is not even filed."""


def filed(report: Report) -> Filed:
    """Does the report tell of an incident as current, update it, or take it back?"""
    if report.sub_event_type not in VIOLENT | VIOLENT_WHEN_DEADLY:
        return Filed.NOT_VIOLENT
    if report.status in (Status.DENIED, Status.RETRACTED):
        return Filed.CORRECTION
    if report.update and report.realis is not Realis.HYPOTHETICAL:
        return Filed.UPDATE
    if report.realis not in (Realis.CURRENT, Realis.ONGOING):
        return Filed.RECALLED
    if report.alertable:
        return Filed.NEWS
    return Filed.WEAK if report.confidence >= LIKELY else Filed.UNLIKELY


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


def reach(filing: Filing) -> Reach:
    """The neighbourhood to load for a filing."""
    one = card(filing)
    place = one.place
    first = date.fromordinal(one.first) - timedelta(days=1)
    last = date.fromordinal(one.last) + timedelta(days=1)
    if place is None:
        return Reach(first, last, None, None, 0.0, None)
    return Reach(first, last, place.lat, place.lon, FAR_KM + place.radius_km, place.country)
