"""A thousand alerts to fifty receivers. ``python -m benchmarks.deliveries [ALERTS RECEIVERS]``

Revisions of clashes lie in a private PostgreSQL; the real tasks make alerts of them, route each to every receiver (a
signed webhook of its own) and deliver, in two processes like those of a notify worker. A server in a process of its own
remembers every key it was sent, so that what is lost or doubled shows. CPU seconds are those of the notifiers and,
beside them, PostgreSQL's. The rules' figures (``benchmarks.rules``) stand in the same report (issue 5).
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from benchmarks import rules
from benchmarks.polling import cpu_of
from workers import celery, services, tasks
from workers.adapters import embedded
from workers.adapters.store import clashes, ready
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.works import EVALUATE, SEND, Work
from workers.pipeline.models import Change, Clash, ClashState, Place, Precision, Revision, Status
from workers.settings import load

ALERTS, RECEIVERS, NOTIFIERS = 1000, 50, 2
PLACE = Place("Altun Kupri", 35.75, 44.14, Precision.NEAR, 8, "PPL", 99_001, "IQ", "Kirkuk", "13")


class Sink(BaseHTTPRequestHandler):
    """Takes every POST in; a GET tells how many came, and how many of them were new."""

    keys: Counter[str] = Counter()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.keys[f"{self.path} {self.headers['idempotency-key']}"] += 1
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"came": self.keys.total(), "different": len(self.keys)}).encode())

    def log_message(self, *_: Any) -> None:
        pass


def _listen(pipe: Any) -> None:
    ThreadingHTTPServer.request_queue_size = 1000
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    pipe.send(server.server_port)
    server.serve_forever()


@contextmanager
def sink() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_listen, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()


def configure(folder: Path, url: str, receivers: int) -> Path:
    names = [f"desk-{number}" for number in range(receivers)]
    kinds = "".join(
        f"  - {{name: {name}, kind: webhook, url: '{url}/{name}', secret: s, allow_private: true}}\n" for name in names
    )
    branches = "".join(f"    - {{receiver: {name}, continue: true}}\n" for name in names)
    files = {
        "clashwatch.yml": f"state_dir: {folder / 'var'}\nlanguages: [en]\n",
        "regions/iraq.yml": "iraq:\n  countries: [IQ]\n",
        "rules.d/all.yml": "groups: [{name: all, rules: [{id: iraq, name: Iraq, regions: [iraq]}]}]\n",
        "receivers.yml": f"receivers:\n{kinds}route:\n  receiver: desk-0\n  routes:\n{branches}",
    }
    for name, words in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(words)
    return folder


def happen(engine: Engine, number: int) -> None:
    """So many clashes, each with a first revision that no rule has looked at."""
    now = datetime.now(UTC)
    known = [
        Clash(f"c{n}", (), (), "Battles", "Armed clash", Status.UNCONTESTED, ClashState.OPEN, 0.9, now, now, PLACE)
        for n in range(number)
    ]
    with engine.begin() as connection:
        clashes.keep(connection, known)
        clashes.revise(connection, [Revision(clash, 1, (Change.NEW,), {}) for clash in known], primed=False)
        connection.execute(text("UPDATE revisions SET hinted_at = NULL"))


def work_off(work: Work, run: Any, pipe: Any) -> None:
    """A worker's child: everything that is ready at one stage, batch by batch, as the tick would hint it."""
    engine, began = services.services().engine, time.process_time()
    while left(engine, work):
        run(list(ready.hint(engine, work, work.batch, unanswered_after=5).ids))
    pipe.send(time.process_time() - began)


def left(engine: Engine, work: Work) -> bool:
    """Whether a row has this stage before it, be it in the hands of the other process."""
    with engine.connect() as connection:
        chosen = text(f"SELECT EXISTS (SELECT FROM {work.table.name} WHERE stage = :stage)")
        return bool(connection.scalar(chosen, {"stage": work.stage}))


def together(work: Work, run: Any, number: int) -> dict[str, float]:
    """``number`` processes at once: seconds until the last is done, and the CPU seconds of all."""
    ours, theirs = multiprocessing.Pipe()
    context, began = multiprocessing.get_context("fork"), time.perf_counter()
    children = [context.Process(target=work_off, args=(work, run, theirs)) for _ in range(number)]
    for child in children:
        child.start()
    spent = sum(ours.recv() for _ in children)
    for child in children:
        child.join()
    return {"seconds": time.perf_counter() - began, "cpu": spent}


def measure(alerts: int, receivers: int) -> dict[str, Any]:
    with sink() as url, tempfile.TemporaryDirectory(prefix="clashwatch-") as name:
        state = Path(name)
        state.chmod(0o711)
        servers = (embedded.postgres(state), embedded.valkey(state))
        with embedded.running(*servers, log_dir=state / "log") as (database, broker):
            migrate(database)
            env = {"CLASHWATCH_DATABASE_URL": database, "CLASHWATCH_REDIS_URL": broker}
            settings = load(configure(state / "config", url, receivers), env, polls=False)
            celery.configure(settings)
            services.configured(settings)
            engine = connect(database)
            happen(engine, alerts)
            evaluated = together(EVALUATE, tasks.evaluate, 1)
            with engine.begin() as connection:
                connection.execute(text("UPDATE deliveries SET hinted_at = NULL"))
            before = cpu_of(state / "postgresql")
            sent = together(SEND, tasks.send, NOTIFIERS)
            store = cpu_of(state / "postgresql") - before
            with engine.connect() as connection:
                arrived = connection.scalar(text("SELECT count(*) FROM deliveries WHERE state = 'sent'"))
            engine.dispose()
        with urllib.request.urlopen(url) as answer:
            came = json.load(answer)
    wanted = alerts * receivers
    return {
        "alerts": alerts,
        "receivers": receivers,
        "deliveries": wanted,
        "marked_sent": arrived,
        "lost": wanted - came["different"],
        "doubled": came["came"] - came["different"],
        "evaluate_cpu_seconds": round(evaluated["cpu"], 1),
        "send_seconds": round(sent["seconds"], 1),
        "send_cpu_seconds": round(sent["cpu"], 1),
        "postgresql_cpu_seconds": round(store, 1),
        "cpu_ms_per_delivery": round((sent["cpu"] + store) / wanted * 1000, 2),
        "deliveries_per_second": round(wanted / sent["seconds"], 1),
    }


def main(arguments: list[str]) -> dict[str, Any]:
    alerts, receivers = map(int, arguments or (ALERTS, RECEIVERS))
    return {"benchmark": "deliveries", **measure(alerts, receivers), "rules": rules.measure()}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
