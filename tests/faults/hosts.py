"""Hosts of their own for worker processes: with a cable that can be pulled, names that can vanish, little memory.

Linux, and root: network, mount and control groups of the kernel, as a container or a virtual machine has them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

SERVERS = "10.213.0.1"
"""Where the store, the broker, the papers and the receivers are, as seen from every host."""
_NUMBERS = count(1)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@dataclass(frozen=True)
class Host:
    """A machine on a cable of its own. ``prefix`` begins the command line of what runs there."""

    name: str
    cable: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def pull(self) -> None:
        """Nothing gets through in either direction, and nobody is told."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        _ip("link", "set", self.cable, "up")


@contextmanager
def servers_reachable() -> Iterator[str]:
    """The address at which hosts find the servers of this test."""
    _ip("address", "add", f"{SERVERS}/32", "dev", "lo")
    try:
        yield SERVERS
    finally:
        _ip("address", "delete", f"{SERVERS}/32", "dev", "lo")


@contextmanager
def host() -> Iterator[Host]:
    number = next(_NUMBERS)
    made = Host(f"cw-{os.getpid()}-{number}", f"cw{number}")
    near, far, inside = f"10.213.{number}.1", f"10.213.{number}.2", f"cw{number}i"
    _ip("netns", "add", made.name)
    try:
        _ip("link", "add", made.cable, "type", "veth", "peer", "name", inside, "netns", made.name)
        _ip("address", "add", f"{near}/30", "dev", made.cable)
        made.plug()
        for words in (
            f"address add {far}/30 dev {inside}",
            f"link set {inside} up",
            "link set lo up",
            f"route add default via {near}",
        ):
            subprocess.run([*made.prefix, "ip", *words.split()], check=True)
        yield made
    finally:
        _ip("netns", "delete", made.name)
        subprocess.run(["ip", "link", "delete", made.cable], stderr=subprocess.DEVNULL, check=False)


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    with ExitStack() as stack:
        yield [stack.enter_context(host()) for _ in range(number)]


@dataclass
class Names:
    """What the processes of a test find in ``/etc/hosts``; nobody else answers for names there."""

    hosts: Path
    servers: Path
    known: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> tuple[str, ...]:
        there = f"mount --bind {self.hosts} /etc/hosts && mount --bind {self.servers} /etc/resolv.conf"
        return ("unshare", "--mount", "sh", "-c", f'{there} && exec "$0" "$@"')

    def know(self, names: dict[str, str]) -> None:
        """In place: a new file would not be seen through the mount."""
        self.known = names
        self.hosts.write_text("".join(f"{address} {name}\n" for name, address in names.items()))


def names(folder: Path) -> Names:
    made = Names(folder / "hosts", folder / "resolv.conf")
    made.know({})
    made.servers.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    return made


@contextmanager
def little_memory(size: int) -> Iterator[tuple[str, ...]]:
    """The prefix of a command whose processes have so many bytes together; who wants more is killed by the kernel."""
    root = Path("/sys/fs/cgroup")
    old = (root / "memory").is_dir()
    group = root / ("memory" if old else "") / f"clashwatch-{os.getpid()}"
    if not old:
        (root / "cgroup.subtree_control").write_text("+memory")
    group.mkdir()
    try:
        (group / ("memory.limit_in_bytes" if old else "memory.max")).write_text(str(size))
        yield ("sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$0" "$@"')
    finally:
        group.rmdir()
