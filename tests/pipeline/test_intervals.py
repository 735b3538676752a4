"""Quiet hours, office hours, month ends: is it that time there, and when is it no longer?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from workers.pipeline.intervals import covers, last_digest, next_digest, open_from
from workers.pipeline.models import Digest, Stretch

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = Stretch(times=((22 * 60, 24 * 60), (0, 7 * 60)), zone=AMSTERDAM)
WEEKEND = Stretch(weekdays=((6, 6), (0, 0)), zone=AMSTERDAM)
OFFICE = Stretch(times=((9 * 60, 17 * 60),), weekdays=((1, 5),), zone=AMSTERDAM)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("stretch", "moment", "inside"),
    [
        (NIGHT, "2026-03-02T21:59", False),
        (NIGHT, "2026-03-02T22:00", True),
        (NIGHT, "2026-03-02T23:59", True),
        (NIGHT, "2026-03-03T06:59", True),
        (NIGHT, "2026-03-03T07:00", False),
        (WEEKEND, "2026-03-06T23:59", False),
        (WEEKEND, "2026-03-07T00:00", True),
        (WEEKEND, "2026-03-08T23:59", True),
        (Stretch(days_of_month=((-1, -1),)), "2026-02-28T12:00", True),
        (Stretch(days_of_month=((-1, -1),)), "2024-02-28T12:00", False),
        (Stretch(days_of_month=((1, 3), (-2, -1))), "2026-03-30T12:00", True),
        (Stretch(months=((12, 12),), days_of_month=((24, 26),)), "2026-12-25T12:00", True),
        (Stretch(years=((2027, 2028),)), "2026-12-25T12:00", False),
        (Stretch(), "2026-12-25T12:00", True),
    ],
)
def test_a_stretch_holds_its_moments(stretch: Stretch, moment: str, inside: bool) -> None:
    assert covers([stretch], at(moment)) is inside


@pytest.mark.parametrize(
    ("mute", "active", "moment", "until"),
    [
        ([NIGHT], [], "2026-03-02T12:00", None),
        ([NIGHT], [], "2026-03-02T23:30", "2026-03-03T07:00"),
        ([NIGHT, WEEKEND], [], "2026-03-06T23:30", "2026-03-09T07:00"),
        ([], [OFFICE], "2026-03-06T17:00", "2026-03-09T09:00"),
        ([], [OFFICE], "2026-03-06T16:59", None),
        ([WEEKEND], [OFFICE], "2026-03-07T10:00", "2026-03-09T09:00"),
    ],
)
def test_what_is_held_is_told_at_the_first_moment_that_is_not_quiet(
    mute: list[Stretch], active: list[Stretch], moment: str, until: str | None
) -> None:
    assert open_from(mute, active, at(moment)) == (at(until) if until else None)


def test_the_clocks_going_forward_do_not_lengthen_the_night() -> None:
    """On 29 March 2026 it is 03:00 right after 02:00 in Amsterdam; seven o'clock is five o'clock UTC."""
    assert open_from([NIGHT], [], at("2026-03-28T23:00")) == datetime(2026, 3, 29, 5, tzinfo=UTC)


def test_the_clocks_going_back_do_not_shorten_it() -> None:
    assert open_from([NIGHT], [], at("2026-10-24T23:00")) == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_a_stretch_without_an_end_does_not_hold_for_ever() -> None:
    assert open_from([Stretch()], [], at("2026-03-02T12:00")) is None


DAILY = Digest((7 * 60, 19 * 60), zone=AMSTERDAM)
WEEKLY = Digest((8 * 60,), weekdays=((1, 1),), zone=AMSTERDAM)


@pytest.mark.parametrize(
    ("digest", "now", "last", "following"),
    [
        (DAILY, "2026-03-02T12:00", "2026-03-02T07:00", "2026-03-02T19:00"),
        (DAILY, "2026-03-02T19:00", "2026-03-02T19:00", "2026-03-03T07:00"),
        (WEEKLY, "2026-03-02T07:59", "2026-02-23T08:00", "2026-03-02T08:00"),
        (WEEKLY, "2026-03-02T08:00", "2026-03-02T08:00", "2026-03-09T08:00"),
        # Clocks go forward on the 29th: seven in the morning stays seven in the morning there.
        (DAILY, "2026-03-28T20:00", "2026-03-28T19:00", "2026-03-29T07:00"),
    ],
)
def test_a_digest_has_a_last_time_and_a_next_one(digest: Digest, now: str, last: str, following: str) -> None:
    assert (last_digest(digest, at(now)), next_digest(digest, at(now))) == (at(last), at(following))
