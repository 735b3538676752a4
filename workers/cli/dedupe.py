"""``clashwatch dedupe``: texts in, and for each the earliest line that it copies (interfaces.md)."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import typer

from workers.cli import jsonl
from workers.cli.memory import Memory
from workers.pipeline import urls
from workers.pipeline.dedupe import Candidate, sign

app = typer.Typer()


@app.command()
def dedupe(
    path: str = typer.Argument("-", help="JSON Lines with id, text, title?, url?; - for standard input."),
    jobs: int = typer.Option(1, min=1, help="Processes that sign texts."),
) -> None:
    """Answer every line with copy_of (an earlier line's id, or null) and similarity."""
    lines = [jsonl.strings(line, ("title", "url")) for line in jsonl.read(path, ("id", "text"))]
    memory = Memory()
    for line, candidate in zip(lines, _signed(lines, jobs), strict=True):
        if candidate is None:
            jsonl.write(jsonl.refusal(line))
            continue
        found = memory.meet(candidate)
        jsonl.write(
            {
                "id": line.id,
                "copy_of": found.origin if found else None,
                "similarity": found.similarity if found else 0.0,
            }
        )
    if any(line.error for line in lines):
        raise typer.Exit(1)


def _signed(lines: list[jsonl.Line], jobs: int) -> list[Candidate | None]:
    if jobs == 1:
        return [_candidate(line) for line in lines]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_candidate, lines, chunksize=64))


def _candidate(line: jsonl.Line) -> Candidate | None:
    """``None`` when the line is unusable."""
    if line.error:
        return None
    row = line.fields
    return Candidate(row["id"], sign(row["text"], row.get("title")), url=_canonical(row.get("url")))


def _canonical(url: str | None) -> str | None:
    try:
        return urls.canonical(url) if url else None
    except ValueError:
        return None
