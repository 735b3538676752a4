"""A folder and an environment in, one frozen ``Settings`` out, or every fault at once.

A configuration may be layered: with ``CLASHWATCH_CONFIG=config:var/demo`` a file of a later folder takes the
place of its namesake in an earlier one. Nothing is read from the process environment here: ``env`` is given.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workers.pipeline import schedule
from workers.pipeline.models import Area, Feed, Inhibition, Receiver, Route, Rule, Vigil
from workers.settings import checks
from workers.settings.areas import RegionEntry, RegionsFile
from workers.settings.atlas import located
from workers.settings.cast import strangers
from workers.settings.detection import Detection, Opinion
from workers.settings.environment import Environment, overlay, with_secrets
from workers.settings.opml import feeds_of
from workers.settings.problems import Problem, SettingsError
from workers.settings.service import (
    Api,
    Database,
    Deadman,
    Exporter,
    FeedsFile,
    Fetch,
    Life,
    Push,
    Redis,
    Retention,
    ServiceFile,
    Workers,
)
from workers.settings.shapes import check
from workers.settings.source import Source, files, read
from workers.settings.telling import ReceiversFile
from workers.settings.watching import RulesFile


@dataclass(frozen=True)
class Settings:
    """Everything an operator decides, checked. ``origins`` says where each region, rule and receiver stands."""

    config: tuple[Path, ...]
    state_dir: Path
    languages: tuple[str, ...]
    database: Database
    redis: Redis
    fetch: Fetch
    retention: Retention
    life: Life
    detection: Detection
    opinion: Opinion
    api: Api
    exporter: Exporter
    workers: Workers
    feeds: tuple[Feed, ...]
    regions: dict[str, Area]
    rules: tuple[Rule, ...]
    receivers: dict[str, Receiver]
    route: Route
    inhibitions: tuple[Inhibition, ...]
    origins: dict[str, str]
    deadman: Deadman
    push: Push
    vigils: tuple[Vigil, ...] = ()


def load(config: Path | None = None, env: Mapping[str, str] | None = None, *, polls: bool = True) -> Settings:
    """The configuration in ``config``, else in ``CLASHWATCH_CONFIG``, else in ``./config``.

    Who does not poll (``replay``) needs no feeds. Raises ``SettingsError`` with every ``Problem`` found.
    """
    variables = env or {}
    named = str(config) if config else variables.get("CLASHWATCH_CONFIG", "config")
    folders = tuple(Path(part) for part in named.split(os.pathsep))
    if absent := [folder for folder in folders if not folder.is_dir()]:
        fault = "no such folder; `clashwatch init` writes a configuration to start from"
        raise SettingsError(Problem(str(folder), "", fault) for folder in absent)
    return _Loading(folders, variables, polls).settings()


def rules_in(path: Path, regions: Collection[str]) -> tuple[tuple[Rule, ...], tuple[Vigil, ...]]:
    """The rules of one file, for regions that are known. Raises ``SettingsError``."""
    problems: list[Problem] = []
    made = _rules_of([read(path, str(path))], regions, problems)
    if problems:
        raise SettingsError(problems)
    return made


def _rules_of(
    sources: list[Source], regions: Collection[str], problems: list[Problem]
) -> tuple[tuple[Rule, ...], tuple[Vigil, ...]]:
    made: list[Rule] = []
    vigils: list[Vigil] = []
    problems.extend(checks.duplicates("rule", [place for source in sources for place in checks.rules_of(source)]))
    for source in sources:
        problems.extend(checks.rules(source, regions))
        problems.extend(strangers(source))
        file = check(RulesFile, source, problems)
        for group in file.groups if file else ():
            made += [entry.rule() for entry in group.rules]
            vigils += [entry.vigil() for entry in group.vigils]
    return tuple(made), tuple(vigils)


class _Loading:
    """The state of one ``load``: what has been read so far and what was wrong with it."""

    def __init__(self, folders: tuple[Path, ...], env: Mapping[str, str], polls: bool) -> None:
        self.folders = folders
        self.polls = polls
        self.problems: list[Problem] = []
        self.environment = Environment(env, self.problems)
        self.origins: dict[str, str] = {}
        self.region_names: set[str] = set()

    def settings(self) -> Settings:
        service = self._service()
        telling, receivers = self._telling(Path(service.state_dir))
        regions = self._regions()
        rules, vigils = self._rules()
        named = [name for each in (rules, vigils) for one in each for name in one.regions]
        watched = schedule.watched(regions, named)
        feeds = self._feeds(service.fetch.interval.total_seconds(), watched)
        self.environment.report_unknown()
        if self.problems or telling is None:
            raise SettingsError(self.problems)
        sections = {name: value for name, value in service if name != "state_dir"}
        return Settings(
            config=self.folders,
            state_dir=Path(service.state_dir),
            feeds=feeds,
            regions=regions,
            rules=rules,
            vigils=vigils,
            receivers=receivers,
            route=telling.tree(),
            inhibitions=tuple(entry.inhibition() for entry in telling.inhibit_rules),
            origins=self.origins,
            **sections,
        )

    def _sources(self, pattern: str) -> list[Source]:
        sources = []
        for path in files(self.folders, pattern):
            try:
                sources.append(read(path, str(path)))
            except SettingsError as error:
                self.problems.extend(error.problems)
        return sources

    def _one(self, name: str, required: bool) -> Source:
        found = files(self.folders, name)
        if not found and required:
            self.problems.append(Problem(str(self.folders[-1] / name), "", "is missing"))
        sources = self._sources(name)
        return sources[0] if sources else Source(str(self.folders[-1] / name), {})

    def _service(self) -> ServiceFile:
        source = overlay(self._one("clashwatch.yml", required=False), self.environment)
        return check(ServiceFile, source, self.problems) or ServiceFile()

    def _telling(self, state_dir: Path) -> tuple[ReceiversFile | None, dict[str, Receiver]]:
        source = with_secrets(self._one("receivers.yml", required=True), self.environment, self.problems)
        if not source.values:
            return None, {}
        names = list(checks.named(source, "receivers"))
        self.problems.extend(checks.duplicates("receiver", names))
        self.problems.extend(checks.duplicates("time interval", checks.named(source, "time_intervals")))
        self.problems.extend(checks.routes(source))
        self._remember("receiver", names)
        file = check(ReceiversFile, source, self.problems)
        return file, {entry.name: entry.receiver(state_dir) for entry in (file.receivers if file else ())}

    def _regions(self) -> dict[str, Area]:
        sources = self._sources("regions/*.yml")
        names = [(name, source, (name,)) for source in sources for name in source.values]
        self._remember("region", names)
        self.region_names = {name for name, _, _ in names}
        self.problems.extend(checks.duplicates("region", names))
        entries: dict[str, RegionEntry] = {}
        for source in sources:
            self.problems.extend(checks.region_parts(source, self.region_names))
            if file := check(RegionsFile, source, self.problems):
                entries |= file.root
        placed = {place[0]: place for place in names}
        self.problems.extend(checks.region_shapes(entries, placed))
        spots = located(entries, {name: source for name, source, _ in names}, self.problems)
        areas = {name: entry.area(name, spots) for name, entry in entries.items()}
        self.problems.extend(checks.outlines(areas, placed))
        return areas

    def _rules(self) -> tuple[tuple[Rule, ...], tuple[Vigil, ...]]:
        sources = self._sources("rules.d/*.yml")
        self._remember("rule", [place for source in sources for place in checks.rules_of(source)])
        return _rules_of(sources, self.region_names, self.problems)

    def _feeds(self, interval: float, watched: Collection[str]) -> tuple[Feed, ...]:
        source = self._one("feeds.yml", required=self.polls)
        for at, name in enumerate(checks.listed(source.values, "opml")):
            self._add_opml(source, str(name), at)
        for noun in ("slug", "url"):
            self.problems.extend(checks.duplicates(noun, checks.named(source, "feeds", noun)))
        if self.polls and source.root is not None and not source.values.get("feeds"):
            self.problems.append(source.problem(("feeds",), "no feed is listed: there would be nothing to watch"))
        file = check(FeedsFile, source, self.problems) if self.polls or source.values.get("feeds") else None
        listed = file.feeds if file else ()
        sooner = schedule.sooner(interval)
        return tuple(feed.feed(sooner if feed.country in watched else interval) for feed in listed)

    def _remember(self, noun: str, names: Iterable[checks.Placed]) -> None:
        self.origins |= {f"{noun} {name}": source.where(key) for name, source, key in names}

    def _add_opml(self, source: Source, name: str, at: int) -> None:
        path = Path(source.name).parent / name
        found = feeds_of(path, source.problem(("opml", at), ""), self.problems)
        source.values["feeds"] = [*(source.values.get("feeds") or ()), *found]
