"""Faults that strike a campaign: each is over when its function returns.

They lay hands on real servers, on the wires to them, on the machine's disk and clock, and on those who are told.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis
from campaign import Campaign
from hosts import Host, Names
from servers import Wire

from workers.adapters.store.engine import migrate

Fault = Callable[[Campaign], None]


def to_broker(one: Campaign) -> redis.Redis:
    return redis.Redis(unix_socket_path=one.broker.socket)


def broker_forgets(one: Campaign) -> None:
    with to_broker(one) as client:
        client.flushall()


def broker_restarts(one: Campaign) -> None:
    one.broker.kill(signal.SIGKILL)
    one.broker_wire.reset()
    one.broker.start()


def broker_restarts_with_its_log(one: Campaign) -> None:
    """What it wrote down it gives back: hints of long ago, for rows that were finished meanwhile."""
    with to_broker(one) as client:
        client.config_set("appendonly", "yes")
        one.advance(100)
    one.broker.kill(signal.SIGKILL)
    one.broker_wire.reset()
    one.broker.start("--appendonly", "yes")


def broker_is_full(one: Campaign) -> None:
    with to_broker(one) as client:
        client.config_set("maxmemory", "1")
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.set("one more", "word")
        time.sleep(10)
        client.config_set("maxmemory", "256mb")


def replica_takes_over(one: Campaign) -> None:
    """As a failover before anything was copied."""
    one.broker_wire.target = one.spare_broker.socket
    one.broker_wire.reset()


def wires(one: Campaign, names: tuple[str, ...]) -> list[Wire]:
    return [getattr(one, name) for name in names]


def resets_of(*names: str) -> Fault:
    def strike(one: Campaign) -> None:
        for _ in range(10):
            for wire in wires(one, names):
                wire.reset()
            time.sleep(0.5)

    return strike


def away(seconds: float, *names: str) -> Fault:
    """Nobody is at home: what is open breaks, what is tried is refused."""

    def strike(one: Campaign) -> None:
        for wire in wires(one, names):
            wire.cut = True
            wire.reset()
        time.sleep(seconds)
        for wire in wires(one, names):
            wire.cut = False

    return strike


def silent(seconds: float, *names: str) -> Fault:
    """Half-open: everything seems to be connected, and whatever is sent is swallowed."""

    def strike(one: Campaign) -> None:
        for wire in wires(one, names):
            wire.held = True
        time.sleep(seconds)
        for wire in wires(one, names):
            wire.held = False

    return strike


def cables_pulled(seconds: float, *hosts: Host) -> Fault:
    """A partition: of the hosts nothing is heard, and they hear nothing."""

    def strike(_: Campaign) -> None:
        for one in hosts:
            one.pull()
        time.sleep(seconds)
        for one in hosts:
            one.plug()

    return strike


def names_vanish(seconds: float, known: Names) -> Fault:
    """Nobody answers for any name, while every conversation has to begin anew and fetchers do so too."""

    def strike(one: Campaign) -> None:
        before = known.known
        known.know({})
        resets_of("store_wire", "broker_wire")(one)
        one.fleet.kill("fetch")
        one.fleet.start("fetch")
        time.sleep(seconds)
        known.know(before)

    return strike


def slow(seconds: float, *names: str, delay: float) -> Fault:
    def strike(one: Campaign) -> None:
        for wire in wires(one, names):
            wire.delay = delay
        time.sleep(seconds)
        for wire in wires(one, names):
            wire.delay = 0.0

    return strike


def migrated(one: Campaign) -> None:
    """This release's schema comes under a fleet of the one before."""
    migrate(one.store.server.url)


def replaced(one: Campaign) -> None:
    """Role by role by this release's; until the last one is, both work on the same rows."""
    one.fleet.where = {}
    for role in list(one.fleet.processes):
        one.fleet.kill(role)
        one.fleet.start(role)
        one.advance(50)


def store_restarts(one: Campaign) -> None:
    one.store.kill(signal.SIGQUIT)  # PostgreSQL's own word for dropping everything; it recovers from its log
    one.store.start()


def sessions_end(one: Campaign) -> None:
    with psycopg.connect(one.store.server.url, autocommit=True) as admin:
        for _ in range(10):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'clashwatch' AND client_addr IS NULL AND pid <> pg_backend_pid()"
            )
            time.sleep(0.5)


def deadlocks(one: Campaign) -> None:
    """We hold the lock that clustering wants, and want the rows that it holds meanwhile; the victim is the other."""
    for _ in range(10):
        with psycopg.connect(one.store.server.url) as mine:
            mine.execute("SET deadlock_timeout = '60s'")
            mine.execute("LOCK TABLE memberships IN SHARE MODE")
            time.sleep(0.3)
            with suppress(psycopg.errors.DeadlockDetected):
                mine.execute("SELECT id FROM articles ORDER BY id DESC FOR UPDATE")
            mine.rollback()


def serializable(one: Campaign) -> None:
    with psycopg.connect(one.store.server.url, autocommit=True) as admin:
        admin.execute("ALTER DATABASE clashwatch SET default_transaction_isolation = 'serializable'")
        one.store_wire.reset()
        time.sleep(15)
        admin.execute("ALTER DATABASE clashwatch RESET default_transaction_isolation")
        one.store_wire.reset()


def long_lock(one: Campaign) -> None:
    with psycopg.connect(one.store.server.url) as mine:
        mine.execute("LOCK TABLE clashes, revisions, memberships IN ACCESS EXCLUSIVE MODE")
        time.sleep(30)


def disk_full(disk: Path) -> Fault:
    """Somebody else fills the disk that the store writes to; half a minute later there is room again."""

    def strike(one: Campaign) -> None:
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    file.write(bytes(1 << 12))
                except OSError:
                    time.sleep(0.01)  # the papers are printed by this process
        ballast.unlink()
        one.store.revive()

    return strike


def clock_says(offset: str) -> Fault:
    """The clock of the machine on which the workers and the store run jumps (libfaketime)."""

    def strike(one: Campaign) -> None:
        one.clock.write_text(offset)
        time.sleep(3)

    return strike


def receiver_says(status: int, seconds: float) -> Fault:
    """429 and 500 refuse a message; 0 takes it in and hangs up without a word."""

    def strike(one: Campaign) -> None:
        one.listener.answers = status
        time.sleep(seconds)
        one.listener.answers = 204

    return strike
