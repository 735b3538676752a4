"""The API is killed while people steer: what it said is done is done, once, and the next process goes on."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from fleet import Fleet, configure
from sqlalchemy import Engine

from workers.adapters.store import silences, tokens
from workers.adapters.store.tokens import Scope

KILLS = 4


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


class Person:
    """Somebody who silences one thing after another, and notes what was answered."""

    def __init__(self, base: str, token: str) -> None:
        self.asked = 0
        self.promised: set[str] = set()
        self._client = httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Person:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _work(self) -> None:
        while not self._stop.wait(0.02):
            self.asked += 1
            comment = f"exercise {self.asked}"
            wish = {"matchers": [f'rule="r{self.asked}"'], "comment": comment, "hours": 2}
            with suppress(httpx2.TransportError):
                answer = self._client.post("/silences", json=wish)
                assert answer.status_code in {200, 201}, answer.text
                self.promised.add(comment)


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_what_a_killed_api_promised_is_kept_once(tmp_path: Path, engine: Engine, database: str, broker: str) -> None:
    config, port, chance = configure(tmp_path, ("127.0.0.1", 9), "http://127.0.0.1:9/"), free_port(), random.Random(1)
    with (config / "clashwatch.yml").open("a") as manners:
        manners.write(f"api: {{port: {port}, per_minute: 100000}}\n")
    with engine.begin() as connection:
        token = tokens.make(connection, "night desk", Scope.STEER)
    fleet, base = Fleet(config, database, broker, engine), f"http://127.0.0.1:{port}/api/v1"
    with fleet.sailing("api"), Person(base, token) as person:
        for number in range(1, KILLS + 1):
            enough = len(person.promised) + 5
            deadline = time.monotonic() + 60
            while len(person.promised) < enough:
                assert time.monotonic() < deadline, f"nothing is answered after {number - 1} kills"
                time.sleep(chance.uniform(0, 0.02))
            fleet.kill("api")
            fleet.start("api")
    kept = Counter(one.comment for one in silences.listed(engine, expired=True))
    assert person.promised <= set(kept), "promised and lost"
    assert set(kept.values()) == {1}
    assert len(kept) - len(person.promised) <= KILLS, "kept without an answer: at most one for each kill"
