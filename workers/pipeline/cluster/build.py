"""A group of filings in, the clash that they tell out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from workers.pipeline.cluster.agreement import status
from workers.pipeline.cluster.geo import SAME_KM, coarse, distance
from workers.pipeline.cluster.kinds import severity
from workers.pipeline.cluster.parties import Allied, friends
from workers.pipeline.cluster.sources import families, origins
from workers.pipeline.cluster.tolls import count, ledger
from workers.pipeline.models import (
    Actor,
    Clash,
    ClashState,
    DatePrecision,
    Filing,
    Place,
    Precision,
    Side,
)

_EXACTNESS = {precision: rank for rank, precision in enumerate(Precision)}


def build(name: str, filings: Sequence[Filing], why: Sequence[str], allied: Allied) -> Clash:
    """The clash called ``name``, still without life cycle, situation or number. ``filings`` come earliest first."""
    reports = [filing.report for filing in filings]
    leading = max(reports, key=lambda told: (told.alertable, severity(told.sub_event_type), told.confidence))
    start, end = _interval(filings)
    sides, rows = _sides(filings, allied), ledger(filings)
    return Clash(
        id=name,
        filings=tuple(filing.id for filing in filings),
        articles=tuple(dict.fromkeys(filing.article for filing in filings)),
        event_type=leading.event_type,
        sub_event_type=leading.sub_event_type,
        status=status(filings, rows, sides, allied),
        state=ClashState.OPEN,
        confidence=_confidence(filings),
        first_reported=filings[0].published,
        last_reported=filings[-1].published,
        place=place_of(filings),
        start=start,
        end=end,
        sides=sides,
        civilian_targeting=any(report.civilian_targeting for report in reports),
        killed=count(filings, "killed"),
        injured=count(filings, "injured"),
        ledger=rows,
        weapons=tuple(dict.fromkeys(weapon for report in reports for weapon in report.weapons)),
        origins=origins(filings),
        families=families(filings),
        languages=tuple(sorted({filing.language for filing in filings if filing.language})),
        realis=tuple(sorted({report.realis for report in reports})),
        alertable=any(report.alertable for report in reports),
        why=tuple(why),
    )


def place_of(filings: Sequence[Filing]) -> Place | None:
    """A town before a province, the town most name before others, the exact before the near."""
    places = [filing.report.place for filing in filings if filing.report.place is not None]

    def support(place: Place) -> int:
        return sum(not coarse(other) and distance(place, other) <= SAME_KM for other in places)

    return min(
        places,
        key=lambda place: (coarse(place), -support(place), _EXACTNESS[place.precision], place.radius_km),
        default=None,
    )


def exactness(place: Place | None) -> int:
    """0 for an exact place, rising as it blurs."""
    return len(_EXACTNESS) if place is None else _EXACTNESS[place.precision]


def _interval(filings: Sequence[Filing]) -> tuple[date | None, date | None]:
    """The start that most give, days before weeks and months, and the last end of what overlaps it."""
    for exact in (True, False):
        given = [
            (report.start, report.end or report.start)
            for report in (filing.report for filing in filings)
            if report.start is not None and (report.date_precision is DatePrecision.DAY) is exact
        ]
        if given:
            starts = Counter(start for start, _ in given)
            start = min(starts, key=lambda day: (-starts[day], day))
            return start, max(end for first, end in given if first <= start <= end)
    return None, None


def _sides(filings: Sequence[Filing], allied: Allied) -> tuple[Side, ...]:
    """The sides as the report that names them best has them, with what others call the same parties."""
    lead = max(filings, key=lambda filing: _named(filing.report.sides)).report.sides
    merged = [(side.role, list(side.actors)) for side in lead]
    for side in (side for filing in filings for side in filing.report.sides):
        ids = {actor.id for actor in side.actors if actor.id}
        home = next((actors for _, actors in merged if friends(ids, _ids(actors), allied)), None)
        if home is not None:
            home += [actor for actor in side.actors if actor.id and actor.id not in _ids(home)]
    return tuple(Side(role, tuple(actors)) for role, actors in merged)


def _ids(actors: Sequence[Actor]) -> set[str]:
    return {actor.id for actor in actors if actor.id}


def _named(sides: Sequence[Side]) -> tuple[int, int, int]:
    """More sides with known allied, then known attackers, then more sides at all."""
    known = [side for side in sides if any(actor.id for actor in side.actors)]
    return len(known), sum(side.role == "attacker" for side in known), len(sides)


def _confidence(filings: Sequence[Filing]) -> float:
    """One origin's best; independent listed origins add up as independent witnesses do."""
    best: dict[str, float] = {}
    for filing in filings:
        if filing.origin and filing.copy_of is None:
            best[filing.origin] = max(best.get(filing.origin, 0.0), filing.report.confidence)
    doubt = 1.0
    for confidence in best.values():
        doubt *= 1 - confidence
    return round(min(0.999, max(1 - doubt, max(filing.report.confidence for filing in filings))), 3)
