"""What Prometheus scrapes of receivers: whose circuit is open, and who is told again in vain."""

from __future__ import annotations

import re
import subprocess

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine

from workers.adapters.metrics import StoreCollector
from workers.adapters.standing import STANDING
from workers.adapters.store import circuits, tallies
from workers.adapters.store.tallies import Tally
from workers.adapters.store.works import SEND


def scraped(engine: Engine) -> str:
    registry = CollectorRegistry()
    registry.register(StoreCollector(engine))
    return generate_latest(registry).decode()


def samples(engine: Engine, name: str) -> dict[str, float]:
    found = re.findall(rf"^clashwatch_{name}{{(.*)}} (\S+)$", scraped(engine), re.MULTILINE)
    return {labels: float(number) for labels, number in found}


def test_an_open_circuit_shows_until_its_receiver_takes_a_message(engine: Engine) -> None:
    with engine.begin() as connection:
        tallies.add(connection, Tally(SEND.stage, "sent", "mail"), Tally(SEND.stage, "sent", "hook"))
    for _ in range(circuits.PATIENCE - 1):
        circuits.failed(engine, "hook", "503", None)
    assert samples(engine, "circuit_open") == {'receiver="hook"': 0, 'receiver="mail"': 0}
    circuits.failed(engine, "hook", "503", None)
    assert samples(engine, "circuit_open") == {'receiver="hook"': 1, 'receiver="mail"': 0}
    assert samples(engine, "circuit_failures") == {'receiver="hook"': circuits.PATIENCE, 'receiver="mail"': 0}
    circuits.closed(engine, "hook")
    assert samples(engine, "circuit_open") == {'receiver="hook"': 0, 'receiver="mail"': 0}


def test_turns_of_repeating_are_counted_and_failures_have_a_zero_to_rise_from(engine: Engine) -> None:
    with engine.begin() as connection:
        tallies.add(connection, Tally(STANDING, "said", "pager"))
    assert samples(engine, "repeats_total") == {
        'outcome="failed",receiver="pager"': 0,
        'outcome="said",receiver="pager"': 1,
    }


def test_promtool_finds_nothing_to_say(engine: Engine) -> None:
    circuits.failed(engine, "hook", "503", None)
    checked = subprocess.run(["promtool", "check", "metrics"], input=scraped(engine).encode(), capture_output=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
