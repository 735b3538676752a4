"""Stored articles read anew: a dry run changes nothing, an applied one tells nobody twice, and versions are kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, func, insert, select
from typer.testing import CliRunner

from tests.adapters.test_settings import SOUND
from tests.adapters.test_store_identity import FIGHT, GAO, KIRKUK, NOBODY, NOW, add_article, edit, homes, tell
from workers.__main__ import app
from workers.adapters.store import articles, filings, recoding
from workers.adapters.store.neighbourhood import Neighbourhood
from workers.adapters.store.recoding import Anew, Recoded
from workers.adapters.store.schema import alerts, clashes, reports, revisions
from workers.pipeline.cluster import Context
from workers.pipeline.edits import edits
from workers.pipeline.models import Alert, AlertKind, Article, Coding, Count, Outcome, Report

DEADLIER = replace(FIGHT, killed=Count(9, 9, 9))


def linking(around: Neighbourhood) -> Context:
    return Context(pins=around.pins)


def reread(
    engine: Engine, article: int, *found: Report, words: str | None = None, dry_run: bool = False
) -> Recoded | None:
    known = articles.load(engine, article)
    text = replace(known.article, text=words) if words else known.article
    now = replace(known, version=known.version + 1, article=text)
    anew = Anew(known, text, filings.filings(now, [Coding("en", found, ())], NOBODY))
    return recoding.recode(engine, anew, linking, dry_run=dry_run)


def state(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        tables = (reports.c.id, clashes.c.clash, revisions.c.revision)
        return [connection.scalars(select(column).order_by(column.table.c.id)).all() for column in tables]


def tell_somebody(engine: Engine, clash: str) -> None:
    with engine.begin() as connection:
        revision = connection.scalar(select(func.max(revisions.c.id)).where(revisions.c.clash_id == clash))
        alert = Alert("k", "r", clash, 1, AlertKind.NEW, "info", "new", (), {}, {}, NOW)
        row = {"key": "k", "rule": "r", "clash_id": clash, "revision_id": revision, "alert": alert, "at": NOW}
        connection.execute(insert(alerts).values(row))


def primed(engine: Engine) -> list[bool]:
    with engine.connect() as connection:
        return list(connection.scalars(select(revisions.c.primed).order_by(revisions.c.id)))


def test_a_dry_run_says_what_would_change_and_changes_nothing(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    (clash,) = homes(engine).values()
    before = state(engine)
    found = reread(engine, article, DEADLIER, dry_run=True)
    assert found == Recoded(False, (FIGHT,), (DEADLIER,), {clash: ("toll",)})
    assert state(engine) == before
    assert articles.load(engine, article).version == 1


def test_what_is_read_as_before_changes_nothing(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    assert reread(engine, article, FIGHT) is None
    assert articles.load(engine, article).version == 1


def test_a_clash_that_was_told_changes_without_being_told_again(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    (clash,) = homes(engine).values()
    tell_somebody(engine, clash)
    found = reread(engine, article, DEADLIER)
    assert found is not None
    assert found.revised == {clash: ("toll",)}
    assert set(homes(engine).values()) == {clash}
    assert primed(engine) == [False, True]


def test_what_nobody_was_told_of_meets_the_rules_as_news_does(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    reread(engine, article, FIGHT, replace(FIGHT, place=GAO))
    assert primed(engine) == [False, False]


def test_a_report_that_is_no_longer_read_takes_its_clash_back(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    (clash,) = homes(engine).values()
    found = reread(engine, article)
    assert found is not None
    assert found.revised == {clash: ("retracted",)}
    assert homes(engine) == {}


def test_an_article_that_was_edited_meanwhile_is_left_to_the_workers(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    known = articles.load(engine, article)
    edit(engine, article)
    assert recoding.recode(engine, Anew(known, known.article, ()), linking, dry_run=False) is None


def test_versions_are_kept_with_what_was_edited(engine: Engine) -> None:
    article = tell(engine, "Six died.\n\nIt is calm.", FIGHT)
    reread(engine, article, DEADLIER, words="Nine died.\n\nIt is calm.")
    (one, before), (two, after) = articles.history(engine, article)
    assert (one, two) == (1, 2)
    assert edits(before, after) == ("-Six died.", "+Nine died.")


def test_articles_are_read_anew_from_a_day_on_the_oldest_first(engine: Engine) -> None:
    late, early, old = (add_article(engine, NOW.replace(year=year), "w") for year in (2026, 2025, 2020))
    found = [article for article, _ in recoding.since(engine, NOW.replace(year=2025))]
    assert found == [early, late]
    assert old not in found


def test_the_same_text_has_no_edits() -> None:
    article = Article(Outcome.ARTICLE, "t", "words", NOW)
    assert edits(article, article) == ()
    assert KIRKUK is FIGHT.place


@pytest.fixture
def config(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLASHWATCH_DATABASE_URL", database)
    for name, text in SOUND.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done


def test_the_command_lists_what_would_change_then_changes_it_and_then_finds_nothing(
    engine: Engine, config: Path
) -> None:
    article = tell(engine, "Rebels shelled the town of Kirkuk today, killing nine soldiers.", FIGHT)
    (clash,) = homes(engine).values()
    again = ("reprocess", "--since", "2001-01-01", "--config", str(config))
    listed = json.loads(run(*again, "--dry-run", "--json").stdout)
    assert (listed["article"], listed["text"]) == (article, "same")
    assert "Armed clash at Kirkuk" in listed["gone"][0]
    assert "Kirkuk" in listed["come"][0]
    assert clash in run(*again).stdout
    assert run(*again).stdout == ""
    assert "read anew" in run("versions", str(article), "--config", str(config)).stdout
