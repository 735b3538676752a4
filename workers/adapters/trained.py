"""Trained spaCy pipelines as evidence, where an operator configured one for a language.

In: language -> installed package or folder. Out: language -> what its ``ner`` recognises in a text. spaCy is imported
only here and only then: it is two seconds and 70 MB that every worker would pay for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from workers.pipeline.models.knowledge import Entity, EntityKind

NEEDED = frozenset({"tok2vec", "transformer", "ner", "entity_ruler"})
"""Parts of a pipeline that recognise names; the others would only cost time."""
_KINDS = {
    **dict.fromkeys(("LOC", "GPE", "FAC", "GPE_LOC"), EntityKind.PLACE),
    **dict.fromkeys(("ORG", "GPE_ORG"), EntityKind.ORGANISATION),
    **dict.fromkeys(("PER", "PERSON"), EntityKind.PERSON),
}


class TrainedError(ValueError):
    """A configured pipeline is not there, or recognises no names. Says which and what to do."""


def load(models: Mapping[str, str]) -> dict[str, Callable[[str], Sequence[Entity]]]:
    """Raises ``TrainedError``."""
    return {language: _recogniser(language, name) for language, name in models.items()}


@lru_cache(maxsize=32)
def _recogniser(language: str, name: str) -> Callable[[str], Sequence[Entity]]:
    spacy = import_module("spacy")
    try:
        nlp = spacy.load(name)
    except (OSError, ImportError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise TrainedError(f"detection.models.{language}: cannot load {name}: {first}") from error
    if not {"ner", "entity_ruler"} & set(nlp.pipe_names):
        raise TrainedError(
            f"detection.models.{language}: {name} has no ner, only {', '.join(nlp.pipe_names) or 'words'}"
        )
    nlp.select_pipes(enable=[part for part in nlp.pipe_names if part in NEEDED])
    return lambda text: _entities(nlp, text)


def _entities(nlp: Any, text: str) -> tuple[Entity, ...]:
    """In a memory zone, or the vocabulary would keep every word ever read; nothing of spaCy leaves it."""
    with nlp.memory_zone():
        found = nlp(text[: nlp.max_length]).ents
        return tuple(Entity((e.start_char, e.end_char), _KINDS[e.label_]) for e in found if e.label_ in _KINDS)
