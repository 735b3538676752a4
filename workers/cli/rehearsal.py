"""The whole pipeline in memory, one article after another, with the articles' own time for a clock.

What the store does between processes is done here with lists: look-alikes by their keys, neighbourhoods by
``cluster.reach``, threads by receiver and group key. The decisions are the pipeline's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workers.adapters import channels, knowledge
from workers.adapters.publishers import load as publishers
from workers.cli import newsroom
from workers.cli.folder import Paper
from workers.cli.memory import Memory
from workers.pipeline import regions
from workers.pipeline.cluster import Reach, age, cluster, filed, reach
from workers.pipeline.cluster.geo import coarse, kilometres
from workers.pipeline.dedupe import Candidate, Copy, sign
from workers.pipeline.detect import detect
from workers.pipeline.message import Story, render, superfluous
from workers.pipeline.models import Alert, Clash, Coding, Delivery, Filing, Message, Revision, Situation, Verdict
from workers.pipeline.route import Target, route
from workers.pipeline.rules import Known, Watch, evaluate, told_keys
from workers.pipeline.rules.waiting import Waiting
from workers.settings import Settings

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of an article that has none: before all others."""


@dataclass(frozen=True, slots=True)
class Told:
    """A revision, what every rule said of it, the alerts, and the messages with their receivers."""

    revision: Revision
    verdicts: tuple[Verdict, ...]
    alerts: tuple[Alert, ...]
    messages: tuple[tuple[tuple[str, ...], Message], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one article."""

    paper: Paper
    coding: Coding
    copy: Copy | None
    told: tuple[Told, ...]


class Rehearsal:
    """Take papers in the order of their time; ask for clashes and situations when done."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._knowledge = knowledge.load(settings.languages or None, settings.detection.models)
        self._watch = Watch(settings.rules, regions.build(settings.regions))
        self._own = {feed.family for feed in settings.feeds}
        self._memory = Memory()
        self._waiting = Waiting()
        self._filings: dict[str, Filing] = {}
        self._alerts: dict[str, list[Alert]] = defaultdict(list)
        self._threads: dict[Target, Message] = {}
        self._sent: dict[str, dict[str, list[Target]]] = defaultdict(lambda: defaultdict(list))
        self.clashes: dict[str, Clash] = {}
        self.situations: dict[str, Situation] = {}

    def take(self, paper: Paper) -> Step:
        """One article through every stage."""
        document = paper.document
        now = document.published or UNDATED
        waited = [self._tell(revision, at, again=True) for at, revision in self._waiting.until(now)]
        signature = sign(document.text, document.title)
        copy = self._memory.meet(Candidate(document.id, signature, document.published, paper.url))
        readings = [newsroom.Reading(one, detect(one, self._knowledge), copy) for one in paper.documents]
        origin = publishers().origin(document.source, paper.credit)
        family = document.source if origin or document.source in self._own else None
        filings = [
            replace(filing, id=f"{document.id}/{part}.{filing.id}" if paper.parts else filing.id, url=paper.url)
            for part, reading in enumerate(readings)
            for filing in newsroom.filings_of(reading, reading.document.published or now, family, origin or family)
        ]
        told = [self._tell(revision, now) for revision in self._assign(filings, now)]
        return Step(paper, _together([reading.coding for reading in readings]), copy, (*waited, *told))

    def _assign(self, new: list[Filing], now: datetime) -> tuple[Revision, ...]:
        if not new:
            return ()
        self._filings |= {filing.id: filing for filing in new}
        near = {one for filing in new for one in self._filings if self._beside(reach(filing), self._filings[one])}
        for clash in self.clashes.values():
            if near.intersection(clash.filings):
                near.update(clash.filings)
        aged = [age(clash, now) for clash in self.clashes.values()]
        known = [one.clash if isinstance(one, Revision) else one for one in aged]
        found = cluster([self._filings[one] for one in near], known, now, context=newsroom.context(self._knowledge))
        self.clashes = {clash.id: clash for clash in [*known, *found.clashes] if clash.id not in found.redirects}
        self.situations = {situation.id: situation for situation in found.situations}
        home = {clash: situation.id for situation in found.situations for clash in situation.clashes}
        self.clashes = {name: replace(clash, situation=home.get(name)) for name, clash in self.clashes.items()}
        return found.revisions

    @staticmethod
    def _beside(around: Reach, filing: Filing) -> bool:
        """May this filing tell the same incident? More is no harm."""
        other, place = reach(filing), filing.report.place
        if other.first > around.last or other.last < around.first:
            return False
        if place is None or around.lat is None or around.lon is None:
            return True
        if place.country == around.country and coarse(place):
            return True
        return kilometres(around.lat, around.lon, place.lat, place.lon) <= around.km + place.radius_km

    def _tell(self, revision: Revision, now: datetime, again: bool = False) -> Told:
        clash = revision.clash
        known = Known(told_keys(self._alerts[clash.id]), self._waiting.since.get(clash.id, {}), again=again)
        found = evaluate(revision, self._watch, known, now)
        self._waiting.note(revision, found)
        self._alerts[clash.id] += found.alerts
        messages = [self._message(target, alerts, clash) for target, alerts in self._reached(found.alerts).items()]
        told = tuple((receiver, message) for receiver, message in messages if message)
        return Told(revision, found.verdicts, found.alerts, _once(told))

    def _reached(self, alerts: Iterable[Alert]) -> dict[Target, list[Alert]]:
        """What each thread is told: one message, however many rules have reason to."""
        carried: dict[Target, list[Alert]] = defaultdict(list)
        for alert in alerts:
            threads = self._sent[alert.clash][alert.rule]
            for target in route(alert, self._settings.route, threads):
                carried[target].append(alert)
                if target not in threads:
                    threads.append(target)
        return carried

    def _message(self, target: Target, alerts: list[Alert], clash: Clash) -> tuple[str, Message | None]:
        earlier = self._threads.get(target)
        sequence = earlier.sequence + 1 if earlier else 1
        key = f"{target.receiver}:{target.group_key}:{sequence}"
        delivery = Delivery(key, target.receiver, target.group_key, sequence, tuple(alert.key for alert in alerts))
        filings = tuple(self._filings[name] for name in clash.filings)
        receiver = self._settings.receivers[target.receiver]
        message = render(delivery, Story(clash, tuple(alerts), filings, earlier), channels.style(receiver))
        if superfluous(message, earlier):
            return target.receiver, None
        self._threads[target] = message
        return target.receiver, message


def _once(told: Iterable[tuple[str, Message]]) -> tuple[tuple[tuple[str, ...], Message], ...]:
    """Each text once, with everybody who gets it."""
    readers: dict[str, tuple[tuple[str, ...], Message]] = {}
    for receiver, message in told:
        text = repr(replace(message, key="", thread=""))
        names, first = readers.get(text, ((), message))
        readers[text] = ((*names, receiver), first)
    return tuple(readers.values())


def _together(codings: Sequence[Coding]) -> Coding:
    """What the parts of a live blog tell."""
    reports = tuple(report for coding in codings for report in coding.reports)
    return Coding(codings[0].language, reports, tuple(place for coding in codings for place in coding.places))


def kept(coding: Coding) -> list[str]:
    """For every report of a document, why it was filed or not."""
    return [filed(report).value for report in coding.reports]
