"""Second opinions from a server that speaks the protocol of OpenAI's chat completions, well or badly."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from far_ends import Answer, Asked, free_port, http
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine, text

from tests.adapters.test_store_identity import add_article
from workers import celery, hints, services, tasks
from workers.adapters import knowledge
from workers.adapters.detector import Detector
from workers.adapters.metrics import StoreCollector
from workers.adapters.opinions import PATIENCE, Endpoint, MemoryLedger, Opinions
from workers.adapters.store.opinions import NAME, StoreLedger
from workers.pipeline.detect.opinion import SCHEMA, Bounds, Outcome
from workers.pipeline.models import Document
from workers.settings import load

DOUBT = "Two people died after a shooting in Goma on Monday, a resident said."
PLAIN = "M23 rebels and the army exchanged fire near Goma on Monday, killing nine soldiers, the army said."
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def verdict(told: bool, quote: str = "after a shooting in Goma") -> Answer:
    said = json.dumps({"verdicts": [{"report": 1, "told": told, "quote": quote}]})
    return Answer(body=json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode())


def document(words: str = DOUBT) -> Document:
    return Document("1", words, published=MONDAY, language="en")


def detector(url: str, ledger: MemoryLedger | StoreLedger | None = None, timeout: float = 5.0) -> Detector:
    asked = Endpoint(f"{url}v1", "small", "s3cret", timeout, Bounds(0.5, 0.9))
    return Detector(knowledge.load(), Opinions(asked, ledger or MemoryLedger(100)))


def outcome_of(answer: Callable[[Asked], Answer], timeout: float = 5.0) -> Outcome:
    """What becomes of one document in doubt; the coding must be the rules' own unless the answer was in order."""
    with http(answer) as url:
        (coding,), (outcome,) = detector(url, timeout=timeout).detect([document()])
    changed = coding.reports[0].why[-1][0] == "opinion"
    assert changed == (outcome in (Outcome.CONFIRMED, Outcome.REFUTED))
    return outcome


def test_a_document_in_doubt_is_asked_about_with_a_schema_and_the_key() -> None:
    requests: list[Asked] = []
    with http(lambda asked: requests.append(asked) or verdict(True)) as url:  # type: ignore[func-returns-value]
        (coding,), outcomes = detector(url).detect([document()])
    (asked,) = requests
    body = json.loads(asked.body)
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer s3cret"
    assert body["model"] == "small"
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert DOUBT in json.loads(body["messages"][1]["content"])["text"]
    assert outcomes == [Outcome.CONFIRMED]
    assert coding.reports[0].alertable


def test_a_refuted_document_alerts_nobody() -> None:
    assert outcome_of(lambda _: verdict(False)) is Outcome.REFUTED


def test_what_is_plain_is_not_asked_about() -> None:
    def never(_: Asked) -> Answer:
        raise AssertionError("asked")

    with http(never) as url:
        _, outcomes = detector(url).detect([document(PLAIN), document("The flower show opened on Saturday.")])
    assert outcomes == []


def test_of_an_article_in_parts_only_the_first_in_doubt_is_asked_about() -> None:
    with http(lambda _: verdict(True)) as url:
        _, outcomes = detector(url).detect([document(PLAIN), document(), document()])
    assert outcomes == [Outcome.CONFIRMED]


def test_a_fabricated_quotation_is_refused() -> None:
    assert outcome_of(lambda _: verdict(True, "forty soldiers were killed")) is Outcome.FABRICATED


def test_an_answer_that_is_not_the_one_asked_for_is_refused() -> None:
    said = json.dumps({"choices": [{"message": {"content": "Yes, certainly!"}}]}).encode()
    assert outcome_of(lambda _: Answer(body=said)) is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "given",
    [
        Answer(500),
        Answer(401),
        Answer(302, headers=(("location", "http://127.0.0.1:1/"),)),
        Answer(hang_up=True),
        Answer(body=b"<html>"),
        Answer(body=b"[]"),
        Answer(body=b'{"choices": []}'),
        Answer(body=b'{"choices": [{"message": {"content": null}}]}'),
        Answer(body=b"x" * 200_000),
        Answer(body=b"[" * 90_000),
    ],
)
def test_garbage_and_errors_leave_the_rules_own_answer(given: Answer) -> None:
    assert outcome_of(lambda _: given) is Outcome.FAILED


def test_who_answers_slowly_is_not_waited_for() -> None:
    began = time.monotonic()
    assert outcome_of(lambda _: time.sleep(2) or verdict(True), timeout=0.2) is Outcome.FAILED  # type: ignore[func-returns-value]
    assert time.monotonic() - began < 4


def test_nobody_listening_is_a_failure_too() -> None:
    _, outcomes = detector(f"http://127.0.0.1:{free_port()}/").detect([document()])
    assert outcomes == [Outcome.FAILED]


@pytest.fixture(params=["memory", "store"])
def ledger(request: pytest.FixtureRequest) -> Callable[[int], MemoryLedger | StoreLedger]:
    if request.param == "memory":
        return MemoryLedger
    engine = request.getfixturevalue("engine")
    return lambda most: StoreLedger(engine, most)


def test_a_spent_budget_asks_nobody(ledger: Callable[[int], MemoryLedger | StoreLedger]) -> None:
    with http(lambda _: verdict(True)) as url:
        bounded = detector(url, ledger(2))
        outcomes = [bounded.detect([document()])[1][0] for _ in range(3)]
    assert outcomes == [Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.SPENT]


def test_an_endpoint_that_keeps_failing_is_left_alone(ledger: Callable[[int], MemoryLedger | StoreLedger]) -> None:
    with http(lambda _: Answer(503)) as url:
        tried = detector(url, ledger(100))
        outcomes = [tried.detect([document()])[1][0] for _ in range(PATIENCE + 2)]
    assert outcomes == [Outcome.FAILED] * PATIENCE + [Outcome.RESTING] * 2


def test_the_budget_is_one_for_all_processes_and_new_each_day(engine: Engine) -> None:
    assert StoreLedger(engine, 1).take() is None
    assert StoreLedger(engine, 1).take() is Outcome.SPENT
    with engine.begin() as connection:
        connection.execute(text("UPDATE budgets SET day = day - 1 WHERE name = :name"), {"name": NAME})
    assert StoreLedger(engine, 1).take() is None


def _configure(folder: Path, url: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "clashwatch.yml").write_text(f"languages: [en]\nopinion: {{url: {url}v1, model: small}}\n", "utf-8")
    (folder / "receivers.yml").write_text(
        "receivers: [{name: desk, kind: console}]\nroute: {receiver: desk}\n", "utf-8"
    )


@pytest.fixture
def forgetting(database: str) -> Iterator[None]:
    """What a process says once about itself, on this database, is said anew after the test."""
    yield
    services.services().engine.dispose()
    hints._hinter.cache_clear()
    hints._meter.cache_clear()
    services.services.cache_clear()
    services.knowledge.cache_clear()


@pytest.mark.usefixtures("forgetting")
def test_the_live_path_asks_keeps_what_is_confirmed_and_counts_it(
    tmp_path: Path, database: str, broker: str, engine: Engine
) -> None:
    (tmp_path / "key").write_text("s3cret\n", "utf-8")
    keys: list[Any] = []
    with http(lambda asked: keys.append(asked.headers.get("authorization")) or verdict(True)) as url:  # type: ignore[func-returns-value]
        _configure(tmp_path, url)
        given = {
            "CLASHWATCH_DATABASE_URL": database,
            "CLASHWATCH_REDIS_URL": broker,
            "CLASHWATCH_OPINION_KEY_FILE": str(tmp_path / "key"),
        }
        settings = load(tmp_path, given, polls=False)
        celery.configure(settings)
        services.configured(settings)
        tasks.detect([add_article(engine, MONDAY, DOUBT, stage="detect")])
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT filing::text FROM reports")).scalars().all()
    registry = CollectorRegistry()
    registry.register(StoreCollector(engine))
    assert keys == ["Bearer s3cret"]
    assert "confirms: after a shooting in Goma" in "".join(kept)
    assert 'clashwatch_opinions_total{outcome="confirmed"} 1.0' in generate_latest(registry).decode()
    assert 'clashwatch_opinions_total{outcome="fabricated"} 0.0' in generate_latest(registry).decode()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_asks_whom_its_configuration_names(tmp_path: Path, jobs: str) -> None:
    lines = "\n".join(json.dumps({"id": str(n), "text": DOUBT, "published": MONDAY.isoformat()}) for n in range(3))
    with http(lambda _: verdict(True)) as url:
        _configure(tmp_path, url)
        program = [sys.executable, "-m", "workers", "detect", "-", "--config", str(tmp_path), "--jobs", jobs]
        done = subprocess.run(program, input=lines, capture_output=True, text=True, timeout=120, check=True)
    assert [json.loads(line)["reports"][0]["alertable"] for line in done.stdout.splitlines()] == [True] * 3
    assert "second opinions: 3 confirmed" in done.stderr
