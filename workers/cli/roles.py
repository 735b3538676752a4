"""The long-running roles: ``clashwatch worker QUEUE`` and ``clashwatch beat``. Each ends in order on SIGTERM."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workers.settings import Settings

Folder = Annotated[Path | None, typer.Option("--config", help="Configuration folder.", show_default="config")]

worker_app = typer.Typer()
beat_app = typer.Typer()


@worker_app.command()
def worker(
    queue: Annotated[str, typer.Argument(help="fetch, process or notify")],
    config: Folder = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Child processes, instead of the configured number.")
    ] = None,
) -> None:
    """Work off one queue."""
    from workers.adapters.store.works import QUEUES

    if queue not in QUEUES:
        raise typer.BadParameter(f"'{queue}' is no queue: choose {', '.join(QUEUES)}")
    # billiard reads it when imported: SIGTERM then lets running tasks end (soft shutdown) and takes no new ones.
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    settings = ready(queue, config)
    from workers.attention import attend
    from workers.celery import app, configure
    from workers.services import configured

    configure(settings)
    configured(settings)
    attend(queue, settings)
    number = processes or getattr(settings.workers, queue)
    # Workers learn nothing from one another here: the store and its leases are what they share.
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--disable-prefetch", "--loglevel=info")
    app.worker_main(
        ["--quiet", "worker", f"--queues={queue}", f"--hostname={queue}@%h", f"--concurrency={number}", *alone]
    )


@beat_app.command()
def beat(config: Folder = None) -> None:
    """Run the tick and the sweep."""
    settings = ready("beat", config)
    from workers.adapters.store import feeds
    from workers.adapters.store.engine import connect
    from workers.attention import Pulse
    from workers.beat import Beat
    from workers.celery import configure

    configure(settings)
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    assert settings.database.url is not None
    engine = connect(settings.database.url)
    pulse = Pulse("beat", settings.database.url)
    pulse.watch()
    feeds.subscribe(engine, settings.feeds)
    Beat(engine, settings, feel=pulse.feel).run(stop)


def ready(role: str, config: Path | None) -> Settings:
    """Logging on, settings read, a database and a broker named; else the reason and exit code 2."""
    from workers.adapters import logs
    from workers.cli.operate import settings_or_exit

    logs.configure(role)
    settings = settings_or_exit(config)
    if settings.redis.url is None:
        typer.echo("no broker: set CLASHWATCH_REDIS_URL, or run `clashwatch up`", err=True)
        raise typer.Exit(2)
    return settings


apps = {"worker": worker_app, "beat": beat_app}
