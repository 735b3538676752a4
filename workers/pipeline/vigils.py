"""What was heard of a subject over weeks in; whether a vigil's question is answered by yes out, and what is told then.

Silence is a signal only where talk is usual: a region that is written about once a week is not silent after a day.
What is told says how many feeds answer, too: a silence of ours is not a silence of theirs. Each episode is told once,
and its end: the keys depend on the vigil, its subject and the episode's beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from workers.pipeline.models import Absence, Activity, Alert, AlertKind, Vigil

HISTORY = timedelta(days=28)
"""How far back what is usual is learnt."""
_FEWEST = 6
"""Moments from which a usual gap can be told."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a vigil looks at: a region, a family, or a situation in a region. ``moments`` ascend.

    ``label`` names the alert's label, ``name`` its value, ``title`` what people call it.
    """

    label: str
    name: str
    title: str
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Feeds:
    """How many feeds are polled, and of how many no news is being missed."""

    polled: int
    healthy: int


@dataclass(frozen=True, slots=True)
class Finding:
    """``firing`` or not; ``since`` is when the episode began. ``told`` are the values that a message is worded from."""

    firing: bool
    since: datetime
    notice: str
    told: dict[str, str]


def find(vigil: Vigil, subject: Subject, now: datetime) -> Finding | None:
    """``None``: too little was ever heard of the subject to say."""
    if vigil.absence:
        return _absent(vigil.absence, subject, now)
    return _active(vigil.activity, subject, now) if vigil.activity else None


def _absent(asked: Absence, subject: Subject, now: datetime) -> Finding | None:
    known = [moment for moment in subject.moments if now - HISTORY <= moment <= now]
    if len(known) < _FEWEST:
        return None
    usual = timedelta(seconds=median((later - earlier).total_seconds() for earlier, later in pairwise(known)))
    quiet = now - known[-1]
    firing = quiet > asked.longer_than and quiet > usual * asked.usual_gaps
    told = {"since": known[-1].isoformat(), "usual_minutes": f"{usual.total_seconds() / 60:.0f}"}
    return Finding(firing, known[-1], "absence", told)


def _active(asked: Activity, subject: Subject, now: datetime) -> Finding:
    recent = [moment for moment in subject.moments if now - asked.within < moment <= now]
    earlier = [moment for moment in subject.moments if now - HISTORY <= moment <= now - asked.within]
    usual = len(earlier) * (asked.within / (HISTORY - asked.within))
    firing = len(recent) >= asked.clashes and (asked.rise is None or len(recent) >= asked.rise * usual)
    hours = asked.within.total_seconds() / 3600
    told = {"count": str(len(recent)), "hours": f"{hours:g}", "usual": f"{usual:.1f}"}
    return Finding(firing, recent[0] if recent else now, "activity", told)


def state(vigil: Vigil, subject: Subject, now: datetime) -> str:
    """``firing``, ``quiet``, or ``unknown`` where too little was ever heard."""
    finding = find(vigil, subject, now)
    return "unknown" if finding is None else "firing" if finding.firing else "quiet"


def explain(vigil: Vigil, subject: Subject, now: datetime) -> str:
    """Each gate with its value, whatever came of it."""
    finding = find(vigil, subject, now)
    if finding is None:
        heard = sum(now - HISTORY <= moment <= now for moment in subject.moments)
        return f"heard {heard} times in {HISTORY.days} days, {_FEWEST} wanted to know what is usual"
    if asked := vigil.absence:
        usual = timedelta(minutes=float(finding.told["usual_minutes"])) * asked.usual_gaps
        return (
            f"nothing for {_hours(now - finding.since)}, more than {_hours(asked.longer_than)} wanted and more than "
            f"{_hours(usual)} ({asked.usual_gaps:g} times the usual gap of {finding.told['usual_minutes']} min)"
        )
    rise = f", usually {finding.told['usual']}" if vigil.activity else ""
    if vigil.activity and vigil.activity.rise:
        rise += f" and {vigil.activity.rise:g} times that wanted"
    wanted = f"{vigil.activity.clashes} wanted" if vigil.activity else ""
    return f"{finding.told['count']} within {finding.told['hours']} h, {wanted}{rise}"


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.3g} h"


def tell(vigil: Vigil, subject: Subject, finding: Finding, last: Alert | None, feeds: Feeds) -> Alert | None:
    """What is to be told of a finding, given the last that was told of the subject; ``None``: nothing new."""
    open_ = last is not None and last.kind is not AlertKind.RESOLUTION
    if finding.firing == open_:
        return None
    if open_ and last is not None:
        return _alert(vigil, subject, finding, (f"{last.key}:over", AlertKind.RESOLUTION), feeds)
    key = f"{vigil.id}:{subject.name}:{finding.since.isoformat()}"
    return _alert(vigil, subject, finding, (key, AlertKind.NEW), feeds)


def _alert(vigil: Vigil, subject: Subject, finding: Finding, what: tuple[str, AlertKind], feeds: Feeds) -> Alert:
    key, kind = what
    about = {"rule": vigil.id, subject.label: subject.name, "severity": vigil.severity, "kind": str(kind)}
    told = finding.told | {"notice": finding.notice, "rule_name": vigil.name, "subject": subject.title}
    counted = {"feeds": str(feeds.polled), "healthy": str(feeds.healthy)}
    return Alert(
        key=key,
        rule=vigil.id,
        clash="",
        revision=0,
        kind=kind,
        severity=vigil.severity,
        reason=", ".join(f"{name} {value}" for name, value in finding.told.items()),
        changes=(),
        labels={**vigil.labels, **about, "subject": f"{vigil.id}:{subject.name}"},
        annotations={**vigil.annotations, **told, **counted},
        at=finding.since,
    )


def notice(name: str, key: str, at: datetime, feeds: Feeds, **told: str) -> Alert:
    """What the service says of itself: ``watchdog`` (it watches), ``nothing`` (a digest without an incident)."""
    counted = {"feeds": str(feeds.polled), "healthy": str(feeds.healthy)}
    labels = {"rule": name, "severity": "info", "kind": str(AlertKind.NEW), "subject": name}
    annotations = {"notice": name, **counted, **told}
    return Alert(key, name, "", 0, AlertKind.NEW, "info", name, (), labels, annotations, at)


def subjects_by_situation(subject: Subject, situations: Sequence[tuple[str, datetime]]) -> list[Subject]:
    """Of a region's clashes, as (situation, when), one subject for each situation."""
    grouped: dict[str, list[datetime]] = {}
    for situation, at in sorted(situations, key=lambda one: one[1]):
        grouped.setdefault(situation, []).append(at)
    return [Subject("situation", name, f"{subject.title}, {name}", tuple(at)) for name, at in grouped.items()]
