"""Rules, vigils and the stored history in; what they would have told of it out. Nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from workers.adapters.store import history
from workers.adapters.store import vigils as asked
from workers.asking import Outlook
from workers.pipeline import vigils
from workers.pipeline.models import Alert, Vigil
from workers.pipeline.rules.backtest import backtest
from workers.pipeline.vigils import Feeds, Subject

STEP = timedelta(hours=1)
"""How often vigils are asked of the past; of the present once a minute."""
_UNKNOWN = Feeds(0, 0)
"""Nobody noted how many feeds were well then."""


def would_tell(engine: Engine, outlook: Outlook, since: datetime, now: datetime) -> list[Alert]:
    """Every alert, by the clock of its time."""
    happened = ((past.at, past.revision, past.primed) for past in history.since(engine, since))
    asked_in_earnest = [vigil for vigil in outlook.vigils if vigil.status == "stable"]
    by_clock = (alert for vigil in asked_in_earnest for alert in _vigil(engine, outlook, vigil, (since, now)))
    return [*backtest(happened, outlook.watch, now), *by_clock]


def _vigil(engine: Engine, outlook: Outlook, vigil: Vigil, span: tuple[datetime, datetime]) -> Iterator[Alert]:
    for subject in asked.subjects(engine, outlook.watched, vigil, span[0] - vigils.HISTORY):
        yield from _episodes(vigil, subject, *span)


def _episodes(vigil: Vigil, subject: Subject, now: datetime, until: datetime) -> Iterator[Alert]:
    last: Alert | None = None
    while now <= until:
        finding = vigils.find(vigil, subject, now)
        alert = vigils.tell(vigil, subject, finding, last, _UNKNOWN) if finding else None
        if alert:
            last = alert
            yield replace(alert, at=now)
        now += STEP


def per_day(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """How many alerts each rule would have told each day."""
    counts = Counter((alert.at.date().isoformat(), alert.rule) for alert in alerts)
    return [{"day": day, "rule": rule, "alerts": number} for (day, rule), number in sorted(counts.items())]


def differences(here: Iterable[Alert], there: Iterable[Alert]) -> list[dict[str, Any]]:
    """What only one of two sets of rules would have told: ``here`` first."""
    mine, theirs = ({(one.rule, one.subject, str(one.kind)) for one in told} for told in (here, there))
    sides = (("here", mine - theirs), ("there", theirs - mine))
    return [
        {"only": side, "rule": rule, "subject": subject, "kind": kind}
        for side, told in sides
        for rule, subject, kind in sorted(told)
    ]
