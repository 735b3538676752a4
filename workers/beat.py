"""The tick and the sweep: they look at the store and send hints, and never claim. Several at once are harmless.

In: the store's rows that are ready. Out: messages with their ids, bounded per queue by the queue's real length.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine

from workers.adapters import standing
from workers.adapters.store import ageing, circuits, claims, clock, heartbeats, ready, retention, tallies
from workers.adapters.store.works import EVALUATE, QUEUES, WORKS
from workers.hints import call, publish, queue_lengths, send_canary
from workers.pipeline.models import Receiver
from workers.reminding import Reminding
from workers.settings import Settings
from workers.watchman import Watchman, canary_patience

log = structlog.get_logger()

OUTSTANDING = 100
"""Messages that may wait in a queue before the tick stops adding to it."""
SHORT = 5
"""A queue below this is being worked off: a hint that is still unanswered then was lost, and is sent again."""
UNANSWERED = 30.0
"""Seconds after which a hint counts as unanswered."""


@dataclass(slots=True)
class Chore:
    """Something done every so many seconds. A failure is logged and costs only its own turn.

    What is done ``beside`` the others has a thread: it takes long, or the outside may hang, and the tick must not.
    """

    every: float
    run: Callable[[], object]
    beside: bool = False
    due: float = field(default_factory=time.monotonic)
    under_way: threading.Thread | None = None

    def attempt(self) -> None:
        if time.monotonic() < self.due or (self.under_way and self.under_way.is_alive()):
            return
        self.due = time.monotonic() + self.every
        if self.beside:
            self.under_way = threading.Thread(target=self._try, daemon=True)
            self.under_way.start()
        else:
            self._try()

    def _try(self) -> None:
        try:
            self.run()
        except Exception as error:
            log.error("chore failed", chore=self.run.__name__, error=str(error)[:300])


@dataclass(frozen=True)
class Beat:
    """All chores of the beat role on one store. ``unanswered`` is in seconds."""

    engine: Engine
    settings: Settings
    unanswered: float = UNANSWERED
    feel: Callable[[], None] = lambda: None
    """Called after each chore and within long ones: who watches knows that it does not hang."""

    def run(self, stop: threading.Event) -> None:
        """Until ``stop`` is set."""
        watchman, reminding = Watchman(self.engine, self.settings), Reminding(self.engine, self.settings)
        every = self.settings.deadman.every.total_seconds()
        chores = [
            Chore(5, self.mend_times),
            Chore(1, self.tick),
            Chore(2, self.call_messages),
            Chore(10, self.call_workers),
            Chore(10, self.bury),
            Chore(15, self.compact),
            Chore(60, self.age),
            Chore(60, watchman.look),
            Chore(60, watchman.report_nothing),
            Chore(60, reminding.remind),
            Chore(every, self.send_canary),
            Chore(every, watchman.show_life),
            Chore(300, self.forget, beside=True),
            *(Chore(standing.pace(one), self.repeating(one), beside=True) for one in self._forgetful()),
        ]
        while not stop.wait(0.2):
            for chore in chores:
                chore.attempt()
                self.feel()

    def tick(self) -> None:
        """Hint what is ready; again, when its hint went unanswered while the queue was short."""
        lengths, stirring = queue_lengths(), ready.stirring(self.engine, WORKS, self.unanswered)
        for work in WORKS:
            if work.stage not in stirring:
                continue
            waiting = lengths[work.queue]
            room = (OUTSTANDING - waiting) * work.batch
            if room > 0:
                found = ready.hint(self.engine, work, room, self.unanswered if waiting < SHORT else None)
                publish([(work, found.ids)])
                if found.rescued or found.abandoned:
                    log.warning("hinted again", stage=work.stage, rescued=found.rescued, abandoned=found.abandoned)
            self.feel()

    def mend_times(self) -> None:
        """Before the next sign of life, which would hide that the clock was set back."""
        if seconds := clock.mend(self.engine):
            log.error("the database's clock was set back; what waits was set back with it", seconds=round(seconds))

    def call_messages(self) -> None:
        circuits.call(self.engine)

    def call_workers(self) -> None:
        """Show a sign of life, and ask every queue's worker for one."""
        with self.engine.begin() as connection:
            heartbeats.beat(connection, "beat", socket.gethostname())
        for queue in QUEUES:
            call(queue)

    def send_canary(self) -> None:
        send_canary(canary_patience(self.settings).total_seconds())

    def bury(self) -> None:
        for work in WORKS:
            claims.bury(self.engine, work)
            self.feel()

    def compact(self) -> None:
        tallies.compact(self.engine)

    def age(self) -> None:
        """Clashes without news become quiet, then closed."""
        publish([(EVALUATE, ageing.age(self.engine, self.settings.life.limits()))])

    def _forgetful(self) -> list[Receiver]:
        return standing.forgetful(self.settings.receivers.values())

    def repeating(self, receiver: Receiver) -> Callable[[], object]:
        """Alertmanager forgets what is not repeated."""
        vigils = [vigil.id for vigil in self.settings.vigils]

        def say_again() -> None:
            standing.say_again(self.engine, receiver, vigils)

        return say_again

    def forget(self) -> None:
        kept = self.settings.retention
        gone = retention.forget(self.engine, pages=kept.pages, articles=kept.articles, quarantine=kept.quarantine)
        if any(gone.values()):
            log.info("forgotten", **gone)
