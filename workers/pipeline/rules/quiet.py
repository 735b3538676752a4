"""What somebody silenced, what a graver alert makes superfluous, and what another clash tells by now, is withheld: with
its reason, never silently.

In: an evaluation, the silences in force, the inhibitions of the configuration and the alerts already known.
Out: the evaluation without the withheld alerts, whose verdicts say by whom and until when. A withheld alert
counts as not told, so that what happens after the silence is told as new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workers.pipeline.matchers import all_match
from workers.pipeline.models import Alert, Inhibition, Reason, Silence, Verdict
from workers.pipeline.rules.watch import Evaluation


@dataclass(frozen=True, slots=True)
class Quiet:
    """What withholds alerts.

    ``known`` are alerts that may inhibit: earlier ones of the same clash. ``inside`` are the regions that the clash
    wholly lies in, for silences that name regions. ``merged_into`` is the clash that this one became part of before
    its revision was looked at.
    """

    silences: Sequence[Silence] = ()
    inhibitions: Sequence[Inhibition] = ()
    known: Sequence[Alert] = ()
    inside: frozenset[str] = frozenset()
    merged_into: str | None = None


def hush(evaluation: Evaluation, quiet: Quiet, now: datetime) -> Evaluation:
    """The evaluation as those hear it who asked for quiet."""
    withheld: dict[str, Verdict] = {}
    for alert in evaluation.alerts:
        others = [other for other in (*quiet.known, *evaluation.alerts) if other.rule != alert.rule]
        why = (
            _merged(alert, quiet.merged_into)
            or _silenced(alert, quiet, now)
            or _inhibited(alert, quiet.inhibitions, others)
        )
        if why:
            withheld[alert.rule] = why
    if not withheld:
        return evaluation
    told = tuple(alert for alert in evaluation.alerts if alert.rule not in withheld)
    verdicts = {verdict.rule: verdict for verdict in evaluation.verdicts} | withheld
    return replace(evaluation, alerts=told, verdicts=tuple(verdicts.values()))


def _merged(alert: Alert, into: str | None) -> Verdict | None:
    """Told under its new name: else one incident would be told twice, in two threads."""
    return Verdict(alert.rule, Reason.MERGED, f"part of {into} by now, which tells it") if into else None


def _silenced(alert: Alert, quiet: Quiet, now: datetime) -> Verdict | None:
    for silence in quiet.silences:
        if silence.starts <= now < silence.ends and covers(silence, alert, quiet.inside):
            detail = f"by {silence.author} until {silence.ends:%Y-%m-%d %H:%M} UTC: {silence.comment} ({silence.id})"
            return Verdict(alert.rule, Reason.SILENCED, detail)
    return None


def covers(silence: Silence, alert: Alert, inside: frozenset[str]) -> bool:
    """Whether the silence means this alert, whose clash lies wholly in these regions."""
    there = not silence.regions or not inside.isdisjoint(silence.regions)
    return there and all_match(silence.matchers, alert.labels)


def _inhibited(alert: Alert, inhibitions: Iterable[Inhibition], others: Iterable[Alert]) -> Verdict | None:
    aimed = [inhibition for inhibition in inhibitions if all_match(inhibition.target, alert.labels)]
    for other in others if aimed else ():
        if any(_outweighs(other.labels, alert.labels, inhibition) for inhibition in aimed):
            return Verdict(alert.rule, Reason.INHIBITED, f"rule {other.rule} tells the same clash")
    return None


def _outweighs(source: Mapping[str, str], target: Mapping[str, str], inhibition: Inhibition) -> bool:
    """As Alertmanager: what fits the target too does not inhibit (it would inhibit itself)."""
    return (
        all_match(inhibition.source, source)
        and not all_match(inhibition.target, source)
        and all(source.get(label, "") == target.get(label, "") for label in inhibition.equal)
    )
