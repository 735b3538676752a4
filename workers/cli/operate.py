"""``clashwatch migrate``, ``status``, ``health``: the store's schema, what it holds, and whether the roles are well."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from workers.settings import Settings

Folder = Annotated[Path | None, typer.Option("--config", help="Configuration folder.", show_default="config")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON.")]

SILENT = 60.0
"""Seconds without a heartbeat after which a role is not well: beat asks every ten."""

migrate_app = typer.Typer()
status_app = typer.Typer()
health_app = typer.Typer()


@migrate_app.command()
def migrate(
    config: Folder = None,
    patience: Annotated[float, typer.Option(help="Seconds to wait for a database that does not answer yet.")] = 30.0,
) -> None:
    """Bring the database schema up to date."""
    from sqlalchemy.exc import OperationalError

    from workers.adapters.store.engine import migrate as bring_up_to_date

    url, deadline = database_url(settings_or_exit(config)), time.monotonic() + patience
    while True:
        try:
            bring_up_to_date(url)
            return typer.echo("the schema is up to date", err=True)
        except OperationalError as error:
            if time.monotonic() > deadline:
                typer.echo(f"the database does not answer: {error.orig}", err=True)
                raise typer.Exit(1) from None
            time.sleep(1)


@status_app.command()
def status(config: Folder = None, as_json: AsJson = False) -> None:
    """Show what the store holds and what waits."""
    found = _status(engine_or_exit(config))
    if as_json:
        return typer.echo(json.dumps(found))
    typer.echo("holds       " + ", ".join(f"{number} {noun}" for noun, number in found["holds"].items()))
    for one in found["waiting"]:
        typer.echo(f"{one['stage']:<11} {one['due']} due, {one['leased']} at work, oldest {one['oldest']:.0f} s")
    for name in ("feeds", "clashes", "pending", "quarantined", "rescued"):
        counts = ", ".join(f"{key}: {number}" for key, number in found[name].items())
        typer.echo(f"{name:<11} {counts or 'none'}")
    for one in found["heartbeats"]:
        typer.echo(f"{one['role']:<11} {one['instance']}, {one['age']:.0f} s ago")
    return None


def _status(engine: Engine) -> dict[str, Any]:
    from collections import Counter
    from datetime import UTC, datetime

    from workers.adapters.store import gauges, heartbeats, tallies, yields
    from workers.pipeline.health import judge

    now = datetime.now(UTC)
    rescued: Counter[str] = Counter()
    for total in tallies.totals(engine):
        if total.outcome == "rescued":
            rescued[total.stage] += total.count
    beats = heartbeats.latest(engine)
    return {
        "holds": gauges.held(engine),
        "waiting": [asdict(one) for one in gauges.waiting(engine)],
        "feeds": Counter(str(judge(feed, now).state) for feed in yields.vitals(engine).values()),
        "clashes": gauges.clashes(engine),
        "pending": gauges.pending(engine),
        "quarantined": gauges.quarantined(engine),
        "rescued": rescued,
        "heartbeats": [{"role": b.role, "instance": b.instance, "age": b.age} for b in beats],
    }


@health_app.command()
def health(
    role: Annotated[str, typer.Argument(help="beat, fetch, process, notify, api or exporter")],
    config: Folder = None,
    silent: Annotated[float, typer.Option(help="Seconds of silence that are still fine.")] = SILENT,
    instance: Annotated[str | None, typer.Option(help="Host name, where only one machine's answer counts.")] = None,
) -> None:
    """Exit 0 when a role's heartbeat is fresh (container probes)."""
    from workers.adapters.store import heartbeats

    beats = [b for b in heartbeats.latest(engine_or_exit(config)) if b.role == role and instance in (None, b.instance)]
    freshest = min((b.age for b in beats), default=None)
    if freshest is None:
        typer.echo(f"{role} has not shown itself yet", err=True)
        raise typer.Exit(1)
    typer.echo(f"{role} was heard {freshest:.0f} s ago", err=True)
    raise typer.Exit(0 if freshest <= silent else 1)


def settings_or_exit(config: Path | None) -> Settings:
    """The configuration, or every fault on standard error and exit code 2."""
    from workers.settings import SettingsError, load

    try:
        return load(config, os.environ)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def database_url(settings: Settings) -> str:
    """The configured database; without one, the private server's of a service that runs here."""
    if settings.database.url is not None:
        return settings.database.url
    from workers.adapters import embedded

    if not (settings.state_dir / "postgresql" / "PG_VERSION").exists():
        typer.echo("no database: set CLASHWATCH_DATABASE_URL, or start `clashwatch up` first", err=True)
        raise typer.Exit(2)
    return embedded.postgres(settings.state_dir).url


def engine_or_exit(config: Path | None) -> Engine:
    """The store, its connections closed when the command is done with it; or why there is none and exit code 1."""
    import weakref

    from sqlalchemy.exc import OperationalError

    from workers.adapters.store.engine import connect

    engine = connect(database_url(settings_or_exit(config)))
    weakref.finalize(engine, engine.pool.dispose)
    try:
        engine.connect().close()
    except OperationalError as error:
        typer.echo(f"the database does not answer: {error.orig}", err=True)
        raise typer.Exit(1) from None
    return engine


apps = {"migrate": migrate_app, "status": status_app, "health": health_app}
