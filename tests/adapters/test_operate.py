"""What an operator asks on the command line: is the schema current, what waits, who lives, what was given up."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text
from typer.testing import CliRunner

from workers.adapters.store import claims, heartbeats
from workers.adapters.store.schema import feeds
from workers.adapters.store.works import POLL
from workers.cli import operate, up
from workers.cli import quarantine as quarantine_command
from workers.pipeline.models import Feed

CONFIG = {
    "clashwatch.yml": "languages: [en]\n",
    "feeds.yml": "feeds: [{slug: paper, url: 'http://paper.example/rss'}]\n",
    "regions/world.yml": "world:\n  bbox: {west: -180, south: -89, east: 180, north: 89}\n",
    "rules.d/all.yml": "groups: [{name: all, rules: [{id: all, name: Everything, regions: [world]}]}]\n",
    "receivers.yml": "receivers: [{name: outbox, kind: outbox}]\nroute: {receiver: outbox}\n",
}


@pytest.fixture
def run(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch):
    """Run a command of an app; gives exit code, standard output and standard error."""
    for name, words in CONFIG.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(words)
    monkeypatch.setenv("CLASHWATCH_DATABASE_URL", database)
    monkeypatch.setenv("CLASHWATCH_CONFIG", str(tmp_path))

    def run(app, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(words))
        return result.exit_code, result.stdout, result.stderr

    return run


@pytest.fixture
def given_up(engine: Engine) -> int:
    """A feed whose poll was given up; the feed's id."""
    with engine.begin() as connection:
        row = {"slug": "paper", "feed": Feed(slug="paper", url="http://x/"), "stage": "poll", "hinted_at": None}
        feed_id = connection.scalar(insert(feeds).returning(feeds.c.id), row)
    (held,) = claims.claim(engine, POLL, [feed_id])
    claims.fail(engine, held, "boom\nand why", retry=False)
    return int(feed_id)


def test_migrate_says_that_the_schema_is_up_to_date(run) -> None:
    assert run(operate.apps["migrate"]) == (0, "", "the schema is up to date\n")


def test_migrate_names_a_database_that_does_not_answer(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLASHWATCH_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/nothing")
    code, _, said = run(operate.apps["migrate"], "--patience", "0")
    assert code == 1
    assert "the database does not answer" in said


def test_status_as_json_names_every_stage_in_order(run, given_up: int) -> None:
    code, shown, _ = run(operate.apps["status"], "--json")
    found = json.loads(shown)
    assert code == 0
    assert [one["stage"] for one in found["waiting"]][:3] == ["poll", "subscribe", "parse"]
    assert (found["holds"]["feeds"], found["quarantined"]) == (1, {"poll": 1})


def test_status_for_people_fits_on_a_screen(run, given_up: int) -> None:
    code, shown, _ = run(operate.apps["status"])
    assert code == 0
    assert "1 feeds" in shown
    assert len(shown.splitlines()) < 24


def test_the_service_keeps_its_state_where_all_commands_look_for_it(tmp_path: Path) -> None:
    (tmp_path / "clashwatch.yml").write_text("state_dir: /somewhere/else\n")
    (tmp_path / "receivers.yml").write_text("receivers: [{name: c, kind: console}]\nroute: {receiver: c}\n")
    assert up._state_dir(tmp_path) == Path("/somewhere/else")


def test_a_role_that_never_showed_itself_is_not_well(run) -> None:
    code, _, said = run(operate.apps["health"], "process")
    assert (code, said) == (1, "process has not shown itself yet\n")


def test_a_role_is_well_while_its_heartbeat_is_fresh(run, engine: Engine) -> None:
    with engine.begin() as connection:
        heartbeats.beat(connection, "process", "here")
    assert run(operate.apps["health"], "process")[0] == 0
    assert run(operate.apps["health"], "process", "--instance", "elsewhere")[0] == 1
    with engine.begin() as connection:
        connection.execute(text("UPDATE heartbeats SET at = now() - interval '2 minutes'"))
    assert run(operate.apps["health"], "process")[0] == 1


def test_quarantine_lists_shows_and_retries(run, given_up: int) -> None:
    _, listed, _ = run(quarantine_command.app, "list", "--json")
    number = str(json.loads(listed)["id"])
    _, shown, _ = run(quarantine_command.app, "show", number)
    assert json.loads(shown)["error"] == "boom\nand why"
    assert run(quarantine_command.app, "retry", number)[2] == "1 taken up again\n"
    assert run(quarantine_command.app, "list")[1] == ""


def test_quarantine_can_take_up_a_whole_stage(run, given_up: int) -> None:
    assert run(quarantine_command.app, "retry", "--all", "poll")[2] == "1 taken up again\n"


def test_quarantine_says_when_there_is_nothing_to_take_up(run) -> None:
    assert run(quarantine_command.app, "retry")[0] == 2
    assert run(quarantine_command.app, "show", "7")[0] == 1
