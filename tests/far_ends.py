"""The outside that channels talk to, on this machine: a mail server, a scripted HTTP server, Slack's Web API."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller


@dataclass
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    hang_up: bool = False
    """Close the connection after the request was taken in, without a word."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def http(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """A server on a free port that answers each GET and POST with ``answer``; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            if len(body) < length:
                return  # who asked died in the middle of it
            given = answer(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if given.hang_up:
                return
            self.send_response(given.status)
            for name, value in given.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(given.body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked did not wait for the answer
                self.wfile.write(given.body)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Slack:
    """As much of Slack's Web API as a bot uses: a channel of messages, threads, updates, metadata, refusals."""

    token: str = "xoxb-right"
    messages: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refuse: list[Answer] = field(default_factory=list)
    """Answers to give, one per call, before behaving again."""
    lose_answers: int = 0
    """So many posts do what they were asked and then hang up."""
    url: str = ""
    """Its own address, where files are uploaded to."""
    files: dict[str, bytes] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    """Files whose upload was completed; ``private`` unless a channel was named."""
    unready: int = 0
    """So many posts with a file are refused: Slack has not looked at it yet."""

    def answer(self, asked: Asked) -> Answer:
        method = asked.path.rpartition("/")[2]
        if "/upload/" in asked.path:
            self.files[method] = asked.body
            return Answer(200, b"OK")
        self.calls.append(method)
        if self.refuse and method.startswith("chat."):
            return self.refuse.pop(0)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _says(ok=False, error="invalid_auth")
        given = self._arguments(asked)
        if self._shows_unready(given):
            return _says(ok=False, error="invalid_blocks", errors=["invalid slack file"])
        reply = getattr(self, method.replace(".", "_"))(given)
        if self.lose_answers and method.startswith("chat."):
            self.lose_answers -= 1
            return Answer(hang_up=True)
        return reply

    def _arguments(self, asked: Asked) -> dict[str, Any]:
        if asked.headers.get("content-type", "").startswith("application/json"):
            return dict(json.loads(asked.body))
        return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}

    def _shows_unready(self, given: dict[str, Any]) -> bool:
        shown = [block["slack_file"]["id"] for block in given.get("blocks", ()) if block["type"] == "image"]
        if shown and self.unready:
            self.unready -= 1
            return True
        return not set(shown) <= self.shared

    def files_getUploadURLExternal(self, given: dict[str, Any]) -> Answer:
        name = f"F{len(self.files) + 1:06d}"
        self.files[name] = b""
        return _says(ok=True, upload_url=f"{self.url}upload/{name}", file_id=name)

    def files_completeUploadExternal(self, given: dict[str, Any]) -> Answer:
        assert "channel_id" not in given, "a map is for who sees the message"
        files = json.loads(given["files"]) if isinstance(given["files"], str) else given["files"]
        self.shared |= {file["id"] for file in files if self.files[file["id"]]}
        return _says(ok=True, files=files)

    def chat_postMessage(self, given: dict[str, Any]) -> Answer:
        root = given.get("thread_ts")
        if root and not self._at(root):
            return _says(ok=False, error="thread_not_found")
        ts = f"1700000000.{len(self.messages):06d}"
        self.messages.append({**given, "ts": ts})
        return _says(ok=True, channel=given["channel"], ts=ts)

    def chat_update(self, given: dict[str, Any]) -> Answer:
        message = self._at(given["ts"])
        if message is None:
            return _says(ok=False, error="message_not_found")
        message.update(given, updated=message.get("updated", 0) + 1)
        return _says(ok=True, channel=given["channel"], ts=given["ts"])

    def conversations_history(self, given: dict[str, Any]) -> Answer:
        return self._page([m for m in self.messages if not m.get("thread_ts")], given)

    def conversations_replies(self, given: dict[str, Any]) -> Answer:
        return self._page([m for m in self.messages if given["ts"] in (m["ts"], m.get("thread_ts"))], given)

    def _page(self, found: list[dict[str, Any]], given: dict[str, Any]) -> Answer:
        start, size = int(given.get("cursor") or 0), int(given["limit"])
        more = str(start + size) if start + size < len(found) else ""
        return _says(ok=True, messages=found[start : start + size], response_metadata={"next_cursor": more})

    def _at(self, ts: str) -> dict[str, Any] | None:
        return next((m for m in self.messages if m["ts"] == ts), None)


def _says(**body: Any) -> Answer:
    return Answer(200, json.dumps(body).encode())


class Mailbox:
    """Keeps what an SMTP session brings; answers RCPT and DATA as a test says."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.rcpt = self.data = "250 OK"
        self.refused: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return "550 no such user"
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=SMTP))  # type: ignore[arg-type]
        return self.data


@contextmanager
def smtp(box: Mailbox, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), ssl_context=tls)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
