"""A page that kills, eats or hangs its worker costs others a turn at most, and ends in a named outcome."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fleet import Fleet, stories
from hosts import little_memory

from workers.adapters.store import gauges, quarantine, tallies

POISONED = (str(Path(__file__).parent / "poisoned.py"),)


def wait_until_at_rest(fleet: Fleet, seconds: float, hurry: bool) -> None:
    """Until nothing waits. With ``hurry`` leases end as soon as their holder had every chance to finish."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(2)
        waiting = {one.stage: one.rows for one in gauges.waiting(fleet.engine) if one.rows and one.stage != "poll"}
        if not waiting and gauges.held(fleet.engine)["entries"]:
            return
        if hurry:
            fleet.let_leases_run_out("process")
    raise TimeoutError(str(waiting))


def outcomes(fleet: Fleet) -> dict[str, int]:
    """What extraction made of the pages; nothing may be left in quarantine."""
    assert not quarantine.given_up(fleet.engine)
    found: Counter[str] = Counter()
    for one in tallies.totals(fleet.engine):
        if one.stage == "article":
            found[one.outcome] += one.count
    return found


def charged(fleet: Fleet) -> int:
    """How often a row of extraction failed or lost its worker, beyond those given up."""
    found = tallies.totals(fleet.engine)
    return sum(one.count for one in found if one.stage == "extract" and one.outcome in {"failed", "abandoned"})


@pytest.mark.timeout(300)
def test_pages_that_crash_or_devour_memory_cost_no_other_page_its_article(service, beating) -> None:
    told = stories(8)
    told[1], told[4] = replace(told[1], poison="CRASH"), replace(told[4], poison="DEVOUR")
    fleet, listener = service(told)
    fleet.program = POISONED
    with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
        wait_until_at_rest(fleet, seconds=100, hurry=True)
    assert gauges.held(fleet.engine)["articles"] == 6
    assert len(set(listener.alerts)) == 6
    assert outcomes(fleet) == {"article": 6, "timeout": 1, "too_large": 1}
    assert charged(fleet) <= len(told) + 2, "who was read beside a page that crashed is charged once, then read alone"


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_a_child_that_the_kernel_kills_for_its_memory_costs_one_article_its_page(service, beating) -> None:
    told = stories(6)
    told[3] = replace(told[3], poison="FLOOD")
    fleet, listener = service(told)
    fleet.program = POISONED
    with little_memory(700 << 20) as prefix:
        fleet.where = {"process": prefix}
        with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
            wait_until_at_rest(fleet, seconds=150, hurry=True)
    assert "signal 9 (SIGKILL)" in (fleet.config / "process.log").read_text()
    assert len(set(listener.alerts)) == 5
    assert outcomes(fleet) == {"article": 5, "timeout": 1}


@pytest.mark.faults
def test_a_page_that_hangs_in_native_code_is_killed_and_given_up(service, beating) -> None:
    told = stories(6)
    told[2] = replace(told[2], poison="HANG")
    fleet, listener = service(told)
    fleet.program = POISONED
    with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
        wait_until_at_rest(fleet, seconds=200, hurry=False)
    assert len(set(listener.alerts)) == 5
    assert outcomes(fleet) == {"article": 5, "timeout": 1}
