"""Many requests in, one answer each out, in one event loop."""

from __future__ import annotations

import asyncio
import ssl
import time
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from redis.asyncio import Redis

from workers.adapters.web import bodies
from workers.adapters.web.answers import Answer, Request
from workers.adapters.web.batch import Batch, Known, Policy
from workers.adapters.web.guard import Guard
from workers.adapters.web.manners import Turns
from workers.adapters.web.outside import Outside
from workers.adapters.web.robots import Robots

_TOGETHER = 0.25
"""Seconds for which an answer waits for others: what comes in together is kept together, and told together."""


_Ready = asyncio.Queue[tuple[int, Answer] | Exception]


@dataclass(frozen=True, slots=True)
class _Line:
    """Open connections, to sites and to the Redis that keeps turns."""

    session: aiohttp.ClientSession
    redis: Redis | None

    async def close(self) -> None:
        await self.session.close()
        if self.redis is not None:
            await self.redis.aclose()


class _Standing:
    """An event loop between batches, with its connections."""

    def __init__(self, connect: Callable[[], Coroutine[None, None, _Line]]) -> None:
        self.runner = asyncio.Runner()
        self.line = self.runner.run(connect())

    def close(self) -> None:
        self.runner.run(self.line.close())
        self.runner.close()


class Fetcher:
    """For one process, and one batch at a time. Remembers robots.txt between batches.

    ``redis_url`` is the broker's, ``None`` to keep turns to this process. ``tls`` replaces the system's trust, for
    sites with a certificate authority of their own; certificates are verified always.
    """

    def __init__(self, policy: Policy, redis_url: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._policy = policy
        self._redis_url = redis_url
        self._guard = Guard(policy.allow)
        self._known = Known(self._guard, Robots(), Outside())
        self._tls = tls or ssl.create_default_context()
        self._standing: _Standing | None = None

    def fetch(self, requests: Sequence[Request]) -> list[Answer]:
        """``fetch_many`` for callers without an event loop."""
        return asyncio.run(self.fetch_many(requests))

    def each(self, requests: Sequence[Request]) -> Iterator[list[tuple[int, Answer]]]:
        """``stream`` for workers: in groups of what came in within a moment, or while the last group was being kept.

        The event loop and its connections outlive the batch: opening one costs as much as an answer.
        """
        standing, ready = self._stand(), _Ready()
        try:
            asking = standing.runner.get_loop().create_task(self._ask(requests, standing.line, ready))
            left = len(requests)
            while left:
                found = standing.runner.run(_some(ready, left))
                given = time.monotonic()
                yield found
                self._known.outside.idle(time.monotonic() - given)
                left -= len(found)
            standing.runner.run(_ended(asking))
        except BaseException:
            self.close()  # whatever is still under way ends with its loop
            raise

    def close(self) -> None:
        """Give up the connections that outlive batches; also done when nobody knows the fetcher any more."""
        if self._standing is not None:
            self._closing()
            self._standing = None

    async def fetch_many(self, requests: Sequence[Request]) -> list[Answer]:
        """One answer per request, in order. Never raises for what the web does.

        Requests whose host's turn does not come within the budget are ``deferred``, with the wait as ``retry_after``.
        """
        found = {number: answer async for number, answer in self.stream(requests)}
        return [found[number] for number in range(len(requests))]

    async def stream(self, requests: Sequence[Request]) -> AsyncIterator[tuple[int, Answer]]:
        """The number of each request and its answer, as they end: a slow site holds up nobody."""
        line, ready = await self._connect(), _Ready()
        asking = asyncio.get_running_loop().create_task(self._ask(requests, line, ready))
        try:
            for _ in requests:
                yield _unwrapped(await ready.get())
        finally:
            asking.cancel()
            await asyncio.wait([asking])
            await line.close()

    async def _ask(self, requests: Sequence[Request], line: _Line, ready: _Ready) -> None:
        batch = Batch(self._policy, self._known, Turns(line.redis), line.session)
        async with asyncio.TaskGroup() as asked:
            for number, request in enumerate(requests):
                asked.create_task(_into(ready, batch, number, request))

    def _stand(self) -> _Standing:
        if self._standing is None:
            self._standing = _Standing(self._connect)
            self._closing = weakref.finalize(self, self._standing.close)
        return self._standing

    async def _connect(self) -> _Line:
        return _Line(self._session(), _redis(self._redis_url) if self._policy.spacing else None)

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,  # a batch is limit enough; to wait for a connection would count as the site's own slowness
            limit_per_host=self._policy.per_host,
            socket_factory=self._guard.connect,
            ssl=self._tls,
            ttl_dns_cache=300,
        )
        headers = {"User-Agent": self._policy.agent, "Accept-Encoding": bodies.ENCODINGS}
        return aiohttp.ClientSession(
            connector=connector,
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._policy.timeout),
        )


async def _into(ready: _Ready, batch: Batch, number: int, request: Request) -> None:
    try:
        ready.put_nowait((number, await batch.answer(request)))
    except Exception as error:  # our own mistake: the caller's to raise, who would wait for ever
        ready.put_nowait(error)


async def _some(ready: _Ready, left: int) -> list[tuple[int, Answer]]:
    """What comes in within a moment of the first; all that is left, where that is sooner."""
    found = [await ready.get()]
    with suppress(TimeoutError):
        async with asyncio.timeout(_TOGETHER):
            while len(found) < left:
                found.append(await ready.get())
    return [_unwrapped(one) for one in found]


def _unwrapped(found: tuple[int, Answer] | Exception) -> tuple[int, Answer]:
    if isinstance(found, Exception):
        raise found
    return found


async def _ended(task: asyncio.Task[None]) -> None:
    await task


def _redis(url: str | None) -> Redis | None:
    """A client that gives up quickly; ``None`` for brokers that are no Redis."""
    if url is None or url.startswith("amqp"):
        return None
    address = url.replace("redis+socket://", "unix://", 1)
    return Redis.from_url(address, socket_timeout=2.0, socket_connect_timeout=1.0)
