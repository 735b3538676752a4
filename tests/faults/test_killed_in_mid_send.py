"""The notifier is killed at every point of a send, for each kind of receiver: nothing is lost, and what is told twice
is counted and explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import KINDS, How, Killed, Kind, kill_everywhere, line, world_of
from sqlalchemy import Engine

QUICK, LONG = 2, 7
"""Kills in each of three chapters, for one kind of each way to know, or for all twelve: 24, or 252."""
ONE_OF_EACH = [kind for kind in KINDS if kind.name in {"slack", "webhook", "slack_webhook", "slack_webhook_held"}]
REPORT = Path(__file__).parents[2] / "benchmarks" / "results" / "killed_sends.jsonl"


def assert_explained(found: Killed) -> None:
    assert found.lost == 0
    assert found.duplicates <= found.doubt_arrived, "repeated without a doubt"
    if found.how == How.ASKED:
        assert (found.duplicates, found.counted_doubts, found.held) == (0, 0, 0)
    elif found.how == How.HOLD:
        assert found.duplicates == 0
        assert found.held == found.counted_doubts == found.doubt_arrived + found.doubt_not_arrived
    else:
        assert (found.duplicates, found.held) == (found.doubt_arrived, 0)
        assert found.counted_doubts == found.doubt_arrived + found.doubt_not_arrived
    if found.how in {How.ASKED, How.ONE_KEY}:
        assert found.keys_per_message == 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ONE_OF_EACH, ids=lambda kind: kind.name)
def test_killed_at_some_points_of_a_send_nothing_is_lost(
    kind: Kind, engine: Engine, database: str, broker: str, tmp_path: Path
) -> None:
    with world_of(kind, engine, (database, broker), tmp_path) as world:
        found = kill_everywhere(world, QUICK)
    assert found.kills == QUICK * 3
    assert_explained(found)


@pytest.fixture(scope="module")
def report() -> Iterator[list[Killed]]:
    """What was found, written down once every kind had its turn."""
    every: list[Killed] = []
    yield every
    if len(every) == len(KINDS):
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text("".join(f"{line(found)}\n" for found in every))


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_killed_at_every_point_of_a_send_two_hundred_times(
    kind: Kind, engine: Engine, database: str, broker: str, tmp_path: Path, report: list[Killed]
) -> None:
    with world_of(kind, engine, (database, broker), tmp_path) as world:
        found = kill_everywhere(world, LONG)
    report.append(found)
    assert found.kills == LONG * 3
    assert_explained(found)
