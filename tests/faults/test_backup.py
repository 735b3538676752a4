"""A backup restored into an empty system: nothing is told twice, and what happens from then on is told."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fleet import Fleet, Story, stories
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from workers.__main__ import app
from workers.adapters import embedded
from workers.adapters.store import gauges, keys, snapshot, upkeep
from workers.adapters.store.engine import connect, migrating, migrations

NUMBER = 6


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    """A database without a table."""
    with psycopg.connect(postgres_url.replace("/template?", "/postgres?"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE empty")
        yield postgres_url.replace("/template?", "/empty?")
        admin.execute("DROP DATABASE empty WITH (FORCE)")


def run(words: list[str], config: Path, database: str) -> Result:
    environment = {"CLASHWATCH_CONFIG": str(config), "CLASHWATCH_DATABASE_URL": database}
    return CliRunner().invoke(app, words, env=environment)


def moved(fleet: Fleet, database: str) -> Fleet:
    """The same configuration on another store, with a broker that knows nothing."""
    fleet.flush()
    return replace(fleet, database=database, engine=connect(database), processes={})


def held(engine: Engine) -> dict[str, int]:
    nouns = gauges.held(engine)
    return {noun: nouns[noun] for noun in ("entries", "articles", "reports", "clashes", "alerts")}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("when", ["at rest", "with half of it still to be sent"])
def test_the_restored_system_tells_nothing_twice_and_goes_on(
    when: str, service, beating, empty: str, tmp_path: Path
) -> None:
    told: list[Story] = stories(NUMBER)
    fleet, listener = service(told)
    file = tmp_path / "backup.zip"
    with fleet.sailing("fetch", "process"), beating(fleet, unanswered=3):
        wait_for_alerts(fleet, NUMBER)
        if when != "at rest":
            assert run(["backup", str(file)], fleet.config, fleet.database).exit_code == 0
        with fleet.sailing("notify"):
            fleet.wait_until_done(NUMBER, seconds=60)
    if when == "at rest":
        assert run(["backup", str(file)], fleet.config, fleet.database).exit_code == 0
    before, links = held(fleet.engine), keys.link_key(fleet.engine)
    assert file.stat().st_mode & 0o077 == 0
    assert len(set(listener.alerts)) == NUMBER

    restored = run(["restore", str(file)], fleet.config, empty)
    assert restored.exit_code == 0, restored.output
    second = moved(fleet, empty)
    assert held(second.engine) == before
    if when == "at rest":
        assert keys.link_key(second.engine) == links
    with second.sailing("fetch", "process", "notify"), beating(second, unanswered=3):
        wait_until_polled(second)
        second.wait_until_done(NUMBER, seconds=60)
        assert len(listener.keys) == NUMBER, "something was told again"
        told.append(stories(NUMBER + 1)[-1])
        with second.engine.begin() as c:
            c.execute(text("UPDATE feeds SET due_at = now(), hinted_at = NULL"))
        second.wait_until_done(NUMBER + 1, seconds=60)
    assert len(listener.keys) == NUMBER + 1, "the restored system is deaf"
    assert listener.repeated() == 0
    second.engine.dispose()


def wait_for_alerts(fleet: Fleet, number: int) -> None:
    deadline = time.monotonic() + 60
    while gauges.held(fleet.engine)["alerts"] < number:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_until_polled(fleet: Fleet) -> None:
    deadline = time.monotonic() + 60
    waiting = text("SELECT count(*) FROM feeds WHERE restored")
    while time.monotonic() < deadline:
        with fleet.engine.connect() as c:
            if not c.scalar(waiting):
                return
        time.sleep(0.1)
    raise TimeoutError


SILENCE = """
INSERT INTO silences (matchers, author, comment, starts, ends)
VALUES ('{x}', :author, :comment, now(), now() + interval '1 day') RETURNING id
"""


@pytest.fixture
def backup(database: str, tmp_path: Path) -> Path:
    """Of a store that holds a key and a silence."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "feeds.yml").write_text("feeds: [{slug: a, url: 'http://a.example/f'}]\n")
    (tmp_path / "config" / "receivers.yml").write_text("receivers: [{name: o, kind: outbox}]\nroute: {receiver: o}\n")
    engine = connect(database)
    keys.link_key(engine)
    with engine.begin() as c:
        for _ in range(2):
            c.execute(text("DELETE FROM silences"))
            c.execute(text(SILENCE), {"author": "a\tb\nc\\N", "comment": "𝕏 النص"})
    engine.dispose()
    file = tmp_path / "backup.zip"
    made = run(["backup", str(file)], tmp_path / "config", database)
    assert made.exit_code == 0, made.output
    return file


def rows(database: str) -> object:
    engine = connect(database)
    with engine.connect() as c:
        said = c.execute(text("SELECT id, author, comment, ends FROM silences")).all()
        found = said, c.scalar(text("SELECT key FROM keys"))
    engine.dispose()
    return found


def test_every_value_comes_back_as_it_was_and_no_number_is_given_out_twice(
    backup: Path, database: str, empty: str
) -> None:
    assert run(["restore", str(backup)], backup.parent / "config", empty).exit_code == 0
    assert rows(empty) == rows(database)
    engine = connect(empty)
    with engine.begin() as c:
        c.execute(text("DELETE FROM silences"))
        assert c.scalar(text(SILENCE), {"author": "", "comment": ""}) == 3
    engine.dispose()


def test_a_store_that_holds_something_is_left_alone(backup: Path, database: str) -> None:
    before = rows(database)
    refused = run(["restore", str(backup)], backup.parent / "config", database)
    assert refused.exit_code == 1
    assert "not empty: keys, silences hold rows" in refused.output
    assert rows(database) == before


def damaged(backup: Path, how: str) -> Path:
    """The backup, cut short, or with one member or its manifest changed."""
    broken = backup.with_name("broken.zip")
    if how == "cut":
        broken.write_bytes(backup.read_bytes()[:-200])
        return broken
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "manifest.json" and how == "newer":
                body = json.dumps(json.loads(body) | {"revision": "9999"}).encode()
            if name == "silences.copy" and how == "a row less":
                body = b""
            if name != "silences.copy" or how != "a table less":
                new.writestr(name, body)
    return broken


@pytest.mark.parametrize(
    ("how", "words"),
    [("cut", "no backup"), ("newer", "a newer version"), ("a row less", "damaged"), ("a table less", "damaged")],
)
def test_a_damaged_or_newer_backup_changes_nothing(backup: Path, empty: str, how: str, words: str) -> None:
    refused = run(["restore", str(damaged(backup, how))], backup.parent / "config", empty)
    assert refused.exit_code == 1
    assert words in refused.output
    with psycopg.connect(empty) as c:
        assert c.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_backup_of_an_older_program_is_brought_up_to_date(empty: str, database: str, tmp_path: Path) -> None:
    with migrating(empty) as c:
        command.upgrade(migrations(c), "0040")
        c.execute(text(SILENCE), {"author": "ann", "comment": "old"})
    old, file = connect(empty), tmp_path / "old.zip"
    snapshot.write(old, file)
    with old.begin() as c:
        c.execute(text("DROP SCHEMA public CASCADE"))
        c.execute(text("CREATE SCHEMA public"))
    old.dispose()
    snapshot.read(empty, file, record=True)
    new = connect(empty)
    with new.connect() as c:
        assert c.scalar(text("SELECT author FROM silences")) == "ann"
        assert compare_metadata(MigrationContext.configure(c), upkeep.quarantine.metadata) == []
    new.dispose()


def test_a_file_that_exists_is_not_overwritten(backup: Path, database: str) -> None:
    before = backup.read_bytes()
    assert run(["backup", str(backup)], backup.parent / "config", database).exit_code == 2
    assert backup.read_bytes() == before


@pytest.mark.timeout(120)
def test_a_private_server_is_started_for_it(backup: Path) -> None:
    """`clashwatch up` is not running: laptop to laptop."""
    config = backup.parent / "config"
    for folder in (backup.parent, *backup.parents[1:3]):
        folder.chmod(folder.stat().st_mode | 0o711)  # PostgreSQL run for root runs as somebody else
    state = {"CLASHWATCH_CONFIG": str(config), "CLASHWATCH_STATE_DIR": str(backup.parent / "var")}
    assert CliRunner().invoke(app, ["backup", "x.zip"], env=state).exit_code == 2, "there was nothing to back up"
    assert CliRunner().invoke(app, ["restore", str(backup)], env=state).exit_code == 0
    again = backup.with_name("again.zip")
    assert CliRunner().invoke(app, ["backup", str(again)], env=state).exit_code == 0
    with zipfile.ZipFile(backup) as one, zipfile.ZipFile(again) as other:
        assert one.read("silences.copy") == other.read("silences.copy")
    with embedded.locked(backup.parent / "var") as alone:
        assert alone
        refused = CliRunner().invoke(app, ["restore", str(backup)], env=state)
        assert (refused.exit_code, "stop it first" in refused.output) == (1, True)
    assert not Path("x.zip").exists()
