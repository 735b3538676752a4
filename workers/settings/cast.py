"""What rules name of the world, held against the knowledge: actors, weapons, languages.

A mistyped actor would match nothing, for ever and in silence. The knowledge is read only where a rule names something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from workers.adapters import knowledge
from workers.pipeline.detect.actors import Actors
from workers.pipeline.detect.reports import WEAPONS
from workers.settings import checks
from workers.settings.areas import is_country
from workers.settings.problems import Problem, unknown
from workers.settings.source import Source

_FIELDS = {"sides": "actor", "attackers": "actor", "targets": "actor", "weapons": "weapon", "languages": "language"}


def strangers(source: Source) -> Iterator[Problem]:
    """Names in the ``match`` of a file's rules that nobody bears."""
    for _, _, (*_, group, kind, at) in checks.rules_of(source):
        match = source.values["groups"][group][kind][at].get("match")
        for field, noun in _FIELDS.items():
            for number, name in enumerate(checks.listed(match, field)):
                if not _known(noun, str(name)):
                    key = "groups", group, kind, at, "match", field, number
                    yield source.problem(key, _fault(noun, str(name)))


def _fault(noun: str, name: str) -> str:
    """What is meant, or else what there is; of the actors there are too many to list."""
    told = unknown(noun, name, _names(noun))
    if "did you mean" in told:
        return told
    names = ", ".join(sorted(_names(noun)))
    there = "every country has forces, as in gb-forces" if noun == "actor" else f"there are {names}"
    return f"{told}; {there}"


def _known(noun: str, name: str) -> bool:
    """Every country's forces and police are actors, listed or not."""
    if noun != "actor" or name in _actors().known:
        return name in _names(noun)
    return _actors().code(name) is not None and is_country(name.partition("-")[0].upper())


def _names(noun: str) -> Collection[str]:
    if noun == "actor":
        return _actors().known
    return set(WEAPONS.values()) if noun == "weapon" else knowledge.languages()


@cache
def _actors() -> Actors:
    return knowledge.actors()
