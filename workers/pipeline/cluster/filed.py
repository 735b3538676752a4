"""A report in, whether it is filed at all, and why, out."""

from __future__ import annotations

from enum import StrEnum

from workers.pipeline.models import VIOLENT, VIOLENT_WHEN_DEADLY, Realis, Report, Status


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
