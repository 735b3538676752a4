"""A running service to be hurt: a small news site, real worker processes, and a receiver that remembers everything."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import Engine, create_engine, text

from workers.adapters.processes import die_with_parent
from workers.adapters.store import gauges
from workers.adapters.store.works import BY_STAGE, POLL, QUEUES

TOWNS = """
Goma, Democratic Republic of Congo; Gao, Mali; Kandahar, Afghanistan; Mogadishu, Somalia; Maiduguri, Nigeria;
Sittwe, Myanmar; Benghazi, Libya; Khartoum, Sudan; Juba, South Sudan; Bangui, Central African Republic;
Cali, Colombia; Srinagar, India; Davao, Philippines; Pattani, Thailand; Niamey, Niger; Ouagadougou, Burkina Faso;
Pemba, Mozambique; Bujumbura, Burundi; Garissa, Kenya; Tripoli, Lebanon; Aden, Yemen; Diyarbakir, Turkey;
Gaza, Palestinian Territories; Mekelle, Ethiopia
"""
"""Far from one another, so that each is an incident of its own."""

_FILLER = """
market road school harvest teacher river evening council bridge family water doctor village summer letter window
garden station driver winter kitchen printer carpet lantern library orchard pasture quarry rooftop saddle tailor
umbrella valley weaver bakery cellar donkey engine ferry granary hallway island jacket kettle ladder mirror notebook
oven pencil quilt ribbon scissors ticket vessel whistle yard zebra anchor button curtain drawer
"""


@dataclass(frozen=True)
class Story:
    """One incident, told by one article."""

    number: int
    town: str
    country: str
    poison: str = ""
    incident: int = -1
    """Which one it tells; its own by default."""
    words: int = -1
    """Whose words it prints: those of the story of this number, its own by default."""

    def headline(self) -> str:
        return f"Three soldiers killed as army and rebels clash in {self.town}"

    def told(self, day: datetime) -> str:
        return (
            f"Soldiers and rebels fought a gun battle in {self.town}, {self.country}, on {day:%A}, and three soldiers "
            f"were killed, the army said."
        )

    def page(self, day: datetime) -> str:
        chance = random.Random(self.number if self.words < 0 else self.words)
        filler = [" ".join(chance.sample(_FILLER.split(), 14)).capitalize() + "." for _ in range(8)]
        paragraphs = "".join(f"<p>{words}</p>" for words in (self.told(day), *filler))
        return (
            f'<html lang="en"><head><title>{self.headline()}</title><meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="{day.isoformat()}"></head>'
            f"<body><nav>Home | World</nav><article><h1>{self.headline()}</h1>{paragraphs}{self.poison}</article>"
            f"</body></html>"
        )


def stories(number: int) -> list[Story]:
    """At most one for each town."""
    towns = [row.split(",") for row in TOWNS.split(";")]
    return [Story(n, town.strip(), country.strip()) for n, (town, country) in enumerate(towns[:number])]


@contextmanager
def newspaper(told: list[Story], feeds: int = 3, address: str = "127.0.0.1") -> Iterator[tuple[str, int]]:
    """Serve ``/feed/N`` and ``/story/N``; yields the host and port."""
    day = datetime.now(UTC) - timedelta(hours=2)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, number = self.path.strip("/").partition("/")
            body = _feed(self._base(), told[int(number) :: feeds], day) if kind == "feed" else None
            if kind == "story":
                body = told[int(number)].page(day)
            self.send_response(200 if body else 404)
            payload = (body or "").encode()
            self.send_header("Content-Type", "application/rss+xml" if kind == "feed" else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def _base(self) -> str:
            return f"http://{self.headers['Host']}"

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield address, server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _feed(base: str, told: list[Story], day: datetime) -> str:
    listed = "".join(
        f"<item><guid>{story.number}</guid><title>{story.headline()}</title><link>{base}/story/{story.number}</link>"
        f"<pubDate>{format_datetime(day)}</pubDate></item>"
        for story in told
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{listed}</channel></rss>'


@dataclass
class Listener:
    """Remembers every message it was sent, however often."""

    keys: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    carried: dict[str, set[str]] = field(default_factory=dict)
    """The keys of the messages that brought each alert."""
    answers: int = 204
    """429 and 500 refuse what comes; 0 takes it in and hangs up."""

    @contextmanager
    def listening(self, address: str = "127.0.0.1") -> Iterator[str]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if listener.answers in {0, 204}:
                    listener.remember(self.headers["idempotency-key"], message)
                if listener.answers:
                    self.send_response(listener.answers)
                    if listener.answers == 429:
                        self.send_header("Retry-After", "3")
                    self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer((address, 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{address}:{server.server_address[1]}/"
        finally:
            server.shutdown()
            server.server_close()

    def remember(self, key: str, message: dict[str, Any]) -> None:
        told = [alert["key"] for alert in message["data"]["payload"]["alerts"]]
        self.keys.append(key)
        self.alerts += told
        for alert in told:
            self.carried.setdefault(alert, set()).add(key)

    def told_twice(self) -> list[str]:
        """Alerts that came under two keys."""
        return [alert for alert, keys in self.carried.items() if len(keys) > 1]

    def repeated(self) -> int:
        return sum(times - 1 for times in Counter(self.keys).values())


def configure(folder: Path, site: tuple[str, int], hook: str, feeds: int = 3, spacing: float = 0) -> Path:
    """A configuration that watches the whole world and tells a file outbox and a webhook."""
    host, port = site
    listed = "".join(
        f"  - {{slug: paper-{n}, url: 'http://{host}:{port}/feed/{n}', family: paper-{n}}}\n" for n in range(feeds)
    )
    files = {
        "clashwatch.yml": f"state_dir: {folder / 'var'}\nlanguages: [en]\n"
        f"fetch: {{allow: ['{host}:{port}'], spacing: {spacing}, first_fetch: alert, robots: false}}\n",
        "feeds.yml": f"feeds:\n{listed}",
        "regions/world.yml": "world:\n  bbox: {west: -180, south: -89, east: 180, north: 89}\n",
        "rules.d/all.yml": "groups: [{name: all, rules: [{id: all, name: Everything, regions: [world]}]}]\n",
        "receivers.yml": "receivers:\n  - {name: outbox, kind: outbox}\n"
        f"  - {{name: hook, kind: webhook, url: '{hook}', secret_file: {folder / 'secret'}, allow_private: true}}\n"
        "route:\n  receiver: outbox\n  routes:\n    - {receiver: hook, continue: true}\n    - {receiver: outbox}\n",
        "secret": "whsec_c2VjcmV0\n",
    }
    for name, words in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(words)
    return folder


@dataclass
class Fleet:
    """Real worker processes on a real store and broker. A role is a queue's name or ``beat``; ``beat#2`` is another."""

    config: Path
    database: str
    broker: str
    engine: Engine
    program: tuple[str, ...] = ("-m", "workers")
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    surroundings: dict[str, str] = field(default_factory=dict)
    """More environment variables for its processes."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What begins the command line of a role that runs on another host (``hosts``)."""
    revived: list[str] = field(default_factory=list)
    """Roles that ended by themselves and were started again."""

    @contextmanager
    def sailing(self, *roles: str) -> Iterator[Fleet]:
        for role in roles:
            self.start(role)
        try:
            yield self
        finally:
            for role in roles:
                self.kill(role)

    def start(self, role: str) -> None:
        addresses = {"CLASHWATCH_DATABASE_URL": self.database, "CLASHWATCH_REDIS_URL": self.broker}
        environment = {
            **os.environ,
            "CLASHWATCH_CONFIG": str(self.config),
            **{name: address for name, address in addresses.items() if address},
            **self.surroundings,
        }
        name = role.partition("#")[0]
        words = ["worker", name] if name in QUEUES else [name]
        with (self.config / f"{role}.log").open("ab") as log:
            self.processes[role] = subprocess.Popen(
                [*self.where.get(role, ()), sys.executable, *self.program, *words],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self, role: str) -> None:
        """SIGKILL for the worker and all its children at once."""
        process = self.processes[role]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def kill_child(self, role: str, chance: random.Random) -> None:
        """SIGKILL for one of those who do a worker's work, if it has any yet."""
        parent = self.processes[role].pid
        with suppress(OSError, IndexError):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            os.kill(int(chance.choice(children)), signal.SIGKILL)

    def revive(self) -> None:
        """What any supervision does: start again what ended by itself."""
        for role, process in list(self.processes.items()):
            if process.poll() is not None:
                self.revived.append(role)
                self.kill(role)
                self.start(role)

    def flush(self) -> None:
        """The broker forgets everything."""
        with redis.Redis(unix_socket_path=self.broker.removeprefix("redis+socket://")) as client:
            client.flushall()

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Every connection to the store breaks, and none can be made."""
        name = self.engine.url.database
        admin = create_engine(self.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            broken = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(broken), {"name": name})
            yield
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        admin.dispose()

    def wait_for_work(self, stage: str, seconds: float = 30) -> bool:
        """Until somebody is in the middle of this stage. False when there is none left to be in the middle of."""
        deadline = time.monotonic() + seconds
        leased = text(f"SELECT count(*) FROM {BY_STAGE[stage].table.name} WHERE stage = :stage AND lease_until > now()")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while time.monotonic() < deadline:
                if connection.scalar(leased, {"stage": stage}):
                    return True
                time.sleep(0.002)
        return False

    def let_leases_run_out(self, queue: str) -> int:
        """Time passes: what a worker that is dead for certain had claimed is free now. Returns how many rows."""
        interrupted = 0
        with self.engine.begin() as connection:
            for work in BY_STAGE.values():
                if work.queue == queue:
                    held = (
                        f"UPDATE {work.table.name} SET lease_until = now() WHERE stage = :stage AND lease_until > now()"
                    )
                    interrupted += connection.execute(text(held), {"stage": work.stage}).rowcount
        return interrupted

    def wait_until_done(self, entries: int, seconds: float) -> None:
        """Until every entry is in and no stage but the next poll has anything left to do."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            waiting = {one.stage: one.rows for one in gauges.waiting(self.engine) if one.stage != POLL.stage}
            if gauges.held(self.engine)["entries"] == entries and not any(waiting.values()):
                return
            time.sleep(0.2)
        raise TimeoutError(f"after {seconds:.0f} s: {gauges.held(self.engine)}, waiting {waiting}")
