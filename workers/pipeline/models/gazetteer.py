"""What the gazetteer answers: rows of places, by name. Filled by ``adapters.gazetteer``, read by detection.

Keys are folded names (``pipeline.detect.places_names.key``); the adapter maps them to rows without
loading the gazetteer into memory, so that all worker processes share one copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import Protocol


class Kind(IntFlag):
    """How a name stands to its row; several may hold."""

    MAIN = 1
    """The usual name, or one written by hand."""
    HAND = 2
    """Written by hand in ``knowledge/``: trusted."""
    STEM = 4
    """The name without its case ending: a weaker match, Cyrillic only."""
    CODE = 8
    """An abbreviation ("TX", "Calif."): a container after a comma, never a place by itself."""
    CAPITALS = 16
    """An abbreviation that counts only in capitals: "CAR" is a country, "car" is not."""


@dataclass(frozen=True)
class Surroundings:
    """The hand-written words that tell places from other names.

    ``cues`` by language and category (``knowledge/toponyms/<language>.yml``), ``given`` names in all
    scripts, ``peoples``: by language, adjectives and demonyms (``iraqi*``) with their country.
    """

    cues: Mapping[str, Mapping[str, tuple[str, ...]]]
    given: frozenset[str]
    peoples: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Toponym:
    """One place. ``row`` orders by prominence (0 is the most prominent) and is its identity here.

    ``radius`` in kilometres, ``population`` 0 when unknown, ``region`` and ``district`` the rows of the
    admin-1 and admin-2 it lies in; ``claimed`` the codes of all countries that hold or claim it.
    """

    row: int
    name: str
    lat: float
    lon: float
    feature: str
    country: str | None
    population: int = 0
    radius: float = 5.0
    geonameid: int | None = None
    region: int | None = None
    district: int | None = None
    claimed: tuple[str, ...] = ()
    code: str | None = None
    """GeoNames admin-1 code, with the regions themselves too."""


class Gazetteer(Protocol):
    """Names to rows. Both calls are cheap (microseconds) and safe to repeat."""

    version: str

    @property
    def surroundings(self) -> Surroundings:
        """The hand-written words around place names."""
        ...

    def __hash__(self) -> int: ...

    def named(self, key: str) -> tuple[tuple[int, Kind], ...]:
        """Rows that bear the folded name, most prominent first, at most 40."""
        ...

    def toponym(self, row: int) -> Toponym:
        """One row. Raises ``IndexError`` beyond the last."""
        ...
