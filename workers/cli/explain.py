"""``clashwatch explain``: what detection made of one article, and why, for somebody who reads."""

from __future__ import annotations

import os
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import jsonl
from workers.cli.operate import AsJson, Folder, engine_or_exit
from workers.pipeline.models import Article, Document, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer()

_PAGES = (".html", ".htm", ".html.gz", ".htm.gz")


@app.command()
def explain(
    subject: Annotated[
        str, typer.Argument(metavar="FILE|URL|ARTICLE-ID", help="A .txt, .html, .html.gz or .jsonl; or the store's id.")
    ],
    published: Annotated[str | None, typer.Option(help="RFC 3339 time of an article that names none.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Show sentences with their evidence, cues, places with their runners-up, and gates. Exits 1 without a text."""
    from rich.console import Console

    from workers.cli.account import account
    from workers.cli.account_shown import shown
    from workers.cli.equipped import detector
    from workers.settings import SettingsError

    try:
        documents = list(_documents(subject, _moment(published), config))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except (OSError, ValueError, zlib.error) as error:
        typer.echo(f"{subject}: {error}", err=True)
        raise typer.Exit(1) from None
    console = Console(highlight=False, soft_wrap=True)
    known = detector(config).knowledge
    for document in documents:
        told = account(document, known)
        if as_json:
            jsonl.write(told)
        else:
            for line in shown(told):
                console.print(line)


def _moment(published: str | None) -> datetime | None:
    from workers.cli.newsroom import moment

    if published is None:
        return None
    try:
        return moment(published)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--published") from None


def _documents(subject: str, published: datetime | None, config: Path | None) -> Iterator[Document]:
    """What the subject stands for: a file if there is one, else an address, else an id."""
    path = Path(subject)
    if path.is_file():
        yield from _of_file(path, published)
    elif subject.startswith(("http://", "https://")):
        yield _of_page(_fetched(subject, config), subject, published)
    elif subject.isascii() and subject.isdecimal():
        yield _of_store(int(subject), config)
    else:
        raise ValueError("no such file, and neither an http address nor the id of an article")


def _of_file(path: Path, published: datetime | None) -> Iterator[Document]:
    if path.name.endswith(_PAGES):
        yield _of_page(Page("", "", _bytes(path), None, None, datetime.now(UTC)), path.name, published)
    elif path.suffix == ".jsonl":
        yield from _of_lines(path, published)
    else:
        yield Document(path.name, path.read_text("utf-8-sig"), published=published)


def _bytes(path: Path) -> bytes:
    """Unpacked, no more than extraction reads."""
    from workers.pipeline.extract import MAX_BYTES

    body = path.read_bytes()
    return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1) if path.suffix == ".gz" else body


def _of_lines(path: Path, published: datetime | None) -> Iterator[Document]:
    from dataclasses import replace

    from workers.cli.newsroom import document_of

    for line in jsonl.read(str(path), ("id", "text")):
        document = document_of(line)
        yield replace(document, published=document.published or published)


def _of_page(page: Page, name: str, published: datetime | None) -> Document:
    from workers.pipeline.extract import extract

    return _of_article(extract(page), name, published)


def _of_article(article: Article, name: str, published: datetime | None) -> Document:
    if not article.text:
        raise ValueError(f"{article.outcome}: {article.reason}")
    at = article.published or published
    return Document(name, article.text, article.title or None, at, article.language)


def _fetched(url: str, config: Path | None) -> Page:
    """One page through the guarded fetcher, under the configuration's manners but for the spacing."""
    from workers.adapters.web import Fetcher, Policy, Request
    from workers.settings import load

    fetch = load(config, os.environ, polls=False).fetch
    policy = Policy(fetch.user_agent, fetch.contact, fetch.timeout, spacing=0, robots=fetch.robots, allow=fetch.allow)
    (answer,) = Fetcher(policy).fetch([Request(url)])
    if answer.page is None or not answer.page.body:
        raise ValueError(f"{answer.outcome} {answer.status or ''} {answer.detail}".strip())
    return answer.page


def _of_store(article_id: int, config: Path | None) -> Document:
    from sqlalchemy.exc import DataError, NoResultFound, ProgrammingError

    from workers.adapters.store import articles, filings

    engine = engine_or_exit(config)
    try:
        return filings.document(articles.load(engine, article_id))
    except (NoResultFound, DataError):
        raise ValueError("the store has no such article") from None
    except ProgrammingError as error:
        raise ValueError(f"no store: {str(error.orig).splitlines()[0]}") from None
