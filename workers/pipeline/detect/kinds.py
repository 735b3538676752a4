"""Which of ACLED's sub-events a scene tells.

In: the triggers of a scene and the words around them. Out: a sub-event name and the trigger that decided.
The more specific weapon decides; a fight that used artillery or aircraft stays one armed clash when
the fight is told first; territory without resistance is no battle (ACLED codebook; interfaces.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workers.pipeline.detect.aims import Aim, Aims
from workers.pipeline.detect.lexicon import TRIGGERS
from workers.pipeline.detect.tagger import Tag

SUB_EVENT = {
    "suicide": "Suicide bomb",
    "chem": "Chemical weapon",
    "sexual": "Sexual violence",
    "abduct": "Abduction/forced disappearance",
    "grenade": "Grenade",
    "ied": "Remote explosive/landmine/IED",
    "air": "Air/drone strike",
    "shell": "Shelling/artillery/missile attack",
    "clash": "Armed clash",
    "attack": "Attack",
    "murder": "Attack",
    "kill": "Attack",
    "explosion": "Remote explosive/landmine/IED",
}
PEACEFUL_SUB_EVENT = {
    "handover": "Non-violent transfer of territory",
    "withdraw": "Non-violent transfer of territory",
    "agreement": "Agreement",
    "disarm": "Disrupted weapons use",
    "arrest": "Arrests",
    "base": "Headquarters or base established",
    "loot": "Looting/property destruction",
    "group": "Change to group/activity",
    "mob": "Mob violence",
    "riot": "Violent demonstration",
    "protest": "Peaceful protest",
}
EXCESSIVE = "Excessive force against protesters"
FIRST = ("suicide", "chem", "grenade", "ied")
"""Weapons so specific that they decide wherever they stand."""
EITHER = ("abduct", "sexual", "air", "shell", "clash", "murder", "attack")
"""Of these the one told first decides."""
LAST = ("kill", "explosion")
MEANS = ("ied", "grenade", "air", "shell", "explosion")
"""Of these, a word too weak to decide alone says by what people were killed ("killed by a bomb")."""


class Kind(NamedTuple):
    sub_event: str
    trigger: Tag


def violent(triggers: Sequence[Tag], around: frozenset[str], aims: Aims) -> Kind | None:
    """The violent sub-event, ``None`` when no trigger is one of violence. ``around``: categories of the sentence;
    ``aims``: at whom the scene's violence was aimed."""
    for wanted in (False, True):
        own = [tag for tag in triggers if tag.category in TRIGGERS and tag.weak is wanted]
        kind = _specific(own, around, aims)
        if kind:
            return kind
    return None


def _specific(own: Sequence[Tag], around: frozenset[str], aims: Aims) -> Kind | None:
    for category in FIRST:
        for tag in own:
            if tag.category == category:
                return Kind(SUB_EVENT[category], tag)
    for tag in own:
        if tag.category in ("seize", "regain"):
            return Kind(_territory(tag, around), tag)
    for group in (EITHER, LAST):
        for tag in own:
            if tag.category in group and not (tag.category == "abduct" and _slain(own, aims)):
                return Kind(_fought(tag, around, aims), tag)
    return None


def _slain(own: Sequence[Tag], aims: Aims) -> bool:
    """Were people who were no fighters murdered too? ACLED takes an abduction for one only where no worse is told."""
    return any(tag.category in ("murder", "kill") and aims.killed(tag) for tag in own)


def _fought(tag: Tag, around: frozenset[str], aims: Aims) -> str:
    """An attack that soldiers are in, and neither a civilian nor civil property, is a clash; a murder never is.
    That of the police or the army on a protest is excessive force."""
    if tag.category == "clash" and aims.killed(tag):
        return SUB_EVENT["kill"]
    if tag.category not in ("attack", "kill"):
        return SUB_EVENT[tag.category]
    if _forced(around):
        return EXCESSIVE
    means = [category for category in MEANS if category in around]
    if tag.category == "kill" and means:
        return SUB_EVENT[means[0]]
    aim = aims.of(tag)
    fought = aim is Aim.FORCES or ("army" in around and not around & {"civilian", "property"} and aim is not Aim.CIVIL)
    return SUB_EVENT["clash" if fought else tag.category]


def _forced(around: frozenset[str]) -> bool:
    """Were people of a protest harmed, and did the state stand against them?"""
    return bool(around & {"protest", "riot"} and around & {"police", "army"} and around & {"kill", "casualty"})


def _territory(tag: Tag, around: frozenset[str]) -> str:
    if "handover" in around:
        return PEACEFUL_SUB_EVENT["handover"]
    if tag.category == "regain":
        return "Government regains territory"
    state = "army" in around and "armed" not in around
    return "Government regains territory" if state else "Non-state actor overtakes territory"


def peaceful(triggers: Sequence[Tag], around: frozenset[str]) -> Kind | None:
    """The sub-event among Strategic developments, Protests and Riots, ``None`` without a strong trigger."""
    own = {tag.category: tag for tag in reversed(triggers) if not tag.weak}
    for category, sub_event in PEACEFUL_SUB_EVENT.items():
        if category in own:
            return Kind(_protest(category, sub_event, around), own[category])
    return None


def _protest(category: str, sub_event: str, around: frozenset[str]) -> str:
    if category in ("riot", "protest") and _forced(around):
        return EXCESSIVE
    if category == "protest" and "riot" in around and around & {"police", "army"}:
        return "Protest with intervention"
    return sub_event
