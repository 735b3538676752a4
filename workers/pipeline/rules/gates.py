"""What a rule asks of a clash besides its place: each gate lets it pass or says in words why not.

In: a rule and a clash. Out: ``None``, or the value that failed. A new condition is one function and one row.
"""

from __future__ import annotations

from collections.abc import Callable

from workers.pipeline.condition import estimate
from workers.pipeline.models import VIOLENT, VIOLENT_WHEN_DEADLY, Clash, Reason, Rule, Stance, Status

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
    asked = ((rule.sides, None), (rule.attackers, "attacker"), (rule.targets, "target"))
    for wanted, role in asked:
        present = {a.id for side in clash.sides if role in {None, side.role} for a in side.actors if a.id}
        if wanted and not present & wanted:
            return f"{f'{role}s' if role else 'sides'} are {', '.join(sorted(present)) or 'not known'}"
    return None


def _realis(rule: Rule, clash: Clash) -> str | None:
    return _among(rule.realis, tuple(str(realis) for realis in clash.realis), "it is told as")


def _confidence(rule: Rule, clash: Clash) -> str | None:
    return None if clash.confidence >= rule.min_confidence else f"{clash.confidence:.2f} < {rule.min_confidence:.2f}"


def _casualties(rule: Rule, clash: Clash) -> str | None:
    asked = (("killed", clash.killed, rule.min_killed), ("injured", clash.injured, rule.min_injured))
    for word, count, wanted in asked:
        if estimate(count) < wanted:
            return f"{estimate(count) if count else 'unknown'} {word}, {wanted} wanted"
    return "no civilian is said to be harmed" if rule.civilians and not _harms_civilians(clash) else None


def _harms_civilians(clash: Clash) -> bool:
    """Targeted, or hurt by anybody's claim."""
    claims = (row.claim for row in clash.ledger if row.claim.about in {"killed", "injured", "casualties"})
    asserted = (claim for claim in claims if claim.whom == "civilians" and claim.stance is Stance.ASSERTS)
    return clash.civilian_targeting or any((claim.low or claim.high or 0) > 0 for claim in asserted)


def _origins(rule: Rule, clash: Clash) -> str | None:
    if len(clash.origins) >= rule.min_origins:
        return None
    return f"{len(clash.origins)} independent of {rule.min_origins} wanted"


def _confirming(rule: Rule, clash: Clash) -> str | None:
    voices = {row.who for row in clash.ledger if row.claim.stance is Stance.ASSERTS}
    speaking = sum(any(actor.id in voices for actor in side.actors if actor.id) for side in clash.sides)
    return None if speaking >= rule.min_confirming else f"{speaking} sides confirm, {rule.min_confirming} wanted"


def _weapons(rule: Rule, clash: Clash) -> str | None:
    return _among(rule.weapons, clash.weapons, "weapons are")


def _agreement(rule: Rule, clash: Clash) -> str | None:
    return _among(rule.statuses, (str(clash.status),), "it is")


def _publisher(rule: Rule, clash: Clash) -> str | None:
    return _among(rule.publishers, clash.families, "told by")


def _situation(rule: Rule, clash: Clash) -> str | None:
    return _among(rule.situations, (clash.situation,) if clash.situation else (), "the situation is")


def _among(wanted: frozenset[str], found: tuple[str, ...], words: str) -> str | None:
    if not wanted or wanted & set(found):
        return None
    return f"{words} {', '.join(found) or 'not known'}"


def _language(rule: Rule, clash: Clash) -> str | None:
    if not rule.languages or rule.languages & set(clash.languages):
        return None
    return f"reported in {', '.join(clash.languages) or 'no known language'}"


GATES: tuple[tuple[Reason, Gate], ...] = (
    (Reason.NOT_ALERTABLE, _not_alertable),
    (Reason.TYPE, _type),
    (Reason.SIDES, _sides),
    (Reason.REALIS, _realis),
    (Reason.CONFIDENCE, _confidence),
    (Reason.CASUALTIES, _casualties),
    (Reason.ORIGINS, _origins),
    (Reason.CONFIRMING, _confirming),
    (Reason.WEAPONS, _weapons),
    (Reason.AGREEMENT, _agreement),
    (Reason.PUBLISHER, _publisher),
    (Reason.SITUATION, _situation),
    (Reason.LANGUAGE, _language),
)
"""Where comes last, so that what fails only there is known to be worth the ``unlocated`` branch."""

_VALUES: dict[Reason, Callable[[Clash], object]] = {
    Reason.NOT_ALERTABLE: lambda clash: clash.status,
    Reason.TYPE: lambda clash: f"{clash.event_type}: {clash.sub_event_type}",
    Reason.SIDES: lambda clash: ", ".join(actor.id or actor.text for side in clash.sides for actor in side.actors),
    Reason.REALIS: lambda clash: ", ".join(clash.realis),
    Reason.CONFIDENCE: lambda clash: f"{clash.confidence:.2f}",
    Reason.CASUALTIES: lambda clash: f"{estimate(clash.killed)} killed, {estimate(clash.injured)} injured",
    Reason.ORIGINS: lambda clash: f"{len(clash.origins)} independent",
    Reason.WEAPONS: lambda clash: ", ".join(clash.weapons),
    Reason.AGREEMENT: lambda clash: clash.status,
    Reason.PUBLISHER: lambda clash: ", ".join(clash.families),
    Reason.SITUATION: lambda clash: clash.situation,
    Reason.LANGUAGE: lambda clash: ", ".join(clash.languages),
}


def _value(reason: Reason, clash: Clash) -> str:
    return str(_VALUES[reason](clash) or "") if reason in _VALUES else ""


def answers(rule: Rule, clash: Clash) -> list[tuple[Reason, bool, str]]:
    """Every gate, whether it lets the clash pass, and the value that decided."""
    return [
        (reason, words is None, words or _value(reason, clash))
        for reason, words in ((reason, gate(rule, clash)) for reason, gate in GATES)
    ]
