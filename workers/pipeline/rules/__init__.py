"""A revision of a clash in; the alerts that rules fire for it, and every rule's reason, out.

Three promises: a clash is told once per rule and again only when something material changes (the keys of
earlier alerts decide, so a restart or a re-run tells nothing twice); a region fails closed, so that a clash
whose place nobody gave reaches no region's watchers (worldmonitor #5359 sent Sudan to a Baltic user); and it
does not vanish either: it becomes one alert of the pseudo-rule ``unlocated``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from workers.pipeline.condition import Facts, compiled, facts_of
from workers.pipeline.models import Alert, AlertKind, Change, Reason, Revision, Rule, Verdict
from workers.pipeline.regions import Fit
from workers.pipeline.rules.gates import refusal
from workers.pipeline.rules.quiet import Quiet, covers, hush
from workers.pipeline.rules.watch import Evaluation, Watch, names

__all__ = ["UNLOCATED", "Evaluation", "Quiet", "Watch", "covers", "evaluate", "hush", "kind_of", "told_keys"]

UNLOCATED = "unlocated"
"""The pseudo-rule and pseudo-region of clashes that would have been told had their place been known."""

_KINDS: tuple[tuple[AlertKind, frozenset[Change]], ...] = (
    (AlertKind.RETRACTION, frozenset({Change.RETRACTED})),
    (AlertKind.CORRECTION, frozenset({Change.CORRECTED, Change.DENIED, Change.SPLIT})),
    (AlertKind.ESCALATION, frozenset({Change.ESCALATED})),
    (AlertKind.UPDATE, frozenset(Change) - {Change.CLOSED, Change.NEW}),
    (AlertKind.RESOLUTION, frozenset({Change.CLOSED})),
)
"""A revision with several changes is told as the first of these."""

Answer = tuple[Reason, str]


@dataclass(frozen=True)
class _Moment:
    """One evaluation's circumstances, fixed for all its rules."""

    revision: Revision
    watch: Watch
    fits: dict[str, Fit] | None
    """``None`` when nobody gave a place."""
    told: frozenset[str]
    now: datetime
    primed: bool

    @cached_property
    def facts(self) -> Facts:
        """For the few rules that ask by expression: made once, and only if one does."""
        return facts_of(self.revision.clash, self.now)


def evaluate(revision: Revision, watch: Watch, told: frozenset[str], now: datetime, primed: bool = False) -> Evaluation:
    """Hold one revision against every rule.

    ``told`` holds the keys of this clash's earlier alerts (see ``told_keys``); ``primed`` says that a feed's
    first fetch brought it, which is recorded and not told. Alert keys depend on rule, clash and revision only.
    """
    place = revision.clash.place
    fits = watch.regions.fits(place, revision.clash.kinds) if place else None
    moment = _Moment(revision, watch, fits, told, now, primed)
    followed = {watch.order[rule] for rule in _rules_of(told, revision.clash.id) if rule in watch.order}
    meeting = sorted((watch.near(fits) | followed) if fits is not None else range(len(watch.rules)))
    verdicts, alerts = list(watch.elsewhere), []
    for at in meeting:
        rule = watch.rules[at]
        kind, (reason, detail) = _judge(rule, moment)
        verdicts[at] = Verdict(rule.id, reason, detail)
        if reason is Reason.FIRED:
            alerts.append(_alert(rule, kind, moment))
    lost = _unlocated([verdicts[at] for at in meeting], moment)
    return Evaluation((*alerts, *lost), tuple(verdicts))


def told_keys(alerts: Iterable[Alert]) -> frozenset[str]:
    """What ``evaluate`` needs to know of a clash's earlier alerts.

    An alert of a clash that was merged into this one comes with this one's id and its own key. It says that
    the rule told of the incident, but nothing about this clash's revisions, which are numbered anew.
    """
    return frozenset(key for alert in alerts for key in _said_by(alert))


def _said_by(alert: Alert) -> tuple[str, ...]:
    first, own = _key(alert.rule, alert.clash, "new"), _key(alert.rule, alert.clash, alert.revision)
    return (first, own) if alert.key in {first, own} else (first,)


def kind_of(changes: Iterable[Change]) -> AlertKind | None:
    """How a material change is told to those who know of the clash; ``None``: not at all."""
    made = frozenset(changes)
    return next((kind for kind, causes in _KINDS if made & causes), None)


def _judge(rule: Rule, moment: _Moment) -> tuple[AlertKind, Answer]:
    clash = moment.revision.clash
    if _key(rule.id, clash.id, "new") not in moment.told:
        return AlertKind.NEW, _first(rule, moment)
    kind = kind_of(moment.revision.changes)
    if kind is None:
        return AlertKind.UPDATE, (Reason.KIND, "nothing that is told changed")
    if _key(rule.id, clash.id, moment.revision.number) in moment.told:
        return kind, (Reason.ALREADY_TOLD, f"revision {moment.revision.number} was told")
    return _further(rule, kind, moment)


def _first(rule: Rule, moment: _Moment) -> Answer:
    """Whether a rule that never told of this clash tells it now."""
    if refused := refusal(rule, moment.revision.clash):
        return refused
    if AlertKind.NEW not in rule.on:
        return Reason.KIND, "the rule does not tell new clashes"
    if rule.when and (refused_by := compiled(rule.when).refusal(moment.facts)):
        return Reason.CONDITION, refused_by
    # Where comes last: what fails only there is worth the unlocated branch.
    return (
        _place(rule, moment)
        or _too_late(rule, moment)
        or _occasion(rule, moment)
        or (Reason.FIRED, _where(rule, moment))
    )


def _further(rule: Rule, kind: AlertKind, moment: _Moment) -> tuple[AlertKind, Answer]:
    """Whether those who were told hear of this revision. They hear that a clash lies elsewhere after all, too."""
    changes = moment.revision.changes
    left = _place(rule, moment) if moment.fits is not None else None
    if left and kind in {AlertKind.UPDATE, AlertKind.ESCALATION}:
        if Change.PLACE not in changes:
            return kind, left
        kind = AlertKind.CORRECTION
    if kind not in rule.on:
        return kind, (Reason.KIND, f"the rule does not tell a {kind}")
    return kind, _occasion(rule, moment) or (Reason.FIRED, f"{kind}: {', '.join(changes)}")


def _place(rule: Rule, moment: _Moment) -> Answer | None:
    """Fails closed: only a known place that fits well enough passes."""
    if moment.fits is None:
        return Reason.UNLOCATED, "no report says where"
    best = max((moment.fits.get(region, Fit.OUTSIDE) for region in rule.regions), default=Fit.OUTSIDE)
    place = moment.revision.clash.place
    if best is Fit.VAGUE and place:
        return Reason.UNLOCATED, f"known only as somewhere in {place.name}, of which {names(rule)} is a part"
    if best < (Fit.INSIDE if rule.within == "inside" else Fit.TOUCH) and place:
        reaches = "only touches" if best is Fit.TOUCH else "lies outside"
        return Reason.OUTSIDE_REGION, f"{place.name} (within {place.radius_km:g} km) {reaches} {names(rule)}"
    return None


def _too_late(rule: Rule, moment: _Moment) -> Answer | None:
    """A first message about an old incident is no news. A correction of what was told is, however old it is."""
    end, earliest = moment.revision.clash.end, moment.now - rule.max_age
    if end is None or end >= earliest.date():
        return None
    return Reason.STALE, f"happened {end}, longer than {_hours(rule)} ago"


def _occasion(rule: Rule, moment: _Moment) -> Answer | None:
    """What keeps a rule that applies from sending: an old article, a feed's first fetch, the rule's own trial."""
    last = moment.revision.clash.last_reported
    if last < moment.now - rule.max_age:
        return Reason.STALE, f"last reported {last:%Y-%m-%d %H:%M}, longer than {_hours(rule)} ago"
    if moment.primed:
        return Reason.PRIMING, "from a feed's first fetch"
    if rule.status == "experimental":
        return Reason.EXPERIMENTAL, f"would have been told: {_where(rule, moment)}"
    return None


def _hours(rule: Rule) -> str:
    return f"{rule.max_age.total_seconds() / 3600:g} h"


def _unlocated(verdicts: Sequence[Verdict], moment: _Moment) -> list[Alert]:
    """One alert for a clash that some rule would have told if only its place were known, or known better."""
    watch = moment.watch
    wanting = [watch.rules[watch.order[v.rule]] for v in verdicts if v.reason is Reason.UNLOCATED]
    if any(verdict.reason is Reason.FIRED for verdict in verdicts):
        return []
    wanting = [rule for rule in wanting if not (_too_late(rule, moment) or _occasion(rule, moment))]
    key = _key(UNLOCATED, moment.revision.clash.id, "new")
    if not wanting or key in moment.told:
        return []
    rule = Rule(UNLOCATED, "Violence whose place is not known", (UNLOCATED,), severity=wanting[0].severity)
    return [_alert(rule, AlertKind.NEW, moment)]


def _alert(rule: Rule, kind: AlertKind, moment: _Moment) -> Alert:
    clash, number = moment.revision.clash, moment.revision.number
    return Alert(
        key=_key(rule.id, clash.id, "new" if kind is AlertKind.NEW else number),
        rule=rule.id,
        clash=clash.id,
        revision=number,
        kind=kind,
        severity=_severity(rule, moment),
        reason=_where(rule, moment),
        changes=moment.revision.changes,
        labels=_labels(rule, kind, moment),
        annotations={**rule.annotations, **_explanation(rule, moment)},
        at=moment.now,
    )


def _severity(rule: Rule, moment: _Moment) -> str:
    """The rule's own, or what the clash's development raises it to."""
    raised = (severity for severity, when in rule.raises if not compiled(when).refusal(moment.facts))
    return next(raised, rule.severity)


def _explanation(rule: Rule, moment: _Moment) -> dict[str, str]:
    """The reason in parts, for messages in any language."""
    if rule.id == UNLOCATED:
        return {"rule_name": rule.name, "fit": UNLOCATED}
    region = _region(rule, moment)
    fit = (moment.fits or {}).get(region, Fit.OUTSIDE)
    known = {"fit": fit.name.lower()} if moment.fits is not None and fit is not Fit.VAGUE else {}
    return {"rule_name": rule.name, "region_title": moment.watch.title(region), **known}


def _labels(rule: Rule, kind: AlertKind, moment: _Moment) -> dict[str, str]:
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


def _region(rule: Rule, moment: _Moment) -> str:
    """The rule's region that the clash fits best, the first of equals."""
    fits = moment.fits or {}
    return max(rule.regions, key=lambda region: fits.get(region, Fit.OUTSIDE))


def _where(rule: Rule, moment: _Moment) -> str:
    place = moment.revision.clash.place
    if place is None or moment.fits is None:
        return "no report says where"
    if rule.id == UNLOCATED:
        return f"known only as somewhere in {place.name}"
    region = _region(rule, moment)
    lies = _LIES[moment.fits.get(region, Fit.OUTSIDE)]
    return f"{place.name} (within {place.radius_km:g} km) {lies} {moment.watch.title(region)}"


_LIES = {Fit.INSIDE: "lies in", Fit.TOUCH: "may reach into", Fit.VAGUE: "may lie in", Fit.OUTSIDE: "lies outside"}


def _key(rule: str, clash: str, which: str | int) -> str:
    return f"{rule}:{clash}:{which}"


def _rules_of(told: frozenset[str], clash: str) -> set[str]:
    """The rules that told of this clash before."""
    return {key.split(":")[0] for key in told if key.split(":")[1] == clash}
