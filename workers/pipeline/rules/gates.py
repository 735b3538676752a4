"""What a rule asks of a clash besides its place: each gate lets it pass or says in words why not.

In: a rule and a clash. Out: ``None``, or the value that failed. A new condition is one function and one row.
"""

from __future__ import annotations

from collections.abc import Callable

from workers.pipeline.condition import estimate
from workers.pipeline.models import VIOLENT, VIOLENT_WHEN_DEADLY, Clash, Reason, Rule, Status

Gate = Callable[[Rule, Clash], str | None]


def refusal(rule: Rule, clash: Clash) -> tuple[Reason, str] | None:
    """The first gate that does not let the clash pass, and its value."""
    for reason, gate in GATES:
        if words := gate(rule, clash):
            return reason, words
    return None


def _not_alertable(_: Rule, clash: Clash) -> str | None:
    if clash.status in {Status.DENIED, Status.RETRACTED}:
        return f"the incident is {clash.status}"
    return None if clash.alertable else "no report passes detection's gate"


def _type(rule: Rule, clash: Clash) -> str | None:
    if rule.event_types or rule.sub_event_types:
        wanted = clash.event_type in rule.event_types or clash.sub_event_type in rule.sub_event_types
    else:
        deadly = clash.killed is not None and clash.killed.low > 0
        wanted = clash.sub_event_type in VIOLENT or (deadly and clash.sub_event_type in VIOLENT_WHEN_DEADLY)
    return None if wanted else f"{clash.event_type}: {clash.sub_event_type}"


def _sides(rule: Rule, clash: Clash) -> str | None:
    present = {actor.id for side in clash.sides for actor in side.actors if actor.id}
    if not rule.sides or present & rule.sides:
        return None
    return f"sides are {', '.join(sorted(present)) or 'not known'}"


def _confidence(rule: Rule, clash: Clash) -> str | None:
    return None if clash.confidence >= rule.min_confidence else f"{clash.confidence:.2f} < {rule.min_confidence:.2f}"


def _casualties(rule: Rule, clash: Clash) -> str | None:
    if estimate(clash.killed) >= rule.min_killed:
        return None
    return f"{estimate(clash.killed) if clash.killed else 'unknown'} killed, {rule.min_killed} wanted"


def _origins(rule: Rule, clash: Clash) -> str | None:
    if len(clash.origins) >= rule.min_origins:
        return None
    return f"{len(clash.origins)} independent of {rule.min_origins} wanted"


def _language(rule: Rule, clash: Clash) -> str | None:
    if not rule.languages or rule.languages & set(clash.languages):
        return None
    return f"reported in {', '.join(clash.languages) or 'no known language'}"


GATES: tuple[tuple[Reason, Gate], ...] = (
    (Reason.NOT_ALERTABLE, _not_alertable),
    (Reason.TYPE, _type),
    (Reason.SIDES, _sides),
    (Reason.CONFIDENCE, _confidence),
    (Reason.CASUALTIES, _casualties),
    (Reason.ORIGINS, _origins),
    (Reason.LANGUAGE, _language),
)
"""Where comes last, so that what fails only there is known to be worth the ``unlocated`` branch."""
