"""The options of detection in ``clashwatch.yml``; without them it needs no model and no network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workers.settings.shapes import Strict

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Detection(Strict):
    """What detection takes for evidence beside its own knowledge."""

    models: dict[Language, str] = Field(default_factory=dict)
    """Trained spaCy pipelines with an `ner`, an installed package or a folder for each language."""
