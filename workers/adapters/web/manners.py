"""A host in, the seconds to wait before asking it out: one turn at a time and few requests at once, for all workers.

Redis keeps when each host's next turn is, in one small script, so that two workers never take the same turn. Without
Redis each process keeps its own list: less polite, never idle. Turns further away than a request can wait are not
taken.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from secrets import token_hex
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = structlog.get_logger(__name__)

_TURN = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local turn = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
if turn - now <= tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], turn + tonumber(ARGV[1]), 'PX', turn - now + tonumber(ARGV[1]) + 1000)
end
return turn - now
"""
_REST = """
local clock = redis.call('TIME')
local free = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ARGV[1])
if free > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], free, 'PX', tonumber(ARGV[1]) + 1000)
end
"""
_SLOT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
_LOOK_AGAIN = 0.25
"""Seconds until a host is asked again whether one of its slots is free."""
_HOSTS = 10_000
_LONGEST_REST = 3600.0


class HostBusyError(Exception):
    """As many requests to the host as it may be asked at once are under way."""


class _Pipe:
    """What is asked of Redis at one moment, in one round trip and over one connection."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[tuple[tuple[str | int, ...], asyncio.Future[Any]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def call(self, *command: str | int) -> Any:
        """The answer. Raises what Redis answers, and what keeps it from answering."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        if self._sending is None:
            self._sending = asyncio.get_running_loop().create_task(self._send())
        return await answer

    async def _send(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, []
            together = self._redis.pipeline(transaction=False)
            for command, _ in asked:
                together.execute_command(*command)
            try:
                found = await together.execute(raise_on_error=False)
            except (RedisError, OSError) as error:
                found = [error] * len(asked)
            for (_, answer), value in zip(asked, found, strict=True):
                _settle(answer, value)
        self._sending = None


def _settle(answer: asyncio.Future[Any], value: Any) -> None:
    if answer.done():  # who asked waits no more
        return
    if isinstance(value, Exception):
        answer.set_exception(value)
    else:
        answer.set_result(value)


class Turns:
    """When each host may be asked again. ``redis`` is ``None`` for one process on its own."""

    def __init__(self, redis: Redis | None) -> None:
        self._pipe = _Pipe(redis) if redis else None
        self._own: OrderedDict[str, float] = OrderedDict()

    async def wait(self, host: str, spacing: float, patience: float) -> float:
        """Seconds until the turn that is now ours; more than ``patience`` means that none was taken."""
        if self._pipe is not None:
            try:
                arguments = (int(spacing * 1000), int(patience * 1000))
                return float(await self._pipe.call("EVAL", _TURN, 1, _key(host), *arguments)) / 1000
            except (RedisError, OSError) as error:
                self._alone(error)
        now = time.monotonic()
        turn = max(now, self._own.get(host, 0.0))
        if turn - now <= patience:
            self._keep(host, turn + spacing)
        return turn - now

    def slot(self, host: str, most: int, seconds: float, patience: float) -> AbstractAsyncContextManager[None]:
        """One of the ``most`` requests to the host that all workers together may have under way.

        A slot whose worker died is free again after ``seconds``. Raises ``HostBusyError`` when none is within
        ``patience``.
        """
        return nullcontext() if self._pipe is None else self._shared_slot(host, most, seconds, patience)

    @asynccontextmanager
    async def _shared_slot(self, host: str, most: int, seconds: float, patience: float) -> AsyncIterator[None]:
        name, until = token_hex(8), time.monotonic() + patience
        while not await self._take(host, most, seconds, name):
            if time.monotonic() > until:
                raise HostBusyError(f"{host} answers {most} requests already")
            await asyncio.sleep(_LOOK_AGAIN)
        try:
            yield
        finally:
            await self._give_back(host, name)

    async def _take(self, host: str, most: int, seconds: float, name: str) -> bool:
        if self._pipe is None:
            return True
        try:
            return bool(await self._pipe.call("EVAL", _SLOT, 1, _slots(host), most, int(seconds * 1000), name))
        except (RedisError, OSError) as error:
            self._alone(error)
            return True

    async def _give_back(self, host: str, name: str) -> None:
        if self._pipe is not None:
            try:
                await self._pipe.call("ZREM", _slots(host), name)
            except (RedisError, OSError) as error:
                self._alone(error)

    async def rest(self, host: str, seconds: float) -> None:
        """Ask the host nothing for a while: it said that it is asked too much."""
        seconds = min(seconds, _LONGEST_REST)
        self._keep(host, max(self._own.get(host, 0.0), time.monotonic() + seconds))
        if self._pipe is not None:
            try:
                await self._pipe.call("EVAL", _REST, 1, _key(host), int(seconds * 1000))
            except (RedisError, OSError) as error:
                self._alone(error)

    def _keep(self, host: str, turn: float) -> None:
        self._own[host] = turn
        self._own.move_to_end(host)
        if len(self._own) > _HOSTS:
            self._own.popitem(last=False)

    def _alone(self, error: Exception) -> None:
        """For the rest of this batch: a broker that is down would cost a time-out for every request."""
        if self._pipe is not None:
            _log.warning("turns_not_shared", error=str(error))
        self._pipe = None


def _slots(host: str) -> str:
    return f"clashwatch:slots:{host}"


def _key(host: str) -> str:
    return f"clashwatch:turn:{host}"
