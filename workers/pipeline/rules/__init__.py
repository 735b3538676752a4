"""A revision of a clash in; the alerts that rules fire for it, and every rule's reason, out.

Three promises: a clash is told once per rule and again only when something material changes (the keys of
earlier alerts decide, so a restart or a re-run tells nothing twice); a region fails closed, so that a clash
whose place nobody gave reaches no region's watchers (worldmonitor #5359 sent Sudan to a Baltic user); and it
does not vanish either: it becomes one alert of the pseudo-rule ``unlocated``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from workers.pipeline.condition import compiled
from workers.pipeline.models import Alert, AlertKind, Change, Reason, Revision, Rule, Verdict
from workers.pipeline.regions import Fit
from workers.pipeline.rules.firing import UNLOCATED, Moment, alert_of, key_of, where
from workers.pipeline.rules.gates import answers, refusal
from workers.pipeline.rules.quiet import Quiet, covers, hush
from workers.pipeline.rules.watch import Evaluation, Known, Watch, names

__all__ = [
    "UNLOCATED", "Evaluation", "Known", "Quiet", "Watch",
    "covers", "evaluate", "gates", "hush", "kind_of", "told_keys",
]  # fmt: skip

_KINDS: tuple[tuple[AlertKind, frozenset[Change]], ...] = (
    (AlertKind.RETRACTION, frozenset({Change.RETRACTED})),
    (AlertKind.CORRECTION, frozenset({Change.CORRECTED, Change.DENIED, Change.SPLIT})),
    (AlertKind.ESCALATION, frozenset({Change.ESCALATED})),
    (AlertKind.UPDATE, frozenset(Change) - {Change.CLOSED, Change.NEW}),
    (AlertKind.RESOLUTION, frozenset({Change.CLOSED})),
)
"""A revision with several changes is told as the first of these."""

_HOLDING = frozenset({Reason.PENDING, Reason.FIRED, Reason.EXPERIMENTAL})
Answer = tuple[Reason, str]
Answered = tuple[Reason, bool, str]
"""A gate, whether it lets the clash pass, and the value that decided."""


def evaluate(revision: Revision, watch: Watch, known: Known, now: datetime) -> Evaluation:
    """Hold one revision against every rule. Alert keys depend on rule, clash and revision only."""
    place = revision.clash.place
    fits = watch.regions.fits(place, revision.clash.kinds) if place else None
    moment = Moment(revision, watch, fits, known, now)
    followed = {watch.order[rule] for rule in _rules_of(known.told, revision.clash.id) if rule in watch.order}
    meeting = sorted((watch.near(fits) | followed) if fits is not None else range(len(watch.rules)))
    verdicts, alerts = list(watch.elsewhere), []
    for at in (at for at in meeting if not known.again or watch.rules[at].id in known.since):
        rule = watch.rules[at]
        kind, (reason, detail) = _judge(rule, moment)
        verdicts[at] = Verdict(rule.id, reason, detail)
        if reason is Reason.FIRED:
            alerts.append(alert_of(rule, kind, moment))
    lost = _unlocated([verdicts[at] for at in meeting], moment)
    return Evaluation((*alerts, *lost), tuple(verdicts), *_held([verdicts[at] for at in meeting], moment))


def _held(verdicts: Iterable[Verdict], moment: Moment) -> tuple[dict[str, datetime], datetime | None]:
    """Since when the rules' conditions hold that wait or are told now, and when the first has waited long enough."""
    rules = ((moment.watch.rules[moment.watch.order[verdict.rule]], verdict.reason) for verdict in verdicts)
    waits = [(rule, reason) for rule, reason in rules if rule.lasts and reason in _HOLDING]
    since = {rule.id: _since(rule, moment) for rule, _ in waits}
    due = (since[rule.id] + rule.lasts for rule, reason in waits if reason is Reason.PENDING)
    return since, min(due, default=None)


def _since(rule: Rule, moment: Moment) -> datetime:
    return min(moment.known.since.get(rule.id, moment.now), moment.now)


def told_keys(alerts: Iterable[Alert]) -> frozenset[str]:
    """What ``evaluate`` needs to know of a clash's earlier alerts.

    An alert of a clash that was merged into this one comes with this one's id and its own key. It says that
    the rule told of the incident, but nothing about this clash's revisions, which are numbered anew.
    """
    return frozenset(key for alert in alerts for key in _said_by(alert))


def _said_by(alert: Alert) -> tuple[str, ...]:
    first, own = key_of(alert.rule, alert.clash, "new"), key_of(alert.rule, alert.clash, alert.revision)
    return (first, own) if alert.key in {first, own} else (first,)


def kind_of(changes: Iterable[Change]) -> AlertKind | None:
    """How a material change is told to those who know of the clash; ``None``: not at all."""
    made = frozenset(changes)
    return next((kind for kind, causes in _KINDS if made & causes), None)


def _judge(rule: Rule, moment: Moment) -> tuple[AlertKind, Answer]:
    clash = moment.revision.clash
    if key_of(rule.id, clash.id, "new") not in moment.known.told:
        return AlertKind.NEW, _first(rule, moment)
    kind = kind_of(moment.revision.changes)
    if kind is None:
        return AlertKind.UPDATE, (Reason.KIND, "nothing that is told changed")
    if key_of(rule.id, clash.id, moment.revision.number) in moment.known.told:
        return kind, (Reason.ALREADY_TOLD, f"revision {moment.revision.number} was told")
    return _further(rule, kind, moment)


def _first(rule: Rule, moment: Moment) -> Answer:
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
        or _not_to_tell(rule, moment)
        or _waits(rule, moment)
        or _on_trial(rule, moment)
        or (Reason.FIRED, where(rule, moment))
    )


def _waits(rule: Rule, moment: Moment) -> Answer | None:
    """As Prometheus' ``for``: what passes at once is not worth a message. Once told, what follows is told at once."""
    since = _since(rule, moment)
    if not rule.lasts or since + rule.lasts <= moment.now:
        return None
    return Reason.PENDING, f"holds since {since:%Y-%m-%d %H:%M} UTC, wanted for {_hours(rule.lasts)}"


def _further(rule: Rule, kind: AlertKind, moment: Moment) -> tuple[AlertKind, Answer]:
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


def _place(rule: Rule, moment: Moment) -> Answer | None:
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


def gates(revision: Revision, watch: Watch, rule_id: str, known: Known, now: datetime) -> list[Answered]:
    """Every gate of one rule as for a clash that it never told, whatever another gate says: (gate, passed, value)."""
    place, rule = revision.clash.place, watch.rules[watch.order[rule_id]]
    fits = watch.regions.fits(place, revision.clash.kinds) if place else None
    moment = Moment(revision, watch, fits, known, now)
    condition = compiled(rule.when).refusal(moment.facts) if rule.when else None
    asked = (
        (Reason.CONDITION, (Reason.CONDITION, condition) if condition else None, rule.when or ""),
        (Reason.OUTSIDE_REGION, _place(rule, moment), where(rule, moment)),
        (Reason.STALE, _too_late(rule, moment) or _not_to_tell(rule, moment), f"within {_hours(rule.max_age)}"),
        (Reason.PENDING, _waits(rule, moment), f"for {_hours(rule.lasts)}" if rule.lasts else ""),
        (Reason.EXPERIMENTAL, _on_trial(rule, moment), rule.status),
    )
    further = [(no[0] if no else gate, no is None, no[1] if no else value) for gate, no, value in asked]
    return [*answers(rule, revision.clash), *further]


def _too_late(rule: Rule, moment: Moment) -> Answer | None:
    """A first message about an old incident is no news. A correction of what was told is, however old it is."""
    end, earliest = moment.revision.clash.end, moment.now - rule.max_age - rule.lasts
    if end is None or end >= earliest.date():
        return None
    return Reason.STALE, f"happened {end}, longer than {_hours(rule.max_age)} ago"


def _occasion(rule: Rule, moment: Moment) -> Answer | None:
    """What keeps a rule that applies from sending: an old article, a feed's first fetch, the rule's own trial."""
    return _not_to_tell(rule, moment) or _on_trial(rule, moment)


def _not_to_tell(rule: Rule, moment: Moment) -> Answer | None:
    last = moment.revision.clash.last_reported
    if last < moment.now - rule.max_age - rule.lasts:
        return Reason.STALE, f"last reported {last:%Y-%m-%d %H:%M}, longer than {_hours(rule.max_age)} ago"
    return (Reason.PRIMING, "from a feed's first fetch") if moment.known.primed else None


def _on_trial(rule: Rule, moment: Moment) -> Answer | None:
    if rule.status == "experimental":
        return Reason.EXPERIMENTAL, f"would have been told: {where(rule, moment)}"
    return None


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:g} h"


def _unlocated(verdicts: Sequence[Verdict], moment: Moment) -> list[Alert]:
    """One alert for a clash that some rule would have told if only its place were known, or known better."""
    watch = moment.watch
    wanting = [watch.rules[watch.order[v.rule]] for v in verdicts if v.reason is Reason.UNLOCATED]
    if any(verdict.reason is Reason.FIRED for verdict in verdicts):
        return []
    wanting = [rule for rule in wanting if not (_too_late(rule, moment) or _occasion(rule, moment))]
    key = key_of(UNLOCATED, moment.revision.clash.id, "new")
    if not wanting or key in moment.known.told:
        return []
    rule = Rule(UNLOCATED, "Violence whose place is not known", (UNLOCATED,), severity=wanting[0].severity)
    return [alert_of(rule, AlertKind.NEW, moment)]


def _rules_of(told: frozenset[str], clash: str) -> set[str]:
    """The rules that told of this clash before."""
    return {key.split(":")[0] for key in told if key.split(":")[1] == clash}
