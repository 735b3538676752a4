"""Alerts in a real Alertmanager fire until their clash is closed, and come back when it has forgotten them."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from far_ends import free_port
from sqlalchemy import Engine
from test_store_telling import ALERT, CLASH, claim

from workers.adapters import outgoing, standing
from workers.adapters.store import alerts, clashes, deliveries
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Change, ClashState, Receiver, Revision
from workers.pipeline.route import Target

TTL = timedelta(seconds=3)
CONFIG = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


def active(url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}/api/v2/alerts?active=true", timeout=5) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def ready(url: str) -> bool:
    try:
        active(url)
    except OSError:
        return False
    return True


@contextmanager
def running(port: int, folder: Path) -> Iterator[str]:
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(CONFIG)
    argv = ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data"]
    argv += ["--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{port}"]
    server = subprocess.Popen(argv, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: ready(url))
        yield url
    finally:
        server.kill()
        server.wait()


def told(engine: Engine, receiver: Receiver) -> None:
    with engine.begin() as c:
        clashes.keep(c, [CLASH])
        (revision,) = clashes.revise(c, [Revision(CLASH, 1, (Change.NEW,), {})], primed=False)
        (delivery,) = alerts.tell(c, revision, [(ALERT, [Target(receiver.name, 'clash="c-1"')])])
    held, loaded = claim(engine, delivery), deliveries.load(engine, delivery)
    sent = outgoing.deliver(engine, held, loaded, receiver, NOWHERE)
    assert sent is not None
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, sent.reference)


@pytest.mark.timeout(90)
def test_an_alert_fires_until_its_clash_is_closed(engine: Engine, tmp_path: Path) -> None:
    port = free_port()
    receiver = Receiver(
        "am", "alertmanager", {"url": f"http://127.0.0.1:{port}", "ttl": TTL, "allow_private": True}
    )  # fmt: skip
    with running(port, tmp_path / "first") as url:
        told(engine, receiver)
        assert [one["labels"]["clash"] for one in active(url)] == ["c-1"]
        for _ in range(6):
            time.sleep(standing.pace([receiver]))
            assert standing.say_again(engine, [receiver]) == 1
            assert len(active(url)) == 1
        until(lambda: not active(url))  # nobody repeats it
    assert standing.say_again(engine, [receiver]) == 0  # away: logged, not raised
    with running(port, tmp_path / "second") as url:
        standing.say_again(engine, [receiver])
        assert len(active(url)) == 1
        with engine.begin() as c:
            clashes.keep(c, [replace(CLASH, state=ClashState.CLOSED)])
        assert standing.say_again(engine, [receiver]) == 0
        until(lambda: not active(url))


def test_nobody_is_reminded_who_does_not_forget(engine: Engine) -> None:
    assert standing.say_again(engine, [Receiver("box", "outbox", {})]) == 0
