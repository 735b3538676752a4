"""A folder of documents in, the articles that it holds out: texts, pages, JSON Lines, or feeds with their pages.

A ``.txt`` says nothing of itself. What a feed would have said (title, published, language, country, source) may stand
in ``NAME.yml`` beside it, in a line of ``meta.jsonl`` whose id is NAME, or be given for the time on the command line.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workers.cli.newsroom import moment
from workers.pipeline import urls
from workers.pipeline.extract import extract
from workers.pipeline.extract.agencies import origin
from workers.pipeline.feed import NotAFeed, parse
from workers.pipeline.models import Article, Document, Entry, Outcome, Page

_FIELDS = ("title", "language", "country", "source")
_SPACE = "\n\n"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, where it was published, and the agency that it credits."""

    document: Document
    url: str | None = None
    credit: str | None = None
    parts: tuple[Document, ...] = ()
    """What a live blog or a digest consists of, each with its own time; empty for a text that is one."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """What detection is given."""
        return self.parts or (self.document,)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that holds no article, and why."""

    name: str
    why: str


class Folder:
    """``times`` maps the beginning of a file's name to its time of publication; ``""`` stands for all others."""

    def __init__(self, path: Path, times: Mapping[str, datetime]) -> None:
        self._path = path
        self._times = sorted(times.items(), key=lambda pair: -len(pair[0]))
        self._notes = dict(_notes(path / "meta.jsonl"))

    def papers(self) -> Iterator[Paper | Unread]:
        """Everything in the folder, feeds first, then files by name."""
        used: set[Path] = set()
        for feed in sorted([*self._path.glob("feed.xml"), *self._path.glob("*/feed.xml")]):
            yield from self._feed(feed, used)
        for path in sorted(self._path.iterdir()):
            if path.suffix == ".txt":
                yield self._text(path)
            elif path.name.endswith((".html", ".htm", ".html.gz")) and path not in used:
                yield self._page(path, None)
            elif path.suffix == ".jsonl" and path.name != "meta.jsonl":
                yield from self._lines(path)

    def _text(self, path: Path) -> Paper | Unread:
        return self._paper(path.stem, path.read_text("utf-8", errors="replace"), self._note(path))

    def _lines(self, path: Path) -> Iterator[Paper | Unread]:
        for number, raw in enumerate(path.read_text("utf-8").splitlines(), 1):
            if raw.strip():
                try:
                    row = json.loads(raw)
                    yield self._paper(row["id"], row["text"], row)
                except (ValueError, TypeError, KeyError) as error:
                    yield Unread(f"{path.name}:{number}", f"unusable line: {error}")

    def _page(self, path: Path, entry: Entry | None) -> Paper | Unread:
        note, name = self._note(path), _stem(path)
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        url = note.get("url") or (entry.url if entry else None) or ""
        fetched = (entry.published if entry else None) or self._time(name, note) or datetime.now(UTC)
        article = extract(Page(url, url, body, None, None, fetched), entry=entry, language=note.get("language"))
        if article.outcome is not Outcome.ARTICLE and not article.text:
            return Unread(path.name, f"{article.outcome}: {article.reason}")
        told = {"title": article.title, "published": article.published, "language": article.language, "url": url}
        paper = self._paper(name, article.text, {**told, **note}, article.origin)
        return replace(paper, parts=_parts(paper.document, article)) if isinstance(paper, Paper) else paper

    def _feed(self, path: Path, used: set[Path]) -> Iterator[Paper | Unread]:
        try:
            feed = parse(path.read_bytes(), now=datetime.now(UTC))
        except NotAFeed as error:
            yield Unread(path.name, str(error))
            return
        note = self._note(path)
        for entry in feed.entries:
            page = _local(path.parent, entry.url)
            if page is not None:
                used.add(page)
                yield self._page(page, entry)
                continue
            told = {"title": entry.title, "published": entry.published, "language": entry.language, "url": entry.url}
            text = entry.content or entry.summary
            yield self._paper(entry.guid, text, {**told, **note}) if text else Unread(entry.guid, "no page, no text")

    def _paper(self, name: str, text: str, note: Mapping[str, Any], credit: str | None = None) -> Paper | Unread:
        try:
            fields = {key: str(note[key]) for key in _FIELDS if note.get(key)}
            document = Document(name, text.strip(), published=self._time(name, note), **fields)
        except ValueError as error:
            return Unread(name, str(error))
        return Paper(document, _canonical(note.get("url")), credit or origin(text))

    def _time(self, name: str, note: Mapping[str, Any]) -> datetime | None:
        given = next((at for start, at in self._times if start and name.startswith(start)), None)
        told = note.get("published")
        if told and not isinstance(told, datetime):
            told = moment(str(told))
        if isinstance(told, datetime) and told.tzinfo is None:
            told = told.replace(tzinfo=UTC)
        return given or told or dict(self._times).get("")

    def _note(self, path: Path) -> Mapping[str, Any]:
        beside = path.with_name(f"{_stem(path)}.yml")
        if not beside.exists():
            return self._notes.get(_stem(path), {})
        try:
            return YAML(typ="safe").load(beside) or {}
        except YAMLError as error:
            raise ValueError(f"{beside}: {error}") from error


def _parts(whole: Document, article: Article) -> tuple[Document, ...]:
    told = [(part.title or None, part.text, part.published or whole.published) for part in article.parts]
    return tuple(replace(whole, title=title, text=text, published=at) for title, text, at in told)


def _notes(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.exists():
        for raw in path.read_text("utf-8").splitlines():
            if raw.strip():
                row = json.loads(raw)
                yield row["id"], row


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def _local(folder: Path, url: str | None) -> Path | None:
    """The page of a link, when the folder holds a file of that name."""
    name = PurePosixPath(unquote(urlsplit(url or "").path)).name
    names = [name, f"{name}.html", f"{name}.html.gz"] if name else []
    return next((folder / one for one in names if (folder / one).is_file()), None)


def _canonical(url: object) -> str | None:
    try:
        return urls.canonical(str(url)) if url else None
    except ValueError:
        return None


def times(given: Sequence[str]) -> dict[str, datetime]:
    """``TIME`` for all, ``NAME=TIME`` for files whose name begins so. Raises ``ValueError``."""
    pairs = (text.rsplit("=", 1) if "=" in text else ("", text) for text in given)
    return {name: moment(at) for name, at in pairs}
