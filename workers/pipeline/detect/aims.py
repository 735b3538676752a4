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
