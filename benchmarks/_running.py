"""The whole service as it runs, on servers of its own, with a meter on it: CPU, memory, open files, what is left to do.

The fleet is the one that the fault tests hurt (``tests/faults/fleet.py``). A role's processes share a session, and so
are found again whatever children were renewed.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, text

from benchmarks._paper import Press  # first: it leads to the fleet
from benchmarks.polling import cpu_of
from workers.adapters import embedded
from workers.adapters.store import feeds, gauges
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.works import POLL

from fleet import Fleet, configure  # isort: skip
from servers import Machine, machine  # isort: skip

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
ROLES = ("beat", "fetch", "process", "notify")


@dataclass(frozen=True, slots=True)
class Body:
    """One process of the service: its role, memory in MB, open files, and CPU seconds with its ended children's."""

    pid: int
    role: str
    leads: bool
    rss: float
    files: int
    cpu: float


@dataclass
class Running:
    """A service at work, fed by a press."""

    press: Press
    fleet: Fleet
    engine: Engine
    store: Machine
    broker: Machine
    state: Path
    spent: dict[str, float] = field(default_factory=dict)

    def bodies(self) -> list[Body]:
        """Every process of every role."""
        roles = {process.pid: role for role, process in self.fleet.processes.items()}
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if role := roles.get(int(fields[3])):
                    pid, rss = int(folder.name), int(fields[21]) * PAGE / 1e6
                    files = len(list((folder / "fd").iterdir()))
                    found.append(Body(pid, role, pid in roles, rss, files, sum(map(int, fields[11:15])) / TICK))
        return found

    def cpu(self) -> dict[str, float]:
        """CPU seconds until now of each queue's workers and of the servers."""
        found: dict[str, float] = {}
        for body in self.bodies():
            role = body.role.partition("#")[0]
            found[role] = found.get(role, 0.0) + body.cpu
        broker = self.broker.supervisor._running[self.broker.server.child.name].process.pid
        fields = Path(f"/proc/{broker}/stat").read_text().rpartition(")")[2].split()
        return found | {"postgresql": cpu_of(self.state / "postgresql"), "valkey": sum(map(int, fields[11:13])) / TICK}

    def publish(self, more: int) -> None:
        """Let articles appear, and have the feeds that list them fetched now."""
        slugs = self.press.release(more)
        if slugs:
            feeds.poll_now(self.engine, slugs)

    def unfinished(self) -> int:
        """Articles that appeared and are not worked off for good."""
        finished = "SELECT (SELECT count(*) FROM articles WHERE stage IS NULL)"
        with self.engine.connect() as connection:
            return len(self.press.out_at) - int(connection.scalar(text(finished)) or 0)

    def settle(self, seconds: float = 120) -> float:
        """Wait until nothing is left to do but the next poll; how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            waiting = {one.stage: one.rows for one in gauges.waiting(self.engine) if one.stage != POLL.stage}
            if self.unfinished() <= 0 and not any(waiting.values()):
                return time.monotonic() - began
            time.sleep(0.2)
        raise TimeoutError(f"after {seconds:.0f} s: {self.unfinished()} articles are not done, waiting {waiting}")

    def reckoning(self) -> dict[str, int]:
        """What was lost, doubled or given up of all that appeared."""
        told, keys = self.press.heard()
        held = gauges.held(self.engine)
        return {
            "articles": len(self.press.out_at),
            "incidents": len(self.press.appeared()),
            "lost_articles": len(self.press.out_at) - held["articles"],
            "lost_incidents": len(self.press.appeared()) - len(told),
            "doubled_messages": len(keys) - len(set(keys)),
            "given_up": sum(gauges.quarantined(self.engine).values()),
        }


@contextmanager
def running(
    press: Press,
    roles: tuple[str, ...] = ROLES,
    around: Mapping[str, str] | None = None,
    where: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Running]:
    """Servers and a fleet under sail. ``around`` adds to the environment of the roles.

    With ``where`` (``Fleet.where``) the servers listen where the press does: other hosts have no way to their sockets.
    """
    with TemporaryDirectory(prefix="clashwatch-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        state = Path(name)
        state.chmod(0o711)
        servers = (embedded.postgres(state), embedded.valkey(state))
        if where:
            servers = _listening(servers, press.address.partition(":")[0], state)
        store, broker = (stack.enter_context(machine(server, state, {})) for server in servers)
        migrate(store.server.url)
        host, _, port = press.address.partition(":")
        urls = (store.server.url, broker.server.url)
        if where:
            urls = (f"postgresql://postgres@{host}:5432/clashwatch", f"redis://{host}:6379/0")
        config = configure(state / "config", (host, int(port)), f"http://{press.address}/hook", press.feeds)
        engine = connect(store.server.url)
        stack.callback(engine.dispose)
        (state / "tmp").mkdir()
        surroundings = {"TMPDIR": str(state / "tmp"), "CLASHWATCH_FETCH_PER_HOST": "50", **_ports(), **(around or {})}
        fleet = Fleet(config, *urls, engine, surroundings=surroundings, where=where or {})
        stack.enter_context(fleet.sailing(*roles))
        one = Running(press, fleet, engine, store, broker, state)
        _warm(one)
        yield one


def _listening(servers: tuple[embedded.Server, ...], address: str, state: Path) -> tuple[embedded.Server, ...]:
    """The same, also on a network of our own."""
    with (state / "postgresql" / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.0.0.0/8 trust\n")
    more = (["-h", address], ["--bind", address, "--port", "6379", "--protected-mode", "no"])
    children = (
        replace(server.child, argv=[*server.child.argv, *words]) for server, words in zip(servers, more, strict=True)
    )
    return tuple(replace(server, child=child) for server, child in zip(servers, children, strict=True))


def _ports() -> dict[str, str]:
    """Free ones for the roles that listen."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return {
            "CLASHWATCH_API_PORT": str(one.getsockname()[1]),
            "CLASHWATCH_EXPORTER_PORT": str(other.getsockname()[1]),
        }


def _warm(one: Running) -> None:
    """The first articles go through everything: imports and caches are no part of what is measured."""
    deadline = time.monotonic() + 90
    while not feeds.by_slug(one.engine, "paper-0"):
        assert time.monotonic() < deadline, "the beat did not start"
        time.sleep(0.2)
    one.publish(20)
    one.settle(180)


def quiet_machine() -> float:
    """The load of the last minute, which stands beside every figure."""
    return os.getloadavg()[0]


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
