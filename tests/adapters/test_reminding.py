"""What goes on unchanged is told again after ``repeat_interval``, until it ends or somebody acts."""

from __future__ import annotations

import subprocess
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from far_ends import Answer, Asked, free_port, http
from incidents import people, revision
from ruamel.yaml import YAML
from sqlalchemy import Engine, func, select, text, update

from workers import celery, hints, services
from workers.adapters import outgoing
from workers.adapters.store import acks, alerts, claims, clashes, deliveries, silences
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.schema import revisions
from workers.adapters.store.works import SEND, SHOW
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Ack, Alert, AlertKind, Change, ClashState, Receiver, Route, Silence
from workers.pipeline.route import Target, nodes, reminded
from workers.reminding import Reminding
from workers.settings import load

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
CONFIG = {
    "feeds.yml": "feeds: [{slug: paper, url: 'http://paper.example/rss'}]\n",
    "regions/all.yml": "kirkuk:\n  admin1: [IQ.13]\n",
    "rules.d/all.yml": "groups: [{name: g, rules: [{id: kirkuk, name: Kirkuk, regions: [kirkuk]}]}]\n",
    "receivers.yml": "receivers: [{name: desk, kind: outbox}]\n"
    "route: {receiver: desk, group_interval: 5m, repeat_interval: 4h}\n",
}
THREAD = Target("desk", 'clash="7"')
FIGHT = revision(1, last_reported=NOW, first_reported=NOW, end=NOW.date(), start=NOW.date())
Remind = Callable[[], list[int]]


@pytest.fixture
def desk(tmp_path: Path) -> Receiver:
    return Receiver("desk", "outbox", {"folder": str(tmp_path / "outbox")})


@pytest.fixture
def remind(tmp_path: Path, engine: Engine, database: str, broker: str) -> Iterator[Remind]:
    """Ask the clock; the deliveries that wait now."""
    for name, words in CONFIG.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(words)
    settings = load(tmp_path, {"CLASHWATCH_DATABASE_URL": database, "CLASHWATCH_REDIS_URL": broker})
    celery.configure(settings)
    services.configured(settings)

    def asked() -> list[int]:
        Reminding(engine, settings).remind()
        with engine.connect() as c:
            return list(c.scalars(select(table.c.id).where(table.c.stage == SEND.stage).order_by(table.c.id)))

    yield asked
    hints._hinter.cache_clear()
    hints._meter.cache_clear()


def shown(engine: Engine) -> None:
    """Who was on it and is no longer now stands in the messages; whoever is at that is not reminded meanwhile."""
    with engine.begin() as c:
        c.execute(update(table).where(table.c.stage == SHOW.stage).values(stage=None))


def send(engine: Engine, desk: Receiver, delivery: int, hours_ago: float) -> None:
    (held,) = claims.claim(engine, SEND, [delivery])
    loaded = deliveries.load(engine, delivery)
    sent = outgoing.deliver(engine, held, loaded, desk, NOWHERE)
    assert sent is not None
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, sent.reference)
        c.execute(update(table).where(table.c.id == delivery).values(sent_at=func.now() - hours_ago * HOUR))


def tell(engine: Engine, desk: Receiver, hours_ago: float, kind: AlertKind) -> None:
    """The thread of clash 7 was told something so long ago."""
    with engine.begin() as c:
        number = (c.scalar(select(func.count()).select_from(revisions)) or 0) + 1
        clashes.keep(c, [replace(FIGHT.clash, killed=people(number))])
        (made,) = clashes.revise(c, [replace(FIGHT, number=number)], primed=False)
        labels = {"rule": "kirkuk", "clash": "7", "region": "kirkuk"}
        alert = Alert(f"kirkuk:7:{kind}", "kirkuk", "7", number, kind, "warning", "", (Change.NEW,), labels, {}, NOW)
        (delivery,) = alerts.tell(c, made, [(alert, [THREAD])])
    send(engine, desk, delivery, hours_ago)


def some_hours_pass(engine: Engine) -> None:
    with engine.begin() as c:
        c.execute(update(table).values(sent_at=func.now() - 4.1 * HOUR))


def test_what_goes_on_is_told_again_after_the_interval_and_not_before(
    engine: Engine, desk: Receiver, remind: Remind
) -> None:
    tell(engine, desk, 3.9, AlertKind.NEW)
    assert remind() == []
    some_hours_pass(engine)
    assert remind() == remind() == [2], "asked twice, told once"
    send(engine, desk, 2, hours_ago=0)
    assert remind() == []
    told = [one.read_text() for one in sorted(Path(desk.options["folder"]).glob("*.json"))]
    assert ["Still: " in letter for letter in told].count(True) == 1
    some_hours_pass(engine)
    assert remind() == [3], "and again"


def test_a_reminder_tells_its_own_revision(engine: Engine, desk: Receiver, remind: Remind) -> None:
    tell(engine, desk, 5, AlertKind.NEW)
    remind()
    with engine.connect() as c:
        assert len(set(c.scalars(text("SELECT revision_id FROM alerts")))) == 1


@pytest.mark.parametrize("kind", [AlertKind.UPDATE, AlertKind.RETRACTION, AlertKind.RESOLUTION])
def test_what_was_told_meanwhile_starts_the_interval_anew(
    engine: Engine, desk: Receiver, remind: Remind, kind: AlertKind
) -> None:
    tell(engine, desk, 9, AlertKind.NEW)
    tell(engine, desk, 1, kind)
    assert remind() == []
    some_hours_pass(engine)
    assert remind() == ([3] if kind is AlertKind.UPDATE else []), "what was taken back or is over stays so"


def test_of_a_closed_clash_nobody_is_reminded(engine: Engine, desk: Receiver, remind: Remind) -> None:
    tell(engine, desk, 5, AlertKind.NEW)
    with engine.begin() as c:
        clashes.keep(c, [replace(FIGHT.clash, state=ClashState.CLOSED)])
    assert remind() == []


def test_nobody_is_reminded_of_what_somebody_is_on_or_wants_silent(
    engine: Engine, desk: Receiver, remind: Remind
) -> None:
    tell(engine, desk, 5, AlertKind.NEW)
    with engine.begin() as c:
        number = acks.add(c, Ack("", "7", "ana", "", NOW, NOW + HOUR))
    assert remind() == []
    with engine.begin() as c:
        acks.expire(c, int(number))
        muted = silences.add(c, Silence("", (), "ana", "drill", NOW - HOUR, NOW + HOUR, ("kirkuk",)))
    assert remind() == []
    with engine.begin() as c:
        silences.expire(c, muted)
    shown(engine)
    assert remind() == [2]


def test_the_tree_says_who_is_reminded_and_a_digest_never_is() -> None:
    labels = {"clash": "7"}
    tree = Route("desk", repeat_interval=HOUR, routes=(Route("paper", ('a="b"',), repeat_interval=2 * HOUR),))
    assert reminded(labels, THREAD, tree, NOW) == (HOUR, THREAD)
    assert reminded(labels | {"a": "b"}, THREAD, tree, NOW) is None, "the tree leads elsewhere"
    assert reminded(labels, Target("desk", "digest"), tree, NOW) is None
    assert reminded(labels, THREAD, Route("desk"), NOW) is None, "unless the tree says so"


SECOND = timedelta(seconds=1)
TREE = Route(
    "root",
    group_wait=timedelta(0),
    group_interval=SECOND,
    repeat_interval=SECOND,
    routes=(
        Route("inherits", continue_=True),
        Route("seldom", repeat_interval=HOUR, continue_=True, routes=(Route("below-seldom"),)),
        Route("often", repeat_interval=SECOND, continue_=True),
        Route("late", repeat_interval=HOUR, routes=(Route("again", repeat_interval=SECOND),)),
    ),
)


def written(node: Route) -> dict[str, object]:
    spans = {name: getattr(node, name) for name in ("group_wait", "group_interval", "repeat_interval")}
    return {
        "receiver": node.receiver,
        "continue": node.continue_,
        **{name: f"{span.total_seconds():g}s" for name, span in spans.items() if span is not None},
        "routes": [written(child) for child in node.routes],
    }


def test_the_interval_is_inherited_and_overridden_as_in_alertmanager(tmp_path: Path) -> None:
    """Alertmanager itself, with an alert that fires and never changes: who is told more than once?"""
    heard: Counter[str] = Counter()
    lock = threading.Lock()

    def hears(asked: Asked) -> Answer:
        with lock:
            heard[asked.path.strip("/")] += 1
        return Answer()

    with http(hears) as url, firing(tmp_path, url):
        time.sleep(5)
    again = {str(node.receiver) for node in nodes(TREE) if node.repeat_interval == SECOND}
    assert {name: count > 1 for name, count in heard.items()} == {
        name: name in again for name in ("inherits", "below-seldom", "often", "again")
    }


@contextmanager
def firing(folder: Path, url: str) -> Iterator[None]:
    """Debian's Alertmanager with ``TREE`` and one alert."""
    hooks = [{"name": n.receiver, "webhook_configs": [{"url": f"{url.rstrip('/')}/{n.receiver}"}]} for n in nodes(TREE)]
    YAML().dump({"route": written(TREE), "receivers": hooks}, folder / "alertmanager.yml")
    port = free_port()
    argv = ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data"]
    argv += ["--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{port}"]
    server = subprocess.Popen(argv, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 15
        while not _takes_an_alert(port):
            assert time.monotonic() < deadline, "waited too long"
            time.sleep(0.1)
        yield
    finally:
        server.kill()
        server.wait()


def _takes_an_alert(port: int) -> bool:
    body, kind = b'[{"labels": {"alertname": "fight"}}]', {"content-type": "application/json"}
    try:
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/api/v2/alerts", body, kind))
    except OSError:
        return False
    return True
