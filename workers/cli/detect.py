"""``clashwatch detect``: documents in, what each says out (interfaces.md)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer

from workers.adapters import knowledge
from workers.adapters.trained import TrainedError
from workers.cli import jsonl
from workers.pipeline.detect import detect as code
from workers.pipeline.models import Document
from workers.pipeline.wire import encode

app = typer.Typer()
_OPTIONAL = ("title", "published", "language", "country", "source")
_AHEAD = 64
"""Lines handed to the processes at once, per process: memory stays flat however long the input."""


@app.command()
def detect(
    path: str = typer.Argument(
        "-", help="JSON Lines with id, text, title?, published?, language?, country?; - for standard input."
    ),
    jobs: int = typer.Option(1, min=1, help="Processes."),
    config: Path = typer.Option(
        None, exists=True, file_okay=False, help="Use the options of detection in this configuration; else none."
    ),
) -> None:
    """Code documents: JSON Lines in, reports out."""
    failed = False
    models = models_of(config) if config else {}
    for answer in _answers((jsonl.strings(line, _OPTIONAL) for line in jsonl.read(path, ("id", "text"))), jobs, models):
        failed = failed or "error" in answer
        jsonl.write(answer)
    if failed:
        raise typer.Exit(1)


def models_of(config: Path) -> Mapping[str, str]:
    """The configured pipelines, each known to load."""
    from workers.settings import SettingsError, load

    try:
        models = load(config, os.environ, polls=False).detection.models
        knowledge.load(models=models)
    except (SettingsError, TrainedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return models


def _answers(lines: Iterator[jsonl.Line], jobs: int, models: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    if jobs == 1:
        yield from map(partial(answer, models=models), lines)
        return
    with ProcessPoolExecutor(jobs) as pool:
        while batch := list(islice(lines, jobs * _AHEAD)):
            yield from pool.map(partial(answer, models=models), batch, chunksize=8)


def answer(line: jsonl.Line, models: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """One line's answer, an error when it is unusable."""
    if line.error:
        return jsonl.refusal(line)
    try:
        document = parse(line.fields)
    except ValueError as error:
        return {"id": line.id, "error": str(error)}
    try:
        return {"id": line.id, **encode(code(document, knowledge.load(models=models)))}
    except Exception as error:  # one document that trips detection costs only its own answer
        return {"id": line.id, "error": f"detection failed: {type(error).__name__}: {error}"}


def parse(fields: dict[str, Any]) -> Document:
    """A document from its JSON fields. Raises ``ValueError`` naming the field."""
    published = fields.get("published")
    try:
        moment = datetime.fromisoformat(published) if published else None
    except ValueError as error:
        raise ValueError(f"published: {published!r} is no RFC 3339 time") from error
    if moment and moment.tzinfo is None:
        raise ValueError(f"published: {published!r} lacks an offset")
    named = {name: fields.get(name) or None for name in ("title", "language", "country", "source")}
    return Document(id=fields["id"], text=fields["text"], published=moment, **named)
