"""Signed CloudEvents over HTTP: one key per message, a verifiable signature, and no way to the inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from far_ends import Answer, Asked, http
from pydantic import SecretStr
from threads import FIRST, RISEN, receiver, refusal

from workers.adapters.channels import send
from workers.pipeline.models import Receiver


@pytest.fixture
def hook() -> Iterator[tuple[list[Asked], list[Answer], Receiver]]:
    asked: list[Asked] = []
    answers: list[Answer] = []

    def answer(request: Asked) -> Answer:
        asked.append(request)
        return answers.pop(0) if answers else Answer(204, b"")

    with http(answer) as url:
        options = {"url": f"{url}alerts", "secret": SecretStr("quiet"), "allow_private": True}
        yield asked, answers, receiver("webhook", **options)


def test_a_webhook_gets_a_cloud_event(hook: tuple[list[Asked], list[Answer], Receiver]) -> None:
    asked, _, to = hook
    send(RISEN, to)
    (request,) = asked
    event = json.loads(request.body)
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert {name: event[name] for name in ("specversion", "id", "source", "type", "subject", "time")} == {
        "specversion": "1.0",
        "id": "desk:7:2",
        "source": "/clashwatch",
        "type": "clashwatch.alert.update",
        "subject": "7",
        "time": "2026-03-02T12:00:00Z",
    }
    assert event["data"]["changes"] == ["Killed: 12"]
    assert event["data"]["payload"]["clash"]["killed"] == {"low": 12, "best": 12, "high": 12}


@pytest.mark.parametrize("secret", ["quiet", "whsec_" + base64.b64encode(b"thirty-two bytes of good secret!").decode()])
def test_its_signature_covers_id_time_and_body(hook: tuple[list[Asked], list[Answer], Receiver], secret: str) -> None:
    asked, _, to = hook
    send(FIRST, replace(to, options={**to.options, "secret": SecretStr(secret)}))
    (request,) = asked
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"


def test_a_message_sent_twice_carries_one_key(hook: tuple[list[Asked], list[Answer], Receiver]) -> None:
    asked, _, to = hook
    for message in (FIRST, FIRST, RISEN):
        send(message, to)
    keys = [request.headers["idempotency-key"] for request in asked]
    assert keys[0] == keys[1] != keys[2]
    assert asked[0].body == asked[1].body


@pytest.mark.parametrize(
    ("answer", "retry", "after"),
    [
        (Answer(500), True, None),
        (Answer(503, headers=(("retry-after", "120"),)), True, 120.0),
        (Answer(429, headers=(("retry-after", "3"),)), True, 3.0),
        (Answer(408), True, None),
        (Answer(400), False, None),
        (Answer(401), False, None),
        (Answer(410), False, None),
        (Answer(302, headers=(("location", "http://169.254.169.254/"),)), False, None),
    ],
)
def test_a_webhooks_status_says_whether_trying_again_helps(
    hook: tuple[list[Asked], list[Answer], Receiver], answer: Answer, retry: bool, after: float | None
) -> None:
    asked, answers, to = hook
    answers.append(answer)
    error = refusal(FIRST, to)
    assert (error.retry, error.after) == (retry, after)
    assert len(asked) == 1


@pytest.mark.parametrize(("status", "barred"), [(401, True), (404, True), (302, True), (400, False), (413, False)])
def test_a_webhook_that_takes_nothing_of_ours_blames_no_message(
    hook: tuple[list[Asked], list[Answer], Receiver], status: int, barred: bool
) -> None:
    _, answers, to = hook
    answers.append(Answer(status))
    assert refusal(FIRST, to).barred == barred


def test_a_webhook_that_hangs_up_may_have_it_all_the_same(hook: tuple[list[Asked], list[Answer], Receiver]) -> None:
    _, answers, to = hook
    answers.append(Answer(hang_up=True))
    error = refusal(FIRST, to)
    assert (error.retry, error.unsure) == (True, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/"])
def test_a_private_address_needs_permission(url: str) -> None:
    error = refusal(FIRST, receiver("webhook", url=url, secret="s"))
    assert (error.retry, "private address" in error.reason) == (False, True)
