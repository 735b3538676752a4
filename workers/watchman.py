"""What the clock asks, not the news: vigils, digests of nothing, and the signs of life that a monitor waits for.

In: the store and the settings. Out: alerts about no clash, told like any other; and pings. Asking twice is harmless:
an episode, a digest and a turn of the watchdog have one key each.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import structlog
from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from workers.adapters.store import alerts, gauges, heartbeats, silences, tallies, yields
from workers.adapters.store import vigils as asked
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import QUEUES, SEND
from workers.hints import publish
from workers.pipeline import health, regions, vigils
from workers.pipeline.intervals import last_digest
from workers.pipeline.models import Alert, Vigil
from workers.pipeline.regions import RegionIndex
from workers.pipeline.route import DIGEST, Branch, Target, nodes, route
from workers.pipeline.rules import covers
from workers.pipeline.vigils import Feeds, Subject
from workers.settings import Settings

log = structlog.get_logger()

STALE = timedelta(seconds=90)
"""A role that showed no sign of life for so long is not well."""
OVERDUE = 900.0
"""Seconds: a row that has waited longer than this at any stage but the sending says that work is not being done."""
LATEST = timedelta(minutes=30)
"""A digest of nothing is not told later than this: who was away does not report on yesterday."""
_ROLES = ("beat", *QUEUES, "canary")


@dataclass(frozen=True)
class Watchman:
    """``regions`` are those that vigils watch."""

    engine: Engine
    settings: Settings
    regions: RegionIndex = field(init=False)

    def __post_init__(self) -> None:
        watched = {name for vigil in self.settings.vigils for name in vigil.regions}
        object.__setattr__(self, "regions", regions.build(self.settings.regions).only(watched))

    def look(self) -> None:
        """Ask every vigil, and tell what is new."""
        if not self.settings.vigils:
            return
        now = datetime.now(UTC)
        pairs = [
            (vigil, subject)
            for vigil in self.settings.vigils
            for subject in asked.subjects(self.engine, self.regions, vigil, now - vigils.HISTORY)
        ]
        with self.engine.begin() as connection:
            last = asked.last_told(connection, {vigil.id for vigil in self.settings.vigils})
            ready = [self._judge(connection, vigil, subject, last, now) for vigil, subject in pairs]
        publish([(SEND, [one for ids in ready for one in ids])])

    def _judge(
        self, connection: Connection, vigil: Vigil, subject: Subject, last: dict[str, Alert], now: datetime
    ) -> list[int]:
        finding = vigils.find(vigil, subject, now)
        told = last.get(f"{vigil.id}:{subject.name}")
        alert = vigils.tell(vigil, subject, finding, told, self.feeds(now)) if finding else None
        if alert is None:
            return []
        outcome = "experimental" if vigil.status == "experimental" else self._silenced(alert, vigil, now)
        tallies.add(connection, Tally("rule", outcome or "fired", vigil.id))
        return [] if outcome else self._tell(connection, [alert], now)

    def _silenced(self, alert: Alert, vigil: Vigil, now: datetime) -> str | None:
        inside = frozenset(vigil.regions)
        in_force = [one for one in silences.in_force(self.engine) if one.starts <= now < one.ends]
        return "silenced" if any(covers(silence, alert, inside) for silence in in_force) else None

    def _tell(self, connection: Connection, made: Iterable[Alert], now: datetime) -> list[int]:
        return alerts.tell(connection, None, [(alert, route(alert, self.settings.route, (), now)) for alert in made])

    def feeds(self, now: datetime) -> Feeds:
        states = [health.judge(vitals, now).state for vitals in yields.vitals(self.engine).values()]
        return Feeds(len(states), sum(state not in health.BROKEN for state in states))

    def report_nothing(self) -> None:
        """A digest without an incident says so, and how many feeds it could have heard of one from."""
        now = datetime.now(UTC)
        for branch in nodes(self.settings.route):
            if branch.digest and now - (at := last_digest(branch.digest, now)) < LATEST:
                self._report_nothing(branch, at, now)

    def _report_nothing(self, branch: Branch, at: datetime, now: datetime) -> None:
        assert branch.digest is not None
        before = last_digest(branch.digest, at - timedelta(seconds=1))
        made = vigils.notice("nothing", f"nothing:{branch.receiver}:{at.isoformat()}", at, self.feeds(now),
                             since=before.isoformat())  # fmt: skip
        with self.engine.begin() as connection:
            if asked.gathered(connection, branch.receiver, DIGEST, at):
                return
            ready = alerts.tell(connection, None, [(made, [Target(branch.receiver, DIGEST)])])
        publish([(SEND, ready)])

    def show_life(self) -> None:
        """Ping the monitor and tell the watchdog's alert, unless something is wrong: then the silence says so."""
        if fault := self.fault():
            log.error("dead-man's switch: no sign of life", fault=fault)
            return
        self.ping()
        if every := self.settings.deadman.watchdog:
            self._bark(every)

    def ping(self) -> threading.Thread:
        """Beside the tick, not in it: a monitor that hangs must not stop the work that it watches."""
        pinging = threading.Thread(target=_ping, args=(self.settings.deadman.url,), daemon=True)
        pinging.start()
        return pinging

    def _bark(self, every: timedelta) -> None:
        now = datetime.now(UTC)
        turn = int(now.timestamp() // every.total_seconds())
        alert = vigils.notice("watchdog", f"watchdog:{every.total_seconds():g}:{turn}", now, self.feeds(now))
        with self.engine.begin() as connection:
            ready = self._tell(connection, [alert], now)
        publish([(SEND, ready)])

    def fault(self) -> str | None:
        """What is wrong, in words: a role without a sign of life, the canary silent, work that is not being done."""
        ages = dict.fromkeys(_ROLES, timedelta.max)
        for beat in heartbeats.latest(self.engine):
            if beat.role in ages:
                ages[beat.role] = min(ages[beat.role], timedelta(seconds=beat.age))
        patience = {"canary": canary_patience(self.settings)}
        if silent := [role for role, age in ages.items() if age > patience.get(role, STALE)]:
            return f"no sign of life from {', '.join(silent)}"
        # What receivers do not take is not ours, and shows elsewhere.
        late = [one.stage for one in gauges.waiting(self.engine) if one.oldest > OVERDUE and one.stage != SEND.stage]
        return f"work waits too long for {', '.join(late)}" if late else None


def canary_patience(settings: Settings) -> timedelta:
    """For how long a canary may be on its way: it waits in line with the news, which may be a long one."""
    return max(STALE, 3 * settings.deadman.every)


def _ping(url: SecretStr | None) -> None:
    if url is None:
        return
    try:
        httpx2.post(url.get_secret_value(), timeout=10).raise_for_status()
    except httpx2.HTTPStatusError as error:  # its own words hold the address
        log.warning("the dead-man's switch could not be pinged", error=f"HTTP {error.response.status_code}")
    except httpx2.HTTPError as error:
        log.warning("the dead-man's switch could not be pinged", error=str(error)[:200])
