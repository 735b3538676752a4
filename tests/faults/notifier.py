"""A notify worker whose children die at a given step of a send: SIGKILL between two lines, ours or the protocol's.

In: ``DELIVERY STEP`` a line; step 0 only counts, and a delivery alone is sent by the parent itself, unharmed. Out:
``lived STEPS`` or ``died``. A step is a line that runs in ``workers`` (but for the pure pipeline, where nothing
outside can tell one line from the next), in ``smtplib`` or in the HTTP clients. Children are forks, as in Celery's
pool, of a parent that knows what a busy worker knows, and run the very task that Celery would.
"""

from __future__ import annotations

import http.client
import os
import signal
import smtplib
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

import httpcore2
from apprise import apprise as threads

import workers
from workers import celery, hints, services, tasks
from workers.settings import load

_OURS = str(Path(workers.__file__).parent)
_PURE = str(Path(_OURS, "pipeline"))
_PROTOCOLS = (smtplib.__file__, http.client.__file__, str(Path(httpcore2.__file__).parent / "_sync"))


class Steps:
    """Counts the lines that run, and dies at the one it is told."""

    def __init__(self, last: int) -> None:
        self.taken, self.last = 0, last

    def enter(self, frame: Any, _event: str, _argument: Any) -> Any:
        file = frame.f_code.co_filename
        watched = file.startswith(_PROTOCOLS) or (file.startswith(_OURS) and not file.startswith(_PURE))
        return self.step if watched else None

    def step(self, _frame: Any, event: str, _argument: Any) -> Any:
        if event == "line":
            self.taken += 1
            if self.taken == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.step


def sent_by_child(delivery: int, last: int) -> int:
    steps = Steps(last)
    sys.settrace(steps.enter)
    threading.settrace(steps.enter)
    tasks.send([delivery])
    sys.settrace(None)
    return steps.taken


def sent_here(delivery: int) -> None:
    """Modules, templates and compiled statements are known from here on; connections and threads are not passed on."""
    tasks.send([delivery])
    services.services().engine.dispose()
    hints._hinter.cache_clear()
    hints._meter.cache_clear()
    threads._shared_executor = threads._coordinator_executor = None


def fork(delivery: int, last: int, say: TextIO) -> None:
    child = os.fork()
    if not child:
        say.write(f"lived {sent_by_child(delivery, last)}\n")
        say.flush()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        say.write("died\n" if os.WIFSIGNALED(status) else f"failed {status}\n")


def main() -> None:
    say = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a receiver prints is no answer
    settings = load(None, os.environ)
    celery.configure(settings)
    services.configured(settings)
    for asked in sys.stdin:
        delivery, *last = map(int, asked.split())
        if last:
            fork(delivery, last[0], say)
        else:
            sent_here(delivery)
            say.write("lived 0\n")


if __name__ == "__main__":
    main()
