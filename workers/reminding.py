"""What goes on unchanged is told again after the route's ``repeat_interval``, as Alertmanager does.

In: the store and the settings. Out: reminders, as alerts that take the same road as any other: quiet hours hold them,
silences and graver alerts withhold them, and whoever acknowledged is not reminded. Asking twice is harmless: each
reminder of a thread has one key. It is asked once a minute, where Alertmanager asks at every ``group_interval``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Engine

from workers.adapters.store import alerts, going, silences
from workers.adapters.store.going import Going
from workers.adapters.store.works import SEND
from workers.hints import publish
from workers.pipeline import regions
from workers.pipeline.models import Alert, AlertKind
from workers.pipeline.regions import RegionIndex
from workers.pipeline.route import Target, nodes, reminded
from workers.pipeline.rules import Evaluation, Quiet, hush
from workers.settings import Settings


@dataclass(frozen=True)
class Reminding:
    """One store's threads."""

    engine: Engine
    settings: Settings

    @cached_property
    def regions(self) -> RegionIndex:
        """For silences by region."""
        return regions.build(self.settings.regions)

    def remind(self) -> None:
        """Tell every thread again whose time has come."""
        intervals = [node.repeat_interval for node in nodes(self.settings.route) if node.repeat_interval]
        if not intervals:
            return
        now = datetime.now(UTC)
        goes_on = going.on(self.engine, min(intervals), [vigil.id for vigil in self.settings.vigils])
        due = [(one, way) for one in goes_on if (way := self._way(one, now)) and not self._withheld(one, now)]
        with self.engine.begin() as connection:
            ready = alerts.tell(connection, None, [(_reminder(one, now), [way]) for one, way in due])
        publish([(SEND, ready)])

    def _way(self, one: Going, now: datetime) -> Target | None:
        found = reminded(one.alert.labels, one.thread, self.settings.route, now)
        return found[1] if found and now - one.told >= found[0] else None

    def _withheld(self, one: Going, now: datetime) -> bool:
        inside = self.regions.inside(one.clash) if one.clash else frozenset()
        known = alerts.told(self.engine, one.clash.id) if one.clash else ()
        quiet = Quiet(silences.in_force(self.engine), self.settings.inhibitions, known, inside)
        return not hush(Evaluation((one.alert,), ()), quiet, now).alerts


def _reminder(one: Going, now: datetime) -> Alert:
    key = f"{one.alert.key}:again:{one.thread.receiver}:{one.thread.group_key}:{one.sequence}"
    labels = one.alert.labels | {"kind": str(AlertKind.REMINDER)}
    return replace(one.alert, key=key, kind=AlertKind.REMINDER, changes=(), labels=labels, at=now)
