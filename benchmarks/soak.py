"""Steady load under random faults: what grows, what slows down, what is lost. ``python -m benchmarks.soak``

``DURATION`` seconds (3600), ``RATE`` articles a second (1), ``SEED`` (1) and ``PAUSE`` seconds between two faults (45)
come from the environment. Two workers for each queue: of every pair one is killed now and then, and the other lives
throughout, so that what it gathers would show. Also killed: the broker (which forgets everything), the store
(SIGQUIT, after which it recovers), children; the receiver answers 500 for a while. Told by quarters: memory of each
process that lived (also the least squares' slope, after a fifth of the time and in the second half: what only fills
its bounds flattens), latency from publication to delivery, open files, temporary files, the broker's keys and memory,
connections; and what was lost or doubled.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import redis
from sqlalchemy import text

from benchmarks._paper import printed
from benchmarks._running import Body, Running, note, quiet_machine, running

PAIRS = ("fetch", "fetch#2", "process", "process#2", "notify", "notify#2")
LASTING = ("beat", "exporter", "api", "fetch#2", "process#2", "notify#2")
FEEDS, EVERY, SAMPLE, WARM = 20, 5, 5.0, 0.2


def kill_worker(one: Running, chance: random.Random) -> None:
    role = chance.choice(("fetch", "process", "notify"))
    one.fleet.kill(role)
    one.fleet.start(role)


def kill_child(one: Running, chance: random.Random) -> None:
    children = [body for body in one.bodies() if not body.leads and body.role in {"fetch", "process", "notify"}]
    with suppress(ProcessLookupError, IndexError):
        os.kill(chance.choice(children).pid, signal.SIGKILL)


def restart_broker(one: Running, _: random.Random) -> None:
    one.broker.kill(signal.SIGKILL)
    one.broker.start()


def restart_store(one: Running, _: random.Random) -> None:
    one.store.kill(signal.SIGQUIT)
    one.store.start()


def refuse(one: Running, _: random.Random) -> None:
    one.press.refuse(True)
    time.sleep(8)
    one.press.refuse(False)


FAULTS: tuple[Callable[[Running, random.Random], None], ...] = (
    kill_worker,
    kill_worker,
    kill_child,
    restart_broker,
    restart_store,
    refuse,
)


@dataclass
class Watch:
    """What was seen, sample by sample. Times are seconds since the start."""

    started: float = field(default_factory=time.monotonic)
    bodies: dict[int, list[tuple[float, Body]]] = field(default_factory=dict)
    keys: list[tuple[float, float]] = field(default_factory=list)
    broker_mb: list[tuple[float, float]] = field(default_factory=list)
    files: list[tuple[float, float]] = field(default_factory=list)
    sessions: list[tuple[float, float]] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> float:
        return time.monotonic() - self.started

    def look(self, one: Running) -> None:
        for body in one.bodies():
            self.bodies.setdefault(body.pid, []).append((self.now, body))
        with suppress(redis.RedisError), redis.Redis(unix_socket_path=one.broker.socket) as client:
            self.keys.append((self.now, client.dbsize()))
            self.broker_mb.append((self.now, client.info("memory")["used_memory"] / 1e6))
        self.files.append((self.now, sum(len(names) for _, _, names in os.walk(one.state / "tmp"))))
        with suppress(Exception), one.engine.connect() as connection:
            self.sessions.append((self.now, connection.scalar(text("SELECT count(*) FROM pg_stat_activity")) or 0))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares, per hour."""
    times, values = [at for at, _ in points], [value for _, value in points]
    return 3600 * statistics.linear_regression(times, values).slope if len(set(times)) > 1 else 0.0


def quarters(points: Sequence[tuple[float, float]]) -> list[float]:
    """The median of each."""
    return [round(statistics.median(value for _, value in part), 1) for part in _parted(points)]


def _parted(points: Sequence[tuple[float, float]]) -> list[Sequence[tuple[float, float]]]:
    cuts = [len(points) * share // 4 for share in range(5)]
    return [points[start:end] for start, end in pairwise(cuts) if end > start]


def memory(watch: Watch, seconds: float) -> dict[str, dict[str, object]]:
    """Of the processes that lived throughout: MB and open files by quarters, and MB an hour."""
    found: dict[str, dict[str, object]] = {}
    for seen in watch.bodies.values():
        settled = [(at, body) for at, body in seen if at > WARM * seconds]
        if not settled or settled[0][1].role not in LASTING or settled[-1][0] - settled[0][0] < 0.75 * seconds:
            continue
        rss, files = [(at, body.rss) for at, body in settled], [(at, float(body.files)) for at, body in settled]
        name = f"{settled[0][1].role} {'parent' if settled[0][1].leads else 'child'} {settled[0][1].pid}"
        late = [(at, mb) for at, mb in rss if at > seconds / 2]
        slopes = {"mb_an_hour": round(slope(rss), 1), "mb_an_hour_in_second_half": round(slope(late), 1)}
        found[name] = {"mb": quarters(rss), **slopes, "files": quarters(files)}
    return found


def soak(one: Running, seconds: float, rate: float, chance: random.Random) -> Watch:
    """Publish, look, and hurt, until time is up; then half a minute of peace."""
    watch = Watch()
    look_at, hurt_at, pause = 0.0, 30.0, float(os.environ.get("PAUSE", 45))
    while watch.now < seconds:
        with suppress(Exception):  # the store may be away: the next turn publishes more
            one.publish(max(0, int(watch.now * rate) + 20 - len(one.press.out_at)))
        one.fleet.revive()
        if watch.now >= look_at:
            watch.look(one)
            look_at += SAMPLE
        if watch.now >= hurt_at and watch.now < seconds - 30:
            fault = chance.choice(FAULTS)
            note(f"{watch.now:.0f} s: {fault.__name__}, load {quiet_machine():.1f}")
            watch.faults[fault.__name__] = watch.faults.get(fault.__name__, 0) + 1
            fault(one, chance)
            hurt_at = watch.now + pause * chance.uniform(0.5, 1.5)
        time.sleep(0.5)
    return watch


def report(one: Running, watch: Watch, seconds: float) -> dict[str, Any]:
    told = one.press.latencies()
    latency = {"p50": quarters(told), "p90": [_tenth_from_above(part) for part in _parted(told)]}
    lists = (("broker_keys", watch.keys), ("broker_mb", watch.broker_mb), ("temporary_files", watch.files))
    growth = {name: quarters(points) for name, points in (*lists, ("store_sessions", watch.sessions))}
    return {
        "benchmark": "soak",
        "seconds": round(seconds),
        "faults": watch.faults,
        "revived": len(one.fleet.revived),
        "load": round(quiet_machine(), 1),
        **one.reckoning(),
        "latency_s": latency,
        **growth,
        "processes": memory(watch, seconds),
    }


def _tenth_from_above(part: Sequence[tuple[float, float]]) -> float:
    return round(sorted(waited for _, waited in part)[int(0.9 * len(part))], 1)


def main() -> dict[str, Any]:
    seconds, rate = float(os.environ.get("DURATION", 3600)), float(os.environ.get("RATE", 1))
    roles = ("beat", "exporter", "api", *PAIRS)
    with printed(int(seconds * rate) + 60, FEEDS, EVERY) as press, running(press, roles) as one:
        watch = soak(one, seconds, rate, random.Random(int(os.environ.get("SEED", 1))))
        note(f"settled after {one.settle(300):.0f} s")
        return report(one, watch, seconds)


if __name__ == "__main__":
    found = main()
    print(json.dumps(found))
    sys.exit(bool(found["lost_articles"] or found["lost_incidents"] or found["given_up"]))
