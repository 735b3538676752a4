"""What the fault tests share: a service that is ready to be hurt, and the tick in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fleet import Fleet, Listener, Story, configure, newspaper
from sqlalchemy import Engine

from workers import celery
from workers.adapters.store import feeds
from workers.beat import Beat
from workers.settings import load

Service = Callable[..., tuple[Fleet, Listener]]


@pytest.fixture
def service(tmp_path: Path, engine: Engine, database: str, broker: str) -> Iterator[Service]:
    """A newspaper that tells these incidents, a listener, and a fleet that has not sailed yet."""
    with ExitStack() as stack:

        def made(told: list[Story], spacing: float = 0) -> tuple[Fleet, Listener]:
            listener = Listener()
            hook = stack.enter_context(listener.listening())
            site = stack.enter_context(newspaper(told))
            return Fleet(configure(tmp_path, site, hook, spacing=spacing), database, broker, engine), listener

        yield made


@contextmanager
def _beating(fleet: Fleet, unanswered: float) -> Iterator[None]:
    environment = {"CLASHWATCH_DATABASE_URL": fleet.database, "CLASHWATCH_REDIS_URL": fleet.broker}
    settings = load(fleet.config, environment)
    celery.configure(settings)
    feeds.subscribe(fleet.engine, settings.feeds)
    stop = threading.Event()
    thread = threading.Thread(target=Beat(fleet.engine, settings, unanswered).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def beating() -> Callable[..., object]:
    """The tick and the sweep in this process, with less patience than in earnest."""
    return _beating
