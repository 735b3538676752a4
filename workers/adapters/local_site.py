"""Serves a corpus as a news site on the loopback interface: real HTTP, so that a demo fetches as the service does.

In: a folder (``seeds/README.md``), a port and the instant the news is dated from. Out: an address. The server
answers as publishers' servers do: conditional requests, compression, a consent wall in the way of some stories,
and a feed that is at first unavailable where the corpus says so.
"""

from __future__ import annotations

import gzip
import json
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import quote, urlsplit

import xxhash

from workers.adapters.corpus import Corpus, load
from workers.adapters.press import Resource, feed_of, gate_of, paths
from workers.pipeline.models import Feed

HOST = "127.0.0.1"
_INTERVAL = 10.0
"""Seconds between polls. Nobody who watches a demo waits a quarter of an hour for a feed that stumbled."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When the news is dated from, and the port it is served on."""

    start: datetime
    port: int


def opening(record: Path, now: datetime) -> Opening:
    """The opening that ``record`` (a file) remembers; else one for ``now`` on a free port, which it then remembers.

    A second run must serve the same bytes at the same addresses, or old news would look new.
    """
    if record.exists():
        known = json.loads(record.read_text())
        return Opening(datetime.fromisoformat(known["start"]), known["port"])
    with socket.create_server((HOST, 0)) as free:
        fresh = Opening(now, free.getsockname()[1])
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"start": fresh.start.isoformat(), "port": fresh.port}))
    return fresh


def feeds(corpus: Corpus, base: str) -> tuple[Feed, ...]:
    """The outlets as the service subscribes to them. ``base`` is the site's address."""
    return tuple(
        Feed(
            slug=outlet.slug,
            url=base + feed_of(outlet.slug),
            family=outlet.family,
            language=outlet.language,
            country=outlet.country,
            title=outlet.title,
            interval=_INTERVAL,
        )
        for outlet in corpus.outlets
    )


@contextmanager
def serve(folder: Path, port: int, start: datetime) -> Iterator[str]:
    """Serves the corpus in ``folder`` and yields the site's address; port 0 takes a free one.

    Raises ``CorpusError`` for a folder that cannot be used and ``OSError`` for a port that is taken.
    """
    corpus = load(folder)
    with _Server((HOST, port), _Handler) as server:
        base = f"http://{HOST}:{server.server_port}"
        server.open(corpus, paths(corpus, start, base))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield base
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Mapping[str, Resource] = {}
    walled: Mapping[str, str] = {}

    def open(self, corpus: Corpus, site: Mapping[str, Resource]) -> None:
        self.site = site
        self.walled = {f"/{s.name}": gate_of(s.outlet) for s in corpus.stories if s.access == "consent"}
        self._stumbles = Counter({feed_of(outlet.slug): outlet.stumbles for outlet in corpus.outlets})
        self._lock = Lock()

    def stumbles(self, path: str) -> bool:
        """Whether this request is one of those that are to fail."""
        with self._lock:
            self._stumbles[path] -= 1
            return self._stumbles[path] >= 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that hangs up in the middle is no news; anything else is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "press/1"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in self.server.walled:
            gate = self.server.walled[path]
            self._send(HTTPStatus.FOUND, {"Location": f"{gate}?callbackUrl={quote(path, safe='')}"})
        elif self.server.stumbles(path):
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"})
        elif path in self.server.site:
            self._answer(self.server.site[path])
        else:
            self._send(HTTPStatus.NOT_FOUND, {}, b"No such page.\n")

    do_HEAD = do_GET

    def _answer(self, resource: Resource) -> None:
        headers = {
            "Content-Type": f"{resource.media_type}; charset={resource.charset}",
            "ETag": f'W/"{xxhash.xxh3_64_hexdigest(resource.body)}"',
            "Last-Modified": format_datetime(resource.changed.astimezone(UTC), usegmt=True),
            "Cache-Control": "max-age=0",
            "Vary": "Accept-Encoding",
        }
        if self._has_it(headers["ETag"], resource.changed):
            self._send(HTTPStatus.NOT_MODIFIED, headers)
        elif "gzip" in self.headers.get("Accept-Encoding", ""):
            self._send(HTTPStatus.OK, headers | {"Content-Encoding": "gzip"}, gzip.compress(resource.body, mtime=0))
        else:
            self._send(HTTPStatus.OK, headers, resource.body)

    def _has_it(self, etag: str, changed: datetime) -> bool:
        """RFC 9110, 13.2.2: ``If-Modified-Since`` counts only where there is no ``If-None-Match``."""
        known = self.headers.get("If-None-Match")
        if known is not None:
            return known.strip() == "*" or etag in (tag.strip() for tag in known.split(","))
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and changed.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _send(self, status: HTTPStatus, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The service's own log says what was fetched."""
