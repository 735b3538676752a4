"""What a group of people is, and which words of a text begin a noun for people or a word of harm.

Shared by ``groups`` (people counted), ``persons`` (people named one by one) and ``harm``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from workers.pipeline.detect.phrases import Hit, Marks


class Kind(StrEnum):
    CIVILIAN = "civilian"
    FIGHTER = "fighter"
    PERSON = "person"
    THING = "things"
    MEASURE = "measures"
    UNKNOWN = "unknown"
    """A number followed by a word that no list has ("12 Iraqis")."""
    NAMED = "named"
    """A person's name without an office; counts one."""
    BARE = "bare"
    """A number alone ("12 were killed")."""


PEOPLE = frozenset({Kind.CIVILIAN, Kind.FIGHTER, Kind.PERSON})


class Group(NamedTuple):
    """Words ``first`` to ``last`` (exclusive); ``counted`` when a number, an article or a name says how many."""

    first: int
    last: int
    low: int
    best: int | None
    high: int | None
    kind: Kind
    counted: bool = True
    part: bool = False
    """Part of a larger group just counted ("including three children")."""
    name: tuple[str, ...] = ()
    """The folded words of a person's name."""


STATES = ("killed", "injured", "missing", "captured", "casualties")
ONE = tuple(f"people.{kind}_one" for kind in ("civilian", "fighter", "person"))
TWO = tuple(f"people.{kind}_two" for kind in ("civilian", "fighter", "person"))
_MANY = tuple(f"people.{kind}_many" for kind in ("civilian", "fighter", "person"))
_NOUNS = (*ONE, *TWO, *_MANY, "people.things", "people.measures")
_HARM = frozenset(f"people.{state}{place}" for state in STATES for place in ("", "_pre", "_self")) - {
    "people.captured_pre"
}
"""Not "prisoners" and "hostages", who are people too: twelve hostages may die."""


def kind_of(label: str) -> Kind:
    """``people.civilian_one`` -> ``Kind.CIVILIAN``."""
    return Kind(label.removeprefix("people.").split("_")[0])


def noun_at(marks: Marks, i: int, labels: tuple[str, ...] = _NOUNS) -> Hit | None:
    """The noun for people, things or measures that begins at the word and is no word of harm."""
    found = [hit for hit in marks.starting(i) if hit.label in labels]
    return min(found, key=lambda hit: labels.index(hit.label)) if found and not harm_at(marks, i) else None


def harm_at(marks: Marks, i: int) -> bool:
    """Does a word of harm begin here?"""
    return any(True for _ in harms_at(marks, i))


def harms_at(marks: Marks, i: int) -> Iterator[Hit]:
    """The words of harm that begin here."""
    return (hit for hit in marks.starting(i) if hit.label in _HARM)
