"""``clashwatch detect``: documents in, what each says out (interfaces.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from workers.adapters.detector import Detector
from workers.cli import jsonl
from workers.cli.equipped import detector
from workers.pipeline.detect.opinion import Outcome
from workers.pipeline.models import Document
from workers.pipeline.wire import encode

app = typer.Typer()
_OPTIONAL = ("title", "published", "language", "country", "source")
_AHEAD = 64
"""Lines handed to the processes at once, per process: memory stays flat however long the input."""
Answer = tuple[dict[str, Any], Sequence[Outcome]]


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
    failed, asked = False, Counter[str]()
    lines = (jsonl.strings(line, _OPTIONAL) for line in jsonl.read(path, ("id", "text")))
    for answer, outcomes in _answers(lines, jobs, config):
        failed = failed or "error" in answer
        asked.update(outcomes)
        jsonl.write(answer)
    if asked:
        typer.echo(
            "second opinions: " + ", ".join(f"{number} {outcome}" for outcome, number in asked.items()), err=True
        )
    if failed:
        raise typer.Exit(1)


_DETECTOR: list[Detector] = []


def _equip(config: Path | None, jobs: int) -> None:
    """Says what this process detects with."""
    _DETECTOR[:] = [detector(config, jobs)]


def _answers(lines: Iterator[jsonl.Line], jobs: int, config: Path | None) -> Iterable[Answer]:
    _equip(config, jobs)
    if jobs == 1:
        yield from map(_answer, lines)
        return
    with ProcessPoolExecutor(jobs, initializer=_equip, initargs=(config, jobs)) as pool:
        while batch := list(islice(lines, jobs * _AHEAD)):
            yield from pool.map(_answer, batch, chunksize=8)


def _answer(line: jsonl.Line) -> Answer:
    """One line's answer, an error when it is unusable; and what was asked about it."""
    if line.error:
        return jsonl.refusal(line), ()
    try:
        document = parse(line.fields)
    except ValueError as error:
        return {"id": line.id, "error": str(error)}, ()
    try:
        (coding,), outcomes = _DETECTOR[0].detect([document])
        return {"id": line.id, **encode(coding)}, outcomes
    except Exception as error:  # one document that trips detection costs only its own answer
        return {"id": line.id, "error": f"detection failed: {type(error).__name__}: {error}"}, ()


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
