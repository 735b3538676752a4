"""The tick hints what is ready, bounded by the queue's real length; without a broker nobody waits, nothing is lost."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine, insert, text

from workers import beat as beating
from workers import celery, hints, services, stages
from workers.adapters.store import gauges, heartbeats, tallies
from workers.adapters.store.schema import feeds
from workers.adapters.store.works import POLL, QUEUES, SEND
from workers.beat import Beat
from workers.hints import queue_lengths
from workers.pipeline.models import Feed
from workers.settings import Settings, load
from workers.watchman import canary_patience

CONFIG = {
    "clashwatch.yml": "languages: [en]\n",
    "feeds.yml": "feeds: [{slug: paper, url: 'http://paper.example/rss'}]\n",
    "regions/world.yml": "world:\n  bbox: {west: -180, south: -89, east: 180, north: 89}\n",
    "rules.d/all.yml": "groups: [{name: all, rules: [{id: all, name: Everything, regions: [world]}]}]\n",
    "receivers.yml": "receivers: [{name: outbox, kind: outbox}]\nroute: {receiver: outbox}\n",
}


@pytest.fixture
def settings(tmp_path: Path, database: str, broker: str) -> Iterator[Settings]:
    """Celery configured on the private Valkey; afterwards nothing is remembered."""
    for name, words in CONFIG.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(words)
    loaded = load(tmp_path, {"CLASHWATCH_DATABASE_URL": database, "CLASHWATCH_REDIS_URL": broker})
    celery.configure(loaded)
    services.configured(loaded)
    yield loaded
    hints._hinter.cache_clear()
    hints._meter.cache_clear()


def add_feeds(engine: Engine, number: int) -> None:
    feed = Feed(slug="x", url="http://x/")
    rows = [
        {"slug": f"f{n}", "feed": replace(feed, slug=f"f{n}"), "stage": "poll", "hinted_at": None}
        for n in range(number)
    ]
    with engine.begin() as connection:
        connection.execute(insert(feeds), rows)


def rescues(engine: Engine) -> int:
    return sum(total.count for total in tallies.totals(engine) if total.outcome == "rescued")


def test_a_tick_sends_what_is_ready_in_batches(engine: Engine, settings: Settings) -> None:
    add_feeds(engine, 2 * POLL.batch + 1)
    Beat(engine, settings).tick()
    assert queue_lengths() == {"fetch": 3, "process": 0, "notify": 0}


def test_a_second_tick_and_a_second_beat_send_nothing_twice(engine: Engine, settings: Settings) -> None:
    add_feeds(engine, 10)
    for _ in range(3):
        Beat(engine, settings).tick()
    assert queue_lengths()["fetch"] == 1


def test_a_long_queue_gets_no_longer(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beating, "OUTSTANDING", 2)
    add_feeds(engine, 5 * POLL.batch)
    for _ in range(3):
        Beat(engine, settings).tick()
    assert queue_lengths()["fetch"] == 2


def test_what_a_flush_swept_away_is_sent_again_and_counted(engine: Engine, settings: Settings, broker: str) -> None:
    add_feeds(engine, 10)
    Beat(engine, settings).tick()
    with redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://")) as client:
        client.flushall()
    Beat(engine, settings).tick()
    assert queue_lengths()["fetch"] == 0, "the hint may still be on its way"
    Beat(engine, settings, unanswered=0).tick()
    assert queue_lengths()["fetch"] == 1
    assert rescues(engine) == 10


def test_while_a_queue_is_long_unanswered_hints_are_left_in_it(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beating, "SHORT", 1)
    add_feeds(engine, 10)
    for _ in range(3):
        Beat(engine, settings, unanswered=0).tick()
    assert queue_lengths()["fetch"] == 1
    assert rescues(engine) == 0


def test_a_canary_may_wait_in_line_as_long_as_its_silence_is_forgiven(engine: Engine, settings: Settings) -> None:
    """Else a backlog of a minute would let every one of them expire, and look like a service that tells nothing."""
    Beat(engine, settings).send_canary()
    with hints.impatient_connection() as connection:
        message = connection.default_channel.basic_get("process")
    assert message is not None
    left = datetime.fromisoformat(message.headers["expires"]) - datetime.now(UTC)
    assert timedelta(seconds=85) < left <= canary_patience(settings)


def test_what_was_tried_before_is_worked_on_one_by_one_unless_it_only_downloads(
    engine: Engine, settings: Settings
) -> None:
    services.services.cache_clear()
    add_feeds(engine, 3)
    tried = text("UPDATE feeds SET attempts = 1, lease_until = NULL")
    for apart, shares in ((True, [1, 1, 1]), (False, [3])):
        with engine.begin() as connection:
            connection.execute(tried)
        found = stages._shares(replace(POLL, apart=apart), {1, 2, 3})
        assert [len(held) for held in found] == shares
    services.services().engine.dispose()
    services.services.cache_clear()


def test_every_queue_is_asked_for_a_sign_of_life(engine: Engine, settings: Settings) -> None:
    Beat(engine, settings).call_workers()
    assert queue_lengths() == dict.fromkeys(QUEUES, 1)
    assert [one.role for one in heartbeats.latest(engine)] == ["beat"]


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/valkey.sock"])
def test_publishing_to_a_broker_that_is_away_takes_no_time_and_raises_nothing(settings: Settings, address: str) -> None:
    celery.app.conf.broker_url = address
    began = time.monotonic()
    for _ in range(100):
        hints.publish([(SEND, range(100))])
    assert time.monotonic() - began < 1.5


def test_a_chore_that_fails_costs_only_its_turn(engine: Engine, settings: Settings) -> None:
    turns = []

    def fail() -> None:
        turns.append("failed")
        raise RuntimeError("no")

    chore = beating.Chore(0.0, fail)
    chore.attempt()
    chore.attempt()
    assert turns == ["failed", "failed"]


def test_a_busy_worker_shows_life_without_being_asked(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_SHOWN", {})
    services.services.cache_clear()
    try:
        stages.show_life("process")
        stages.show_life("process")
    finally:
        services.services().engine.dispose()
        services.services.cache_clear()
    assert [one.role for one in heartbeats.latest(engine)] == ["process"]


def test_gauges_show_what_waits_and_for_how_long(engine: Engine, settings: Settings) -> None:
    add_feeds(engine, 3)
    with engine.begin() as connection:
        connection.execute(text("UPDATE feeds SET due_at = now() - interval '1 hour' WHERE slug = 'f0'"))
        connection.execute(text("UPDATE feeds SET due_at = now() + interval '1 hour' WHERE slug = 'f1'"))
    poll = gauges.waiting(engine)[0]
    assert (poll.stage, poll.due, poll.rows) == ("poll", 2, 3)
    assert 3595 < poll.oldest < 3700
