"""How a hint becomes work: claim rows, run the stage, charge failures to the row, hint what follows.

In: ids from a message. Every task may run twice or not at all; the claims in the store decide.
"""

from __future__ import annotations

import gc
import resource
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_init, worker_process_init
from sqlalchemy.exc import DBAPIError

from workers.adapters.store import claims, heartbeats
from workers.adapters.store.claims import Held, LeaseLostError, NotYetError
from workers.adapters.store.engine import is_passing
from workers.adapters.store.works import HARD_LIMIT, Work
from workers.celery import app
from workers.hints import Follow, named, publish
from workers.pipeline import extract
from workers.services import Services, knowledge, services

log = structlog.get_logger()

T = TypeVar("T")
Ask = Callable[[Services, Sequence[Held]], Iterable[Sequence[tuple[Held, T | Exception]]]]
"""Read many rows, or ask the outside about them: an answer for each, in groups that are there together.

An answer that is an error is charged to its row.
"""

SOFT_LEAD = 3
"""Seconds between the soft limit, where a row can still be charged with it, and the hard one."""
TURN = 3.0
"""Seconds after which a task hands the rest of its hint back, so that no row inherits another's spent time."""
MEMORY = 3 << 30
"""Bytes of private memory a child may have. The limit acts inside a task; ``max_memory_per_child`` only after it."""
PAUSE = 3.0
"""Seconds until a row is tried again that the store had trouble with."""
LIFE = 5.0
"""Seconds between two signs of life of a busy process."""


def stage(work: Work) -> Callable[[Callable[[Services, Held], Follow]], Any]:
    """Make a stage function a task that claims row by row: what it tells the outside cannot be taken back."""

    def register(run: Callable[[Services, Held], Follow]) -> Any:
        def task(ids: Any) -> None:
            began, rest = time.monotonic(), iter(named(ids))
            for row_id in rest:
                for held in claims.claim(services().engine, work, [row_id]):
                    publish(_attempt(held, partial(run, services(), held)))
                if time.monotonic() - began > TURN:
                    publish([(work, rest)])
            show_life(work.queue)

        return app.task(task, name=work.stage, **limits(work.queue))

    return register


def bulk(work: Work, ask: Ask[T]) -> Callable[[Callable[[Services, list[tuple[Held, T]]], Follow]], Any]:
    """Make a stage function a task that claims all rows of its hint at once.

    Answers that are there together are kept in one commit and told in one hint; what is not answered goes back
    uncharged.
    """

    def register(run: Callable[[Services, list[tuple[Held, T]]], Follow]) -> Any:
        def task(ids: Any) -> None:
            for held_rows in _shares(work, set(named(ids))):
                left = {held.id: held for held in held_rows}
                for group in ask(services(), held_rows):
                    publish(_keep(group, partial(run, services())))
                    for held, _ in group:
                        del left[held.id]
                for held in left.values():
                    _put_back(held)
            show_life(work.queue)

        return app.task(task, name=work.stage, **limits(work.queue))

    return register


def _shares(work: Work, ids: set[int]) -> Iterator[list[Held]]:
    """Rows to work on together, and then, for at most ``TURN`` seconds, those that go alone (``Work.apart``)."""
    began = time.monotonic()
    if fresh := claims.claim(services().engine, work, ids, untried=work.apart):
        yield fresh
    rest = ids - {held.id for held in fresh}
    while rest and time.monotonic() - began < TURN and (alone := claims.claim(services().engine, work, rest, limit=1)):
        yield alone
        rest -= {held.id for held in alone}
    if time.monotonic() - began >= TURN:
        publish([(work, rest)])


def _put_back(held: Held, after: float = 0.0) -> None:
    with suppress(LeaseLostError):
        claims.release(services().engine, held, after)


def _keep(group: Sequence[tuple[Held, T | Exception]], run: Callable[[list[tuple[Held, T]]], Follow]) -> Follow:
    answers: list[tuple[Held, T]] = []
    for held, answer in group:
        if isinstance(answer, Exception):
            _charge(held, answer)
        else:
            answers.append((held, answer))
    return _all_or_each(answers, run) if answers else ()


def _all_or_each(answers: list[tuple[Held, T]], run: Callable[[list[tuple[Held, T]]], Follow]) -> Follow:
    """One commit for all; where that fails, one for each, so that only the row at fault is charged."""
    try:
        return run(answers)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
    except Exception as error:
        log.warning("not together", rows=len(answers), error=str(error)[:300])
    return [follow for held, answer in answers for follow in _attempt(held, partial(run, [(held, answer)]))]


def _attempt(held: Held, run: Callable[[], Follow]) -> Follow:
    """Run a stage for one row. What goes wrong is charged to the row; a missing database is not its fault."""
    try:
        return run()
    except Exception as error:
        _charge(held, error)
    return ()


def _charge(held: Held, error: Exception) -> None:
    match error:
        case NotYetError():
            _put_back(held, error.after)
        case LeaseLostError():
            log.warning("lease lost", stage=held.work.stage, row=held.id)
        case SoftTimeLimitExceeded():
            give_back(held, f"ran out of time ({HARD_LIMIT[held.work.queue] - SOFT_LEAD} s)")
        case DBAPIError() if is_passing(error):
            let_go(held, error)
        case _:
            give_back(held, error)


def let_go(held: Held, error: DBAPIError) -> None:
    """The store is in trouble: the row is not charged. A store that is away altogether ends the task instead."""
    log.warning("the store is in trouble", stage=held.work.stage, row=held.id, error=str(error.orig)[:300])
    with suppress(LeaseLostError):  # a commit whose answer was lost may have succeeded
        claims.release(services().engine, held, PAUSE)


def give_back(held: Held, error: Exception | str) -> None:
    """Charge the row with the error. The error says whether retrying helps (``retry``) and when (``after``)."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    retry, after = getattr(error, "retry", True), getattr(error, "after", None)
    given_up = claims.fail(services().engine, held, text[:2000], retry=retry, after=after)
    where = {"stage": held.work.stage, "row": held.id, "attempt": held.attempts}
    log.error("given up" if given_up else "failed", error=text[:500], **where)


def limits(queue: str) -> dict[str, int]:
    return {"time_limit": HARD_LIMIT[queue], "soft_time_limit": HARD_LIMIT[queue] - SOFT_LEAD}


_SHOWN: dict[str, float] = {}


def show_life(queue: str) -> None:
    """Note in the store, now and then, that this queue's worker finishes tasks."""
    if time.monotonic() - _SHOWN.get(queue, -LIFE) >= LIFE:
        _SHOWN[queue] = time.monotonic()
        with services().engine.begin() as connection:
            heartbeats.beat(connection, queue, socket.gethostname())


def _load_before_forking(sender: Any = None, **_: Any) -> None:
    """Knowledge is read once and shared by all children (copy on write)."""
    if "process" in sender.app.amqp.queues.consume_from:
        extract.warm()
        knowledge()
        gc.freeze()  # else the first collection in a child touches, and so copies, every page


def _limit_memory(**_: Any) -> None:
    """A page that makes extraction eat memory meets ``MemoryError``, not the machine."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


worker_init.connect(_load_before_forking)
worker_process_init.connect(_limit_memory)
