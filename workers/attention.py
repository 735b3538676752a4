"""A worker that silently stops consuming, or a beat that hangs, ends itself; whatever supervises it starts it again.

After a lost connection a worker may sit in its event loop for good, all well by its own account, while messages wait
(celery#8030, #10205, #10302; here in about one of four restarts of a broker that kept its messages). Its process is
alive, so nothing outside restarts it, and with other workers on the queue not even the signs of life give it away.
A beat that waits for an answer of the store that was lost on the way (a proxy in between hung) waits for good.

In: how many messages wait, and what this worker received lately. Out: the end of this process.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from billiard import active_children
from celery.signals import task_received, worker_ready
from celery.worker import state
from sqlalchemy import Engine

from workers.adapters.metrics import DEAF
from workers.adapters.store import tallies
from workers.adapters.store.engine import connect
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import HARD_LIMIT
from workers.hints import BrokerAwayError, queue_lengths
from workers.settings import Settings

log = structlog.get_logger()

LOOK = 3.0
"""Seconds between two looks at the queue."""
PATIENCE = 15.0
"""Seconds for which an idle worker may leave messages waiting."""
HANGS = 30.0
"""Seconds after which a loop has hung that shows its life after each statement or two: none may take more than 15."""


@dataclass
class Attention:
    """What one worker notices of its queue. Times are of the monotonic clock, in seconds."""

    queue: str
    heard: float = field(default_factory=time.monotonic)

    def hear(self, **_: Any) -> None:
        self.heard = time.monotonic()

    def is_deaf(self, waiting: int, busy: bool, now: float) -> bool:
        """Whether messages wait although nothing keeps this worker from taking one.

        An empty queue proves nothing; a busy worker takes the next message when its task ends, or is ended.
        """
        if not waiting:
            self.heard = now
        patience = HARD_LIMIT[self.queue] + PATIENCE if busy else PATIENCE
        return now - self.heard > patience

    def watch(self, url: str) -> None:
        while True:
            time.sleep(LOOK)
            try:
                waiting = queue_lengths([self.queue])[self.queue]
            except BrokerAwayError as error:  # which no worker can help
                log.warning("cannot look at the queue", queue=self.queue, error=str(error)[:200])
                self.hear()
                continue
            if self.is_deaf(waiting, bool(state.active_requests), time.monotonic()):
                log.critical("deaf: messages wait and none is received; ending", queue=self.queue, waiting=waiting)
                _tell(connect(url, size=1), self.queue)
                _end()


@dataclass
class Pulse:
    """What a loop shows of its life with ``feel``. The process of one that hangs is ended."""

    role: str
    url: str
    patience: float = HANGS
    felt: float = field(default_factory=time.monotonic)

    def feel(self) -> None:
        self.felt = time.monotonic()

    def watch(self) -> None:
        """From now on, beside the loop."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while time.monotonic() - self.felt < self.patience:
            time.sleep(self.patience / 20)
        log.critical("hung: ending", role=self.role, seconds=self.patience)
        telling = threading.Thread(target=_tell, args=(connect(self.url, size=1), self.role), daemon=True)
        telling.start()
        telling.join(LOOK)
        _end()


def _tell(engine: Engine, role: str) -> None:
    """Count it where it is seen. Nothing may keep the process from ending."""
    with suppress(Exception), engine.begin() as connection:
        tallies.add(connection, Tally(DEAF, "ended", role))


def _end() -> None:
    """At once: an orderly stop would wait for the event loop. What the children had claimed is freed by its lease."""
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
    os._exit(1)


def attend(queue: str, settings: Settings) -> None:
    """Watch from the moment at which this worker takes messages. Once, in the main process."""
    attention = Attention(queue)
    task_received.connect(attention.hear, weak=False)

    def begin(**_: Any) -> None:
        attention.hear()
        threading.Thread(target=attention.watch, args=(settings.database.url,), daemon=True).start()

    worker_ready.connect(begin, weak=False)
