"""Workers are killed in mid-stage and the broker forgets everything; every article and alert still arrives, once."""

from __future__ import annotations

import random
import time

import pytest
from fleet import Fleet, Listener, stories
from sqlalchemy import text

from workers.adapters.store import gauges, tallies

QUICK, LONG = 12, 24


def assert_all_arrived_once(fleet: Fleet, listener: Listener, number: int) -> None:
    held = gauges.held(fleet.engine)
    assert [held[noun] for noun in ("entries", "articles", "clashes", "alerts")] == [number] * 4
    assert gauges.quarantined(fleet.engine) == {}
    assert len(list((fleet.config / "var" / "outbox").glob("*.eml"))) == number
    assert len(set(listener.keys)) == len(set(listener.alerts)) == number
    resent = sum(total.count for total in tallies.totals(fleet.engine) if total.outcome == "ambiguous_resent")
    assert listener.repeated() <= resent, "told again without having counted the doubt"
    with fleet.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 2 * number


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_killed_in_every_queue_and_flushed_nothing_is_lost_or_told_twice(service, beating) -> None:
    fleet, listener = service(stories(QUICK))
    with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
        hurt = [stage for stage, queue in MIDST if hit(fleet, stage, queue)]
        fleet.wait_until_done(QUICK, seconds=60)
    assert len(hurt) >= 3, f"only {hurt} were hit in mid-stage"
    assert_all_arrived_once(fleet, listener, QUICK)


MIDST = (("fetch", "fetch"), ("extract", "process"), ("detect", "process"), ("send", "notify"))


def hit(fleet: Fleet, stage: str, queue: str) -> bool:
    """SIGKILL in mid-stage, and the broker empties; what the dead had claimed is free when its lease is over."""
    if not fleet.wait_for_work(stage):
        return False
    fleet.kill(queue)
    fleet.flush()
    interrupted = fleet.let_leases_run_out(queue)
    fleet.start(queue)
    return interrupted > 0


@pytest.mark.faults
def test_a_dozen_random_kills_and_flushes_in_real_time(service) -> None:
    fleet, listener = service(stories(LONG))
    chance = random.Random(1)
    with fleet.sailing("beat", "fetch", "process", "notify"):
        for _ in range(12):
            time.sleep(chance.uniform(0.5, 6))
            role = chance.choice(["beat", "fetch", "process", "process", "notify"])
            fleet.kill(role)
            if chance.random() < 0.5:
                fleet.flush()
            fleet.start(role)
        fleet.wait_until_done(LONG, seconds=400)
    assert_all_arrived_once(fleet, listener, LONG)


@pytest.mark.faults
def test_a_database_that_goes_away_delays_and_loses_nothing(service) -> None:
    fleet, listener = service(stories(LONG))
    with fleet.sailing("beat", "fetch", "process", "notify"):
        fleet.wait_for_work("extract")
        with fleet.database_away():
            time.sleep(8)
        fleet.wait_until_done(LONG, seconds=300)
        assert all(process.poll() is None for process in fleet.processes.values()), "a role ended"
    assert_all_arrived_once(fleet, listener, LONG)


@pytest.mark.faults
def test_a_host_is_asked_at_its_pace_and_nobody_is_charged_for_waiting(service, beating) -> None:
    fleet, listener = service(stories(LONG), spacing=2)
    began = time.monotonic()
    with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=30):
        fleet.wait_until_done(LONG, seconds=200)
    assert time.monotonic() - began > 2 * (LONG - 1)
    assert "failed" not in {total.outcome for total in tallies.totals(fleet.engine)}
    assert_all_arrived_once(fleet, listener, LONG)
