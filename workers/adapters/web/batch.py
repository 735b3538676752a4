"""One request from its host's turn to its outcome, redirects included."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp
from multidict import CIMultiDictProxy

from workers.adapters.web import addresses, bodies, failures
from workers.adapters.web.addresses import Address
from workers.adapters.web.answers import Answer, Request, body_hash, max_age, outcome_of, retry_after
from workers.adapters.web.guard import Guard, trusted
from workers.adapters.web.manners import HostBusyError, Turns
from workers.adapters.web.outside import PAUSE, UNREACHABLE, Outside
from workers.adapters.web.robots import MAX_BYTES as ROBOTS_BYTES
from workers.adapters.web.robots import Robots
from workers.pipeline import websub
from workers.pipeline.models import FetchOutcome, Page

_FEED_BYTES, _PAGE_BYTES = 8_000_000, 4_000_000
_REDIRECTS = 5
_MOVED = {301: True, 302: False, 303: False, 307: False, 308: True}
"""Statuses that point elsewhere, and whether for good."""
_AS_IT_WAS = frozenset({307, 308})
"""Statuses after which a form may be posted elsewhere."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_REST = 30.0
"""Seconds that a host rests after a 429 without Retry-After."""
_FEED_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Policy:
    """How to behave. ``timeout`` is for one request with its redirects, ``budget`` for a whole batch, in seconds."""

    user_agent: str = "Clashwatch/0.1"
    contact: str | None = None
    timeout: float = 20.0
    budget: float = 32.0
    spacing: float = 2.0
    per_host: int = 2
    robots: bool = True
    allow: tuple[str, ...] = ()

    @property
    def agent(self) -> str:
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


@dataclass(frozen=True, slots=True)
class _Reply:
    """A response after its redirects: ``url`` is where it came from, ``moved`` where permanent ones led."""

    status: int
    url: str
    headers: CIMultiDictProxy[str]
    body: bytes
    charset: str | None
    moved: str | None
    seconds: float


class _Refused(Exception):
    """The request ends without an answer from the site."""

    def __init__(self, outcome: FetchOutcome, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.outcome, self.wait = outcome, wait


@dataclass(frozen=True, slots=True)
class Known:
    """What a process keeps from batch to batch: whom it may reach, what sites allow, and whether the web answers."""

    guard: Guard
    robots: Robots
    outside: Outside


class Batch:
    """Requests that share a session, turns and a budget."""

    def __init__(self, policy: Policy, known: Known, turns: Turns, session: aiohttp.ClientSession) -> None:
        self._policy = policy
        self._guard, self._robots, self._outside = known.guard, known.robots, known.outside
        self._turns = turns
        self._session = session
        self._ends = time.monotonic() + policy.budget
        self._busy: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(policy.per_host))
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def answer(self, request: Request) -> Answer:
        """How the request ended; ``deferred`` when nothing on the web answers, since that is not the site's fault."""
        began = time.monotonic()
        found = await self._answer(request)
        if found.status is not None:
            self._outside.heard()
        if found.outcome not in UNREACHABLE:
            return found
        if self._outside.excuses(found.outcome, began):
            return _unanswered(request, FetchOutcome.DEFERRED, "we were held up ourselves", PAUSE)
        self._outside.missed(addresses.read(request.url).host)
        if not self._outside.away:
            return found
        return _unanswered(request, FetchOutcome.DEFERRED, f"nothing on the web answers: {found.detail}", PAUSE)

    async def _answer(self, request: Request) -> Answer:
        try:
            return await self._judged(request, await self._follow(request))
        except _Refused as refusal:
            return _unanswered(request, refusal.outcome, str(refusal), refusal.wait)
        except HostBusyError as error:
            return _unanswered(request, FetchOutcome.DEFERRED, str(error), _REST / 3)
        except failures.EXPECTED as error:
            return _unanswered(request, failures.outcome_of(error), f"{type(error).__name__}: {error}"[:300])

    async def _judged(self, request: Request, reply: _Reply) -> Answer:
        """The reply as an answer: validators and hints noted, the body kept where it is new."""
        now, headers = datetime.now(UTC), reply.headers
        outcome, digest = outcome_of(reply.status), request.body_hash
        if outcome is FetchOutcome.OK:
            digest = body_hash(reply.body)
            outcome = FetchOutcome.UNCHANGED if digest == request.body_hash else outcome
        if outcome is FetchOutcome.RATE_LIMITED:
            await self._turns.rest(addresses.read(reply.url).host, retry_after(headers, now) or _REST)
        alive = outcome in (FetchOutcome.OK, FetchOutcome.UNCHANGED, FetchOutcome.NOT_MODIFIED)
        new = outcome is FetchOutcome.OK
        kind = headers.get("Content-Type")
        return Answer(
            request,
            outcome,
            page=Page(request.url, reply.url, reply.body, kind, reply.charset, now) if new else None,
            status=reply.status,
            etag=headers.get("ETag") or (None if new else request.etag),
            last_modified=headers.get("Last-Modified") or (None if new else request.last_modified),
            body_hash=digest,
            moved_to=reply.moved if alive else None,
            hub=websub.by_headers(headers.getall("Link", ()), reply.url) if alive and request.feed else None,
            retry_after=retry_after(headers, now),
            max_age=max_age(headers, now) if alive else None,
            seconds=reply.seconds,
        )

    async def _follow(self, request: Request) -> _Reply:
        """The last response of the chain. Permanent moves count as long as nothing temporary came before."""
        url, moved, permanent = addresses.read(request.url), None, True
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + self._policy.timeout + self._left()):
            for _ in range(_REDIRECTS + 1):
                await self._admit(url, request)
                reply, location = await self._ask(url, request, moved)
                if location is None:
                    return reply
                if request.form and reply.status not in _AS_IT_WAS:
                    raise _Refused(FetchOutcome.REDIRECTS, f"{reply.status} would make a form a question")
                permanent = permanent and _MOVED[reply.status]
                url = addresses.read(location, url.href)
                moved = url.href if permanent else moved
        raise _Refused(FetchOutcome.REDIRECTS, f"more than {_REDIRECTS} redirects")

    def _left(self) -> float:
        """Seconds of the budget in which a turn may still begin."""
        return max(0.0, self._ends - self._policy.timeout - time.monotonic())

    async def _admit(self, url: Address, request: Request) -> None:
        """Wait for the host's turn, once the address and robots.txt allow the request at all."""
        if (reason := self._guard.admits(url)) is not None:
            raise _Refused(FetchOutcome.BLOCKED, f"blocked {reason}")
        spacing = self._policy.spacing
        if self._policy.robots and not request.feed:
            async with self._asking[url.origin]:
                rules = await self._robots.rules(url.origin, self._robots_file)
            if not rules.reached:
                raise _Refused(FetchOutcome.CONNECT, "robots.txt does not answer")
            if rules.rules is None:
                raise _Refused(FetchOutcome.SERVER_ERROR, "robots.txt cannot be had", rules.until - time.monotonic())
            if not rules.allows(url.href):
                raise _Refused(FetchOutcome.ROBOTS, "disallowed by robots.txt")
            spacing = max(spacing, rules.delay)
        if spacing:
            await self._turn(url.host, spacing)

    async def _turn(self, host: str, spacing: float) -> None:
        wait = await self._turns.wait(host, spacing, self._left())
        if wait > self._left():
            raise _Refused(FetchOutcome.DEFERRED, f"the host's next turn is {wait:.0f} s away", wait)
        await asyncio.sleep(wait)

    async def _ask(self, url: Address, request: Request, moved: str | None) -> tuple[_Reply, str | None]:
        """One exchange: the reply, and where it points if it redirects."""
        cap = _FEED_BYTES if request.feed else _PAGE_BYTES
        conditions = _conditions(request)
        policy = self._policy
        async with (
            self._busy[url.host],
            self._turns.slot(url.host, policy.per_host, policy.timeout + 5.0, self._left()),
        ):
            began = time.monotonic()
            async with asyncio.timeout(self._policy.timeout), self._open(url, conditions, request.form) as response:
                location = response.headers.get("Location") if response.status in _MOVED else None
                body = await self._body(response, cap) if 200 <= response.status < 300 else b""
                took = time.monotonic() - began
                reply = _Reply(response.status, url.href, response.headers, body, response.charset, moved, took)
                return reply, location

    def _open(
        self, url: Address, headers: dict[str, str], form: Sequence[tuple[str, str]] = ()
    ) -> aiohttp.client._RequestContextManager:
        trusted.set(self._guard.names(url))
        posted = urlencode(form).encode() if form else None
        headers = headers | _FORM if form else headers
        method = "POST" if form else "GET"
        return self._session.request(method, url.wire, headers=headers, data=posted, allow_redirects=False)

    async def _body(self, response: aiohttp.ClientResponse, cap: int) -> bytes:
        length = response.content_length
        if length is not None and length > cap:
            raise bodies.TooLarge(f"{length} bytes announced, at most {cap} are read")
        encoding = response.headers.get("Content-Encoding", "")
        return await bodies.read(response.content.iter_any(), encoding, cap)

    async def _robots_file(self, address: str) -> tuple[int | None, bytes]:
        """Status and body of a robots.txt, redirects followed; ``(None, b"")`` when there is no answer."""
        url = addresses.read(address)
        try:
            async with asyncio.timeout(min(10.0, self._policy.timeout)):
                for _ in range(_REDIRECTS):
                    if self._guard.admits(url) is not None:
                        return None, b""
                    async with self._open(url, {}) as response:
                        if response.status not in _MOVED:
                            return response.status, await _start(response)
                        url = addresses.read(response.headers.get("Location", ""), url.href)
        except failures.EXPECTED:
            return None, b""
        return 404, b""


def _unanswered(request: Request, outcome: FetchOutcome, detail: str, wait: float | None = None) -> Answer:
    """The validators that were known stay known."""
    return Answer(
        request,
        outcome,
        detail=detail,
        retry_after=wait,
        etag=request.etag,
        last_modified=request.last_modified,
        body_hash=request.body_hash,
    )


def _conditions(request: Request) -> dict[str, str]:
    headers = {"Accept": _FEED_ACCEPT if request.feed else _PAGE_ACCEPT}
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    return headers


async def _start(response: aiohttp.ClientResponse) -> bytes:
    """As much of a robots.txt as RFC 9309 asks for; the rest of a longer one is not missed."""
    encoding = response.headers.get("Content-Encoding", "")
    return await bodies.read(response.content.iter_any(), encoding, 10 * ROBOTS_BYTES)
