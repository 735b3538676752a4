"""Whoever can write to the broker can waste time, and nothing else: messages are hints, in JSON, checked by claims."""

from __future__ import annotations

import base64
import json
import pickle
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from fleet import Fleet, stories
from sqlalchemy import text

from workers.adapters.store import gauges
from workers.adapters.store.works import QUEUES


class Bomb:
    """What unpickling would run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return subprocess.call, (["touch", str(self.mark)],)


def message(task: str, body: bytes, content: str = "application/json", **headers: Any) -> bytes:
    """As kombu writes one, field by field."""
    number = str(uuid4())
    properties = {"correlation_id": number, "delivery_mode": 2, "delivery_tag": number, "body_encoding": "base64"}
    properties |= {"delivery_info": {"exchange": "", "routing_key": "process"}, "priority": 0}
    given = {"lang": "py", "task": task, "id": number, "retries": 0, "timelimit": [None, None], **headers}
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8" if content == "application/json" else "binary",
            "content-type": content,
            "headers": given,
            "properties": properties,
        }
    ).encode()


def call(*arguments: Any) -> bytes:
    return json.dumps(
        [list(arguments), {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    ).encode()


def hostile(mark: Path) -> dict[str, bytes]:
    deep = b"[" * 100_000 + b"]" * 100_000
    next_one = {"task": "send", "args": [[1]], "kwargs": {}, "options": {"queue": "notify"}}
    chained = {"callbacks": [next_one] * 50}
    return {
        "pickle": message("extract", pickle.dumps([[Bomb(mark)], {}, {}]), "application/x-python-serialize"),
        "pickle said to be JSON": message("extract", pickle.dumps([[Bomb(mark)], {}, {}])),
        "yaml": message("extract", b"!!python/object/apply:os.system ['touch x']", "application/x-yaml"),
        "a task that there is not": message("os.system", call("touch x")),
        "a task of Celery's own": message("celery.backend_cleanup", call()),
        "words for ids": message("extract", call(["1; DROP TABLE entries", None, {"a": 1}])),
        "no list": message("extract", call("1")),
        "numbers beyond counting": message("extract", call([2**63, -(2**70), 1e308])),
        "too many arguments": message("extract", call([1], [2], [3])),
        "deep nesting": message("extract", deep),
        "deep nesting around it": deep,
        "no message": b"\x00\xff not json",
        "half a message": message("extract", call([1]))[:100],
        "an empty one": b"{}",
        "no headers": json.dumps({"body": "", "properties": {}, "headers": {}}).encode(),
        "a hundred thousand ids": message("extract", call(list(range(100_000)))),
        "what is to be called next": message("heartbeat", json.dumps([["process"], {}, chained]).encode()),
        "limits of its own": message("extract", call([1]), timelimit=[10**9, 10**9]),
        "another queue's work": message("poll", call([1])),
        "lines for the log": message("evil\n{\"level\": \"critical\"}\x1b[31m", call(["\r\n\x1b[2J"])),
    }  # fmt: skip


@pytest.mark.timeout(400)
def test_hostile_messages_run_nothing_and_stop_nobody(service, beating, tmp_path: Path, broker: str) -> None:
    fleet, listener = service(stories(4))
    mark = tmp_path / "was-run"
    client = redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://"))
    with client, fleet.sailing("fetch", "process", "notify"):
        for queue in QUEUES:
            for words in hostile(mark).values():
                client.lpush(queue, words)
        with pytest.raises(redis.RedisError):
            client.lpush("process", message("extract", b"x" * (100 << 20)))
        revive_until_drained(fleet, client)
        with beating(fleet, unanswered=3):
            fleet.wait_until_done(4, seconds=120)
    assert not mark.exists()
    assert len(set(listener.alerts)) == 4
    assert listener.repeated() == 0
    assert gauges.quarantined(fleet.engine) == {}
    with fleet.engine.connect() as c:
        assert c.scalar(text("SELECT count(*) FROM entries")) == 4
    log = (fleet.config / "process.log").read_text()
    assert "\x1b[31m" not in log
    assert not [line for line in log.splitlines() if line.startswith('{"level": "critical"}')]


def revive_until_drained(fleet: Fleet, client: redis.Redis) -> None:
    """A message that no JSON reader survives may end a worker; its supervisor starts it again, and it is gone."""
    deadline = time.monotonic() + 150
    while any(client.llen(queue) for queue in QUEUES):
        assert time.monotonic() < deadline, {queue: client.llen(queue) for queue in QUEUES}
        for role in QUEUES:
            if fleet.processes[role].poll() is not None:
                fleet.start(role)
        time.sleep(0.5)
