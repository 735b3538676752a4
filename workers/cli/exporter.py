"""``clashwatch exporter``: the metrics of the whole service, from the store, on one port."""

from __future__ import annotations

import contextlib
import socket
import time

import typer
from prometheus_client import CollectorRegistry, start_http_server
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from workers.adapters import logs
from workers.adapters.metrics import StoreCollector
from workers.adapters.store import heartbeats
from workers.adapters.store.engine import connect
from workers.cli.operate import settings_or_exit

app = typer.Typer()
BEAT = 15.0
"""Seconds between two signs of life."""


@app.command()
def exporter() -> None:
    """Run the metrics exporter."""
    logs.configure("exporter")
    settings = settings_or_exit(None)
    assert settings.database.url is not None
    engine = connect(settings.database.url)
    registry = CollectorRegistry()
    registry.register(StoreCollector(engine))
    start_http_server(settings.exporter.port, settings.exporter.host, registry)
    while True:
        # Without a database there is still something to say: clashwatch_store_up 0.
        with contextlib.suppress(DBAPIError, PoolTimeout), engine.begin() as connection:
            heartbeats.beat(connection, "exporter", socket.gethostname())
        time.sleep(BEAT)
