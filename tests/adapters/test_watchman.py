"""What the clock asks of a real store: vigils told as alerts, digests of nothing, signs of life that stop in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from far_ends import Answer, Asked, http
from incidents import clash
from sqlalchemy import Engine, insert, text

from workers import celery, hints, services
from workers.adapters import outgoing
from workers.adapters.store import acks, alerts, claims, clashes, deliveries, heartbeats
from workers.adapters.store.schema import entries, feeds
from workers.adapters.store.works import QUEUES, SEND
from workers.pipeline.intervals import last_digest
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Digest, Entry, Feed, Receiver
from workers.settings import Settings, load
from workers.watchman import Watchman

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
CONFIG = {
    "clashwatch.yml": "languages: [en]\ndeadman: {every: 1m, watchdog: 5m}\n",
    "feeds.yml": "feeds: [{slug: paper, url: 'http://paper.example/rss', family: paper}]\n",
    "regions/all.yml": "kirkuk:\n  title: Kirkuk province\n  admin1: [IQ.13]\n",
    "rules.d/all.yml": """
groups:
  - name: silence
    vigils:
      - {id: paper-silent, name: The paper is silent, families: ['*'], absence: {longer_than: 9h}}
      - {id: surge, name: Kirkuk flares up, regions: [kirkuk], activity: {within: 24h, clashes: 3}}
      - {id: trial, name: On trial, regions: [kirkuk], activity: {within: 24h, clashes: 1}, status: experimental}
""",
    "receivers.yml": "receivers: [{name: outbox, kind: outbox}]\nroute: {receiver: outbox}\n",
}

Made = Callable[..., Watchman]


@pytest.fixture
def watchman(tmp_path: Path, engine: Engine, database: str, broker: str) -> Iterator[Made]:
    def made(**changed: str) -> Watchman:
        for name, words in {**CONFIG, **{f"{key}.yml": value for key, value in changed.items()}}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(words)
        settings: Settings = load(tmp_path, {"CLASHWATCH_DATABASE_URL": database, "CLASHWATCH_REDIS_URL": broker})
        celery.configure(settings)
        services.configured(settings)
        return Watchman(engine, settings)

    yield made
    hints._hinter.cache_clear()
    hints._meter.cache_clear()


def seen(engine: Engine, *hours_ago: float) -> None:
    """Entries of the paper, seen so long ago."""
    with engine.begin() as c:
        feed = {"slug": "paper", "feed": Feed("paper", "http://paper.example/rss", "paper"), "active": True}
        known = c.scalar(text("SELECT id FROM feeds")) or c.scalar(insert(feeds).values(feed).returning(feeds.c.id))
        row = {"feed_id": known, "family": "paper", "fingerprint": "x", "entry": Entry("g", "http://x/", "x", "", None)}
        for hours in hours_ago:
            c.execute(insert(entries), row | {"seen_at": NOW - hours * HOUR})


def fights(engine: Engine, *names: str) -> None:
    with engine.begin() as c:
        clashes.keep(c, [clash(id=name, first_reported=NOW - HOUR, last_reported=NOW - HOUR) for name in names])


def told(engine: Engine) -> list[str]:
    with engine.connect() as c:
        return [f"{one.rule} {one.kind}" for one in c.scalars(text("SELECT alert FROM alerts ORDER BY id").columns(
            alerts.alerts.c.alert))]  # fmt: skip


def test_a_publisher_that_falls_silent_is_told_once_and_its_return_too(engine: Engine, watchman: Made) -> None:
    watch = watchman()
    seen(engine, *range(10, 34))
    for _ in range(2):
        watch.look()
    assert told(engine) == ["paper-silent new"]
    seen(engine, 0.1)
    for _ in range(2):
        watch.look()
    assert told(engine) == ["paper-silent new", "paper-silent resolution"]


def test_a_surge_of_fighting_is_told_and_a_vigil_on_trial_tells_nothing(engine: Engine, watchman: Made) -> None:
    watch = watchman()
    fights(engine, "1", "2")
    watch.look()
    assert told(engine) == []
    fights(engine, "3")
    watch.look()
    assert told(engine) == ["surge new"]


def test_what_a_vigil_tells_can_be_read_and_acknowledged(engine: Engine, watchman: Made, tmp_path: Path) -> None:
    watch = watchman()
    seen(engine, *range(10, 34))
    watch.look()
    (held,) = claims.claim(engine, SEND, [1])
    loaded = deliveries.load(engine, 1)
    sent = outgoing.deliver(engine, held, loaded, Receiver("outbox", "outbox", {"folder": str(tmp_path)}), NOWHERE)
    assert sent is not None
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, sent.reference)
    (letter,) = tmp_path.glob("*.json")
    assert "No news about paper since" in letter.read_text()
    assert acks.subject_of(engine, "1") == "paper-silent:paper"


def digest_now() -> str:
    minute = (datetime.now(UTC) - timedelta(minutes=2)).strftime("%H:%M")
    return "receivers: [{name: outbox, kind: outbox}, {name: root, kind: outbox}]\n" + (
        f"route: {{receiver: root, routes: [{{receiver: outbox, digest: {{at: ['{minute}']}}}}]}}\n"
    )


def test_a_digest_without_an_incident_says_so_once(engine: Engine, watchman: Made) -> None:
    watch = watchman(receivers=digest_now())
    for _ in range(2):
        watch.report_nothing()
    assert told(engine) == ["nothing new"]
    (target,) = [branch.digest for branch in [watch.settings.route.routes[0]]]
    assert isinstance(target, Digest)
    now = datetime.now(UTC)
    assert now - last_digest(target, now) < timedelta(minutes=5)


def alive(engine: Engine, *but: str) -> None:
    with engine.begin() as c:
        for role in {"beat", "canary", *QUEUES} - set(but):
            heartbeats.beat(c, role, "here")


@pytest.mark.parametrize("silent", ["canary", "process", "notify", "fetch", "beat"])
def test_without_a_sign_of_life_from_every_part_there_is_none_of_the_whole(
    engine: Engine, watchman: Made, silent: str
) -> None:
    alive(engine, silent)
    watch = watchman()
    assert watch.fault() == f"no sign of life from {silent}"
    watch.show_life()
    assert told(engine) == []


def test_work_that_is_not_done_is_no_sign_of_life_either(engine: Engine, watchman: Made) -> None:
    alive(engine)
    watch = watchman()
    assert watch.fault() is None
    seen(engine)
    with engine.begin() as c:
        c.execute(text("UPDATE feeds SET stage = 'poll', due_at = now() - interval '1 hour'"))
    assert watch.fault() == "work waits too long for poll"


def test_while_all_is_well_the_watchdog_barks_once_a_turn_and_the_monitor_is_pinged(
    engine: Engine, watchman: Made
) -> None:
    asked: list[Asked] = []

    def take(one: Asked) -> Answer:
        asked.append(one)
        return Answer(200)

    alive(engine)
    with http(take) as url:
        watch = watchman(clashwatch=f"languages: [en]\ndeadman: {{url: '{url}', every: 1m, watchdog: 24h}}\n")
        for _ in range(2):
            watch.ping().join()
            watch.show_life()
    assert told(engine) == ["watchdog new"]
    assert len(asked) >= 2
