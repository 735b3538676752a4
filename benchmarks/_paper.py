"""Newspapers that appear bit by bit, articles as long and pages as heavy as real ones; and when each alert came.

Most articles tell of no violence; each incident is told by two papers, in their own words, far from every other. The
site, which is also the receiver of all alerts, is a process of its own: what it costs is not the service's.
Seventy real pages were the measure (medians: 204 kB, 760 words, 17 ms in trafilatura).
"""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests" / "faults"))  # the world that faults are tried on is the one that is measured
import fleet  # noqa: E402
import world  # noqa: E402

PAPERS, LISTED = 2, 60
"""How many papers tell an incident; how many entries a feed lists."""
_CALM = ("protest", "agreement", "sport", "politics", "economy", "culture")
_STORY = re.compile(rb"/story/(\d+)")


@dataclass(frozen=True, slots=True)
class Tale:
    """``incident`` is ``None`` where nothing violent is told."""

    number: int
    incident: int | None = None
    town: str = ""
    country: str = ""

    @property
    def title(self) -> str:
        if self.incident is None:
            return f"Town hall report {self.number}: {_calm()[self.number % len(_calm())][:50]}"
        return f"Three soldiers killed as army and rebels clash in {self.town}"


def issue(articles: int, every: int) -> list[Tale]:
    """All articles, in the order of their publication. Each ``every``-th one tells of an incident."""
    towns = world._towns(-(-articles // (every * PAPERS)))
    tales = []
    for number in range(articles):
        telling, nth = number % every == 0, number // every
        incident = nth // PAPERS
        tales.append(Tale(number, incident, *towns[incident]) if telling else Tale(number))
    return tales


@cache
def _calm() -> tuple[str, ...]:
    """What newspapers write of when nobody fights, from the project's own sentences."""
    spoken = yaml.safe_load((ROOT / "workers" / "knowledge" / "sentences" / "en.yml").read_text())["elsewhere"]
    return tuple(line.strip() for kind in _CALM for line in spoken[kind].splitlines())


def text_of(tale: Tale, day: datetime) -> list[str]:
    """Paragraphs, some 750 words."""
    chance = random.Random(tale.number)
    words = _calm() if tale.incident is None else ("The market opens at seven and the bakery at the bridge at eight.",)
    found = [f"{chance.choice(words)} So it was on day {chance.random():.12f}." for _ in range(4)]
    found += [" ".join(chance.choices(fleet._FILLER.split(), k=60)).capitalize() + "." for _ in range(9)]
    if tale.incident is not None:
        found.insert(0, world.Story(tale.number, tale.town, tale.country).told(day))
    return found


def page(tale: Tale, day: datetime) -> bytes:
    """With the load that pages carry: menus, teasers, scripts and their data."""
    chance = random.Random(-tale.number)
    teasers = "".join(
        f'<li class="card"><div><a href="/story/other-{n}"><figure><img src="/{n}.jpg" alt=""></figure></a></div><div>'
        f"<h3><a><span>Teaser {n}</span></a></h3><p>Of <b>yesterday</b></p><span>{n % 24}:00</span></div></li>"
        for n in range(190)
    )
    menu = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(80))
    ballast = json.dumps([{"id": chance.getrandbits(64), "w": n, "s": "article"} for n in range(2900)])
    body = "".join(f"<p>{words}</p>" for words in text_of(tale, day))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{tale.title} | Paper</title><meta property="og:type" '
        f'content="article"><meta property="article:published_time" content="{day.isoformat()}">'
        f"<script>var state = {ballast};</script></head><body><header><nav><ul>{menu}</ul></nav></header>"
        f"<main><article><h1>{tale.title}</h1>{body}</article>"
        f"<aside><ul>{teasers}</ul></aside></main><footer><ul>{menu}</ul></footer></body></html>"
    ).encode()


def feed(tales: Sequence[Tale], base: str, day: datetime) -> bytes:
    listed = "".join(
        f"<item><guid>{tale.number}</guid><title>{tale.title}</title><link>{base}/story/{tale.number}</link>"
        f"<pubDate>{format_datetime(day)}</pubDate></item>"
        for tale in tales
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{listed}</channel></rss>'.encode()


class _Site(BaseHTTPRequestHandler):
    """``/feed/N``, ``/story/N``; what is posted is an alert; ``/told`` gives when each story was first told."""

    tales: Sequence[Tale]
    feeds: int
    day: datetime
    released: Any
    refusing: Any
    told: dict[str, list[float]] = {}
    keys: list[str] = []

    def do_GET(self) -> None:
        kind, _, number = self.path.strip("/").partition("/")
        if kind == "feed":
            out = self.tales[int(number) : self.released.value : self.feeds][-LISTED:]
            self._answer(feed(out, f"http://{self.headers['Host']}", self.day), "application/rss+xml")
        elif kind == "story" and number.isdigit():
            self._answer(page(self.tales[int(number)], self.day), "text/html; charset=utf-8")
        elif kind == "told":
            self._answer(json.dumps({"told": self.told, "keys": self.keys}).encode(), "application/json")
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if not self.refusing.value:
            self.keys.append(f"{self.path} {self.headers['idempotency-key']}")
            for number in set(_STORY.findall(body)):
                self.told.setdefault(number.decode(), []).append(time.time())
        self.send_response(500 if self.refusing.value else 204)
        self.end_headers()

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Press:
    """A running site: how much of it has appeared, and what was told of it."""

    address: str
    tales: Sequence[Tale]
    feeds: int
    _released: Any
    _refusing: Any

    def __post_init__(self) -> None:
        self.out_at: list[float] = []
        """When each article appeared (seconds since the epoch)."""

    def release(self, more: int) -> set[str]:
        """Let so many more appear; the slugs of the feeds that list them."""
        start = len(self.out_at)
        end = min(start + more, len(self.tales))
        self.out_at += [time.time()] * (end - start)
        self._released.value = end
        return {f"paper-{number % self.feeds}" for number in range(start, end)}

    def refuse(self, whether: bool) -> None:
        """Whether alerts are answered with 500."""
        self._refusing.value = whether

    def heard(self) -> tuple[dict[int, float], list[str]]:
        """When each incident that appeared was first told, and the key of every message that came."""
        with urllib.request.urlopen(f"http://{self.address}/told") as answer:
            found = json.load(answer)
        first: dict[int, float] = {}
        for number, times in found["told"].items():
            incident = self.tales[int(number)].incident
            if incident is not None:
                first[incident] = min(first.get(incident, times[0]), *times)
        return first, found["keys"]

    def appeared(self) -> dict[int, float]:
        """When each incident was first written of."""
        first: dict[int, float] = {}
        for tale, at in zip(self.tales, self.out_at, strict=False):
            if tale.incident is not None:
                first.setdefault(tale.incident, at)
        return first

    def latencies(self) -> list[tuple[float, float]]:
        """(appeared, seconds until told) of every incident that was told, in the order of appearance."""
        told = self.heard()[0]
        return [(at, told[incident] - at) for incident, at in self.appeared().items() if incident in told]


def _serve(pipe: Any, host: str, known: dict[str, Any]) -> None:
    for name, value in known.items():
        setattr(_Site, name, value)
    ThreadingHTTPServer.request_queue_size = 1000
    server = ThreadingHTTPServer((host, 0), _Site)
    pipe.send(server.server_port)
    server.serve_forever()


@contextmanager
def printed(articles: int, feeds: int, every: int, host: str = "127.0.0.1") -> Iterator[Press]:
    """A site with nothing on it yet."""
    tales, context = issue(articles, every), multiprocessing.get_context("fork")
    released, refusing = context.Value("l", 0), context.Value("b", 0)
    known = {"tales": tales, "feeds": feeds, "day": datetime.now(UTC), "released": released, "refusing": refusing}
    ours, theirs = multiprocessing.Pipe()
    process = context.Process(target=_serve, args=(theirs, host, known), daemon=True)
    process.start()
    try:
        yield Press(f"{host}:{ours.recv()}", tales, feeds, released, refusing)
    finally:
        process.kill()
        process.join()
