"""A feed whose hub pushes, with a real hub, a real API and the real tasks: asked, confirmed, pushed, renewed, left."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx2
import pytest
from served import serving
from sqlalchemy import Engine, text

from workers import celery, services, tasks
from workers.adapters.store import feeds, ready, tallies, views
from workers.adapters.store.works import PARSE, POLL, SUBSCRIBE, Work
from workers.pipeline.models import Feed
from workers.settings import load

CONFIG = Path(__file__).parents[2] / "config"
STORY = "<item><title>{0}</title><guid>{0}</guid><link>http://paper.example/{0}</link></item>"


@dataclass
class Hub:
    """A publisher and its hub on one port: it lists stories, keeps what it was asked, and does what a hub does."""

    port: int = 0
    told: list[str] = field(default_factory=lambda: ["one"])
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def document(self) -> bytes:
        hub = f"<link xmlns='http://www.w3.org/2005/Atom' rel='hub' href='{self.site}/hub'/>"
        return f"<rss version='2.0'><channel>{hub}{''.join(map(STORY.format, self.told))}</channel></rss>".encode()

    def verify(self, **changed: str) -> httpx2.Response:
        """Ask at the callback whether the latest request was meant."""
        asked = self.asked[-1]
        said = {name: asked[name] for name in ("hub.mode", "hub.topic")} | {"hub.challenge": "4711"}
        said |= {"hub.lease_seconds": "86400"} | {f"hub.{name}": value for name, value in changed.items()}
        return httpx2.get(f"{asked['hub.callback']}?{urlencode(said)}")

    def push(self, body: bytes, secret: str | None = None) -> httpx2.Response:
        asked = self.asked[0]
        key = (asked["hub.secret"] if secret is None else secret).encode()
        headers = {"Content-Type": "application/rss+xml; charset=utf-8"}
        headers["X-Hub-Signature"] = f"sha256={hmac.new(key, body, 'sha256').hexdigest()}"
        return httpx2.post(asked["hub.callback"], content=body, headers=headers)


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, made.document())

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            made.asked.append({name: values[0] for name, values in form.items()})
            self._answer(202, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def world(hub: Hub, engine: Engine, database: str, broker: str) -> Iterator[Engine]:
    """This process as a worker that polls the hub's feed, and an API that the hub reaches."""
    with serving(engine) as front:
        env = {"DATABASE_URL": database, "REDIS_URL": broker, "FETCH_ALLOW": f"127.0.0.1:{hub.port}"}
        env |= {"FETCH_SPACING": "0", "PUSH_PUBLIC_URL": front}
        settings = load(CONFIG, {f"CLASHWATCH_{name}": value for name, value in env.items()}, polls=False)
        celery.configure(settings)
        services.configured(settings)
        services.services.cache_clear()
        feeds.subscribe(engine, [Feed(slug="paper", url=f"{hub.site}/feed", interval=600)])
        yield engine
        services.services().web.close()
        services.services().engine.dispose()
        services.services.cache_clear()


def work(engine: Engine, stage: Work, task: Any) -> int:
    """Let the stage's rows be due, and work them off."""
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {stage.table.name} SET due_at = now(), hinted_at = NULL"))
    ids = ready.hint(engine, stage, 10, None).ids
    task(list(ids))
    return len(ids)


def subscribed(hub: Hub, engine: Engine) -> None:
    """As far as a hub that was asked and did not confirm yet."""
    work(engine, POLL, tasks.poll)
    work(engine, PARSE, tasks.parse)
    assert work(engine, SUBSCRIBE, tasks.subscribe) == 1
    assert len(hub.asked) == 1


def row(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("SELECT *, due_at - now() AS until FROM pushes")).one_or_none()


def titles(engine: Engine) -> list[str]:
    work(engine, PARSE, tasks.parse)
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT entry->>'title' FROM entries ORDER BY id")).scalars())


def counted(engine: Engine) -> dict[str, int]:
    return {one.outcome: one.count for one in tallies.totals(engine) if one.stage == "push"}


def test_the_hub_that_a_feed_names_is_asked_and_confirms(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    (asked,) = hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", f"{hub.site}/feed")
    assert len(asked["hub.callback"].rpartition("/")[2]) >= 32
    assert not feeds.by_slug(world, "paper").pushed
    answer = hub.verify()
    assert (answer.status_code, answer.text) == (200, "4711")
    assert answer.headers["content-type"].startswith("text/plain")
    assert feeds.by_slug(world, "paper").pushed
    (listed,) = views.feeds(world, datetime.now(UTC))
    assert (listed["push"], listed["hub"]) == ("confirmed", f"{hub.site}/hub")
    assert 0.7 * 86_400 < row(world).until.total_seconds() < 0.9 * 86_400, "asked again before the lease ends"


def test_what_nobody_asked_for_is_not_confirmed(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    assert hub.verify(topic="http://other.example/feed").status_code == 404
    assert hub.verify(mode="unsubscribe").status_code == 404
    assert hub.verify(mode="dance").status_code == 404
    hub.asked[0]["hub.callback"] = hub.asked[0]["hub.callback"][:-4] + "AAAA"
    assert hub.verify().status_code == 404
    assert not feeds.by_slug(world, "paper").pushed


def test_what_is_pushed_takes_the_same_road_as_what_is_polled(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    hub.verify()
    hub.told.append("two")
    assert hub.push(hub.document()).status_code == 202
    assert titles(world) == ["one", "two"]
    assert counted(world) == {"kept": 1}


def test_what_is_forged_is_taken_without_a_word_and_thrown_away(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    hub.verify()
    hub.told.append("forged")
    assert hub.push(hub.document(), secret="guess").status_code == 202
    assert titles(world) == ["one"]
    assert counted(world) == {"forged": 1}


def test_documents_are_as_large_as_polled_ones_may_be_and_no_larger(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    assert hub.push(b" " * 1_000_000).status_code == 202
    assert hub.push(b" " * 8_000_001).status_code == 413


def test_a_feed_that_is_pushed_is_asked_every_hour_only(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    hub.verify()
    work(world, POLL, tasks.poll)
    with world.connect() as connection:
        until = connection.execute(text("SELECT extract(epoch FROM due_at - now()) FROM feeds")).scalar_one()
    assert 3500 < until < 3700


def test_a_lease_is_renewed_under_the_same_secret(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    hub.verify()
    work(world, SUBSCRIBE, tasks.subscribe)
    assert hub.asked[1] == hub.asked[0]
    assert row(world).until.total_seconds() > 3600


def test_a_hub_that_says_no_is_asked_tomorrow_and_polling_goes_on(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    hub.verify()
    assert hub.verify(mode="denied", reason="no").status_code == 200
    assert not feeds.by_slug(world, "paper").pushed
    assert row(world).until.total_seconds() > 80_000


def test_a_feed_taken_off_the_list_is_left_and_forgotten(hub: Hub, world: Engine) -> None:
    subscribed(hub, world)
    hub.verify()
    feeds.subscribe(world, [])
    assert hub.push(hub.document()).status_code == 410
    work(world, SUBSCRIBE, tasks.subscribe)
    assert hub.asked[1]["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in hub.asked[1]
    assert hub.verify().text == "4711"
    assert row(world) is None
    assert hub.push(hub.document()).status_code == 404


def test_a_hub_inside_is_never_asked(hub: Hub, world: Engine) -> None:
    work(world, POLL, tasks.poll)
    work(world, PARSE, tasks.parse)
    with world.begin() as connection:
        connection.execute(text("UPDATE pushes SET hub = 'http://127.0.0.2:8080/hub'"))
    work(world, SUBSCRIBE, tasks.subscribe)
    assert hub.asked == []
    outcomes = {one.outcome for one in tallies.totals(world) if one.stage == "subscribe"}
    assert outcomes == {"blocked_address"}
