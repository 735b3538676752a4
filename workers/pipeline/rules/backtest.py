"""What rules would have told of what happened: revisions in, alerts out, by the clock of each revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from workers.pipeline.models import Alert, Revision
from workers.pipeline.rules import Known, Watch, evaluate, told_keys
from workers.pipeline.rules.waiting import Waiting


def backtest(happened: Iterable[tuple[datetime, Revision, bool]], watch: Watch, until: datetime) -> Iterator[Alert]:
    """``happened`` are (when, revision, primed), the oldest first. What was told before the first is not known."""
    past = _Past(watch)
    for at, revision, primed in happened:
        yield from past.waited(at)
        yield from past.take(at, revision, primed)
    yield from past.waited(until)


class _Past:
    """What was told and what waits, as the history goes on."""

    def __init__(self, watch: Watch) -> None:
        self._watch, self._waiting = watch, Waiting()
        self._told: dict[str, frozenset[str]] = defaultdict(frozenset)

    def take(self, at: datetime, revision: Revision, primed: bool = False, again: bool = False) -> tuple[Alert, ...]:
        clash = revision.clash.id
        known = Known(self._told[clash], self._waiting.since.get(clash, {}), primed, again)
        judged = evaluate(revision, self._watch, known, at)
        self._waiting.note(revision, judged)
        self._told[clash] |= told_keys(judged.alerts)
        return judged.alerts

    def waited(self, now: datetime) -> Iterator[Alert]:
        for at, revision in self._waiting.until(now):
            yield from self.take(at, revision, again=True)
