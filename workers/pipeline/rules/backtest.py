"""What rules would have told of what happened: revisions in, alerts out, by the clock of each revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from workers.pipeline.models import Alert, Revision
from workers.pipeline.rules import Watch, evaluate, told_keys


def backtest(happened: Iterable[tuple[datetime, Revision, bool]], watch: Watch) -> Iterator[Alert]:
    """``happened`` are (when, revision, primed), the oldest first. What was told before the first is not known."""
    told: dict[str, frozenset[str]] = defaultdict(frozenset)
    for at, revision, primed in happened:
        clash = revision.clash.id
        alerts = evaluate(revision, watch, told[clash], at, primed).alerts
        told[clash] |= told_keys(alerts)
        yield from alerts
