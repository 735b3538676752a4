"""Alerts in a real Alertmanager fire until their own clash is over, and come back when it has forgotten them."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from far_ends import free_port
from incidents import people
from sqlalchemy import Engine, text
from test_beat import CONFIG as SERVICE
from test_store_telling import ALERT, CLASH, claim

from workers.adapters import outgoing, standing
from workers.adapters.store import alerts, clashes, deliveries, tallies
from workers.beat import Beat
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Alert, AlertKind, Change, ClashState, Receiver, Revision, Status
from workers.pipeline.route import Target
from workers.settings import load

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


@dataclass(frozen=True)
class Far:
    """A running Alertmanager and the receiver that leads to it."""

    url: str
    to: Receiver

    def clashes(self) -> list[str]:
        return sorted(one["labels"]["clash"] for one in active(self.url))


def receiver(port: int, ttl: timedelta = TTL) -> Receiver:
    return Receiver("am", "alertmanager", {"url": f"http://127.0.0.1:{port}", "ttl": ttl, "allow_private": True})


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    port = free_port()
    with running(port, tmp_path / "alertmanager") as url:
        yield Far(url, receiver(port))


def tell(engine: Engine, to: Receiver, clash: str = "c-1", group: str = "", number: int = 1, **more: Any) -> None:
    """An alert of this clash arrives in the thread ``group``; one thread for each clash unless said otherwise."""
    rule = more.pop("rule", ALERT.rule)
    alert = replace(
        ALERT, **{"key": f"{rule}:{clash}:{number}", "rule": rule, "clash": clash, "revision": number, **more}
    )
    known = replace(CLASH, id=clash, killed=people(number), last_reported=datetime.now(UTC))
    with engine.begin() as c:
        clashes.keep(c, [known])
        (revision,) = clashes.revise(c, [Revision(known, number, (Change.NEW,), {})], primed=False)
        (delivery,) = alerts.tell(c, revision, [(alert, [Target(to.name, group or f'clash="{clash}"')])])
    arrive(engine, delivery, to)


def arrive(engine: Engine, delivery: int, to: Receiver) -> None:
    held, loaded = claim(engine, delivery), deliveries.load(engine, delivery)
    sent = outgoing.deliver(engine, held, loaded, to, NOWHERE)
    assert sent is not None
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, sent.reference)


def becomes(engine: Engine, clash: str = "c-1", **changed: Any) -> None:
    with engine.begin() as c:
        clashes.keep(c, [replace(CLASH, id=clash, **changed)])


def turns(engine: Engine) -> dict[str, int]:
    return {one.outcome: one.count for one in tallies.totals(engine) if one.stage == standing.STANDING}


@pytest.mark.timeout(90)
def test_an_alert_fires_as_long_as_it_is_repeated_and_comes_back_where_it_was_forgotten(
    engine: Engine, tmp_path: Path
) -> None:
    port = free_port()
    to = receiver(port)
    with running(port, tmp_path / "first") as url:
        tell(engine, to)
        for _ in range(6):
            time.sleep(standing.pace(to))
            assert standing.say_again(engine, to) == 1
            assert len(active(url)) == 1
        until(lambda: not active(url))  # nobody repeats it
    assert standing.say_again(engine, to) == 0  # away: counted, not raised
    assert turns(engine) == {"said": 6, "failed": 1}
    with running(port, tmp_path / "second") as url:
        standing.say_again(engine, to)
        assert len(active(url)) == 1


@pytest.mark.parametrize("group", ["", 'region="kirkuk"'])
def test_each_alert_of_a_thread_fires_until_its_own_clash_is_closed(engine: Engine, far: Far, group: str) -> None:
    for clash in ("c-1", "c-2", "c-3"):
        tell(engine, far.to, clash, group)
    for _ in range(6):
        time.sleep(standing.pace(far.to))
        assert standing.say_again(engine, far.to) == 3
    assert far.clashes() == ["c-1", "c-2", "c-3"]
    becomes(engine, "c-3", state=ClashState.CLOSED)
    assert standing.say_again(engine, far.to) == 2
    assert far.clashes() == ["c-1", "c-2"]


@pytest.mark.parametrize("over", [{"state": ClashState.CLOSED}, {"status": Status.RETRACTED}])
def test_what_is_closed_or_retracted_ends_at_once_though_no_message_says_so_yet(
    engine: Engine, far: Far, over: dict[str, Any]
) -> None:
    to = replace(far.to, options={**far.to.options, "ttl": timedelta(hours=1)})
    tell(engine, to)
    becomes(engine, **over)
    assert standing.say_again(engine, to) == 0
    assert far.clashes() == []


@pytest.mark.parametrize("kind", [AlertKind.RETRACTION, AlertKind.RESOLUTION])
def test_a_message_that_says_it_is_over_ends_it_and_is_not_repeated(engine: Engine, far: Far, kind: AlertKind) -> None:
    tell(engine, far.to)
    tell(engine, far.to, number=2, kind=kind)
    assert far.clashes() == []
    assert standing.say_again(engine, far.to) == 0


def test_a_clash_that_became_part_of_another_ends_when_the_other_is_told_in_its_thread(
    engine: Engine, far: Far
) -> None:
    tell(engine, far.to, "c-1")
    becomes(engine, "c-2")
    with engine.begin() as c:
        c.execute(text("UPDATE clashes SET merged_into = 'c-2', state = 'closed' WHERE id = 'c-1'"))
    assert standing.say_again(engine, far.to) == 1
    assert far.clashes() == ["c-1"]
    tell(engine, far.to, "c-2", 'clash="c-1"', 2, kind=AlertKind.UPDATE)
    assert standing.say_again(engine, far.to) == 1
    assert far.clashes() == ["c-2"]


def test_two_rules_of_one_clash_are_two_alerts_and_a_label_that_changes_ends_only_its_own(
    engine: Engine, far: Far
) -> None:
    tell(engine, far.to, rule="kirkuk")
    tell(engine, far.to, rule="iraq", number=2)
    tell(engine, far.to, rule="iraq", number=3, kind=AlertKind.UPDATE, severity="critical")
    assert standing.say_again(engine, far.to) == 2
    assert sorted((one["labels"]["alertname"], one["labels"]["severity"]) for one in active(far.url)) == [
        ("iraq", "critical"), ("kirkuk", "warning"),
    ]  # fmt: skip


SILENCE = replace(
    ALERT,
    key="quiet:kirkuk:1",
    rule="quiet",
    clash="",
    labels={"rule": "quiet", "subject": "quiet:kirkuk"},
    annotations={"notice": "absence", "rule_name": "Quiet", "subject": "Kirkuk", "usual_minutes": "40",
                 "since": "2026-03-02T03:00:00+00:00", "feeds": "42", "healthy": "41"},
)  # fmt: skip


def notify(engine: Engine, to: Receiver, alert: Alert) -> None:
    with engine.begin() as c:
        (delivery,) = alerts.tell(c, None, [(alert, [Target(to.name, "vigils")])])
    arrive(engine, delivery, to)


def test_a_silence_is_repeated_until_it_ends_but_not_what_its_vigil_no_longer_asks(engine: Engine, far: Far) -> None:
    notify(engine, far.to, SILENCE)
    assert [standing.say_again(engine, far.to, vigils) for vigils in (["quiet"], [])] == [1, 0]
    assert [one["labels"]["subject"] for one in active(far.url)] == ["quiet:kirkuk"]
    notify(engine, far.to, replace(SILENCE, key="quiet:kirkuk:1:over", kind=AlertKind.RESOLUTION))
    assert active(far.url) == []
    assert standing.say_again(engine, far.to, ["quiet"]) == 0


def test_nobody_is_reminded_who_does_not_forget() -> None:
    assert standing.forgetful([Receiver("box", "outbox", {}), receiver(1)]) == [receiver(1)]


@contextmanager
def hanging() -> Iterator[int]:
    """A server that takes connections in and never says a word."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        yield deaf.getsockname()[1]


def test_the_beat_repeats_beside_its_other_chores_and_a_server_that_hangs_holds_nothing_up(
    engine: Engine, far: Far, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hanging() as port:
        to = replace(far.to, name="deaf", options={**far.to.options, "url": f"http://127.0.0.1:{port}"})
        tell(engine, far.to)
        tell(engine, replace(to, options=far.to.options), "c-2")  # as long as it heard
        for name, words in SERVICE.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(words)
        settings = replace(
            load(tmp_path, {"CLASHWATCH_DATABASE_URL": database}), receivers={"am": far.to, "deaf": to}
        )  # fmt: skip
        ticks: list[float] = []
        monkeypatch.setattr(Beat, "tick", lambda _: ticks.append(time.monotonic()))
        stop = threading.Event()
        beating = threading.Thread(target=Beat(engine, settings).run, args=(stop,))
        beating.start()
        until(lambda: "failed" in turns(engine))
        stop.set()
        beating.join()
    assert far.clashes() == ["c-1"], "its turn went well, long after its ttl"
    assert max(later - earlier for earlier, later in pairwise(ticks)) < 3
    assert ticks[-1] - ticks[0] > TTL.total_seconds()
