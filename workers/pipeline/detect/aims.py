"""At whom violence was aimed: at forces, or at people and things that are no army's.

In: a ``Reading``, a scene and its trigger. Out: ``Aim``. Whom the sentence counts or names as harmed says it best;
else the words for civilians and for what belongs to them that stand in the clauses of the violence. An attack
on a village is another event than the fighting reported beside it (ACLED keeps Violence against civilians apart
from Battles), however near the two are told.
"""

from __future__ import annotations

from enum import StrEnum

from workers.pipeline.detect.people import Kind
from workers.pipeline.detect.reading import Reading
from workers.pipeline.detect.scenes import Scene
from workers.pipeline.detect.tagger import Tag

_HARMED = frozenset({"killed", "injured", "captured", "missing"})
_CIVIL = frozenset({"civilian", "property"})
_FORCES = frozenset({"army", "front"})


class Aim(StrEnum):
    CIVIL = "civil"
    FORCES = "forces"
    UNKNOWN = "unknown"


def aim(reading: Reading, scene: Scene, trigger: Tag) -> Aim:
    """At whom the scene's violence was aimed, ``UNKNOWN`` where it says neither or both."""
    victims = _victims(reading, scene, trigger)
    if victims:
        if Kind.FIGHTER not in victims:
            return Aim.CIVIL
        return Aim.UNKNOWN if Kind.CIVILIAN in victims else Aim.FORCES
    beside = {tag.category for tag in scene.beside if not tag.weak}
    if beside & _CIVIL:
        return Aim.UNKNOWN if beside & _FORCES else Aim.CIVIL
    return Aim.FORCES if beside & _FORCES else Aim.UNKNOWN


def aimed(reading: Reading, scene: Scene) -> bool:
    """Does a trigger name its victim: "the murder of two judges", "an attack on the mayor's house"?"""
    return any(_harms(reading, trigger) or _targets(reading, trigger) for trigger in scene.triggers)


def _harms(reading: Reading, trigger: Tag) -> bool:
    """Is the trigger the very word of harm of people who are no fighters?"""
    return trigger.category in _CRIMES and any(
        figure.harm[0] < trigger.last
        and trigger.first < figure.harm[1]
        and figure.state in _HARMED
        and figure.kind in (Kind.CIVILIAN, Kind.NAMED, Kind.PERSON)
        for figure in reading.figures
    )


def _targets(reading: Reading, trigger: Tag) -> bool:
    """Does "on" or "against" stand between the trigger and a civilian?"""
    if trigger.category not in _CRIMES:
        return False
    marks, end = reading.marks, trigger.last + REACH
    on = [trigger.last - 1, *(hit.last for hit in marks.of("sides.on", trigger.last - 1, trigger.last + 1))]
    return bool(on[1:]) and any(marks.any(label, on[-1], end) for label in _CIVILIANS)


REACH = 5
"""Words after a trigger in which its victim is named."""
_CIVILIANS = ("people.civilian_one", "people.civilian_many")
_CRIMES = frozenset({"murder", "attack", "abduct", "kill", "ied"})


def _victims(reading: Reading, scene: Scene, trigger: Tag) -> set[Kind]:
    """The kinds of people harmed in the trigger's clause, else in its sentence."""
    sentence = scene.sentence
    clause = reading.text.clause_at(reading.text.starts[trigger.first])
    harmed = [
        figure
        for figure in reading.figures
        if figure.high != 0 and figure.state in _HARMED and sentence.first <= figure.words[0] < sentence.last
    ]
    own = {figure.kind for figure in harmed if clause.first <= figure.words[0] < clause.last}
    return (own or {figure.kind for figure in harmed}) - {Kind.BARE, Kind.UNKNOWN}
