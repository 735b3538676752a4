"""``clashwatch feeds``: list, add, check, import, export. ``feeds.yml`` is the truth; a running service is told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from workers.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List, add, check, import and export feeds.")

_TIMES = {"answered": "answered_at", "news": "entry_at", "due": "due_at"}
_FINE = frozenset({"ok", "not_modified", "unchanged_hash", None})


@app.command("list")
def list_(
    broken: Annotated[bool, typer.Option("--broken", help="Only feeds whose last poll failed.")] = False,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Every feed with what its last poll brought, when it last answered and had news, and when it is due."""
    settings = _settings(config)
    states = _states(settings)
    for feed in settings.feeds:
        state = states.get(feed.slug, {})
        if broken and state.get("outcome") in _FINE:
            continue
        if as_json:
            typer.echo(json.dumps({"slug": feed.slug, "url": feed.url, "family": feed.family} | state, default=str))
            continue
        times = (f"{word} {state[at]:%m-%d %H:%M}" for word, at in _TIMES.items() if state.get(at))
        seen = "  ".join(times)
        typer.echo(f"{feed.slug:<30} {state.get('outcome') or 'not polled':<15} {feed.url}  {seen}".rstrip())


@app.command()
def check(url: str, config: Folder = None, as_json: AsJson = False) -> None:
    """Fetch a feed once, without keeping anything, and show all that was learnt. Exit 1 if it is no feed."""
    from workers.cli.probe import probe

    learnt = probe(url, _settings(config).fetch)
    if as_json:
        typer.echo(json.dumps(learnt, ensure_ascii=False, default=str))
    else:
        for name, value in learnt.items():
            for line in value if isinstance(value, list) else [value]:
                typer.echo(f"{name:<14} {line}")
    if learnt.get("format") is None:
        raise typer.Exit(1)


@app.command()
def add(
    url: str,
    slug: Annotated[str | None, typer.Option(help="Its name in metrics, logs and here.")] = None,
    family: Annotated[str | None, typer.Option(help="Publisher family; without one it corroborates nothing.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP 47, as in nl or pt-BR.")] = None,
    country: Annotated[str | None, typer.Option(help="The publisher's own, ISO 3166-1 alpha-2.")] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not fetch it first.")] = False,
    config: Folder = None,
) -> None:
    """Write a feed to feeds.yml, once it has proved to be one."""
    from workers.cli.probe import probe
    from workers.settings.opml import slugify

    learnt = {} if unchecked else probe(url, _settings(config).fetch)
    if not unchecked and learnt.get("format") is None:
        typer.echo(f"not added: {learnt.get('not a feed') or learnt.get('outcome')}", err=True)
        for announced in learnt.get("announces", []):
            typer.echo(f"the page announces {announced}", err=True)
        raise typer.Exit(1)
    title = learnt.get("title") or None
    name = slug or slugify(title or "") or slugify(url.partition("://")[2])
    known = {"language": language or learnt.get("language"), "country": country}
    _write(config, [{"slug": name, "url": url, "title": title, "family": family, **known}])


@app.command("import")
def import_(path: Annotated[Path, typer.Argument(metavar="OPML")], config: Folder = None) -> None:
    """Add all feeds of an OPML list to feeds.yml."""
    from workers.settings import Problem
    from workers.settings.opml import feeds_of

    problems: list[Problem] = []
    found = feeds_of(path, Problem(str(path), "", ""), problems)
    if problems:
        typer.echo("\n".join(map(str, problems)), err=True)
        raise typer.Exit(1)
    _write(config, found)


@app.command()
def export(path: Annotated[str, typer.Argument(metavar="OPML")] = "-", config: Folder = None) -> None:
    """Write all feeds as an OPML list, for this program or others; - for standard output."""
    from workers.adapters.opml import opml

    written = opml(_settings(config).feeds)
    if path == "-":
        sys.stdout.buffer.write(written)
    else:
        Path(path).write_bytes(written)


def _settings(config: Path | None) -> Settings:
    """The configuration, which need not list any feed yet; else every fault and exit code 2."""
    from workers.settings import SettingsError, load

    try:
        return load(config, os.environ, polls=False)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _write(config: Path | None, feeds: list[dict[str, Any]]) -> None:
    """Into the last folder's file; what would not start is taken back."""
    from workers.adapters.feed_list import append
    from workers.settings import SettingsError, load

    path = _settings(config).config[-1] / "feeds.yml"
    before = path.read_bytes() if path.exists() else None
    added = append(path, feeds)
    try:
        settings = load(config, os.environ)
    except SettingsError as error:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
        typer.echo(f"nothing added:\n{error}", err=True)
        raise typer.Exit(1) from None
    told = _tell(settings) if added else False
    typer.echo(
        f"{added} added to {path}, {len(feeds) - added} known" + (", polled from now on" if told else ""), err=True
    )


def _tell(settings: Settings) -> bool:
    """Subscribe the store, when there is one and it answers; else the service reads the file at its next start."""
    from workers.adapters.store.feeds import subscribe

    engine = _engine(settings)
    if engine is not None:
        subscribe(engine, settings.feeds)
    return engine is not None


def _states(settings: Settings) -> dict[str, dict[str, Any]]:
    from workers.adapters.store import views

    engine = _engine(settings)
    return {row["slug"]: row for row in views.feeds(engine)} if engine is not None else {}


def _engine(settings: Settings) -> Engine | None:
    from sqlalchemy.exc import DBAPIError

    from workers.adapters.store.engine import connect
    from workers.cli.operate import database_url

    if settings.database.url is None and not (settings.state_dir / "postgresql" / "PG_VERSION").exists():
        return None
    engine = connect(database_url(settings))
    try:
        engine.connect().close()
    except DBAPIError:
        return None
    return engine
