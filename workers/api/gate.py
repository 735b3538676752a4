"""What stands before every route, so that a new one cannot forget it: headers, a limit on bodies, a pace, a last word.

In: any ASGI request. Out: its answer with strict headers, whatever it is: also a refusal, an unknown path, a crash. A
client that asks too often is told when to come back; one that guesses tokens sooner than one that reads.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from math import ceil
from types import MappingProxyType

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer that does not say otherwise itself; the pages behind links bring a policy that lets a form act."""

LARGEST = 100_000
"""Bytes of a body. The largest that makes sense, a silence of 50 matchers, has a quarter of it."""
PER_MINUTE = 1200
"""Requests of one client; what a request costs of them is said below."""
_COSTS = {"GET": 1, "HEAD": 1, "OPTIONS": 1}
_CHANGE, _GUESS = 10, 60
_CLIENTS = 10_000
"""So many are remembered, the latest; who is forgotten starts anew."""


@dataclass(slots=True)
class _Purse:
    left: float
    at: float


class Pace:
    """What each client has left to spend this minute. Each process of the API keeps its own."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = float(per_minute), clock
        self._purses: OrderedDict[str, _Purse] = OrderedDict()

    def spend(self, client: str, cost: float) -> int:
        """Seconds to wait first; 0, and it is paid, when there is enough. Nobody saves up more than a minute's."""
        purse, now = self._purse(client), self._clock()
        purse.left, purse.at = min(self._most, purse.left + (now - purse.at) * self._most / 60), now
        if purse.left < min(cost, self._most):
            return ceil((min(cost, self._most) - purse.left) * 60 / self._most)
        purse.left -= cost
        return 0

    def fine(self, client: str, cost: float) -> None:
        """Take it in any case, down to a minute's debt."""
        purse = self._purse(client)
        purse.left = max(-self._most, purse.left - cost)

    def _purse(self, client: str) -> _Purse:
        purse = self._purses.setdefault(client, _Purse(self._most, self._clock()))
        self._purses.move_to_end(client)
        if len(self._purses) > _CLIENTS:
            self._purses.popitem(last=False)
        return purse


class Gate:
    """The middleware. ``pushed``: where bodies may be larger, in bytes, and a change costs no more than a look."""

    def __init__(
        self, app: ASGIApp, per_minute: int = PER_MINUTE, pushed: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self._app, self._pace, self._pushed = app, Pace(per_minute), pushed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, client = False, _client(scope)

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _harden(message)
                if message["status"] == 401:
                    self._pace.fine(client, _GUESS)
            await send(message)

        room = next((most for prefix, most in self._pushed.items() if scope["path"].startswith(prefix)), None)
        cost = _COSTS.get(scope["method"], _CHANGE) if room is None else 1
        largest = room or LARGEST
        if wait := self._pace.spend(client, cost):
            refusal = JSONResponse({"detail": "too many requests"}, 429, {"Retry-After": str(wait)})
            return await refusal(scope, receive, answer)
        if _announced(scope) > largest:
            return await _too_large(largest)(scope, receive, answer)
        try:
            return await self._app(scope, _limited(receive, largest), answer)
        except Exception:
            log.exception("request failed", method=scope["method"])
            if not started:
                await JSONResponse({"detail": "this failed; the log says why"}, 500)(scope, receive, answer)


def _too_large(largest: int) -> JSONResponse:
    return JSONResponse({"detail": f"a body has at most {largest} bytes"}, 413)


def _client(scope: Scope) -> str:
    """An address, of IPv6 the network: one household has 2**64 of them."""
    try:
        address = ip_address(scope["client"][0])
    except (TypeError, ValueError):
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _harden(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _limited(receive: Receive, largest: int) -> Receive:
    """The body as it comes, until it is more than anybody may send: chunked ones announce no length."""
    seen = 0

    async def received() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > largest:
            raise HTTPException(413, f"a body has at most {largest} bytes")
        return message

    return received
