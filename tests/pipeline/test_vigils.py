"""Silence where there is usually talk, and more fighting than usual: told once, and once more when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from incidents import NOON

from workers.pipeline.message import Style, render
from workers.pipeline.models import Absence, Activity, Alert, AlertKind, Delivery, Vigil
from workers.pipeline.vigils import HISTORY, Feeds, Subject, find, notice, subjects_by_situation, tell

HOUR = timedelta(hours=1)
SILENT = Vigil("kirkuk-silent", "No news from Kirkuk", ("kirkuk",), absence=Absence(9 * HOUR))
SURGE = Vigil("kirkuk-surge", "Kirkuk flares up", ("kirkuk",), activity=Activity(24 * HOUR, clashes=3))
FEEDS = Feeds(42, 41)


def heard(*hours_ago: float) -> Subject:
    return Subject("region", "kirkuk", "Kirkuk province", tuple(sorted(NOON - hours * HOUR for hours in hours_ago)))


HOURLY = tuple(range(10, 34))
"""Something every hour, and then nothing for ten."""


def firing(vigil: Vigil, subject: Subject, now: datetime = NOON) -> bool | None:
    finding = find(vigil, subject, now)
    return finding and finding.firing


def test_a_region_that_is_usually_written_about_is_silent_after_so_many_hours() -> None:
    assert firing(SILENT, heard(*HOURLY)) is True
    assert firing(SILENT, heard(8, *HOURLY)) is False


def test_a_region_that_is_seldom_written_about_is_not() -> None:
    assert firing(SILENT, heard(*range(10, 130, 12))) is False


def test_of_a_region_that_nobody_ever_wrote_about_nothing_can_be_said() -> None:
    assert firing(SILENT, heard(10, 11, 12)) is None
    assert firing(SILENT, heard(*(hours + HISTORY / HOUR for hours in HOURLY))) is None


def told(vigil: Vigil, subject: Subject, last: Alert | None = None) -> Alert | None:
    finding = find(vigil, subject, NOON)
    assert finding is not None
    return tell(vigil, subject, finding, last, FEEDS)


def test_a_silence_is_told_once_and_once_more_when_it_is_over() -> None:
    began = told(SILENT, heard(*HOURLY))
    assert began is not None
    assert (began.kind, began.subject) == (AlertKind.NEW, "kirkuk-silent:kirkuk")
    assert began.labels["region"] == "kirkuk"
    assert told(SILENT, heard(*HOURLY), began) is None
    over = told(SILENT, heard(0.5, *HOURLY), began)
    assert over is not None
    assert (over.kind, over.key) == (AlertKind.RESOLUTION, f"{began.key}:over")
    assert told(SILENT, heard(0.5, *HOURLY), over) is None


def test_two_clocks_tell_the_same_silence_under_one_key() -> None:
    first, second = told(SILENT, heard(*HOURLY)), told(SILENT, heard(*HOURLY))
    assert first == second


def test_the_next_silence_is_another_one() -> None:
    first, second = told(SILENT, heard(*HOURLY)), told(SILENT, heard(9.5, *HOURLY))
    assert first is not None
    assert second is not None
    assert first.key != second.key


def test_so_many_incidents_within_a_time_are_a_surge() -> None:
    assert firing(SURGE, heard(1, 2, 23)) is True
    assert firing(SURGE, heard(1, 2, 25)) is False


@pytest.mark.parametrize(("earlier", "surges"), [(range(30, 600, 24), True), (range(30, 600, 6), False)])
def test_a_rise_is_held_against_the_regions_own_history(earlier: range, surges: bool) -> None:
    vigil = Vigil("rise", "A rise", ("kirkuk",), activity=Activity(24 * HOUR, clashes=3, rise=3.0))
    assert firing(vigil, heard(1, 2, 3, 4, *earlier)) is surges


def test_a_situation_is_counted_by_itself() -> None:
    fights = [("s-1", NOON - HOUR), ("s-2", NOON - 2 * HOUR), ("s-1", NOON - 3 * HOUR)]
    assert [(one.name, len(one.moments)) for one in subjects_by_situation(heard(), fights)] == [("s-1", 2), ("s-2", 1)]


def words(alert: Alert | None, language: str = "en") -> str:
    assert alert is not None
    message = render(Delivery("k", "desk", "", 1, (alert.key,)), None, Style(language=language), (alert,))
    return f"{message.title} | {message.summary}"


def test_a_silence_says_since_when_what_is_usual_and_how_many_feeds_answer() -> None:
    said = words(told(SILENT, heard(*HOURLY)))
    assert said.startswith("No news about Kirkuk province since 2026-03-02 02:00 UTC | ")
    assert "usually something is heard every 60 minutes. Feeds: 41 of 42 healthy." in said
    assert words(told(SILENT, heard(*HOURLY)), "nl").startswith("Geen nieuws over Kirkuk province sinds")


def test_a_digest_of_nothing_says_so() -> None:
    said = words(notice("nothing", "k", NOON, FEEDS, since=(NOON - 24 * HOUR).isoformat()))
    assert said == (
        "Nothing happened | Nothing happened; no incident since 2026-03-01 12:00 UTC. Feeds: 41 of 42 healthy."
    )
    assert "Clashwatch is watching" in words(notice("watchdog", "k", NOON, FEEDS))
