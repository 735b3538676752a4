"""What an article costs when everything around it grows. ``python -m benchmarks.growth [KIND ...]``

Stored articles (10,000 to a million): the news of two days goes through every stage, is multiplied by set-based SQL
(each copy two days further back), and the next articles are measured, called directly, PostgreSQL's CPU included.
Rules (10 to 10,000, each with a region of its own, one of them fires): one clash held against all. Feeds (100 to
10,000): one conditional poll of each. Worker processes (1 to 8): the whole service at work. Kinds are ``articles``,
``rules``, ``feeds`` and ``workers``. All in milliseconds of CPU; a table on standard error, JSON on standard output,
and a plot of what was asked for in ``benchmarks/results/growth.svg``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, text, update

from benchmarks import _parts, polling, rules
from benchmarks._multiply import multiply
from benchmarks._paper import printed
from benchmarks._plot import plots
from benchmarks._running import ROLES, Running, note, quiet_machine, running
from benchmarks.end_to_end import saturated
from benchmarks.polling import cpu_of
from workers import tasks
from workers.adapters.store.schema import feeds as feed_rows
from workers.adapters.store.works import POLL

RESULT = Path(__file__).parent / "results" / "growth.svg"
STORED, RULES, FEEDS, WORKERS = (10_000, 100_000, 1_000_000), (10, 100, 1000, 10_000), (100, 1000, 10_000), (1, 2, 4, 8)
BASE, SLICE, EVERY, PAPERS, DAYS = 500, 100, 20, 20, 2
WARM = 40
"""Articles for each process before it is measured: the first ones of a new process cost a second of CPU together."""

Points = list[tuple[float, float]]


def _measured(one: Running) -> float:
    """Milliseconds an article, the stages and PostgreSQL together."""
    data = one.state / "postgresql"
    before = cpu_of(data)
    direct = sum(_parts.without_celery(one, SLICE).values())
    return round(direct + 1000 * (cpu_of(data) - before) / SLICE, 1)


def articles() -> Points:
    wanted = BASE + SLICE * (len(STORED) + 1) + 60
    found: Points = []
    with printed(wanted, PAPERS, EVERY) as press, running(press) as one:
        for role in ROLES:
            one.fleet.kill(role)
        for _ in range(BASE // SLICE):
            _measured(one)
        for size in STORED:
            stored = multiply(one.engine, BASE, size, DAYS)
            found.append((stored, _measured(one)))
            note(f"{stored} articles: {found[-1][1]} ms, load {quiet_machine():.1f}")
    return found


def of_rules() -> Points:
    return [(number, rules.measure(number, 1)["median_ms"]) for number in RULES]


def of_feeds() -> Points:
    found: Points = []
    with polling.served() as site, polling.service(site) as (engine, postgres):
        for number in FEEDS:
            polling.subscribed(engine, site, "quiet", number)
            polling.work_off(engine, POLL, tasks.poll)
            with engine.begin() as connection:
                connection.execute(update(feed_rows).values(due_at=func.now(), hinted_at=None))
                connection.execute(text("TRUNCATE pages CASCADE"))
            began = time.process_time() + postgres()
            polling.work_off(engine, POLL, tasks.poll)
            found.append((number, round(1000 * (time.process_time() + postgres() - began) / number, 3)))
            note(f"{number} feeds: {found[-1][1]} ms a poll, load {quiet_machine():.1f}")
    return found


def of_workers() -> Points:
    found: Points = []
    for number in WORKERS:
        around = {"CLASHWATCH_WORKERS_PROCESS": str(number)}
        with printed(2 * SLICE + WARM * number + 60, PAPERS, EVERY) as press, running(press, around=around) as one:
            saturated(one, WARM * number)
            full = saturated(one, 2 * SLICE)
        found.append((number, full["cpu_ms_in_all"]))
        note(f"{number} processes: {full}, load {quiet_machine():.1f}")
    return found


GROWS: dict[str, tuple[str, Callable[[], Points]]] = {
    "articles": ("stored articles: an article", articles),
    "rules": ("rules: a clash", of_rules),
    "feeds": ("feeds: a poll", of_feeds),
    "workers": ("worker processes: an article", of_workers),
}


def main(wanted: list[str]) -> dict[str, object]:
    found = {kind: GROWS[kind][1]() for kind in wanted or GROWS}
    for kind, points in found.items():
        note(f"{GROWS[kind][0]:32}" + "".join(f"{number:>12,.0f}: {cost:>8g} ms" for number, cost in points))
    RESULT.write_text(plots({GROWS[kind][0]: points for kind, points in found.items()}, "ms"))
    return {"benchmark": "growth", "load": round(quiet_machine(), 1), **found}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
