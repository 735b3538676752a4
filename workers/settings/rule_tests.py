"""Unit tests of rules: made-up clashes and what each rule should make of them, in files beside the rules.

::

    tests:
      - name: A fight at Altun Kupri is told to who watches Kirkuk
        clash:
          sub_event_type: Armed clash
          place: {name: Altun Kupri, lat: 35.75, lon: 44.14, radius_km: 8, country: IQ, admin1_code: '13'}
          killed: 3
        expect: {kirkuk: fired, nineveh: outside_region}
    vigils:
      - name: Yemen is silent when nothing is heard for ten hours
        vigil: yemen-silent
        usual: 40m
        quiet: 10h
        expect: firing
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from workers.pipeline.models import (
    ACLED_EVENT_OF,
    Actor,
    Change,
    Clash,
    ClashState,
    Count,
    Place,
    Precision,
    Reason,
    Revision,
    Side,
    Status,
    Vigil,
)
from workers.pipeline.rules import Known, Watch, evaluate
from workers.pipeline.vigils import HISTORY, Subject, explain, state
from workers.settings.problems import Problem, SettingsError, unknown
from workers.settings.shapes import Country, Duration, Strict, check
from workers.settings.source import read

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class PlaceEntry(Strict):
    name: str = "somewhere"
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    radius_km: float = 5.0
    precision: Precision = Precision.NEAR
    country: Country | None = None
    admin1_code: str | None = None


def _known(name: str) -> str:
    if name not in ACLED_EVENT_OF:
        raise ValueError(unknown("type", name, ACLED_EVENT_OF))
    return name


class ClashEntry(Strict):
    sub_event_type: Annotated[str, AfterValidator(_known)] = "Armed clash"
    status: Status = Status.UNCONTESTED
    confidence: float = 0.9
    alertable: bool = True
    age: Duration = Field(default="1h", validate_default=True)
    place: PlaceEntry | None = None
    killed: int | None = None
    actors: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def clash(self) -> Clash:
        at = _NOW - self.age
        place = Place(**self.place.model_dump(), feature="PPL") if self.place else None
        return Clash(
            id="test",
            filings=(),
            articles=(),
            event_type=ACLED_EVENT_OF[self.sub_event_type],
            sub_event_type=self.sub_event_type,
            status=self.status,
            state=ClashState.OPEN,
            confidence=self.confidence,
            first_reported=at,
            last_reported=at,
            place=place,
            end=at.date(),
            sides=(Side("party", tuple(Actor(name, (0, 1), name) for name in self.actors)),),
            killed=None if self.killed is None else Count(self.killed, self.killed, self.killed),
            origins=self.origins,
            languages=self.languages,
            alertable=self.alertable,
        )


class TestEntry(Strict):
    name: str
    clash: ClashEntry
    changes: tuple[Change, ...] = (Change.NEW,)
    told: tuple[str, ...] = ()
    """Rules that told of the clash before."""
    held: Duration = timedelta(0)
    """How long the clash has been so, for rules with a ``for``."""
    expect: dict[str, Reason] = Field(min_length=1)
    """Rule -> what it makes of the clash."""


class VigilTest(Strict):
    """``heard`` says how long ago something was heard of what a vigil watches; ``usual`` that it was all the time."""

    name: str
    vigil: str
    heard: tuple[Duration, ...] = ()
    usual: Duration | None = None
    """Something every so often, for four weeks, until ``quiet`` ago."""
    quiet: Duration = timedelta(0)
    expect: Literal["firing", "quiet", "unknown"]

    def subject(self) -> Subject:
        often = int(HISTORY / self.usual) if self.usual else 0
        moments = [_NOW - ago for ago in self.heard]
        moments += [_NOW - self.quiet - (self.usual or HISTORY) * number for number in range(often)]
        return Subject("region", "test", "test", tuple(sorted(moments)))


class TestsFile(Strict):
    tests: tuple[TestEntry, ...] = ()
    vigils: tuple[VigilTest, ...] = ()

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.tests or self.vigils):
            raise ValueError("no test is written here: give tests or vigils")
        return self


def failures(paths: Iterable[Path], watch: Watch, vigils: Iterable[Vigil] = ()) -> tuple[int, list[str]]:
    """How many tests there are, and in words which failed. Raises ``SettingsError`` for a file that is none."""
    known = {vigil.id: vigil for vigil in vigils}
    problems: list[Problem] = []
    number, failed = 0, []
    for path in paths:
        source = read(path, str(path))
        file = check(TestsFile, source, problems)
        for at, test in enumerate(file.tests if file else ()):
            number += 1
            key = ("tests", at)
            problems.extend(
                source.problem((*key, "expect", rule), unknown("rule", rule, watch.order))
                for rule in test.expect
                if rule not in watch.order
            )
            failed += [f"{source.where(key)}: {test.name}: {words}" for words in _wrong(test, watch)]
        for at, asked in enumerate(file.vigils if file else ()):
            number += 1
            key = ("vigils", at)
            if asked.vigil not in known:
                problems.append(source.problem((*key, "vigil"), unknown("vigil", asked.vigil, known)))
            elif (found := state(known[asked.vigil], asked.subject(), _NOW)) != asked.expect:
                told = f"{found}: {explain(known[asked.vigil], asked.subject(), _NOW)}"
                failed.append(f"{source.where(key)}: {asked.name}: expected {asked.expect}, found {told}")
    if problems:
        raise SettingsError(problems)
    return number, failed


def _wrong(test: TestEntry, watch: Watch) -> list[str]:
    told = frozenset(f"{rule}:test:new" for rule in test.told)
    known = Known(told, dict.fromkeys(watch.order, _NOW - test.held))
    verdicts = evaluate(Revision(test.clash.clash(), 2, test.changes, {}), watch, known, _NOW).verdicts
    found = {verdict.rule: verdict for verdict in verdicts if verdict.rule in test.expect}
    return [
        f"rule {rule}: expected {expected}, found {found[rule].reason}: {found[rule].detail}"
        for rule, expected in test.expect.items()
        if rule in found and found[rule].reason is not expected
    ]
