"""Loads what detection knows: lexicons, facts, weights, actors, gazetteer. Lazily, a language at a time.

The files lie in ``workers/knowledge``; a worker that forks loads its languages before the fork, so
that the children share them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from workers.adapters import gazetteer, recogniser, trained, yaml12
from workers.pipeline.detect.actors import Actors, compile_actors
from workers.pipeline.detect.facts import Facts, compile_facts
from workers.pipeline.detect.lexicon import compile_lexicon
from workers.pipeline.detect.words import split
from workers.pipeline.models.knowledge import Knowledge, Lexicon, Weights

FOLDER = Path(__file__).parent.parent / "knowledge"
T = TypeVar("T")


class Languages(Mapping[str, T], Generic[T]):
    """One value per language, made when first asked for."""

    def __init__(self, names: Iterable[str], make: Callable[[str], T]) -> None:
        self._made: dict[str, T] = {}
        self._names = tuple(names)
        self._make = make

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def load(languages: Iterable[str] | None = None, models: Mapping[str, str] = MappingProxyType({})) -> Knowledge:
    """Everything; ``languages`` restricts which languages can be recognised and read, ``models`` are trained
    pipelines for some of them.

    Raises ``OSError`` when the package's own files are missing, ``TrainedError`` when a pipeline is, ``LexiconError``
    or ``FactsError`` (at first use of the language) when a file is malformed.
    """
    return _load(tuple(sorted(languages)) if languages else None, tuple(sorted(models.items())))


@lru_cache(maxsize=4)
def _load(languages: tuple[str, ...] | None, models: tuple[tuple[str, str], ...]) -> Knowledge:
    known = _names("lexicon", languages)
    return Knowledge(
        lexicons=Languages(known, lexicon),
        common={name: frozenset(split(sheet("lexicon", name).get("common", ""), name)[0]) for name in known},
        rank=recogniser.load(known),
        weights=weights(),
        facts=Languages(_names("facts", languages), facts),
        entities=trained.load(dict(models)),
        actors=actors(),
        gazetteer=gazetteer.load(),
    )


def languages() -> list[str]:
    """The codes of the languages that can be read."""
    return _names("lexicon", None)


def _names(folder: str, languages: tuple[str, ...] | None) -> list[str]:
    found = sorted(path.stem for path in (FOLDER / folder).glob("*.yml"))
    return [name for name in found if languages is None or name in languages]


@lru_cache(maxsize=32)
def sheet(folder: str, language: str) -> Mapping[str, Any]:
    """One hand-written file, parsed."""
    return parse(FOLDER / folder / f"{language}.yml")


def parse(path: Path) -> Mapping[str, Any]:
    """Any of these files. Raises ``yaml.YAMLError`` with line and column."""
    return yaml12.read(path)  # type: ignore[no-any-return]


def lexicon(language: str) -> Lexicon:
    return compile_lexicon(language, sheet("lexicon", language))


def facts(language: str) -> Facts:
    return compile_facts(sheet("facts", language))


def actors() -> Actors:
    return compile_actors([sheet("actors", path.stem) for path in sorted((FOLDER / "actors").glob("*.yml"))])


def weights(path: Path = FOLDER / "weights.json") -> Weights:
    """The shipped or locally trained weights."""
    return Weights(**json.loads(path.read_text("utf-8")))
