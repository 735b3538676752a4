"""A worker that stops consuming without a word ends, so that it is started again; one that is idle or busy does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fleet import stories
from sqlalchemy import Engine

from workers.adapters.store import tallies
from workers.attention import PATIENCE, Attention


def test_messages_that_wait_beside_an_idle_worker_are_noticed() -> None:
    attention = Attention("process", heard=0.0)
    assert not attention.is_deaf(waiting=3, busy=False, now=PATIENCE - 1)
    assert attention.is_deaf(waiting=3, busy=False, now=PATIENCE + 1)


def test_an_empty_queue_proves_nothing() -> None:
    attention = Attention("process", heard=0.0)
    assert not attention.is_deaf(waiting=0, busy=False, now=1000)
    assert not attention.is_deaf(waiting=1, busy=False, now=1000 + PATIENCE - 1), "it had no time to take it yet"


def test_a_busy_worker_may_take_as_long_as_a_task_may() -> None:
    attention = Attention("process", heard=0.0)
    assert not attention.is_deaf(waiting=3, busy=True, now=PATIENCE + 14)
    assert attention.is_deaf(waiting=3, busy=True, now=PATIENCE + 16)


HANGING = """
import sys, time
from workers.attention import Pulse
pulse = Pulse("beat", sys.argv[1], patience=2)
pulse.watch()
for _ in range(8):
    time.sleep(0.5)
    pulse.feel()
print("lived", flush=True)
time.sleep(100)
"""


def test_a_loop_that_hangs_ends_its_process_and_one_that_turns_does_not(engine: Engine, database: str) -> None:
    ended = subprocess.run([sys.executable, "-c", HANGING, database], timeout=30, stdout=subprocess.PIPE)
    assert ended.returncode == 1
    assert ended.stdout.startswith(b"lived\n")
    assert [one.subject for one in tallies.totals(engine) if one.stage == "deaf"] == ["beat"]


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_a_deaf_worker_ends_and_its_successor_does_the_work(service, beating) -> None:
    fleet, _ = service(stories(4))
    with fleet.sailing("fetch", "notify"), beating(fleet, unanswered=3):
        fleet.program = (str(Path(__file__).parent / "deaf.py"),)
        with fleet.sailing("process"):
            assert fleet.processes["process"].wait(120) == 1, "it ended by itself"
        fleet.program = ("-m", "workers")
        with fleet.sailing("process"):
            fleet.wait_until_done(4, seconds=90)
    assert [one.subject for one in tallies.totals(fleet.engine) if one.stage == "deaf"] == ["process"]
