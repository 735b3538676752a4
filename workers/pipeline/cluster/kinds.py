"""Two ACLED sub-event types in, how well one incident can be told as both out.

A shelling and the assault that it prepared are one clash in two phases; a car bomb and a gunfight in one town on one
day are two.
"""

from __future__ import annotations

FAMILY = {
    "Armed clash": "ground",
    "Government regains territory": "ground",
    "Non-state actor overtakes territory": "ground",
    "Non-violent transfer of territory": "ground",
    "Shelling/artillery/missile attack": "fire",
    "Air/drone strike": "fire",
    "Chemical weapon": "fire",
    "Suicide bomb": "bomb",
    "Remote explosive/landmine/IED": "bomb",
    "Grenade": "bomb",
    "Attack": "attack",
    "Sexual violence": "abuse",
    "Abduction/forced disappearance": "abduction",
    "Excessive force against protesters": "crowd",
    "Mob violence": "crowd",
    "Violent demonstration": "crowd",
    "Protest with intervention": "crowd",
    "Peaceful protest": "crowd",
}
_BETWEEN = {
    frozenset(("ground", "fire")): 0.0,
    frozenset(("ground", "attack")): 0.2,
    frozenset(("fire", "attack")): 0.2,
    frozenset(("bomb", "attack")): 0.2,
    frozenset(("bomb", "fire")): -0.5,
    frozenset(("bomb", "ground")): -2.5,
    frozenset(("crowd", "attack")): -0.5,
    frozenset(("abuse", "attack")): 0.0,
    frozenset(("abduction", "attack")): -0.5,
}
_FOREIGN = -2.5
_FAMILY_WITHIN = 0.6

SEVERITY = {
    "crowd": 1,
    "abduction": 2,
    "abuse": 2,
    "attack": 3,
    "bomb": 3,
    "fire": 4,
    "ground": 5,
}
"""For escalation: from violence against some people to fighting for ground."""
DIRECTED = frozenset({"fire", "bomb", "attack", "abduction", "abuse"})
"""Kinds with one attacker: the same town hit by two sides on one day is two incidents."""


def fit(a: str, b: str) -> float:
    """Evidence in points, +1 for the same type to -2.5 for kinds that are never one incident."""
    if a == b:
        return 1.0
    one, other = FAMILY.get(a), FAMILY.get(b)
    if one is None or other is None:
        return -0.5
    return _FAMILY_WITHIN if one == other else _BETWEEN.get(frozenset((one, other)), _FOREIGN)


def severity(sub_event: str) -> int:
    """Rank for escalation; 0 for what is no violence."""
    return SEVERITY.get(FAMILY.get(sub_event, ""), 0)
