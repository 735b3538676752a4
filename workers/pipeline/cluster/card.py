"""A filing in, the few things that linking compares out, computed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workers.pipeline.cluster.filed import filed
from workers.pipeline.cluster.geo import coarse
from workers.pipeline.cluster.kinds import FAMILY, fit
from workers.pipeline.cluster.parties import Camp, camp
from workers.pipeline.models import Count, DatePrecision, Filing, Place, Status

UNDATED_REACH = timedelta(days=3)
"""News without a day happened within these days before it was published (interfaces.md, ``current``)."""


@dataclass(frozen=True, slots=True)
class Card:
    """``first`` and ``last`` are day ordinals (proleptic Gregorian); ``dated`` says that the text gave the day."""

    id: str
    article: str
    root: str
    """The article itself, or the one that it copies."""
    published: datetime
    kind: str
    place: Place | None
    coarse: bool
    first: int
    last: int
    dated: bool
    fresh: bool
    """Dated to the day of publication, which is also what reports without a day are taken for."""
    camp: Camp
    killed: Count | None
    injured: Count | None
    contested: bool
    denial: bool
    """It only denies or takes back."""
    founds: bool
    """May a clash rest on it alone?"""
    answers: str | None = None
    """The filing of the same article that a denial answers."""


def answering(cards: Iterable[Card]) -> list[Card]:
    """The cards in order. What an article denies is what it reports, wherever the denial was spoken."""
    ordered = sorted(cards, key=order)
    told: dict[str, list[Card]] = {}
    for one in ordered:
        if not one.denial:
            told.setdefault(one.article, []).append(one)
    return [_answering(one, told.get(one.article, ())) if one.denial else one for one in ordered]


def echoing(cards: Iterable[Card]) -> frozenset[str]:
    """Reports with neither town nor side nor toll, of a kind that their own article tells of a town."""
    known = list(cards)
    told = {(one.article, FAMILY.get(one.kind)) for one in known if not one.coarse and not one.denial}
    vague = (one for one in known if one.coarse and not one.camp.sides and one.killed is None and one.injured is None)
    return frozenset(one.id for one in vague if (one.article, FAMILY.get(one.kind)) in told)


def _answering(denial: Card, told: Iterable[Card]) -> Card:
    """The denial as the report of its article that it fits best, so that it never bars what that report joins; itself
    when there is none."""
    meant = [one for one in told if one.first <= denial.last + 1 and denial.first <= one.last + 1]
    if not meant:
        return denial
    one = max(meant, key=lambda one: (fit(one.kind, denial.kind), one.id))
    return replace(one, id=denial.id, published=denial.published, denial=True, founds=False, answers=one.id)


def card(filing: Filing) -> Card:
    report, place = filing.report, filing.report.place
    first, last, dated = _days(filing)
    return Card(
        id=filing.id,
        article=filing.article,
        root=filing.copy_of or filing.article,
        published=filing.published,
        kind=report.sub_event_type,
        place=place,
        coarse=coarse(place),
        first=first,
        last=last,
        dated=dated,
        fresh=dated and last == filing.published.date().toordinal(),
        camp=camp(report.sides),
        killed=report.killed,
        injured=report.injured,
        contested=report.status is Status.CONTESTED,
        denial=report.status in (Status.DENIED, Status.RETRACTED),
        founds=filed(report).founds,
    )


def _days(filing: Filing) -> tuple[int, int, bool]:
    """First and last, and whether the text gave a day; days guessed from that of publication reach as far back as news
    does."""
    report, day = filing.report, filing.published.date()
    if report.start is None:
        return (day - UNDATED_REACH).toordinal(), day.toordinal(), False
    first, last = report.start, report.end or report.start
    if report.date_precision is DatePrecision.DAY:
        return first.toordinal(), last.toordinal(), True
    return min(first, last - UNDATED_REACH).toordinal(), last.toordinal(), False


def order(one: Filing | Card) -> tuple[datetime, str]:
    """The one order in which filings are looked at, whatever the order in which they came."""
    return one.published, one.id
