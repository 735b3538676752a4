"""What holds for every route of the API, found by asking the application for them: a new one cannot forget it."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from served import serving
from sqlalchemy import Engine, create_engine, text

from workers.adapters.store import tokens
from workers.adapters.store.engine import connect
from workers.adapters.store.tokens import Scope
from workers.api import push
from workers.api.app import application
from workers.api.gate import HEADERS, LARGEST, Gate, Pace

FILLED = {"named": "7", "number": "1", "clash_id": "7", "token": "WyJhIl0.c2VhbA", "situation_id": "7"}
FILLED["path"] = "A" * 32
REFUSED = {"links": 403, "push": 404}
"""How routes refuse whose links are the token; a path that no hub was told does not exist."""


def routes() -> list[tuple[str, str]]:
    """Every (method, path) that the application answers, paths filled in."""
    app = application(create_engine("postgresql+psycopg://nobody@nowhere/none"))
    found = [(method, one.path) for one in iter_route_contexts(app.routes) for method in one.methods or ()]
    return sorted((method, path.format_map(_Filled(FILLED))) for method, path in found if path)


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "7"


ROUTES = routes()
WRITES = [(method, path) for method, path in ROUTES if method not in {"GET", "HEAD", "OPTIONS"}]


@pytest.fixture(scope="module")
def api(shared_database: str) -> Iterator[str]:
    engine = connect(shared_database)
    with serving(engine, per_minute=10_000_000) as address:
        yield address
    engine.dispose()


def ask(api: str, method: str, path: str, **given: object) -> httpx2.Response:
    with httpx2.Client() as client:
        return client.request(method, api + path, **given)  # type: ignore[arg-type]


def test_the_routes_are_all_here() -> None:
    assert len(ROUTES) > 20
    assert ("POST", "/api/v1/silences") in WRITES
    assert ("POST", "/links/WyJhIl0.c2VhbA") in WRITES


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/no/such/path"), ("PUT", "/healthz"), ("TRACE", "/")])
def test_every_answer_carries_strict_headers(api: str, method: str, path: str) -> None:
    answer = ask(api, method, path)
    assert answer.status_code != 500
    for name, value in HEADERS.items():
        assert answer.headers[name] == value or (name, path[:7]) == ("Content-Security-Policy", "/links/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy
    assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(answer.headers)


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer nonsense", "Basic Y3c6Y3c=", "Bearer cw_1_" + "A" * 43])
def test_nobody_changes_anything_without_a_token_or_a_signed_link(api: str, given: str, method: str, path: str) -> None:
    answer = ask(api, method, path, headers={"Authorization": given} if given else {})
    assert answer.status_code == REFUSED.get(path.split("/")[1], 401)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_no_route_takes_more_than_its_fill(api: str, method: str, path: str) -> None:
    most = push.LARGEST if path.startswith(push.PREFIX) else LARGEST
    big = b'{"comment": "' + b"x" * most + b'"}'
    assert ask(api, method, path, content=big).status_code == 413
    chunked = ask(api, method, path, content=iter([big[:50_000], big[50_000:]]))
    assert chunked.status_code in (401, 404, 413)  # refused before it is read, or while it is


def test_a_body_without_end_is_cut_off_though_its_token_is_good(engine: Engine) -> None:
    with engine.begin() as c:
        token = tokens.make(c, "bot", Scope.STEER)
    with serving(engine) as address:
        given = {"headers": {"Authorization": f"Bearer {token}"}}
        answer = ask(address, "POST", "/api/v1/silences", content=(b"x" * 10_000 for _ in range(1000)), **given)
    assert answer.status_code == 413


def until_refused(asking: Callable[[], httpx2.Response]) -> httpx2.Response:
    """However slow the machine: the purse fills more slowly than anybody asks."""
    return next(answer for _ in range(100) if (answer := asking()).status_code == 429)


def test_who_asks_too_often_is_told_when_to_come_back(engine: Engine) -> None:
    with serving(engine, per_minute=30) as address:
        answers = [ask(address, "GET", "/healthz") for _ in range(30)]
        assert [one.status_code for one in answers] == [200] * 30
        refused = until_refused(lambda: ask(address, "GET", "/healthz"))
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Security-Policy"]


def test_who_guesses_tokens_is_stopped_after_a_few(engine: Engine) -> None:
    with serving(engine, per_minute=300) as address:
        assert ask(address, "POST", "/api/v1/silences", json={}).status_code == 401
        until_refused(lambda: ask(address, "POST", "/api/v1/silences", json={}))
        assert ask(address, "GET", "/healthz").status_code == 429


def test_a_minute_later_there_is_a_minute_more_and_no_client_pays_for_another() -> None:
    now = [0.0]
    pace = Pace(60, lambda: now[0])
    assert [pace.spend("a", 1) for _ in range(61)] == [0] * 60 + [1]
    assert pace.spend("b", 1) == 0
    now[0] = 1.0
    assert [pace.spend("a", 1) for _ in range(2)] == [0, 1]
    pace.fine("a", 10_000)
    assert pace.spend("a", 1) == 61
    now[0] = 1e6
    assert [pace.spend("a", 10) for _ in range(7)] == [0] * 6 + [10]


def test_clients_that_are_remembered_are_bounded() -> None:
    pace = Pace(60)
    for number in range(12_000):
        pace.spend(str(number), 1)
    assert len(pace._purses) == 10_000


def test_a_crash_says_nothing_but_that_it_crashed(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    app.add_middleware(Gate)

    @app.get("/crash")
    def crash() -> None:
        raise RuntimeError("password=hunter2")

    from starlette.testclient import TestClient

    with caplog.at_level(logging.ERROR):
        answer = TestClient(app).get("/crash")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_store_that_is_away_is_said_without_its_address() -> None:
    away = create_engine(
        "postgresql+psycopg://canary-user:canary-word@127.0.0.1:1/none", connect_args={"connect_timeout": 2}
    )
    with serving(away) as address:
        answer = ask(address, "GET", "/api/v1/clashes")
    assert (answer.status_code, answer.json()) == (503, {"detail": "the database does not answer"})
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    "odd", [b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"\x00\xff\r\n\r\n"]
)
def test_what_is_no_http_ends_the_connection_and_nothing_else(api: str, odd: bytes) -> None:
    place = urlsplit(api)
    with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
        connection.sendall(odd)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")
    assert ask(api, "GET", "/healthz").status_code == 200


def test_a_method_that_pretends_to_be_another_is_itself(api: str) -> None:
    answer = ask(api, "GET", "/api/v1/silences", headers={"X-HTTP-Method-Override": "POST"})
    assert isinstance(answer.json(), list)


def test_tokens_lie_in_the_store_as_hashes_only_and_a_rotated_one_ends(engine: Engine) -> None:
    with engine.begin() as c:
        admin, old = tokens.make(c, "root", Scope.ADMIN), tokens.make(c, "bot", Scope.STEER)
    number = int(old.split("_")[1])
    with serving(engine) as address:
        asked = {"headers": {"Authorization": f"Bearer {admin}"}}
        new = ask(address, "POST", f"/api/v1/tokens/{number}/rotate", json={"overlap_hours": 24}, **asked).json()[
            "token"
        ]
        assert {tokens.known(engine, one).name for one in (old, new)} == {"bot"}  # type: ignore[union-attr]
        newer = ask(address, "POST", f"/api/v1/tokens/{new.split('_')[1]}/rotate", json={"overlap_hours": 0}, **asked)
        assert ask(address, "POST", "/api/v1/tokens/99/rotate", json={}, **asked).status_code == 404
    assert tokens.known(engine, new) is None
    found = tokens.known(engine, newer.json()["token"])
    assert found is not None
    assert (found.name, found.scope) == ("bot", Scope.STEER)
    with engine.connect() as c:
        stored = json.dumps([list(map(str, row)) for row in c.execute(text("SELECT * FROM tokens"))])
    assert not any(one.split("_", 2)[2] in stored for one in (admin, old, new))
