"""``clashwatch up``: the whole service on this machine, supervised.

In: a configuration, or with ``--corpus`` a news site to serve and watch. Out: a running service and a
running account of it; with ``--once`` one last line of JSON when the corpus has been worked through.
Ctrl-C stops everything in order; if we are killed, the kernel stops the children.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy import Engine

from workers.adapters import embedded, gazetteer
from workers.adapters.processes import Child, Supervisor
from workers.adapters.store import feeds, gauges, yields
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.works import POLL, QUEUES
from workers.cli import demo
from workers.cli.console import Console
from workers.cli.demo import Demo
from workers.settings import Settings, SettingsError, load

app = typer.Typer()

PATIENCE = 240.0
"""Seconds after which ``--once`` gives up and says what is missing."""
SERVERS = ("valkey", "postgresql")
ROLES = ("beat", *QUEUES, "api", "exporter")


class Stopped(BaseException):
    """Somebody asked us to end. No ``Exception``: SQLAlchemy takes those that come in mid-query for its own."""


@app.command()
def up(
    config: Annotated[Path, typer.Option(envvar="CLASHWATCH_CONFIG", help="Configuration folder.")] = Path("config"),
    state: Annotated[
        Path | None, typer.Option(help="Where state lies, if not in the configuration's state_dir.")
    ] = None,
    corpus: Annotated[Path | None, typer.Option(help="Serve and watch this news site (seeds/README.md).")] = None,
    once: Annotated[bool, typer.Option("--once", help="End when the corpus has been worked through.")] = False,
) -> None:
    """Run everything here: private database and broker, workers, API, exporter."""
    if once and corpus is None:
        typer.echo("--once needs --corpus: a live feed is never worked through", err=True)
        raise typer.Exit(2)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _stop)
    account, state = None, state or _state_dir(config)
    with contextlib.suppress(Stopped), _alone(state), contextlib.ExitStack() as stack:
        served = stack.enter_context(demo.serve(corpus, config, state)) if corpus else None
        environment = _environment(config, state, served)
        console = stack.enter_context(Console())
        environment |= _free_ports(_settings(environment))
        settings = _settings(environment)
        supervisor = Supervisor(
            state / "log", on_line=lambda _, line: _relay(console, line), on_death=_mourn(console, state)
        )
        stack.callback(_stop_all, supervisor)
        engine = _start(supervisor, console, settings, environment)
        stack.callback(engine.dispose)
        account = _watch(supervisor, console, engine, served if once else None)
    if account:
        typer.echo(json.dumps(account))  # after everything has stopped, so that it is the last line
        raise typer.Exit(1 if account["missing"] or account["unexpected"] else 0)


def _state_dir(config: Path) -> Path:
    """The configuration's: every other command looks there. A corpus brings feeds where it has none."""
    return _settings({**os.environ, "CLASHWATCH_CONFIG": str(config)}, polls=False).state_dir


def _stop(*_: object) -> NoReturn:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)  # one Ctrl-C too many must not interrupt the stopping
    raise Stopped


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Two services on one state folder would fight over its servers."""
    with embedded.locked(state) as alone:
        if not alone:
            typer.echo(f"another clashwatch up runs on {state}; stop it or give --state", err=True)
            raise typer.Exit(1)
        yield


def _environment(config: Path, state: Path, served: Demo | None) -> dict[str, str]:
    """What the children inherit: where the configuration and the state are."""
    folders = [config, served.overlay] if served else [config]
    named = os.pathsep.join(str(folder.resolve()) for folder in folders)
    return {**os.environ, "CLASHWATCH_CONFIG": named, "CLASHWATCH_STATE_DIR": str(state.resolve())}


def _settings(environment: dict[str, str], polls: bool = True) -> Settings:
    try:
        return load(None, environment, polls=polls)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _relay(console: Console, line: str) -> None:
    """What the console receiver printed; not Celery's word to whoever pressed Ctrl-C."""
    if not line.startswith("worker: "):
        console.relay(line)


def _free_ports(settings: Settings) -> dict[str, str]:
    """Other ports for what is taken here: a second service on one machine must not fail over a number."""
    chosen = {}
    for role, place in (("API", settings.api), ("EXPORTER", settings.exporter)):
        try:
            socket.create_server((place.host, place.port)).close()
        except OSError:
            with socket.create_server((place.host, 0)) as free:
                chosen[f"CLASHWATCH_{role}_PORT"] = str(free.getsockname()[1])
    return chosen


def _mourn(console: Console, state: Path) -> Callable[[str, int], None]:
    return lambda name, code: console.say(f"{name} ended ({code}) and starts again; see {state}/log/{name}.log")


def _start(supervisor: Supervisor, console: Console, settings: Settings, environment: dict[str, str]) -> Engine:
    """Everything in dependency order; returns when the roles run and the schema is up to date."""
    console.say("starting the private PostgreSQL and Valkey" if settings.database.url is None else "starting")
    if settings.database.url is None:
        environment["CLASHWATCH_DATABASE_URL"] = _serve(supervisor, embedded.postgres(settings.state_dir))
    if settings.redis.url is None:
        environment["CLASHWATCH_REDIS_URL"] = _serve(supervisor, embedded.valkey(settings.state_dir))
    url = settings.database.url or environment["CLASHWATCH_DATABASE_URL"]
    migrate(url)
    engine = connect(url)
    gazetteer.load()  # built here once if it is missing, not by every worker
    for role in reversed(ROLES):
        supervisor.start(_role(role, environment))
    api, exporter = settings.api, settings.exporter
    console.say(f"watching {len(settings.feeds)} feeds")
    console.say(
        f"API http://{api.host}:{api.port}/api/v1/clashes  metrics http://{exporter.host}:{exporter.port}/metrics"
    )
    return engine


def _serve(supervisor: Supervisor, server: embedded.Server) -> str:
    supervisor.start(server.child)
    server.ready()
    return server.url


def _role(role: str, environment: dict[str, str]) -> Child:
    words = ["worker", role] if role in QUEUES else [role]
    argv = [sys.executable, "-m", "workers", *words]
    return Child(role, argv, env=environment, relay=role == "notify", stop=signal.SIGTERM)


def _stop_all(supervisor: Supervisor) -> None:
    """Beat first, so that nothing new begins; then those who work; then what they work on."""
    supervisor.stop("beat")
    supervisor.stop(*QUEUES, "api", "exporter")
    for server in SERVERS:
        supervisor.stop(server)


def _watch(supervisor: Supervisor, console: Console, engine: Engine, served: Demo | None) -> dict[str, int]:
    """Show how it goes until somebody stops us or, with a corpus to work through, until that is done."""
    began, before = time.time(), gauges.held(engine)["deliveries"]
    if served:
        feeds.poll_now(engine)
    while True:
        supervisor.check()
        console.show(gauges.held(engine))
        if served and (_worked_through(engine, served, began) or time.time() - began > PATIENCE):
            return _account(console, engine, served, before)
        time.sleep(0.5)


def _worked_through(engine: Engine, served: Demo, since: float) -> bool:
    """Every feed of the corpus has answered since ``since`` and nothing that it brought is left to do."""
    known = yields.vitals(engine)
    answered = {slug for slug, feed in known.items() if feed.answered and feed.answered.timestamp() >= since}
    left = any(stage.rows for stage in gauges.waiting(engine) if stage.stage != POLL.stage)
    return not left and answered >= {feed.slug for feed in served.feeds}


def _account(console: Console, engine: Engine, served: Demo, before: int) -> dict[str, int]:
    """The store's totals, and how the alerts delivered compare with the corpus's truth."""
    found = served.compare(engine)
    for expected in found.missing:
        console.say(f"missing: {expected.rule}: {expected.what}")
    for told, why in found.unexpected:
        console.say(f"unexpected: {told.rule} {told.clash}: {why}")
    totals = gauges.held(engine)
    compared = {"missing": len(found.missing), "unexpected": len(found.unexpected)}
    return {**totals, "new_deliveries": totals["deliveries"] - before, **compared}
