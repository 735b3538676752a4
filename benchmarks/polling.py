"""Feeds polled per core-second, state saved to the store. ``python -m benchmarks.polling [PYTHON-WITH-READER]``

A local server answers 2,000 feeds with 304, and 400 new ones with 20 entries each. The real tasks run in this process
against a private PostgreSQL and Valkey; CPU seconds are this process's and, beside them, PostgreSQL's too. Given a
Python that has lemon24/reader installed, the same feeds are updated by ``update_feeds(workers=8, scheduled=False)``
in the same run. Targets (issue 6): five times reader for 304, three times for new feeds.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text, update

from workers import celery, services, tasks
from workers.adapters import embedded
from workers.adapters.store import feeds, ready
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.schema import feeds as feed_rows
from workers.adapters.store.works import PARSE, POLL, Work
from workers.pipeline.models import Feed
from workers.settings import load
from workers.settings.service import Fetch

UNCHANGED, NEW, ENTRIES, BATCH = 2000, 400, 20, Fetch().batch

READER = """
import sys, time, json, tempfile, os
from reader import make_reader
base, kind, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
reader = make_reader(os.path.join(tempfile.mkdtemp(), "db.sqlite"))
for n in range(number):
    reader.add_feed(f"{base}/{kind}/{n}")
def run():
    began = time.process_time()
    reader.update_feeds(workers=8, scheduled=False)
    return time.process_time() - began
first = run()
print(json.dumps({"first": number / first, "again": number / run()}))
"""


class Paper(BaseHTTPRequestHandler):
    """``/quiet/N`` never changes, ``/new/N`` has entries."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = self.headers.get("If-None-Match") == '"v1"'
        body = b"" if known else _feed(self.path)
        self.send_response(304 if known else 200)
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def _feed(path: str) -> bytes:
    words = "A man bought bread at the corner and told his neighbour about the weather of the week. " * 4
    items = "".join(
        f"<item><guid>{path}/{n}</guid><title>Story {n} of {path}</title><link>http://site.example{path}/{n}</link>"
        f"<description>{words}</description><pubDate>Mon, 02 Mar 2026 {n % 24:02}:00:00 GMT</pubDate></item>"
        for n in range(ENTRIES if path.startswith("/new") else 1)
    )
    return f"<rss version='2.0'><channel><title>{path}</title>{items}</channel></rss>".encode()


def _serve(pipe: Any, paper: type[Paper]) -> None:
    ThreadingHTTPServer.request_queue_size = 1000
    server = ThreadingHTTPServer(("127.0.0.1", 0), paper)
    pipe.send(server.server_port)
    server.serve_forever()


@contextmanager
def served(paper: type[Paper] = Paper) -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs, paper), daemon=True)
    process.start()
    try:
        yield f"127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()


@contextmanager
def service(site: str) -> Iterator[tuple[Engine, Callable[[], float]]]:
    """The store, this process ready to run tasks, and a clock of PostgreSQL's CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="clashwatch-") as name:
        state = Path(name)
        state.chmod(0o711)
        servers = (embedded.postgres(state), embedded.valkey(state))
        with embedded.running(*servers, log_dir=state / "log") as (database, broker):
            migrate(database)
            config = state / "config"
            subprocess.run([sys.executable, "-m", "workers", "init", str(config)], check=True, capture_output=True)
            env = {"DATABASE_URL": database, "REDIS_URL": broker, "FETCH_SPACING": "0", "FETCH_PER_HOST": "50"}
            env |= {"FETCH_ALLOW": site}
            settings = load(config, {f"CLASHWATCH_{key}": value for key, value in env.items()}, polls=False)
            celery.configure(settings)
            services.configured(settings)
            engine = connect(database)
            yield engine, lambda: cpu_of(state / "postgresql")
            engine.dispose()
            services.services().engine.dispose()


def cpu_of(data: Path) -> float:
    """CPU seconds of the server on a data folder, with those of the backends that ended."""
    postmaster = (data / "postmaster.pid").read_text().split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat.parent.name == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def work_off(engine: Engine, work: Work, run: Callable[[list[int]], object]) -> None:
    """Everything that is ready at one stage, batch by batch, as the tick would hint it."""
    while ids := ready.hint(engine, work, BATCH, None).ids:
        run(list(ids))


def rate(number: int, run: Callable[[], None], postgres: Callable[[], float]) -> dict[str, float]:
    own, server, clock = time.process_time(), postgres(), time.perf_counter()
    run()
    spent, theirs = time.process_time() - own, postgres() - server
    return {
        "per_core_second": round(number / spent, 1),
        "with_postgresql": round(number / (spent + theirs), 1),
        "per_second": round(number / (time.perf_counter() - clock), 1),
    }


def subscribed(engine: Engine, site: str, kind: str, number: int) -> None:
    wanted = [Feed(slug=f"{kind}-{n}", url=f"http://{site}/{kind}/{n}", family=f"{kind}-{n}") for n in range(number)]
    feeds.subscribe(engine, wanted)


def ours(site: str) -> dict[str, dict[str, float]]:
    with service(site) as (engine, postgres):
        subscribed(engine, site, "new", NEW)

        def read_new() -> None:
            work_off(engine, POLL, tasks.poll)
            with engine.begin() as connection:
                connection.execute(text("UPDATE pages SET hinted_at = NULL WHERE stage = 'parse'"))
            work_off(engine, PARSE, tasks.parse)

        new = rate(NEW, read_new, postgres)
        with engine.connect() as connection:
            stored = connection.execute(text("SELECT count(*) FROM entries")).scalar_one()
        assert stored == NEW * ENTRIES, f"{stored} entries"
        subscribed(engine, site, "quiet", UNCHANGED)
        work_off(engine, POLL, tasks.poll)
        with engine.begin() as connection:
            connection.execute(update(feed_rows).values(due_at=func.now(), hinted_at=None))
        unchanged = rate(UNCHANGED, lambda: work_off(engine, POLL, tasks.poll), postgres)
        with engine.connect() as connection:
            chosen = select(func.count()).where(feed_rows.c.active, feed_rows.c.outcome == "not_modified")
            assert connection.execute(chosen).scalar_one() == UNCHANGED
    return {"unchanged": unchanged, "new": new}


def reader(python: str, site: str) -> dict[str, float]:
    found = {}
    for kind, number, which in (("quiet", UNCHANGED, "again"), ("new", NEW, "first")):
        argv = [python, "-c", READER, f"http://{site}", kind, str(number)]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        found["unchanged" if kind == "quiet" else "new"] = round(json.loads(done.stdout)[which], 1)
    return found


def main(arguments: list[str]) -> dict[str, Any]:
    with served() as site:
        found: dict[str, Any] = {"benchmark": "polling", **ours(site)}
        if arguments:
            found["reader"] = theirs = reader(arguments[0], site)
            found["times_reader"] = {kind: round(found[kind]["per_core_second"] / theirs[kind], 2) for kind in theirs}
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
