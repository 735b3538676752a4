"""The options of detection in ``clashwatch.yml``; without them it needs no model and no network."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from workers.settings.shapes import HttpUrl, Strict

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Detection(Strict):
    """What detection takes for evidence beside its own knowledge."""

    models: dict[Language, str] = Field(default_factory=dict)
    """Trained spaCy pipelines with an `ner`, an installed package or a folder for each language."""


class Opinion(Strict):
    """A generative model that is asked about documents which the rules leave in doubt; nobody is asked unless `url`
    is set. Its answer can confirm or refute what the rules found, by quoting the text, and add nothing."""

    url: HttpUrl | None = None
    """Of an OpenAI-compatible API, up to and with its version: https://models.example.org/v1"""
    model: str = ""
    key: SecretStr | None = None
    """Sent as a bearer token. Better in a file: CLASHWATCH_OPINION_KEY_FILE."""
    low: float = Field(default=0.5, ge=0, le=1)
    """A document is in doubt when its surest report of violence has this confidence or more"""
    high: float = Field(default=0.9, ge=0, le=1)
    """and less than this."""
    per_day: int = Field(default=500, ge=1)
    """Questions a day, of all workers together."""
    timeout: float = Field(default=6.0, gt=0, le=8)
    """Seconds for an answer. The hard limit of a task that codes an article is 15 s."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.url and not self.model:
            raise ValueError("which model is to be asked? set model")
        if self.low >= self.high:
            raise ValueError("nothing lies between: low must be less than high")
        return self
