"""The HTTP API on a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy import Engine

from workers.api.app import application


@contextmanager
def serving(engine: Engine, regions: Collection[str] = ()) -> Iterator[str]:
    """The address of an API over a store."""
    server = uvicorn.Server(uvicorn.Config(application(engine, regions), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
