"""``clashwatch feed``: feed files in, their entries out (interfaces.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from workers.cli import jsonl
from workers.cli.children import Fate, Limits, answers
from workers.pipeline.feed import NotAFeed, parse
from workers.pipeline.models import Entry

app = typer.Typer()

_LIMITS = Limits(seconds=5.0, memory=1024**3)


@app.command()
def feed(
    path: str = typer.Argument("-", help="JSON Lines with id, path, url?; - for standard input."),
    jobs: int = typer.Option(1, min=1, help="Processes that parse."),
) -> None:
    """Answer every line with the feed's title, format, entries and problems."""
    lines = (jsonl.strings(line, ("url",)) for line in jsonl.read(path, ("id", "path")))
    unusable = False
    for line, answer in answers(answer_of, lines, jobs, _LIMITS):
        if isinstance(answer, Fate):
            answer = {"id": line.id, "error": str(answer)}
        unusable |= "error" in answer
        jsonl.write(answer)
    if unusable:
        raise typer.Exit(1)


def answer_of(line: jsonl.Line) -> dict[str, Any]:
    """What is no feed answers with format null, no entries and the reason among the problems."""
    if line.error:
        return jsonl.refusal(line)
    try:
        body = Path(line.fields["path"]).read_bytes()
    except OSError as error:
        return {"id": line.id, "error": f"{line.fields['path']}: {error.strerror}"}
    try:
        found = parse(body, url=line.fields.get("url"), now=datetime.now(UTC))
    except NotAFeed as error:
        return {"id": line.id, "title": "", "format": None, "entries": [], "problems": [f"not a feed: {error}"]}
    return {
        "id": line.id,
        "title": found.title,
        "format": found.format,
        "entries": [_entry(entry) for entry in found.entries],
        "problems": list(found.problems),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published": entry.published.isoformat() if entry.published else None,
        "language": entry.language,
    }
