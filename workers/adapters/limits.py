"""A piece of work in, the same under a budget of CPU time and memory out: what goes beyond ends, and only that.

Celery's limits are for a task and end it; a page that needs too much should end in an outcome of its own instead. CPU
seconds are counted, not those on the clock, so that a busy machine condemns no page.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STATM = Path("/proc/self/statm")
_AGAIN = 0.25
"""Seconds after which an exception is raised once more that a library caught."""


class OutOfTimeError(BaseException):
    """The work used up its seconds. Not an ``Exception``: parsers catch those and try something else."""


@dataclass(frozen=True, slots=True)
class Budget:
    """CPU seconds, and bytes on top of what the process has already."""

    seconds: float
    memory: int


FEED = Budget(seconds=2.0, memory=200_000_000)
PAGE = Budget(seconds=6.0, memory=500_000_000)


@contextmanager
def within(budget: Budget) -> Iterator[None]:
    """Raises ``OutOfTimeError`` or ``MemoryError``. For the main thread of a process that does one thing at a time."""
    before = signal.signal(signal.SIGPROF, _stop)
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    _limit(_data() + budget.memory, soft, hard)
    signal.setitimer(signal.ITIMER_PROF, budget.seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _stop(*_: object) -> None:
    raise OutOfTimeError


def _limit(wanted: int, soft: int, hard: int) -> None:
    """Never more than was allowed before. Where the kernel does not tell what is in use, nothing changes."""
    limits = [one for one in (wanted, soft, hard) if one != resource.RLIM_INFINITY]
    if _STATM.exists():
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))


def _data() -> int:
    """Bytes of private memory in use; RLIMIT_DATA counts them since Linux 4.7, and no shared or mapped files."""
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text().split()[5]) * resource.getpagesize()
