"""The HTTP API on a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy import Engine

from workers.api.app import application
from workers.api.gate import PER_MINUTE
from workers.asking import Outlook


@contextmanager
def serving(engine: Engine, outlook: Outlook | None = None, per_minute: int = PER_MINUTE) -> Iterator[str]:
    """The address of an API over a store."""
    made = application(engine, outlook, per_minute)
    server = uvicorn.Server(uvicorn.Config(made, port=0, log_config=None, server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
