"""The API over a real socket: anybody may read, only a token of the right scope may steer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import uvicorn
from incidents import revision
from sqlalchemy import Engine, select

from workers.adapters.store import acks, alerts, claims, clashes, reviews, silences, tokens
from workers.adapters.store.tokens import Scope
from workers.adapters.store.upkeep import tokens as table
from workers.adapters.store.works import SEND
from workers.api.app import application
from workers.asking import Outlook
from workers.pipeline.models import Alert, AlertKind, Area, Change, Judgement
from workers.pipeline.regions import build
from workers.pipeline.route import Target
from workers.pipeline.rules import Watch

NOW = datetime.now(UTC)
OUTLOOK = Outlook(Watch((), build({"kirkuk": Area("kirkuk", admin1=frozenset({"IQ.13"}))})))


@pytest.fixture
def api(engine: Engine) -> Iterator[str]:
    """The address of an API that knows one clash, 7, told once."""
    with engine.begin() as c:
        revised = revision(1)
        clashes.keep(c, [revised.clash])
        (made,) = clashes.revise(c, [revised], primed=False)
        alert = Alert("kirkuk:7:new", "kirkuk", "7", 1, AlertKind.NEW, "warning", "", (Change.NEW,), {}, {}, NOW)
        alerts.tell(c, made, [(alert, [Target("desk", 'clash="7"')])])
    server = uvicorn.Server(uvicorn.Config(application(engine, OUTLOOK), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api/v1"
    server.should_exit = True
    thread.join()


Ask = Callable[..., httpx2.Response]


@pytest.fixture
def ask(api: str, engine: Engine) -> Iterator[Ask]:
    """Ask with a token of a scope: ``ask("steer", "POST", "/silences", {...})``; ``None`` asks without."""
    with engine.begin() as c:
        known = {scope.name.lower(): tokens.make(c, f"{scope.name.lower()} bot", scope) for scope in Scope}
    with httpx2.Client() as client:

        def asked(scope: str | None, method: str, path: str, body: object = None) -> httpx2.Response:
            token = known.get(scope or "", scope)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return client.request(method, api + path, json=body, headers=headers)

        yield asked


SILENCE = {"matchers": ['rule="kirkuk"'], "comment": "exercise", "hours": 2}
WRITES = [
    ("POST", "/silences", SILENCE),
    ("DELETE", "/silences/1", None),
    ("POST", "/alerts/7/ack", {"note": "on it"}),
    ("DELETE", "/acks/1", None),
    ("POST", "/alerts/7/reviews", {"judgement": "confirmed"}),
    ("POST", "/deliveries/1/retry", None),
    ("GET", "/tokens", None),
    ("POST", "/tokens", {"name": "x"}),
    ("DELETE", "/tokens/1", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("given", [None, "nonsense", "cw_1_" + "A" * 43, "read"])
def test_nobody_steers_without_a_token_of_the_right_scope(
    ask: Ask, given: str | None, method: str, path: str, body: object
) -> None:
    assert ask(given, method, path, body).status_code == (403 if given == "read" else 401)


def test_anybody_reads(ask: Ask) -> None:
    for path in ("/silences", "/acks", "/reviews", "/reviews/precision", "/alerts", "/deliveries"):
        assert ask(None, "GET", path).status_code == 200


def test_who_steers_may_not_make_tokens(ask: Ask) -> None:
    assert ask("steer", "POST", "/tokens", {"name": "x"}).status_code == 403


def test_a_silence_carries_the_tokens_name_and_can_be_ended(ask: Ask, engine: Engine) -> None:
    made = ask("steer", "POST", "/silences", SILENCE | {"regions": ["kirkuk"]})
    assert (made.status_code, made.json()) == (201, {"id": "1"})
    (silence,) = silences.in_force(engine)
    assert (silence.author, silence.comment, silence.regions) == ("steer bot", "exercise", ("kirkuk",))
    assert silence.ends - silence.starts == timedelta(hours=2)
    assert ask("steer", "DELETE", "/silences/1").status_code == 204
    assert ask("steer", "DELETE", "/silences/1").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"comment": "x"},
        {"matchers": ["rule~x"], "comment": "x"},
        {"regions": ["kirkukk"], "comment": "x"},
        SILENCE | {"comment": ""},
        SILENCE | {"hours": 0},
        SILENCE | {"author": "somebody else"},
        SILENCE | {"comment": "\x1b[2J"},
    ],
)
def test_a_silence_that_says_nothing_or_too_much_is_refused(ask: Ask, body: object) -> None:
    assert ask("steer", "POST", "/silences", body).status_code == 422


def test_an_alert_is_acknowledged_by_its_number_or_its_clash(ask: Ask, engine: Engine) -> None:
    for named in ("1", "7"):
        assert ask("steer", "POST", f"/alerts/{named}/ack", {"note": "on it"}).json()["subject"] == "7"
    with engine.connect() as c:
        ack = acks.in_force(c, "7")
    assert ack is not None
    assert (ack.author, ack.note) == ("steer bot", "on it")
    assert ask("steer", "POST", "/alerts/nothing/ack", {}).status_code == 404


def test_a_review_is_kept_and_counts(ask: Ask, engine: Engine) -> None:
    assert ask("steer", "POST", "/alerts/7/reviews", {"judgement": "wrong_place"}).status_code == 201
    assert [one.judgement for one in reviews.listed(engine)] == [Judgement.WRONG_PLACE]
    assert ask(None, "GET", "/reviews/precision").json()[0]["wrong"] == {"wrong_place": 1}


def test_the_log_of_messages_says_why_one_was_not_sent(ask: Ask, engine: Engine) -> None:
    (one,) = ask(None, "GET", "/deliveries?clash=7&state=pending").json()
    assert (one["state"], one["reason"]) == ("pending", "waits for its turn")
    (held,) = claims.claim(engine, SEND, [1])
    claims.fail(engine, held, "no such channel", retry=False)
    (one,) = ask(None, "GET", "/deliveries?state=given_up").json()
    assert one["reason"] == "no such channel"
    assert ask(None, "GET", "/deliveries?clash=8").json() == []
    assert ask(None, "GET", "/deliveries?state=lost").status_code == 422


def test_what_was_given_up_is_taken_up_again(ask: Ask, engine: Engine) -> None:
    assert ask("steer", "POST", "/deliveries/1/retry").status_code == 404
    (held,) = claims.claim(engine, SEND, [1])
    claims.fail(engine, held, "gone", retry=False)
    assert ask("steer", "POST", "/deliveries/1/retry").json() == {"retried": 1}


def test_a_token_is_shown_once_kept_as_a_hash_and_can_be_revoked(ask: Ask, engine: Engine) -> None:
    token = ask("admin", "POST", "/tokens", {"name": "desk", "hours": 1}).json()["token"]
    with engine.connect() as c:
        assert token.split("_", 2)[2] not in str(c.execute(select(table)).all())
    assert ask(token, "POST", "/silences", SILENCE).status_code == 201
    number = token.split("_")[1]
    assert ask("admin", "DELETE", f"/tokens/{number}").status_code == 204
    assert ask(token, "POST", "/silences", SILENCE).status_code == 401


def test_a_token_that_has_run_out_opens_nothing(ask: Ask, engine: Engine) -> None:
    with engine.begin() as c:
        late = tokens.make(c, "late", Scope.ADMIN, NOW - timedelta(seconds=1))
    assert ask(late, "GET", "/tokens").status_code == 401
