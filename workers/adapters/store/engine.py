"""A database URL in, an engine or an up-to-date schema out."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from workers.adapters.store.columns import serialize

_PASSING = frozenset({"08", "40", "53", "57P01", "57P02", "57P03", "58", "55P03"})
"""SQLSTATE classes and codes: connection, rollback (deadlock, serialization), resources (disk, memory, connections),
shutdown and recovery, system error, lock not to be had. 57014, too long a statement, may be the row's fault."""
_MIGRATING = 7_231_001
"""Advisory lock: two ``migrate`` at once take turns."""


def connect(url: str, *, size: int = 2) -> Engine:
    """An engine of at most ``2 * size`` connections. Make it after forking: sockets are not shared.

    A dead connection is noticed before use; a stuck statement or a forgotten transaction ends by itself, well
    within the shortest lease.
    """
    engine = create_engine(
        _with_driver(url),
        pool_size=size,
        max_overflow=size,
        pool_timeout=10,
        json_serializer=serialize,
        json_deserializer=from_json,  # a third of the standard library's time, for every noun that is read
        connect_args={
            "connect_timeout": 5,
            "application_name": "clashwatch",
            "options": "-c timezone=UTC -c lock_timeout=8s -c statement_timeout=15s"
            " -c idle_in_transaction_session_timeout=20s",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ping_if_idle)
    return engine


@contextmanager
def by_statement(engine: Engine) -> Iterator[Connection]:
    """A connection on which each statement is a transaction of its own: two round trips less for a single one."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


_IDLE = 1.0
"""Seconds after which a connection is asked whether it lives. Asking each time was one round trip in eight."""


def _note_use(_: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _ping_if_idle(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Where nobody answers, the pool makes another connection."""
    used = record.info.get("used")
    if used is None or (time.monotonic() - used < _IDLE and not _has_news(connection.fileno())):
        return
    try:
        connection.execute("SELECT")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


def _has_news(file: int) -> bool:
    """Whether the server said something unasked: mostly its farewell."""
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    return bool(waiting.poll(0))


def is_passing(error: DBAPIError) -> bool:
    """Whether the store is in trouble, and not the row that met it: the same statement may work in a moment."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # nobody at the other end
        return error.connection_invalidated or isinstance(error, OperationalError)
    return error.connection_invalidated or state in _PASSING or state[:2] in _PASSING


def migrate(url: str) -> None:
    """Bring the schema of the database at ``url`` up to date. Safe to run again and at the same time."""
    with migrating(url) as connection:
        command.upgrade(migrations(connection), "head")


@contextmanager
def migrating(url: str) -> Iterator[Connection]:
    """One transaction in which nobody else changes the schema."""
    engine = create_engine(_with_driver(url))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
            # Who waits for a table makes everybody behind wait: rather give up and be called again.
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            yield connection
    finally:
        engine.dispose()


def migrations(connection: Connection) -> Config:
    """Alembic's configuration, bound to an open connection instead of an ini file."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url
