"""``clashwatch cluster``: documents in, the incidents that they report out (interfaces.md)."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import typer

from workers.cli import jsonl, newsroom
from workers.cli.newsroom import Reading
from workers.pipeline.cluster import Clustering
from workers.pipeline.cluster import cluster as clustered
from workers.pipeline.models import Document, Filing

app = typer.Typer()
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a document without ``published`` stands in time: before all others, in input order."""


@app.command()
def cluster(
    path: str = typer.Argument("-", help="JSON Lines with the fields of detect; - for standard input."),
    jobs: int = typer.Option(1, min=1, help="Processes that code documents."),
) -> None:
    """Answer every line with copy_of, clashes and situations, by final ids."""
    lines = list(jsonl.read(path, ("id", "text")))
    documents: dict[int, Document] = {}
    errors: dict[int, str] = {}
    for number, line in enumerate(lines):
        try:
            documents[number] = newsroom.document_of(line)
        except ValueError as error:
            errors[number] = str(error)
    answers = answer(newsroom.read(sorted(documents.values(), key=_order), jobs))
    for number, line in enumerate(lines):
        jsonl.write(answers[line.id] if number in documents else {"id": line.id, "error": errors[number]})
    if errors or any("error" in one for one in answers.values()):
        raise typer.Exit(1)


def _order(document: Document) -> tuple[datetime, str]:
    """By time, then by id, so that the order of the input cannot matter; without a time input order decides."""
    return (document.published, document.id) if document.published else (UNDATED, "")


def answer(readings: list[Reading]) -> dict[str, dict[str, Any]]:
    """The answer to every document; ``readings`` come earliest first."""
    filings = [filing for reading in readings for filing in _filings(reading)]
    latest = max((filing.published for filing in filings), default=UNDATED)
    found = clustered(filings, (), latest, context=newsroom.context())
    told = _told(filings, found)
    situation = {clash.id: clash.situation for clash in found.clashes}
    answers: dict[str, dict[str, Any]] = {}
    for reading in readings:
        name = reading.document.id
        if reading.error:
            answers[name] = {"id": name, "error": reading.error}
            continue
        root = reading.copy.origin if reading.copy else name
        clashes = sorted(told[root] or told[name])
        answers[name] = {
            "id": name,
            "copy_of": reading.copy.origin if reading.copy else None,
            "clashes": clashes,
            "situations": sorted({situation[clash] or "" for clash in clashes}),
        }
    return answers


def _filings(reading: Reading) -> list[Filing]:
    source = reading.document.source
    return newsroom.filings_of(reading, reading.document.published or UNDATED, source, source)


def _told(filings: list[Filing], found: Clustering) -> dict[str, set[str]]:
    """The clashes that each article reports."""
    home = {name: clash.id for clash in found.clashes for name in clash.filings}
    told: dict[str, set[str]] = defaultdict(set)
    for filing in filings:
        if filing.id in home:
            told[filing.article].add(home[filing.id])
    return told
