"""Child processes that never outlive their parent.

In: a list of ``Child`` descriptions. Out: running processes, restarted when they die, stopped in a
stated order. Each child leads its own process group (one signal reaches its whole family, and a
Ctrl-C at the terminal reaches only us) and carries a parent-death signal, so that SIGKILL of the
parent leaves nothing behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)
"""``None`` on macOS: there only orderly stops clean up."""


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Ask the kernel to send ``signum`` to this process when the thread that started it ends (prctl(2))."""
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Child:
    """How to start one process, and how to end it.

    ``stop`` is sent first, SIGKILL to the whole group after ``grace`` seconds. ``orphaned`` is what
    the kernel sends when we are gone. ``relay`` lines of standard output are handed on.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    user: str | None = None
    cwd: Path | None = None
    stop: int = signal.SIGTERM
    orphaned: int = signal.SIGKILL
    grace: float = 8.0
    restart: bool = True
    relay: bool = False


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    started: float
    deaths: int = 0
    retry_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts, watches and stops children. Use from one thread: the kernel ties orphans to it."""

    log_dir: Path
    on_line: Callable[[str, str], None] = lambda _name, _line: None
    """(child's name, line) for the children that relay."""
    on_death: Callable[[str, int], None] = lambda _name, _code: None
    _running: dict[str, _Running] = field(default_factory=dict)

    def start(self, child: Child) -> None:
        """Start one child; its output goes to ``log_dir/<name>.log``."""
        self._running[child.name] = _Running(child, self._spawn(child), time.monotonic())

    def check(self) -> None:
        """Start again what has died: at once the first time, then after 1, 2, 4 … 30 seconds."""
        now = time.monotonic()
        for running in self._running.values():
            code = running.process.poll()
            if code is None or not running.child.restart:
                continue
            if not running.retry_at:
                self.on_death(running.child.name, code)
                running.deaths = running.deaths + 1 if now - running.started < 60 else 1
                running.retry_at = now + (0 if running.deaths == 1 else min(30, 2 ** (running.deaths - 2)))
            if now >= running.retry_at:
                running.process, running.started, running.retry_at = self._spawn(running.child), now, 0.0

    def alive(self, name: str) -> bool:
        return name in self._running and self._running[name].process.poll() is None

    def stop(self, *names: str) -> None:
        """Stop these together and wait; unknown or dead ones are fine."""
        known = [self._running.pop(name) for name in names if name in self._running]
        for running in known:
            _signal(running.process, running.child.stop, group=False)
        for running in known:
            _end(running)

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with (self.log_dir / f"{child.name}.log").open("ab") as log:
            process = subprocess.Popen(
                list(child.argv),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if child.relay else log,
                stderr=log,
                env=dict(child.env) if child.env is not None else None,
                cwd=child.cwd,
                user=child.user,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(child.orphaned),
            )
        if child.relay:
            threading.Thread(target=self._hand_on, args=(child.name, process), daemon=True).start()
        return process

    def _hand_on(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.on_line(name, line.decode("utf-8", "replace").rstrip("\n"))


def _signal(process: subprocess.Popen[bytes], signum: int, *, group: bool) -> None:
    with suppress(ProcessLookupError):
        if group:
            os.killpg(process.pid, signum)
        else:
            process.send_signal(signum)


def _end(running: _Running) -> None:
    try:
        running.process.wait(running.child.grace)
    except subprocess.TimeoutExpired:
        _signal(running.process, signal.SIGKILL, group=True)
        running.process.wait()
    else:
        _signal(running.process, signal.SIGKILL, group=True)  # grandchildren that overslept
