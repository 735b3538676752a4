"""A rule that fires in; its alert out, with the labels that routes match on and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from workers.pipeline.condition import Facts, compiled, facts_of
from workers.pipeline.models import Alert, AlertKind, Revision, Rule
from workers.pipeline.regions import Fit
from workers.pipeline.rules.watch import Known, Watch

UNLOCATED = "unlocated"
"""The pseudo-rule and pseudo-region of clashes that would have been told had their place been known."""


@dataclass(frozen=True)
class Moment:
    """One evaluation's circumstances, fixed for all its rules."""

    revision: Revision
    watch: Watch
    fits: dict[str, Fit] | None
    """``None`` when nobody gave a place."""
    known: Known
    now: datetime

    @cached_property
    def facts(self) -> Facts:
        """For the few rules that ask by expression: made once, and only if one does."""
        return facts_of(self.revision.clash, self.now)


def alert_of(rule: Rule, kind: AlertKind, moment: Moment) -> Alert:
    clash, number = moment.revision.clash, moment.revision.number
    return Alert(
        key=key_of(rule.id, clash.id, "new" if kind is AlertKind.NEW else number),
        rule=rule.id,
        clash=clash.id,
        revision=number,
        kind=kind,
        severity=_severity(rule, moment),
        reason=where(rule, moment),
        changes=moment.revision.changes,
        labels=_labels(rule, kind, moment),
        annotations={**rule.annotations, **_explanation(rule, moment)},
        at=moment.now,
    )


def _severity(rule: Rule, moment: Moment) -> str:
    """The rule's own, or what the clash's development raises it to."""
    raised = (severity for severity, when in rule.raises if not compiled(when).refusal(moment.facts))
    return next(raised, rule.severity)


def _explanation(rule: Rule, moment: Moment) -> dict[str, str]:
    """The reason in parts, for messages in any language."""
    if rule.id == UNLOCATED:
        return {"rule_name": rule.name, "fit": UNLOCATED}
    region = _region(rule, moment)
    fit = (moment.fits or {}).get(region, Fit.OUTSIDE)
    known = {"fit": fit.name.lower()} if moment.fits is not None and fit is not Fit.VAGUE else {}
    return {"rule_name": rule.name, "region_title": moment.watch.title(region), **known}


def _labels(rule: Rule, kind: AlertKind, moment: Moment) -> dict[str, str]:
    """What routes match on. An unknown value is an absent label, which Alertmanager's grammar reads as empty."""
    clash = moment.revision.clash
    place = clash.place
    province = f"{place.country}.{place.admin1_code}" if place and place.country and place.admin1_code else None
    labels = {
        "rule": rule.id,
        "region": UNLOCATED if rule.id == UNLOCATED else _region(rule, moment),
        "country": place.country if place else None,
        "admin1": province,
        "event_type": clash.event_type,
        "sub_event_type": clash.sub_event_type,
        "severity": _severity(rule, moment),
        "status": str(clash.status),
        "clash": clash.id,
        "kind": str(kind),
        "situation": clash.situation,
    }
    return {**rule.labels, **{name: value for name, value in labels.items() if value}}


def _region(rule: Rule, moment: Moment) -> str:
    """The rule's region that the clash fits best, the first of equals."""
    fits = moment.fits or {}
    return max(rule.regions, key=lambda region: fits.get(region, Fit.OUTSIDE))


def where(rule: Rule, moment: Moment) -> str:
    place = moment.revision.clash.place
    if place is None or moment.fits is None:
        return "no report says where"
    if rule.id == UNLOCATED:
        return f"known only as somewhere in {place.name}"
    region = _region(rule, moment)
    lies = _LIES[moment.fits.get(region, Fit.OUTSIDE)]
    return f"{place.name} (within {place.radius_km:g} km) {lies} {moment.watch.title(region)}"


_LIES = {Fit.INSIDE: "lies in", Fit.TOUCH: "may reach into", Fit.VAGUE: "may lie in", Fit.OUTSIDE: "lies outside"}


def key_of(rule: str, clash: str, which: str | int) -> str:
    return f"{rule}:{clash}:{which}"
