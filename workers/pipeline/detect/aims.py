"""At whom violence was aimed: at forces, or at people and things that are no army's.

In: a ``Reading`` and a scene. Out: the ``Aim`` of a trigger, and whether a trigger names its victim. Whom the
sentence counts or names as harmed says it best; else the words for civilians and for what belongs to them that
stand in the clauses of the violence. An attack on a village is another event than the fighting reported beside it
(ACLED keeps Violence against civilians apart from Battles), however near the two are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.people import Kind
from workers.pipeline.detect.reading import Reading
from workers.pipeline.detect.scenes import Scene
from workers.pipeline.detect.tagger import Tag

REACH = 5
"""Words after a trigger in which its victim is named."""
_HARMED = frozenset({"killed", "injured", "captured", "missing"})
_PERSONS = frozenset({Kind.CIVILIAN, Kind.NAMED, Kind.PERSON})
_CIVILIANS = ("people.civilian_one", "people.civilian_many")
_CIVIL = frozenset({"civilian", "property"})
_FORCES = frozenset({"army", "front"})
_CRIMES = frozenset({"murder", "attack", "abduct", "kill", "ied"})


class Aim(StrEnum):
    CIVIL = "civil"
    FORCES = "forces"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Aims:
    """The aims of one scene."""

    reading: Reading
    scene: Scene

    def of(self, trigger: Tag) -> Aim:
        """At whom, ``UNKNOWN`` where the scene says neither or both."""
        victims = self._victims(trigger)
        if victims:
            if Kind.FIGHTER not in victims:
                return Aim.CIVIL if Kind.CIVILIAN in victims or trigger.category != "kill" else Aim.UNKNOWN
            return Aim.UNKNOWN if Kind.CIVILIAN in victims else Aim.FORCES
        beside = {tag.category for tag in self.scene.beside if not tag.weak}
        if beside & _CIVIL:
            return Aim.UNKNOWN if beside & _FORCES else Aim.CIVIL
        return Aim.FORCES if beside & _FORCES else Aim.UNKNOWN

    def killed(self, trigger: Tag) -> bool:
        """Is the trigger itself the word of harm of people who are no fighters ("rebels killed two nurses")?"""
        return self._harms(trigger) and self.of(trigger) is Aim.CIVIL

    @cached_property
    def named(self) -> bool:
        """Does a trigger name its victim: "the murder of two judges", "an attack on the mayor"?"""
        crimes = [trigger for trigger in self.scene.triggers if trigger.category in _CRIMES]
        return any(self._harms(trigger) or self._meets(trigger) for trigger in crimes)

    @cached_property
    def _harmed(self) -> Sequence[Figure]:
        """The people harmed in the sentence."""
        sentence = self.scene.sentence
        return [
            figure
            for figure in self.reading.figures
            if sentence.first <= figure.words[0] < sentence.last and figure.high != 0 and figure.state in _HARMED
        ]

    def _victims(self, trigger: Tag) -> set[Kind]:
        """Kinds of people harmed in the trigger's clause, else in its sentence."""
        clause = self.reading.text.clause_at(self.reading.text.starts[trigger.first])
        own = {figure.kind for figure in self._harmed if clause.first <= figure.words[0] < clause.last}
        return (own or {figure.kind for figure in self._harmed}) - {Kind.BARE, Kind.UNKNOWN}

    def _harms(self, trigger: Tag) -> bool:
        """Is the trigger itself the word of harm of people who are no fighters?"""
        return any(
            figure.harm[0] < trigger.last and trigger.first < figure.harm[1] and figure.kind in _PERSONS
            for figure in self._harmed
        )

    def _meets(self, trigger: Tag) -> bool:
        """Does "on" or "against" stand between the trigger and a civilian?"""
        marks = self.reading.marks
        on = marks.of("sides.on", trigger.last - 1, trigger.last + 1)
        return bool(on) and any(marks.any(label, on[-1].last, trigger.last + REACH) for label in _CIVILIANS)
