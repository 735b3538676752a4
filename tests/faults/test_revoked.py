"""A token is revoked in the night and renewed in the morning: everything that waited is told, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from far_ends import Slack, http
from fleet import Fleet, configure, newspaper, stories
from sqlalchemy import Engine, text

from workers.adapters.store import circuits, gauges

NUMBER = 8
RECEIVERS = """
receivers:
  - {{name: desk, kind: slack, channel: C0123456, token_file: {token}, base_url: '{url}api/'}}
route: {{receiver: desk}}
"""


@pytest.fixture
def slack() -> Iterator[Slack]:
    far = Slack()
    with http(far.answer) as far.url:
        yield far


@pytest.mark.timeout(300)
def test_what_a_revoked_token_held_up_is_told_when_there_is_a_new_one(
    slack: Slack, beating, tmp_path: Path, engine: Engine, database: str, broker: str
) -> None:
    token = tmp_path / "token"
    with newspaper(stories(NUMBER)) as site:
        config = configure(tmp_path, site, "http://127.0.0.1:9/")
        (config / "receivers.yml").write_text(RECEIVERS.format(token=token, url=slack.url))
        token.write_text("xoxb-revoked\n")
        fleet = Fleet(config, database, broker, engine)
        with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
            wait_until_all_wait(fleet)
            assert circuits.troubled(engine)[0].error == "invalid_auth"
            assert (slack.messages, gauges.quarantined(engine)) == ([], {})
            fleet.kill("notify")
            token.write_text("xoxb-right\n")
            fleet.start("notify")
            renewed = time.monotonic()
            fleet.wait_until_done(NUMBER, seconds=120)
    assert time.monotonic() - renewed < 60
    assert len(slack.messages) == len({str(posted["blocks"]) for posted in slack.messages}) == NUMBER
    assert gauges.quarantined(engine) == {}


def wait_until_all_wait(fleet: Fleet) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with fleet.engine.connect() as connection:
            waiting = connection.scalar(text("SELECT count(*) FROM deliveries WHERE stage = 'send'"))
        if waiting == NUMBER and circuits.troubled(fleet.engine):
            return
        time.sleep(0.2)
    raise TimeoutError(gauges.held(fleet.engine))
