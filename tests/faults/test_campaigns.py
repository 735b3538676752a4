"""Two thousand articles through everything that a night brings: nothing is lost, and nothing is told twice.

Each campaign is one stream of news; its faults strike one after another while work is under way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import weather
from campaign import NAMED, Scene
from hosts import hosts, names, servers_reachable
from releases import before_the_latest_migration
from weather import Fault

OUTAGE = 60.0
"""Seconds."""

Voyage = Callable[..., None]
pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]


def test_calm_weather(voyage: Voyage) -> None:
    voyage({})


def test_the_broker_in_every_trouble(voyage: Voyage) -> None:
    faults: dict[str, Fault] = {
        "the broker forgets everything": weather.broker_forgets,
        "the broker dies and comes back empty": weather.broker_restarts,
        "the broker dies and comes back with old messages": weather.broker_restarts_with_its_log,
        "every connection to the broker is reset": weather.resets_of("broker_wire"),
        "the broker is full": weather.broker_is_full,
        "an empty replica takes over": weather.replica_takes_over,
        "the broker is away for a minute": weather.away(OUTAGE, "broker_wire"),
    }
    voyage(faults)


def test_the_store_in_every_trouble(voyage: Voyage) -> None:
    faults: dict[str, Fault] = {
        "the store dies and recovers": weather.store_restarts,
        "connections to the store are reset in mid-transaction": weather.resets_of("store_wire"),
        "the server ends every session": weather.sessions_end,
        "two transactions wait for each other": weather.deadlocks,
        "transactions cannot be serialized": weather.serializable,
        "somebody locks the tables for half a minute": weather.long_lock,
        "the store is away for a minute": weather.away(OUTAGE, "store_wire"),
    }
    voyage(faults)


def test_the_network_in_every_trouble(voyage: Voyage) -> None:
    faults: dict[str, Fault] = {
        "the broker is cut off without a word": weather.silent(20, "broker_wire"),
        "the store is cut off without a word": weather.silent(20, "store_wire"),
        "both are cut off without a word": weather.silent(20, "broker_wire", "store_wire"),
        "the way to the broker is slow": weather.slow(20, "broker_wire", delay=0.2),
        "the way to the store is slow": weather.slow(20, "store_wire", delay=0.05),
    }
    voyage(faults)


def test_hosts_whose_cables_are_pulled(voyage: Voyage) -> None:
    roles = ("beat", "fetch", "process", "notify")
    with servers_reachable() as address, hosts(2) as (one, other):
        where = dict.fromkeys(roles, one.prefix) | {f"{role}#2": other.prefix for role in roles}
        faults: dict[str, Fault] = {
            "one of two hosts is cut off": weather.cables_pulled(30, other),
            "both are cut off": weather.cables_pulled(30, one, other),
        }
        voyage(faults, roles=tuple(where), scene=Scene(address=address, where=where))


def test_names_that_nobody_resolves(voyage: Voyage, tmp_path: Path) -> None:
    known = names(tmp_path)
    known.know({f"{name}.test": "127.0.0.1" for name in NAMED})
    where = dict.fromkeys(("beat", "fetch", "process", "notify"), known.prefix)
    scene = Scene(where=where, named=True)
    voyage({"no name is resolved": weather.names_vanish(40, known)}, scene=scene)


def test_an_upgrade_role_by_role(voyage: Voyage, tmp_path: Path) -> None:
    old = before_the_latest_migration(tmp_path / "old")
    where = dict.fromkeys(("beat", "fetch", "process", "notify"), old.prefix)
    faults: dict[str, Fault] = {
        "the schema of this release comes under the old fleet": weather.migrated,
        "role by role becomes this release's": weather.replaced,
    }
    voyage(faults, scene=Scene(where=where, migrate=old.migrate))


def test_a_full_disk(voyage: Voyage, small_disk: object) -> None:
    voyage({"the store's disk is full": weather.disk_full(small_disk)}, parent=small_disk)


def test_three_beats_and_a_clock_that_jumps(voyage: Voyage) -> None:
    faults: dict[str, Fault] = {
        "the clock jumps an hour ahead": weather.clock_says("+1h"),
        "the clock jumps back": weather.clock_says("+0"),
    }
    voyage(faults, roles=("beat", "beat#2", "beat#3", "fetch", "process", "notify"), scene=Scene(faked=True))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_fifty_kills(voyage: Voyage, seed: int) -> None:
    """No fault but death, two hundred in all: work goes on when the last one is started."""
    voyage({}, scene=Scene(kills=50, seed=seed))


def test_receivers_that_refuse(voyage: Voyage) -> None:
    faults: dict[str, Fault] = {
        "a storm of 429": weather.receiver_says(429, 15),
        "nothing but 500": weather.receiver_says(500, 30),
        "messages are taken in and the answer is lost": weather.receiver_says(0, 20),
    }
    voyage(faults)
