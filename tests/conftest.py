"""Real servers for the tests: one private PostgreSQL and one private Valkey for the whole session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis
from hypothesis import settings
from sqlalchemy import Engine

from workers.adapters import embedded
from workers.adapters.store.engine import connect, migrate

_NUMBERS = count()
settings.register_profile("any machine", deadline=None)  # a busy one is slow, not wrong
settings.load_profile("any machine")


@contextmanager
def _state() -> Iterator[Path]:
    """A folder that PostgreSQL, run for root as another user, can reach: pytest shuts its own at every start."""
    with TemporaryDirectory(prefix="clashwatch-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a migrated database that tests copy and never touch."""
    with _state() as state, embedded.running(embedded.postgres(state, "template"), log_dir=state / "log") as (url,):
        migrate(url)
        yield url


@contextmanager
def _copy(postgres_url: str) -> Iterator[str]:
    name = f"test{next(_NUMBERS)}"
    with psycopg.connect(postgres_url.replace("/template?", "/postgres?"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template")
        yield postgres_url.replace("/template?", f"/{name}?")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """The URL of a fresh, migrated database (a copy of a template takes 30 ms)."""
    with _copy(postgres_url) as url:
        yield url


@pytest.fixture(scope="module")
def shared_database(postgres_url: str) -> Iterator[str]:
    """The same, for all tests of a file that change nothing."""
    with _copy(postgres_url) as url:
        yield url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine on a fresh database."""
    engine = connect(database)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with _state() as state, embedded.running(embedded.valkey(state), log_dir=state / "log") as (url,):
        yield url


@pytest.fixture
def broker(valkey_url: str) -> str:
    """The URL of an empty Valkey."""
    with redis.Redis(unix_socket_path=valkey_url.removeprefix("redis+socket://")) as client:
        client.flushall()
    return valkey_url
