"""A broker that repeats, reorders and delays messages, and peers of other versions: nothing is doubled or lost.

The next release is played by what it may do to an old one (``adapters/test_upgrade``): a migration that adds, rows in
stages that nobody here knows, and messages with other names and other arguments.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from fleet import Fleet, Listener, stories
from sqlalchemy import text
from test_hostile_messages import call, message

from workers.adapters.store import gauges, tallies
from workers.adapters.store.engine import migrating
from workers.adapters.store.works import QUEUES

NUMBER = 16


@contextmanager
def meddling(broker: str, meddle: Callable[[redis.Redis, random.Random], None]) -> Iterator[None]:
    """Somebody lays hands on the queues all the time."""
    stop = threading.Event()

    def work() -> None:
        with redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://")) as client:
            chance = random.Random(1)
            while not stop.wait(0.01):
                meddle(client, chance)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def repeat_and_reorder(client: redis.Redis, chance: random.Random) -> None:
    """Each message three times, in any order; some only after a while."""
    for queue in QUEUES:
        with client.pipeline() as together:
            together.lrange(queue, 0, -1)
            together.delete(queue)
            waiting, _ = together.execute()
        if waiting and len(waiting) < 300:
            waiting *= 3
        chance.shuffle(waiting)
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.3))
        if waiting:
            client.lpush(queue, *waiting)


def assert_told_once(fleet: Fleet, listener: Listener) -> None:
    held = gauges.held(fleet.engine)
    assert [held[noun] for noun in ("entries", "articles", "clashes", "alerts")] == [NUMBER] * 4
    assert gauges.quarantined(fleet.engine) == {}
    assert len(listener.keys) == len(set(listener.keys)) == len(set(listener.alerts)) == NUMBER
    assert not {one.outcome for one in tallies.totals(fleet.engine)} & {"failed", "abandoned"}


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_messages_that_come_three_times_and_in_any_order_double_nothing(service, beating, broker: str) -> None:
    fleet, listener = service(stories(NUMBER))
    roles = ("fetch", "process", "process#2", "notify", "notify#2")
    with meddling(broker, repeat_and_reorder), fleet.sailing(*roles), beating(fleet, unanswered=3):
        fleet.wait_until_done(NUMBER, seconds=150)
    assert_told_once(fleet, listener)


NEXT_RELEASE = """
ALTER TABLE articles ADD COLUMN mood text;
ALTER TABLE deliveries ADD COLUMN colour integer NOT NULL DEFAULT 7;
CREATE TABLE moods (id bigint PRIMARY KEY, mood text NOT NULL);
CREATE INDEX ON clashes (changed_at, id);
"""
FROM_THE_FUTURE = {
    "a stage that is not known here": message("reflect", call([1, 2])),
    "a list with a word more": message("extract", call([1], {"mood": "calm"})),
    "ids that are more than ids": message("cluster", call([{"id": 1, "mood": "calm"}])),
    "ids by their name": message("detect", b'[[], {"ids": [1], "mood": "calm"}, {}]'),
}
FROM_THE_PAST = {
    "one id instead of a list": message("extract", call(1)),
    "a stage that is not known any more": message("geocode", call([1])),
    "rows that are gone": message("send", call([10**9])),
}


def speak_other_versions(client: redis.Redis, chance: random.Random) -> None:
    if client.llen("process") < 20:
        client.lpush("process", chance.choice([*FROM_THE_FUTURE.values(), *FROM_THE_PAST.values()]))
    time.sleep(0.05)


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_an_old_fleet_works_on_while_the_store_and_its_peers_become_those_of_the_next_release(
    service, beating, broker: str
) -> None:
    fleet, listener = service(stories(NUMBER))
    sailing = fleet.sailing("fetch", "process", "notify")
    with meddling(broker, speak_other_versions), sailing, beating(fleet, unanswered=3):
        fleet.wait_for_work("extract")
        with migrating(fleet.database) as connection:
            connection.execute(text(NEXT_RELEASE))
        with fleet.engine.begin() as connection:
            connection.execute(text("UPDATE articles SET mood = 'calm'"))
        fleet.wait_until_done(NUMBER, seconds=150)
    assert_told_once(fleet, listener)


def test_a_row_in_a_stage_that_is_not_known_here_is_left_to_who_knows_it(service, beating) -> None:
    fleet, _ = service(stories(1))
    with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
        fleet.wait_until_done(1, seconds=60)
        with fleet.engine.begin() as connection:
            connection.execute(text("UPDATE articles SET stage = 'reflect', due_at = now()"))
        time.sleep(5)
    with fleet.engine.connect() as connection:
        assert connection.execute(text("SELECT stage, attempts FROM articles")).one() == ("reflect", 0)
