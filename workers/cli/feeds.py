"""``clashwatch feeds``: list, poll, check, add, import, export. ``feeds.yml`` is the truth; the service is told."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from workers.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List, poll, check, add, import and export feeds.")

_TIMES = {"answered": "answered_at", "news": "entry_at", "due": "due_at"}


@app.command("list")
def list_(
    broken: Annotated[bool, typer.Option("--broken", help="Only feeds from which news may be missed.")] = False,
    families: Annotated[
        bool, typer.Option("--families", help="A line per publisher family instead of per feed.")
    ] = False,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Every feed with its state and why, when it last answered and had news, what it brings, and when it is due."""
    from workers.pipeline.health import BROKEN

    settings = _settings(config)
    states = _states(settings)
    unknown = {"state": "new", "reason": "not polled yet"}
    rows = [
        {"slug": feed.slug, "url": feed.url, "family": feed.family} | (states.get(feed.slug) or unknown)
        for feed in settings.feeds
    ]
    for row in _by_family(rows) if families else rows:
        if not broken or row["state"] in BROKEN:
            typer.echo(json.dumps(row, default=str) if as_json else _line(row))


def _line(row: dict[str, Any]) -> str:
    times = [f"{word} {row[at]:%m-%d %H:%M}" for word, at in _TIMES.items() if row.get(at)]
    brought = [f"{row['new_per_day']:g} a day"] if row.get("new_per_day") else []
    outcomes = [f"{count} {outcome}" for outcome, count in (row.get("outcomes") or {}).items()]
    pushed = [f"push {row['push']} by {row['hub']}"] if row.get("push") else []
    shown = [row["reason"], *times, *brought, *outcomes, *pushed]
    return f"{row['slug']:<30} {row['state']:<8} {row['url']}  {'  '.join(filter(None, shown))}".rstrip()


def _by_family(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the feeds of a publisher are together: as well as the best of them, with all that they brought."""
    from workers.pipeline.health import State

    order = [str(state) for state in State]
    by_family: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_family.setdefault(row["family"] or row["slug"], []).append(row)
    for family, members in sorted(by_family.items()):
        best = max(members, key=lambda row: order.index(row["state"]))
        outcomes: Counter[str] = Counter()
        for row in members:
            outcomes.update(row.get("outcomes") or {})
        latest = {
            at: max((row[at] for row in members if row.get(at)), default=None) for at in ("answered_at", "entry_at")
        }
        broken = [row["slug"] for row in members if row["state"] != "healthy"]
        together = {"slug": family, "url": f"{len(members)} feeds", "state": best["state"], "reason": best["reason"]}
        per_day = round(sum(row.get("new_per_day") or 0 for row in members), 2)
        yield together | latest | {"new_per_day": per_day, "outcomes": dict(outcomes), "not_healthy": broken}


@app.command()
def poll(
    slugs: Annotated[list[str] | None, typer.Argument(help="Which feeds; none for all.", metavar="SLUG")] = None,
    config: Folder = None,
) -> None:
    """Fetch feeds now, in full and ahead of all others; the running service does it."""
    from workers.adapters.store.feeds import poll_now

    engine = _engine(_settings(config))
    if engine is None:
        typer.echo("no store to tell: is the service running?", err=True)
        raise typer.Exit(1)
    found = poll_now(engine, slugs or None)
    typer.echo(f"{len(found)} feeds are polled now", err=True)
    if missing := sorted(set(slugs or ()) - set(found)):
        typer.echo(f"not subscribed: {', '.join(missing)}", err=True)
        raise typer.Exit(1)


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
    from datetime import UTC, datetime

    from workers.adapters.store import views

    engine = _engine(settings)
    return {row["slug"]: row for row in views.feeds(engine, datetime.now(UTC))} if engine is not None else {}


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
