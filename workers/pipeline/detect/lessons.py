"""Training sentences: what each teaches, and the feature rows that it gives.

In: the parsed YAML of ``knowledge/sentences/<language>.yml``. Out: ``Lesson`` values and ``rows``. Fitting is
``cli/train.py``'s; this file only says what is learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workers.pipeline.detect.features import features, pinned, topics
from workers.pipeline.detect.lexicon import TRIGGERS
from workers.pipeline.detect.preludes import prelude
from workers.pipeline.detect.reading import read
from workers.pipeline.detect.scenes import Scene, scenes
from workers.pipeline.detect.tellings import tellings
from workers.pipeline.models import Document
from workers.pipeline.models.knowledge import Knowledge, Weights

_VIOLENT = frozenset(TRIGGERS)


class Section(StrEnum):
    VIOLENCE = "violence"
    ELSEWHERE = "elsewhere"
    GATED = "gated"
    """Violence that is not news; measures the realis gate, fits nothing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    language: str
    section: Section
    kind: str
    """The ACLED sub-event of violence, the realis of the gated, else a free word."""
    text: str
    title: str | None = None


def lessons(raw: Mapping[str, object]) -> Iterator[Lesson]:
    """Every line of a file. Raises ``ValueError`` naming what is malformed."""
    language = raw.get("language")
    if not isinstance(language, str):
        raise ValueError("language: missing")
    for section in Section:
        kinds = raw.get(section.value)
        if not isinstance(kinds, Mapping):
            raise ValueError(f"{language}: {section.value}: missing")
        for kind, block in kinds.items():
            if not isinstance(block, str):
                raise ValueError(f"{language}: {section.value}: {kind}: write the lines as one text, after |")
            yield from (
                _lesson(language, section, str(kind), line) for line in map(str.strip, block.split("\n")) if line
            )


def _lesson(language: str, section: Section, kind: str, line: str) -> Lesson:
    """A line is a text, or ``headline || text``."""
    title, between, text = line.partition(" || ")
    return Lesson(language, section, kind, text, title) if between else Lesson(language, section, kind, line)


def rows(lesson: Lesson, knowledge: Knowledge) -> list[dict[str, float]]:
    """Feature rows of the lesson's scenes that pass the realis gate and show any trigger of violence."""
    reading = read(_document(lesson), knowledge)
    text = reading.text
    about = topics(text, reading.tags)
    return [
        features(scene, about, pinned(reading, scene) | prelude(reading, scene))
        for scene in scenes(text, reading.tags, reading.ages)
        if _telling(scene)
    ]


def gate(lesson: Lesson, knowledge: Knowledge, weights: Weights) -> bool:
    """Would the lesson pass as violent news?"""
    told = tellings(read(_document(lesson), knowledge), weights)
    return any(t.violent and t.scene.news and t.score.confidence >= weights.threshold for t in told)


def _document(lesson: Lesson) -> Document:
    return Document(id="", text=lesson.text, title=lesson.title, language=lesson.language)


def _telling(scene: Scene) -> bool:
    return scene.news and any(tag.category in _VIOLENT for tag in scene.triggers)
