"""Memory of a fetch worker over many fetches. ``python -m benchmarks.memory [FETCHES]``

The real task polls 2,000 feeds again and again against a private PostgreSQL and Valkey: most did not change, some have
a new document each time, some are missing, some break off. Told is this process's resident memory after the first tenth
(everything is loaded and every feed was asked) and the most it ever was after that. Target (issue 6): 20 MB more.
"""

from __future__ import annotations

import json
import resource
import sys
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, text, update

from benchmarks.polling import Paper, served, service, subscribed, work_off
from workers import tasks
from workers.adapters.store.schema import feeds as feed_rows
from workers.adapters.store.works import POLL

FEEDS, FETCHES = 2000, 50_000
_numbers = count()


class Moody(Paper):
    """Of ten feeds one changes, one is missing, one breaks off, and seven answer as they should."""

    def do_GET(self) -> None:
        mood = int(self.path.rpartition("/")[2]) % 10
        if mood == 1:
            self.send_error(404)
        elif mood == 2:
            self.close_connection = True
        else:
            if mood == 0:
                del self.headers["If-None-Match"]
                self.path += f"/{next(_numbers)}"
            super().do_GET()


def resident() -> float:
    """Megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _again(engine: Engine) -> None:
    """Every feed is due, nothing is left to parse."""
    with engine.begin() as connection:
        connection.execute(update(feed_rows).values(due_at=func.now(), hinted_at=None, stage=POLL.stage, attempts=0))
        connection.execute(text("TRUNCATE pages CASCADE"))


def main(arguments: list[str]) -> dict[str, Any]:
    fetches = int(arguments[0]) if arguments else FETCHES
    seen = []
    with served(Moody) as site, service(site) as (engine, _):
        subscribed(engine, site, "moody", FEEDS)
        for _ in range(fetches // FEEDS):
            _again(engine)
            work_off(engine, POLL, tasks.poll)
            seen.append(resident())
    start, later = seen[len(seen) // 10], seen[len(seen) // 10 :]
    shown = {"fetches": len(seen) * FEEDS, "megabytes": round(start, 1), "most": round(max(later), 1)}
    return {"benchmark": "memory", **shown, "grown": round(max(later) - start, 1)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
