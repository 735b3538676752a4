"""``clashwatch export`` on a real store: every layout, in time order, nothing merged away, no formula in a cell."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from typer.testing import CliRunner

from tests.pipeline.scenes import filing
from workers.__main__ import app
from workers.adapters.store import assigning, neighbourhood
from workers.adapters.store.exported import told
from workers.adapters.store.schema import articles, entries, feeds, reports
from workers.cli.export import _safe
from workers.pipeline.cluster import Context, card, reach
from workers.pipeline.models import Article, Entry, Feed, Filing, Outcome

FILINGS = (
    filing("1.1.0", "Kirkuk", article="1", sides=("iraq-army", "peshmerga"), killed=9),
    filing("2.1.0", "Kherson", 48, article="2", kind="Air/drone strike"),
)


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Two clashes of two articles, kept as the tasks keep them."""
    for one in FILINGS:
        _keep(engine, one)
    with engine.begin() as connection:
        around = neighbourhood.of_articles(connection, (), [1, 2])
        assigning.renew(connection, around, lambda _: Context(), primed=False)
    return engine


def _keep(engine: Engine, one: Filing) -> None:
    number = int(one.article)
    feed = Feed(slug=f"f{number}", url="http://x/")
    entry = Entry(guid=str(number), url=None, title="t", summary="", published=one.published)
    around = reach(one)
    with engine.begin() as c:
        feed_id = c.scalar(insert(feeds).returning(feeds.c.id), {"slug": feed.slug, "feed": feed})
        row = {"feed_id": feed_id, "family": "f", "fingerprint": "", "entry": entry}
        entry_id = c.scalar(insert(entries).returning(entries.c.id), row)
        article = Article(Outcome.ARTICLE, "t", "words", one.published)
        keep = {"id": number, "feed_id": feed_id, "entry_id": entry_id, "outcome": "article", "article": article}
        c.execute(insert(articles), keep | {"published": one.published})
        known = {"id": one.id, "article_id": number, "version": 1, "ordinal": 0, "filing": one, "filed": "news"}
        known |= {
            "card": card(one),
            "is_filing": True,
            "first_day": around.first,
            "last_day": around.last,
            "coarse": False,
        }
        c.execute(insert(reports), known)


@pytest.fixture
def config(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLASHWATCH_DATABASE_URL", database)
    (tmp_path / "feeds.yml").write_text("feeds: [{slug: a, url: 'https://example.org/rss'}]\n")
    (tmp_path / "receivers.yml").write_text("receivers: [{name: desk, kind: console}]\nroute: {receiver: desk}\n")
    return tmp_path


def exported(config: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["export", "--config", str(config), *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_clashes_come_oldest_first_with_their_filings(stored: Engine) -> None:
    found = list(told(stored, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)))
    assert [(one.clash.filings, [each.id for each in one.filings]) for one in found] == [
        (("1.1.0",), ["1.1.0"]),
        (("2.1.0",), ["2.1.0"]),
    ]
    assert list(told(stored, datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 4, 1, tzinfo=UTC))) == []


def test_tables_have_a_header_and_one_row_each(stored: Engine, config: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(config, "--format", "acled"))))
    assert [(row["country"], row["fatalities"]) for row in rows] == [("Iraq", "9"), ("Ukraine", "0")]
    dead = list(csv.DictReader(io.StringIO(exported(config, "--format", "ucdp"))))
    assert [row["best"] for row in dead] == ["9"]


def test_since_and_until_bound_what_is_written(stored: Engine, config: Path) -> None:
    assert len(exported(config, "--since", "2026-03-03").splitlines()) == 1
    assert exported(config, "--until", "2026-03-01") == ""


def test_geojson_is_one_collection(stored: Engine, config: Path) -> None:
    collection = json.loads(exported(config, "--format", "geojson"))
    assert [one["geometry"]["coordinates"] for one in collection["features"]] == [[44.392, 35.468], [32.62, 46.64]]


def test_json_lines_are_whole_clashes(stored: Engine, config: Path) -> None:
    lines = [json.loads(line) for line in exported(config).splitlines()]
    assert [line["reports"][0]["id"] for line in lines] == ["1.1.0", "2.1.0"]
    assert [[one["changes"] for one in line["revisions"]] for line in lines] == [[["new"]], [["new"]]]
    assert lines[0]["revisions"][0]["diff"]["killed"] == [None, {"low": 9, "best": 9, "high": 9}]


def test_plover_is_one_record_a_line(stored: Engine, config: Path) -> None:
    records = [json.loads(line) for line in exported(config, "--format", "plover").splitlines()]
    assert [one["event_loc"]["cc3"] for one in records] == ["IRQ", "UKR"]
    assert [one["event"] for one in records] == [["ASSAULT"], ["ASSAULT"]]


def test_no_cell_starts_a_formula() -> None:
    assert _safe("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert (_safe("Kirkuk"), _safe(-1.5)) == ("Kirkuk", -1.5)
