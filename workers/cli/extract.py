"""``clashwatch extract``: HTML files in, articles out, each under a timer and a memory limit (interfaces.md)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from workers.cli import jsonl
from workers.cli.children import Fate, Limits, answers
from workers.pipeline.dates import moment
from workers.pipeline.extract import MAX_BYTES, extract, warm
from workers.pipeline.models import Article, Outcome, Page, Part

app = typer.Typer()

_MEMORY = 2 * 1024**3


@app.command(name="extract")
def extract_files(
    path: str = typer.Argument("-", help="JSON Lines with id, path, url?, encoding?, fetched?; - for standard input."),
    jobs: int = typer.Option(1, min=1, help="Processes that extract."),
    timeout: float = typer.Option(10.0, min=0.1, help="Seconds a document may take."),
) -> None:
    """Answer every line with the article, or the outcome that says why there is none."""
    lines = (jsonl.strings(line, ("url", "encoding", "fetched")) for line in jsonl.read(path, ("id", "path")))
    warm()  # before the children fork, so that no document pays for it
    unusable = False
    for line, answer in answers(answer_of, lines, jobs, Limits(timeout, _MEMORY)):
        if isinstance(answer, Fate):
            answer = _shown(line.id, Article(Outcome.TIMEOUT, reason=str(answer)))
        unusable |= "error" in answer
        jsonl.write(answer)
    if unusable:
        raise typer.Exit(1)


def answer_of(line: jsonl.Line) -> dict[str, Any]:
    if line.error:
        return jsonl.refusal(line)
    fetched = moment(line.fields["fetched"]) if line.fields.get("fetched") else datetime.now(UTC)
    if fetched is None:
        return {"id": line.id, "error": f"fetched: {line.fields['fetched']!r} is no time"}
    try:
        body = _bytes(Path(line.fields["path"]))
    except OSError as error:
        return {"id": line.id, "error": f"{line.fields['path']}: {error.strerror}"}
    except zlib.error as error:
        return {"id": line.id, "error": f"{line.fields['path']}: {error}"}
    url = line.fields.get("url") or ""
    return _shown(line.id, extract(Page(url, url, body, None, line.fields.get("encoding"), fetched)))


def _bytes(path: Path) -> bytes:
    """The file, unpacked; one byte more than the limit is enough to know that it is too large."""
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    if path.suffix != ".gz":
        return body
    return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)


def _shown(id_: Any, article: Article) -> dict[str, Any]:
    return {
        "id": id_,
        "outcome": str(article.outcome),
        "title": article.title,
        "text": article.text,
        "published": article.published.isoformat() if article.published else None,
        "modified": article.modified.isoformat() if article.modified else None,
        "language": article.language,
        "origin": article.origin,
        "authors": list(article.authors),
        "canonical_url": article.canonical_url,
        "reason": article.reason,
        "parts": [_part(part) for part in article.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "title": part.title,
        "text": part.text,
        "published": part.published.isoformat() if part.published else None,
    }
