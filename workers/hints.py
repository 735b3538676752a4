"""Hints: messages that name rows which may be ready. The broker may lose them all; the sweep sends them again.

In: stages and ids. Out: messages, or nothing when the broker is away, within about a second and without an error.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any

import structlog
from kombu.exceptions import ChannelError as NoQueueError
from kombu.exceptions import OperationalError

from workers.adapters.store.works import QUEUES, Work
from workers.celery import app

log = structlog.get_logger()

Follow = Iterable[tuple[Work, Iterable[int]]]
"""Rows that a commit made ready, by the stage that they wait for: what to hint next."""

SULK = 5.0
"""Seconds for which nothing is published after a publish failed: an outage must cost a worker nothing."""


class _Hinter:
    """This process's way to the broker for hints. An outage costs it a second now and then, and nothing else."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._silent_until = 0.0

    def send(self, task: str, argument: Any, queue: str, **options: Any) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            if self._connection is None:
                self._connection = impatient_connection()
            app.send_task(task, args=[argument], queue=queue, connection=self._connection, **_PLAIN, **options)
        except Exception as error:
            _forget(self._connection)
            self._silent_until, self._connection = time.monotonic() + SULK, None
            log.warning("broker unreachable; the sweep will repeat this hint", error=str(error))


def _forget(connection: Any) -> None:
    """Close what is left of a connection: each restart of the broker left its sockets open (measured)."""
    if connection is not None:
        with suppress(Exception):  # whatever it is that is broken
            connection.release()


_PLAIN: dict[str, Any] = {"retry": False, "argsrepr": "ids"}
"""Celery writes its arguments a second time, for people to read: a fifth of what a poll of news cost (measured)."""
_IMPATIENT = {
    **app.conf.broker_transport_options,
    "max_retries": 0,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
"""kombu's own patience at publishing: 6 s at a refused connection, 10 s at a silent one (measured)."""


def impatient_connection() -> Any:
    """A connection that gives up within about a second."""
    return app.connection_for_write(connect_timeout=1, transport_options=_IMPATIENT)


class BrokerAwayError(Exception):
    """The broker does not say what waits."""


class _Meter:
    """This process's way to the broker for looks at its queues: to open one for each look cost more than all others."""

    def __init__(self) -> None:
        self._connection: Any = None

    def read(self, queues: Iterable[str]) -> dict[str, int]:
        if self._connection is not None:
            with suppress(BrokerAwayError):  # it may have been away meanwhile, and back by now
                return self._read(queues)
        self._connection = impatient_connection()
        return self._read(queues)

    def _read(self, queues: Iterable[str]) -> dict[str, int]:
        connection = self._connection
        try:
            return {queue: _length(connection, queue) for queue in queues}
        except (OperationalError, *connection.connection_errors, *connection.channel_errors) as error:
            self._connection = None
            _forget(connection)
            raise BrokerAwayError(str(error)) from error


def _length(connection: Any, queue: str) -> int:
    try:
        return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
    except NoQueueError:
        return 0  # Redis keeps no empty lists


@cache
def _meter() -> _Meter:
    return _Meter()


def queue_lengths(queues: Iterable[str] = QUEUES) -> dict[str, int]:
    """Messages waiting in each queue, asked of the broker. Raises ``BrokerAwayError``."""
    return _meter().read(tuple(queues))


@cache
def _hinter() -> _Hinter:
    return _Hinter()


MOST = 1000
"""Ids in one message: no batch is larger."""


def named(ids: Any) -> list[int]:
    """The rows that a message names, as far as it can: whoever writes to the broker may have written anything."""
    listed = ids[:MOST] if isinstance(ids, list) else ()
    return [one for one in listed if type(one) is int and 0 < one < 2**63]


def publish(follow: Follow) -> None:
    """Send hints, after the commit that made rows ready. A broker that is away costs nothing: the sweep mends it."""
    for work, ids in follow:
        size = app.conf.get("fetch_batch", work.batch) if work.queue == "fetch" else work.batch
        for part in _parts(ids, size):
            _hinter().send(work.stage, part, work.queue)


def call(queue: str) -> None:
    """Ask a queue's workers for a sign of life, now: an old question is not worth an answer."""
    _hinter().send("heartbeat", queue, queue, expires=20)


def send_canary(patience: float) -> None:
    """Let a made-up fight through the pipeline, in a worker that would read a real one, within so many seconds."""
    _hinter().send("canary", None, "process", expires=patience)


def _parts(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part
