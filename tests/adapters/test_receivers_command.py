"""Receivers as the command line sees them, and that every kind that can be configured can be sent to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workers.__main__ import app
from workers.adapters.channels import KINDS
from workers.settings.receivers import SECRETS

RECEIVERS = """
receivers:
  - {name: files, kind: outbox, language: nl}
  - {name: desk, kind: slack, channel: C0123456, token: xoxb-secret, base_url: 'http://127.0.0.1:1/'}
route: {receiver: files}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CLASHWATCH_STATE_DIR", str(tmp_path))
    (tmp_path / "receivers.yml").write_text(RECEIVERS)
    (tmp_path / "feeds.yml").write_text("feeds:\n  - slug: one\n    url: https://one.example/rss\n")
    return str(tmp_path)


def test_every_kind_that_can_be_configured_has_a_channel() -> None:
    assert set(SECRETS) == set(KINDS)


def test_receivers_are_listed_without_their_secrets(config: str) -> None:
    listed = CliRunner().invoke(app, ["receivers", "list", "--json", "--config", config]).stdout
    files, desk = map(json.loads, listed.splitlines())
    assert (files["name"], files["kind"]) == ("files", "outbox")
    assert desk["options"]["token"] == "***"
    assert "xoxb-secret" not in listed


def test_a_test_message_says_that_it_is_one_in_the_receivers_language(config: str, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["receivers", "test", "files", "--config", config]).exit_code == 0
    (written,) = (tmp_path / "outbox").glob("*.json")
    assert json.loads(written.read_text())["title"] == "Testbericht"


def test_a_receiver_that_cannot_be_reached_says_why(config: str) -> None:
    tested = CliRunner().invoke(app, ["receivers", "test", "desk", "--config", config])
    assert tested.exit_code == 1
    assert "desk: URLError" in tested.stderr
    assert "(a retry may help)" in tested.stderr


def test_a_mistyped_receiver_is_wrong_usage(config: str) -> None:
    tested = CliRunner().invoke(app, ["receivers", "test", "file", "--config", config])
    assert tested.exit_code == 2
    assert "did you mean 'files'?" in tested.stderr
