"""The whole service against the sum of its bare parts. ``python -m benchmarks.end_to_end [ARTICLES SECONDS]``

From a feed's publication to the delivery of what it tells, on a private PostgreSQL and Valkey, beat and one worker
for each queue as shipped. Told: what the bare parts cost (trafilatura, detection, inserts), what the same stages cost
called directly in one process, and what the service costs an article while as much is published as it can take;
hence the share of the limit that is reached, and the share of CPU that is Celery's (workers, beat and broker, beyond
the direct calls). Then SECONDS of half that rate with 'fetch now' for each article: seconds from publication to the
first delivery of each incident. All is CPU time but the latencies and ``per_second``, which a busy machine spoils.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

from benchmarks import _parts
from benchmarks._paper import printed
from benchmarks._running import ROLES, Running, note, quiet_machine, running

ARTICLES, SECONDS, FEEDS, STEP, MOST = 1000, 240, 20, 40, 160
EVERY, DENSE = 20, 5
"""Each twentieth article tells of an incident (of real feeds' one in 250 would alert); for latency each fifth."""
SAMPLE = 200


def saturated(one: Running, articles: int) -> dict[str, Any]:
    """As much as it takes: what an article costs, by role, and how many are done in a second."""
    before, began, goal = one.cpu(), time.monotonic(), len(one.press.out_at) + articles
    while len(one.press.out_at) < goal:
        if one.unfinished() < MOST:
            one.publish(min(STEP, goal - len(one.press.out_at)))
        time.sleep(0.2)
    one.settle(600)
    seconds, spent = time.monotonic() - began, one.cpu()
    each = {role: round(1000 * (spent[role] - before.get(role, 0.0)) / articles, 2) for role in spent}
    return {"cpu_ms": each, "cpu_ms_in_all": round(sum(each.values()), 2), "per_second": round(articles / seconds, 2)}


def at_rest(one: Running, seconds: float = 15) -> float:
    """Milliseconds of CPU that the service takes in a second when nothing happens."""
    before = sum(one.cpu().values())
    time.sleep(seconds)
    return round(1000 * (sum(one.cpu().values()) - before) / seconds, 1)


def half_load(one: Running, rate: float, seconds: float) -> dict[str, Any]:
    """Publish at an even pace, and wait for what is told of it."""
    start, began = len(one.press.out_at), time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        if (due := start + int(passed * rate) - len(one.press.out_at)) > 0:
            one.publish(due)
        time.sleep(0.1)
    one.settle(300)
    told = sorted(waited for at, waited in one.press.latencies() if at >= one.press.out_at[start])
    at = {f"p{share}": round(told[min(len(told) - 1, len(told) * share // 100)], 2) for share in (50, 90, 99)}
    return {"rate": round(rate, 2), "incidents": len(told), **at, "mean": round(statistics.fmean(told), 2)}


def main(arguments: list[str]) -> dict[str, Any]:
    articles, seconds = map(int, arguments or (ARTICLES, SECONDS))
    with printed(articles + 2 * SAMPLE + 60, FEEDS, EVERY) as press, running(press) as one:
        bare = [_parts.bare(one, press.tales[:SAMPLE])]
        resting = at_rest(one)
        full = saturated(one, articles)
        note(f"{full}")
        bare.append(_parts.bare(one, press.tales[:SAMPLE]))
        whole = one.reckoning()
        for role in ROLES:
            one.fleet.kill(role)
        _parts.without_celery(one, 60)
        direct = _parts.without_celery(one, SAMPLE)
        load = quiet_machine()
    with printed(int(full["per_second"] / 2 * seconds) + 60, FEEDS, DENSE) as press, running(press) as one:
        latency = half_load(one, full["per_second"] / 2, seconds)
        late = one.reckoning()
    parts = {name: round(statistics.fmean(part[name] for part in bare), 2) for name in bare[0]}
    servers = sum(full["cpu_ms"][role] for role in ("postgresql",))
    total = full["cpu_ms_in_all"]
    return {
        "benchmark": "end_to_end",
        "bare_ms": parts,
        "bare_ms_in_all": round(sum(parts.values()), 2),
        "service": full,
        "share_of_limit": round(sum(parts.values()) / total, 3),
        "direct_ms": direct,
        "celery_share": round((total - servers - sum(direct.values())) / total, 3),
        "at_rest_ms_a_second": resting,
        "latency_s": latency,
        "whole": whole,
        "whole_at_half_load": late,
        "load": round(load, 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
