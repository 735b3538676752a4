"""Many requests in, one answer each out, in one event loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence

import aiohttp
from redis.asyncio import Redis

from workers.adapters.web import bodies
from workers.adapters.web.answers import Answer, Request
from workers.adapters.web.batch import Batch, Policy
from workers.adapters.web.guard import Guard
from workers.adapters.web.manners import Turns
from workers.adapters.web.robots import Robots

_AT_ONCE = 100
_TOGETHER = 0.01
"""Seconds."""


class Fetcher:
    """For one process. Remembers robots.txt between batches; connections and turns belong to a batch.

    ``redis_url`` is the broker's, ``None`` to keep turns to this process. ``tls`` replaces the system's trust, for
    sites with a certificate authority of their own; certificates are verified always.
    """

    def __init__(self, policy: Policy, redis_url: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._policy = policy
        self._redis_url = redis_url
        self._guard = Guard(policy.allow)
        self._robots = Robots()
        self._tls = tls or ssl.create_default_context()

    def fetch(self, requests: Sequence[Request]) -> list[Answer]:
        """``fetch_many`` for callers without an event loop."""
        return asyncio.run(self.fetch_many(requests))

    def each(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """``stream`` for callers without an event loop, who get what came in meanwhile when they return for more."""
        with asyncio.Runner() as runner:
            ready: asyncio.Queue[tuple[int, Answer] | Exception] = asyncio.Queue()
            reading = runner.get_loop().create_task(_fill(ready, self.stream(requests)))
            left = len(requests)
            while left:
                for found in runner.run(_some(ready, left)):
                    yield found
                    left -= 1
            runner.run(_ended(reading))

    async def fetch_many(self, requests: Sequence[Request]) -> list[Answer]:
        """One answer per request, in order. Never raises for what the web does.

        Requests whose host's turn does not come within the budget are ``deferred``, with the wait as ``retry_after``.
        """
        found = {number: answer async for number, answer in self.stream(requests)}
        return [found[number] for number in range(len(requests))]

    async def stream(self, requests: Sequence[Request]) -> AsyncIterator[tuple[int, Answer]]:
        """Each request's number with its answer, as they end: a slow site holds up nobody."""
        redis = _redis(self._redis_url) if self._policy.spacing else None
        try:
            async with self._session() as session:
                batch = Batch(self._policy, self._guard, self._robots, Turns(redis), session)
                asked = [_numbered(batch, number, request) for number, request in enumerate(requests)]
                for answered in asyncio.as_completed(asked):
                    yield await answered
        finally:
            if redis is not None:
                await redis.aclose()

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=_AT_ONCE,
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


async def _numbered(batch: Batch, number: int, request: Request) -> tuple[int, Answer]:
    return number, await batch.answer(request)


async def _fill(
    ready: asyncio.Queue[tuple[int, Answer] | Exception], stream: AsyncIterator[tuple[int, Answer]]
) -> None:
    try:
        async for answered in stream:
            ready.put_nowait(answered)
    except Exception as error:  # our own mistake: the caller's to raise, who would wait for ever
        ready.put_nowait(error)


async def _some(ready: asyncio.Queue[tuple[int, Answer] | Exception], left: int) -> list[tuple[int, Answer]]:
    """What is ready, at least one. Entering the loop costs as much as a poll: what comes together is taken together."""
    found = [await ready.get()]
    if left > 1:
        await asyncio.sleep(_TOGETHER)
    while not ready.empty():
        found.append(ready.get_nowait())
    for one in found:
        if isinstance(one, Exception):
            raise one
    return [one for one in found if not isinstance(one, Exception)]


async def _ended(task: asyncio.Task[None]) -> None:
    await task


def _redis(url: str | None) -> Redis | None:
    """A client that gives up quickly; ``None`` for brokers that are no Redis."""
    if url is None or url.startswith("amqp"):
        return None
    address = url.replace("redis+socket://", "unix://", 1)
    return Redis.from_url(address, socket_timeout=2.0, socket_connect_timeout=1.0)
