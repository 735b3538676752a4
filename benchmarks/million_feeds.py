"""The schedule of a million feeds. ``python -m benchmarks.million_feeds [FEEDS ...]`` (default 10000 1000000)

Feeds are subscribed to as the beat does; then they are due evenly over fifteen minutes, and ten seconds' worth is
hinted, claimed in a worker's batches, loaded, and answered "not modified", through the store's own code against a
private PostgreSQL: everything of a poll but the request itself (``benchmarks.polling`` measures that too). Told:
seconds to subscribe, milliseconds of CPU a feed, PostgreSQL's included, the tick's own query, and what a look at the
queues (each scrape and status) takes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from benchmarks._running import note, quiet_machine
from benchmarks.polling import cpu_of
from workers.adapters import embedded, fetching
from workers.adapters.store import claims, feeds, gauges, ready
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.works import POLL
from workers.adapters.web import Answer
from workers.pipeline.models import Feed, FetchOutcome

SIZES, INTERVAL, SECONDS, BATCH = (10_000, 1_000_000), 900, 10, 200
_SPREAD = """
UPDATE feeds SET hinted_at = NULL, due_at = now() + (id % :interval - :seconds) * interval '1 second'
"""


def clocked(run: Callable[[], Any], data: Path) -> tuple[Any, float]:
    """What it returns, and the CPU seconds that it took here and in PostgreSQL."""
    began = time.process_time() + cpu_of(data)
    found = run()
    return found, time.process_time() + cpu_of(data) - began


def spread(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(_SPREAD), {"interval": INTERVAL, "seconds": SECONDS})
        connection.execute(text("VACUUM ANALYZE feeds"))
        connection.execute(text("RESET statement_timeout"))


def poll(engine: Engine, ids: tuple[int, ...]) -> None:
    """A worker's part, as ``tasks.poll`` does it, for servers that have nothing new."""
    for start in range(0, len(ids), BATCH):
        held = claims.claim(engine, POLL, ids[start : start + BATCH], untried=True)
        known = feeds.load(engine, [one.id for one in held])
        asked = [(one, known[one.id], fetching.question(known[one.id])) for one in held]
        silent = [
            (one, fetching.polled(feed, Answer(request, FetchOutcome.NOT_MODIFIED, seconds=0.1)))
            for one, feed, request in asked
        ]
        with engine.begin() as connection:
            feeds.answered(connection, silent)


def measure(number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="clashwatch-") as name:
        state = Path(name)
        state.chmod(0o711)
        with embedded.running(embedded.postgres(state), log_dir=state / "log") as (url,):
            migrate(url)
            engine, data = connect(url), state / "postgresql"
            wanted = [Feed(slug=f"f-{n}", url=f"http://site-{n}.example/feed", family=f"f-{n}") for n in range(number)]
            began = time.monotonic()
            feeds.subscribe(engine, wanted)
            subscribed = time.monotonic() - began
            _, again = clocked(lambda: feeds.subscribe(engine, wanted), data)
            spread(engine)
            hints, hinting = clocked(lambda: ready.hint(engine, POLL, 100 * BATCH, None), data)
            _, polling = clocked(lambda: poll(engine, hints.ids), data)
            _, looking = clocked(lambda: gauges.waiting(engine), data)
            engine.dispose()
    due = len(hints.ids)
    found = {
        "feeds": number,
        "due": due,
        "subscribe_s": round(subscribed, 1),
        "subscribe_again_cpu_s": round(again, 1),
        "hint_cpu_ms_a_feed": round(1000 * hinting / due, 3),
        "poll_cpu_ms_a_feed": round(1000 * polling / due, 3),
        "look_cpu_ms": round(1000 * looking),
    }
    note(f"{found}, load {quiet_machine():.1f}")
    return found


def main(arguments: list[str]) -> dict[str, Any]:
    sizes = [int(one) for one in arguments] or SIZES
    return {"benchmark": "million_feeds", "runs": [measure(number) for number in sizes]}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
