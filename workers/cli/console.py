"""What ``clashwatch up`` shows: counts while they grow, and the alerts as they are delivered.

In: snapshots of the store's totals and lines that the notify worker's console receiver printed.
Out: on a terminal a live line of counts below the alerts; elsewhere plain lines, one when
something changed. Talk goes to standard error; alerts go to standard output.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console as Terminal
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

SHOWN = ("feeds", "entries", "articles", "reports", "clashes", "alerts", "deliveries")


class Console:
    """A context manager; every method may be called from any thread."""

    def __init__(self) -> None:
        self._terminal = Terminal(stderr=True, highlight=False)
        self._lock = threading.Lock()
        self._last: dict[str, int] = {}
        self._live: Live | None = None

    def __enter__(self) -> Console:
        if self._terminal.is_terminal:
            self._live = Live(Spinner("dots", "starting"), console=self._terminal, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def say(self, words: str) -> None:
        """One line of talk."""
        with self._lock:
            self._terminal.print(words, soft_wrap=True, markup=False)

    def relay(self, line: str) -> None:
        """One line of an alert, as the console receiver printed it."""
        with self._lock:
            if self._live is not None:
                self._terminal.print(Text.from_ansi(line), soft_wrap=True)
            else:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()

    def show(self, totals: Mapping[str, int], note: str = "") -> None:
        """Bring the counts up to date; without a terminal, only when they changed."""
        counts = {name: totals.get(name, 0) for name in SHOWN}
        line = "  ".join(f"{name} {count}" for name, count in counts.items()) + (f"  {note}" if note else "")
        with self._lock:
            if self._live is not None:
                self._live.update(Spinner("dots", Text(line, no_wrap=True, overflow="ellipsis")))
            elif counts != self._last:
                self._terminal.print(line, soft_wrap=True, markup=False)
            self._last = counts
