"""A store and a broker that can be killed, and wires to them that can be cut, held, slowed and led elsewhere."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from workers.adapters import embedded
from workers.adapters.processes import Supervisor


@dataclass
class Machine:
    """One server's process: it can die and come back with what it kept on its disk."""

    server: embedded.Server
    supervisor: Supervisor

    def start(self, *words: str) -> None:
        """With further words on its command line."""
        child = self.server.child
        self.supervisor.start(replace(child, argv=[*child.argv, *words]))
        self.server.ready()

    def revive(self) -> None:
        """Start it again if it gave up."""
        if not self.supervisor.alive(self.server.child.name):
            self.supervisor.stop(self.server.child.name)
            self.start()

    def kill(self, signum: int) -> None:
        """By a signal that leaves it no time: SIGKILL, or for PostgreSQL SIGQUIT, after which it recovers."""
        process = self.supervisor._running[self.server.child.name].process
        process.send_signal(signum)
        process.wait(20)
        self.supervisor.stop(self.server.child.name)

    @property
    def socket(self) -> str:
        address = urlsplit(self.server.url)
        folder = parse_qs(address.query).get("host")
        return f"{folder[0]}/.s.PGSQL.5432" if folder else address.path


@dataclass
class Wire:
    """A TCP way to a unix socket. ``held`` swallows what comes (half-open), ``cut`` refuses; ``delay`` is seconds."""

    target: str
    held: bool = False
    cut: bool = False
    delay: float = 0.0
    address: str = "127.0.0.1"
    _ends: set[socket.socket] = field(default_factory=set)
    _door: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._door = socket.create_server((self.address, 0))

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    @contextmanager
    def open(self) -> Iterator[Wire]:
        threading.Thread(target=self._admit, daemon=True).start()
        try:
            yield self
        finally:
            self._door.close()
            self.reset()

    def reset(self) -> None:
        """Every connection breaks, with a reset and not with a farewell."""
        for end in list(self._ends):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _admit(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        self._ends |= {near, far}
        try:
            if self.cut:
                return
            far.connect(self.target)
            self._pass(near, far)
        except (OSError, ValueError):
            return
        finally:
            for end in (near, far):
                end.close()
                self._ends.discard(end)

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while near.fileno() >= 0:
                for key, _ in ready.select(timeout=0.5):
                    taken = key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                    if not taken:
                        return
                    if self.delay:
                        time.sleep(self.delay)
                    if not self.held:
                        key.data.sendall(taken)


@contextmanager
def machine(server: embedded.Server, state: Path, around: Mapping[str, str]) -> Iterator[Machine]:
    """A running server of a test's own. ``around`` adds to its environment."""
    child = replace(server.child, env={**os.environ, **around})
    made = Machine(replace(server, child=child), Supervisor(state / "log"))
    made.start()
    try:
        yield made
    finally:
        made.supervisor.stop(child.name)
