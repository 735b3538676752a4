"""The live path in memory, from documents to filings: what the store does between processes, for one command."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from workers.adapters import knowledge
from workers.cli.jsonl import Line
from workers.cli.memory import Memory
from workers.pipeline.cluster import Context, filed
from workers.pipeline.dedupe import Candidate, Copy, sign
from workers.pipeline.detect import detect
from workers.pipeline.models import Coding, Document, Filing
from workers.pipeline.models.knowledge import Knowledge

_OPTIONAL = ("title", "language", "country", "source")


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with its code, and the copy it is. ``error`` says why it could not be coded."""

    document: Document
    coding: Coding
    copy: Copy | None
    error: str | None = None


def document_of(line: Line) -> Document:
    """The document of an input line. Raises ``ValueError`` in words when a field is unusable."""
    row = line.fields
    if line.error:
        raise ValueError(line.error)
    for name in (*_OPTIONAL, "published"):
        if not isinstance(row.get(name), str | None):
            raise ValueError(f"{name}: a string is expected")
    published = moment(row["published"]) if row.get("published") else None
    return Document(row["id"], row["text"], published=published, **{name: row.get(name) for name in _OPTIONAL})


def moment(text: str) -> datetime:
    """RFC 3339 with an offset. Raises ``ValueError`` without one: a day may hang on it."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"published: {text} has no offset")
    return at


def read(documents: Iterable[Document], jobs: int = 1) -> list[Reading]:
    """Every document signed, compared with those before it and coded; ``documents`` come earliest first."""
    documents, memory = list(documents), Memory()
    copies = [
        memory.meet(Candidate(str(number), sign(document.text, document.title), document.published))
        for number, document in enumerate(documents)
    ]
    named = [replace(copy, origin=documents[int(copy.origin)].id) if copy else None for copy in copies]
    readings = zip(documents, _coded(documents, jobs), named, strict=True)
    return [Reading(document, coding, copy, error) for document, (coding, error), copy in readings]


def _coded(documents: list[Document], jobs: int) -> Iterable[tuple[Coding, str | None]]:
    if jobs == 1:
        return map(_code, documents)
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_code, documents, chunksize=8))


def _code(document: Document) -> tuple[Coding, str | None]:
    """One document that detection trips over must not cost the others their answers."""
    try:
        return detect(document, knowledge.load()), None
    except Exception as error:
        return Coding("", (), ()), f"{type(error).__name__}: {error}"


def filings_of(reading: Reading, published: datetime, family: str | None, origin: str | None) -> list[Filing]:
    """The reports that tell of an incident as current, update it or take it back, each with its evidence's words."""
    document, coding = reading.document, reading.coding
    return [
        Filing(
            id=f"{document.id}/{number}",
            article=document.id,
            published=published,
            report=report,
            family=family,
            origin=origin,
            copy_of=reading.copy.origin if reading.copy else None,
            language=coding.language,
            title=document.title or "",
            quotes=tuple(document.full[start:end] for start, end in report.evidence),
        )
        for number, report in enumerate(coding.reports)
        if filed(report).yes
    ]


def context(known: Knowledge | None = None) -> Context:
    """What linking knows beside the filings."""
    actors = (known or knowledge.load()).actors
    return Context(allied=actors.allied) if actors else Context()
