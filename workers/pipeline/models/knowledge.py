"""Everything that detection knows beforehand: loaded once by ``adapters.knowledge``, passed as an argument.

Each part is plain and immutable after loading; the gazetteer is memory-mapped and shared by
forked workers. Languages are loaded when first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workers.pipeline.models.report import Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """One lexicon entry: words in order, each exact, a prefix (``clash*``), a suffix (``*feuer``) or an inner part.

    ``gaps[i]`` is how many other words may stand before word ``i``. ``weak`` words mean what
    their category says only in company (``attack``, ``fire``).
    """

    category: str
    text: str
    words: tuple[str, ...]
    gaps: tuple[int, ...]
    weak: bool = False


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of one language, indexed by how their first word is found."""

    language: str
    exact: Mapping[str, tuple[Pattern, ...]]
    prefixes: Mapping[str, tuple[Pattern, ...]]
    suffixes: Mapping[str, tuple[Pattern, ...]]
    inner: tuple[tuple[str, tuple[Pattern, ...]], ...]
    openers: Mapping[str, tuple[tuple[str, ...], ...]]
    """What begins a clause of its own ("but", "even though"): first word -> the words that follow it."""
    common: frozenset[str]
    """The language's commonest words, folded: what recognises it in a short headline."""
    proclitics: tuple[str, ...] = ()
    """Letters written onto the next word (Arabic and, the, to), longest first."""
    definite: frozenset[str] = frozenset()
    """Words right before what is known already ("the attack"), folded."""
    definite_letters: tuple[str, ...] = ()
    """The same as letters written onto the word (Arabic)."""
    future_letters: tuple[str, ...] = ()
    """Letters that put the verb they are written onto in the future (Arabic)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted model: probability = 1 / (1 + exp(-(bias + sum of weight * feature)))."""

    bias: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)
    threshold: float = 0.5
    """Confidence from which a report may alert."""
    scale: float = 1.0
    offset: float = 0.0
    """Calibration: confidence = logistic(scale * score + offset)."""


class EntityKind(StrEnum):
    PLACE = "place"
    ORGANISATION = "organisation"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Entity:
    """What a trained pipeline takes a stretch of text for."""

    span: Span
    kind: EntityKind


@dataclass(frozen=True)
class Knowledge:
    """What every stage of detection may look up. Absent parts make that part abstain."""

    lexicons: Mapping[str, Lexicon]
    common: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Each language's commonest words, to recognise it by."""
    rank: Callable[[str], list[tuple[str, float]]] | None = None
    """A trained language identifier: text -> (language, log probability), restricted to ``lexicons``."""
    weights: Weights = field(default_factory=Weights)
    facts: Mapping[str, Any] = field(default_factory=dict)
    entities: Mapping[str, Callable[[str], Sequence[Entity]]] = field(default_factory=dict)
    """Trained pipelines of the languages for which one is configured: text -> what they recognise in it."""
    actors: Any = None
    gazetteer: Any = None
    countries: Any = None
    publishers: Any = None
