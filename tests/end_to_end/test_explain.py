"""``clashwatch explain`` as somebody reads it who asks why an article did, or did not, lead to an alert."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from typer.testing import CliRunner

from workers.__main__ import app
from workers.adapters.store.schema import articles, entries, feeds
from workers.pipeline.models import Article, Entry, Feed, Outcome

FIGHT = "Rebels attacked an army post in Goma on Monday, killing nine soldiers, officials said."
DENIED = "Rebels denied shelling the town of Rutshuru."
GATES = {"violent", "realis", "status", "confidence"}


def explain(subject: object, *options: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["explain", str(subject), *options])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(f"{FIGHT}\n\n{DENIED}\n")
    return path


def test_a_reader_sees_evidence_cues_places_and_gates_without_any_colour(article: Path) -> None:
    told = explain(article, "--published", "2026-03-02T12:00:00Z")
    assert f"[1] {FIGHT}" in told
    assert "killed 9" in told
    assert "✓ passes realis: current" in told
    assert "is Goma" in told
    assert "rather than" in told
    assert "2026-03-02 (day)" in told
    assert "\x1b" not in told


def test_a_report_may_alert_exactly_when_every_gate_is_passed(article: Path) -> None:
    told = json.loads(explain(article, "--json"))
    assert told["reports"]
    for report in told["reports"]:
        assert {gate["gate"] for gate in report["gates"]} == GATES
        assert report["alertable"] == all(gate["passed"] for gate in report["gates"])


def test_every_cue_is_quoted_where_its_span_says(article: Path) -> None:
    told, full = json.loads(explain(article, "--json")), article.read_text()
    cues = [cue for sentence in told["sentences"] for cue in sentence["cues"]]
    assert {"attack", "denied", "shell"} <= {cue["category"] for cue in cues}
    assert all(full[slice(*cue["span"])] == cue["text"] for cue in cues)


def test_the_denial_is_named_as_what_holds_a_sentence_back(article: Path) -> None:
    told = json.loads(explain(article, "--json"))
    (scene,) = told["sentences"][1]["told"]
    assert (scene["realis"], scene["because"], scene["cue"]["text"]) == ("negated", "a denial", "denied")


def test_a_packed_page_is_read_as_the_service_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "page.html.gz"
    body = "".join(f"<p>{line} Residents heard gunfire until late at night, they said.</p>" for line in (FIGHT, DENIED))
    page = f"<html><head><title>Fighting in Goma</title></head><body><article><h1>Fighting in Goma</h1>{body}"
    path.write_bytes(gzip.compress(page.encode()))
    assert FIGHT in explain(path)


def test_lines_of_detect_are_explained_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": FIGHT}) + "\n" for name in "ab"))
    assert [json.loads(line)["id"] for line in explain(path, "--json").splitlines()] == ["a", "b"]


def test_what_is_neither_file_nor_address_nor_id_is_said() -> None:
    assert explain("/nowhere.txt", code=1).startswith("/nowhere.txt: no such file")


def test_an_address_inside_is_refused_as_the_service_refuses_it(config: str) -> None:
    assert "blocked" in explain("http://127.0.0.1:9/inside", "--config", config, code=1)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> str:
    """A configuration folder whose store is a fresh database."""
    files = {
        "feeds.yml": "feeds: [{slug: paper, url: 'http://paper.example/rss'}]\n",
        "regions/world.yml": "world: {bbox: {west: -180, south: -89, east: 180, north: 89}}\n",
        "rules.d/all.yml": "groups: [{name: all, rules: [{id: all, name: Everything, regions: [world]}]}]\n",
        "receivers.yml": "receivers: [{name: outbox, kind: outbox}]\nroute: {receiver: outbox}\n",
    }
    for name, words in files.items():
        (tmp_path / "config" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "config" / name).write_text(words)
    monkeypatch.setenv("CLASHWATCH_DATABASE_URL", database)
    return str(tmp_path / "config")


def test_an_article_of_the_store_is_explained_by_its_id(config: str, engine: Engine) -> None:
    feed, entry = (
        Feed("paper", "http://paper.example/rss"),
        Entry("1", "http://paper.example/1", "Fighting in Goma", "", None),
    )
    article = Article(Outcome.ARTICLE, "Fighting in Goma", FIGHT, datetime(2026, 3, 2, 12, tzinfo=UTC), language="en")
    with engine.begin() as connection:
        paper = connection.scalar(insert(feeds).values(slug="paper", feed=feed).returning(feeds.c.id))
        named = {"feed_id": paper, "family": "paper", "fingerprint": "x", "url_key": "u", "guid_key": "g"}
        told = connection.scalar(insert(entries).values(entry=entry, **named).returning(entries.c.id))
        row = {"feed_id": paper, "entry_id": told, "outcome": "article", "published": article.published}
        known = connection.scalar(insert(articles).values(article=article, **row).returning(articles.c.id))
    assert f"[1] {FIGHT}" in explain(known, "--config", config)


def test_an_id_that_the_store_does_not_know_is_said(config: str) -> None:
    assert explain("7", "--config", config, code=1) == "7: the store has no such article\n"
