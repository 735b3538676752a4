"""``clashwatch api``: serve the HTTP API over the configured database."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from workers.adapters import logs
from workers.adapters.store import heartbeats
from workers.cli.operate import settings_or_exit

app = typer.Typer()
BEAT = 10.0
"""Seconds between two signs of life."""


@app.command()
def api() -> None:
    """Run the HTTP API."""
    import uvicorn

    from workers.adapters import knowledge
    from workers.adapters.store.engine import connect
    from workers.api.app import application
    from workers.asking import Outlook
    from workers.services import linking

    logs.configure("api")
    settings = settings_or_exit(None)
    assert settings.database.url is not None
    engine = connect(settings.database.url, size=8)
    threading.Thread(target=_beat, args=(settings.api.host, settings.api.port, engine), daemon=True).start()
    decided = linking(knowledge.actors().allied, settings.life.limits())
    made = application(engine, Outlook.of(settings), settings.api.per_minute, decided)
    uvicorn.run(
        made, host=settings.api.host, port=settings.api.port, log_config=None,
        access_log=False, server_header=False,
    )  # fmt: skip


def _beat(host: str, port: int, engine: Engine) -> None:
    """A sign of life for as long as the port answers: a process that hangs gives none."""
    while True:
        time.sleep(BEAT)
        with contextlib.suppress(OSError, DBAPIError, PoolTimeout):
            socket.create_connection((host, port), timeout=5).close()
            with engine.begin() as connection:
                heartbeats.beat(connection, "api", socket.gethostname())
