"""Unit tests of rules: made-up clashes and what each rule should make of them, in files beside the rules.

::

    tests:
      - name: A fight at Altun Kupri is told to who watches Kirkuk
        clash:
          sub_event_type: Armed clash
          place: {name: Altun Kupri, lat: 35.75, lon: 44.14, radius_km: 8, country: IQ, admin1_code: '13'}
          killed: 3
        expect: {kirkuk: fired, nineveh: outside_region}
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

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
)
from workers.pipeline.rules import Known, Watch, evaluate
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


class TestsFile(Strict):
    tests: tuple[TestEntry, ...] = Field(min_length=1)


def failures(paths: Iterable[Path], watch: Watch) -> tuple[int, list[str]]:
    """How many tests there are, and in words which failed. Raises ``SettingsError`` for a file that is none."""
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
