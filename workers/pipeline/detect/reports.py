"""An incident as the output contract says it (interfaces.md, ``clashwatch detect``).

In: a ``Reading``, its incidents, the threshold. Out: reports, in order of the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from workers.pipeline.detect import claims, tolls
from workers.pipeline.detect.assemble import Incident
from workers.pipeline.detect.attribution import speaker
from workers.pipeline.detect.belongings import clauses_of, figures_of
from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.lexicon import TRIGGERS
from workers.pipeline.detect.people import Kind
from workers.pipeline.detect.reading import Reading
from workers.pipeline.detect.realis import OLD
from workers.pipeline.detect.scenes import NEWS
from workers.pipeline.detect.status import status
from workers.pipeline.detect.tellings import lead
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import (
    ACLED_EVENT_OF,
    VIOLENT,
    VIOLENT_WHEN_DEADLY,
    Claim,
    DatePrecision,
    Realis,
    Report,
    Side,
    Span,
    Status,
)

EVIDENCE = 8
"""Sentences and contributions shown at most."""
_SINCE = frozenset({"report", "casualty"})
"""What is said, and who died since, is of its own day."""
VOID = frozenset({Status.DENIED, Status.RETRACTED})
WEAPONS = {
    "air": "aircraft",
    "shell": "artillery",
    "ied": "explosive device",
    "suicide": "suicide vest",
    "grenade": "grenade",
    "chem": "chemical agent",
}


def reports(reading: Reading, incidents: Sequence[Incident], threshold: float) -> tuple[Report, ...]:
    """One report per incident."""
    owned = zip(figures_of(reading, incidents), clauses_of(reading, incidents), _foreign(incidents), strict=True)
    return tuple(
        _report(reading, incident, Owned(*own), threshold) for incident, own in zip(incidents, owned, strict=True)
    )


class Owned(NamedTuple):
    """What belongs to one incident: its tolls, and the clauses that may claim something of it; and what does not."""

    figures: Sequence[Figure]
    clauses: Sequence[Span]
    foreign: frozenset[int]
    """Sentences that tell of an incident in another country."""


def _foreign(incidents: Sequence[Incident]) -> Iterator[frozenset[int]]:
    """For each incident the sentences that tell of another country's."""
    countries = [place.country if (place := incident.place) else None for incident in incidents]
    told = [frozenset(t.scene.sentence.index for t in incident.tellings) for incident in incidents]
    for here in countries:
        others = (own for own, there in zip(told, countries, strict=True) if here and there not in (here, None))
        yield frozenset().union(*others)


def _report(reading: Reading, incident: Incident, owned: Owned, threshold: float) -> Report:
    kind, figures = incident.best.kind.sub_event, owned.figures
    accounts = [_account(reading, figure) for figure in figures]
    confidence = round(incident.confidence, 3)
    standing = status(reading, incident)
    start, end, precision = dates(reading, incident)
    killed, injured, missing, captured = (
        tolls.count(figures, state, accounts) for state in ("killed", "injured", "missing", "captured")
    )
    found_sides = _sides(reading, incident, owned.foreign)
    report = Report(
        event_type=ACLED_EVENT_OF[kind],
        sub_event_type=kind,
        realis=incident.realis,
        status=standing,
        alertable=False,
        confidence=confidence,
        place=incident.place,
        start=start,
        end=end,
        date_precision=precision,
        sides=found_sides,
        civilian_targeting=_civilian(kind, found_sides, figures),
        killed=killed,
        injured=injured,
        missing=missing,
        captured=captured,
        claims=_claims(reading, owned),
        weapons=tuple(
            dict.fromkeys(
                WEAPONS[tag.category] for t in incident.tellings for tag in t.scene.triggers if tag.category in WEAPONS
            )
        ),
        evidence=tuple(dict.fromkeys(t.scene.sentence.span for t in incident.tellings))[:EVIDENCE],
        why=why(reading, incident),
    )
    return replace(report, alertable=alertable(report, threshold))


def alertable(report: Report, threshold: float) -> bool:
    """The default gate: violence told as news, by nobody taken back, and sure enough."""
    deadly = report.killed is not None and report.killed.low > 0
    kind = report.sub_event_type
    violent = kind in VIOLENT or (kind in VIOLENT_WHEN_DEADLY and deadly)
    return violent and report.realis in NEWS and report.status not in VOID and report.confidence >= threshold


def _account(reading: Reading, figure: Figure) -> str | None:
    said = speaker(reading.said, figure.words[0])
    return said.claimant.text.casefold() if said else None


def _sides(reading: Reading, incident: Incident, foreign: frozenset[int]) -> tuple[Side, ...]:
    """Trigger clauses first, then their sentences; the lead speaks for what is told in it."""
    if reading.debate is None:
        return ()
    ordered = sorted(incident.tellings, key=lambda t: (not t.lead, -t.score.confidence))
    clauses = [reading.text.clause_at(reading.text.starts[t.kind.trigger.first]) for t in ordered]
    ranges = [(c.first, c.last) for c in clauses] + [(t.scene.sentence.first, t.scene.sentence.last) for t in ordered]
    if any(t.lead for t in incident.tellings):
        leading = reading.text.sentences[: lead(reading.text) + 1]
        ranges += [(s.first, s.last) for s in leading if s.index not in foreign]
    return reading.debate.sides(ranges, foreign)


def _claims(reading: Reading, owned: Owned) -> tuple[Claim, ...]:
    source = claims.Source(reading.text, reading.marks, reading.parties, reading.said)
    return claims.find(source, owned.figures, reading.counted, owned.clauses)


def _civilian(kind: str, found: Sequence[Side], figures: Sequence[Figure]) -> bool:
    """Were civilians the target? Attacks on civilians by definition; else when they are target or all the victims."""
    if ACLED_EVENT_OF[kind] == "Violence against civilians":
        return True
    if ACLED_EVENT_OF[kind] != "Explosions/Remote violence":
        return False
    if any(side.role == "target" and actor.id for side in found for actor in side.actors):
        return False
    harmed = [figure.kind for figure in figures if figure.low]
    return bool(harmed) and all(kind in (Kind.CIVILIAN, Kind.PERSON) for kind in harmed)


def dates(reading: Reading, incident: Incident) -> tuple[date | None, date | None, DatePrecision]:
    """The incident's own days, up to publication if it goes on since then; told as news without a day, the lead's first
    recent day that is not one of saying or dying since, else that of publication: what goes on goes on then, what
    happened may have been the day before."""
    moment = incident.moment
    if moment and moment.start and moment.end and moment.precision is not DatePrecision.UNKNOWN:
        goes_on = moment.since and incident.realis in NEWS and reading.published
        return moment.start, reading.published if goes_on else moment.end, moment.precision
    begins = reading.text.sentences[lead(reading.text)].last if reading.text.sentences else 0
    days = [m for m in reading.moments if m.first < begins and m.precision is DatePrecision.DAY and _fresh(m)]
    recent = [m for m in days if not _told_since(reading, m)]
    if incident.realis in NEWS and recent:
        return recent[0].start, recent[0].end, recent[0].precision
    if incident.realis is Realis.ONGOING and reading.published:
        return reading.published, reading.published, DatePrecision.DAY
    if incident.realis in NEWS and reading.published:
        return reading.published - timedelta(days=1), reading.published, DatePrecision.WEEK
    return None, None, DatePrecision.UNKNOWN


def _told_since(reading: Reading, moment: Moment) -> bool:
    """ "So the ministry said on Monday. Two of the wounded died on Sunday.": does its sentence only tell of later?"""
    sentence = reading.text.sentence_at(reading.text.starts[moment.first])
    told = {tag.category for tag in reading.tags if sentence.first <= tag.first < sentence.last}
    return bool(told & _SINCE) and told.isdisjoint(TRIGGERS)


def _fresh(moment: Moment) -> bool:
    return moment.age is not None and 0 <= moment.age <= OLD


def why(reading: Reading, incident: Incident) -> tuple[tuple[str, str, float], ...]:
    """What decided: the trigger, the realis and its cue, the largest contributions."""
    best = incident.best
    text, stand = reading.text, best.scene.stand
    trigger = best.kind.trigger
    lines = [("trigger", text.quote(text.span(trigger.first, trigger.last)), best.score.confidence)]
    if stand.cue or stand.cause != "told as news":
        lines.append(("realis", f"{stand.cause}: {text.quote(stand.cue) if stand.cue else ''}".rstrip(": "), 0.0))
    lines += [("feature", name, part) for name, part in best.score.contributions]
    return tuple((kind, said, round(part, 2)) for kind, said, part in lines[:EVIDENCE])
