"""Hostile input: what fuzzing found stays mended, and a small round of it runs each time (`make fuzz`: a large)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks._fuzz_targets import TARGETS
from workers.adapters import knowledge
from workers.pipeline import feed, regions
from workers.pipeline.condition import SAMPLE, BadConditionError, compiled
from workers.pipeline.detect import detect
from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import Area, Document
from workers.pipeline.urls import canonical
from workers.settings import SettingsError, load
from workers.settings.times import zone

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FOUGHT = "Rebels and the army exchanged fire near Goma on Monday and killed three soldiers"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("target", TARGETS)
def test_a_round_of_hostile_input_harms_nothing(target: str, capfd: pytest.CaptureFixture[str]) -> None:
    report = fuzz.run(target, range(60))
    assert report["finding"] == 0, capfd.readouterr().err
    assert report["read"], "nothing of it was readable: this tests nothing"


def test_half_a_letter_costs_a_text_only_itself() -> None:
    whole, torn = (detect(Document("x", f"{FOUGHT}{end}"), knowledge.load()) for end in (" x.", " \ud800."))
    assert torn.reports
    assert torn.reports == whole.reports


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_a_time_that_nothing_can_be_counted_from_is_no_time(moment: datetime) -> None:
    (report,) = detect(Document("x", FOUGHT, published=moment.replace(tzinfo=UTC)), knowledge.load()).reports
    assert report.start is None


def test_more_days_ago_than_there_were_is_no_day() -> None:
    assert detect(Document("x", f"{FOUGHT}, 99999999 days ago.", published=NOW), knowledge.load()).language == "en"


def test_hundreds_of_figures_in_one_sentence_are_read_in_seconds() -> None:
    began = time.process_time()
    detect(Document("x", "Clashes left " + "12 dead and 9 soldiers killed and " * 300 + "more."), knowledge.load())
    assert time.process_time() - began < 10


def test_a_name_that_xml_forbids_costs_a_sitemap_only_itself() -> None:
    body = "<urlset><ur:l:>x</ur:l:><url><loc>http://a.example/1</loc><:>x</:></url></urlset>"
    found = feed.parse(body.encode(), url="http://a.example/sitemap.xml", now=NOW)
    assert [entry.url for entry in found.entries] == ["http://a.example/1"]


def test_a_sitemap_that_names_half_a_letter_names_no_page_and_not_itself() -> None:
    pages = "<urlset><url><loc>&#xD800;</loc></url></urlset>"
    index = "<sitemapindex><sitemap><loc>&#xD800;</loc></sitemap>"
    found, listed = (feed.parse(body.encode(), url="http://a.example/sitemap.xml", now=NOW) for body in (pages, index))
    assert [entry.url for entry in found.entries] == [None]
    assert (listed.parts, listed.problems) == ((), ("an index of no sitemaps",))


def test_a_regular_expression_nested_too_deep_is_refused_in_words() -> None:
    with pytest.raises(BadMatcherError, match="bad regular expression"):
        parse_matcher("rule=~" + "(" * 5000)


def test_a_canonical_address_is_its_own() -> None:
    for strange in ("x???utm_source=y&id=1", "x?utm_source=y&?utm_source=y&id=1", "x?utm_source=y&?id=1"):
        assert canonical(f"http://a.example/{strange}") == "http://a.example/x?id=1"


def test_an_outline_that_crosses_itself_over_the_antimeridian_is_refused() -> None:
    bow_tie = ((170.0, 0.0), (190.0, 10.0), (190.0, 0.0), (170.0, 10.0), (170.0, 0.0))
    with pytest.raises(regions.BadRegionError):
        regions.build({"a": Area("a", polygons=((bow_tie,),))})


def test_a_condition_that_divides_by_nobody_does_not_fire_and_says_so() -> None:
    with pytest.raises(BadConditionError, match="division by zero"):
        compiled("injured / killed > 2")
    asked = compiled("toll_known && 1 / killed > 2")
    assert "cannot be answered" in str(asked.refusal({**SAMPLE, "toll_known": True}))


CONFIGURATIONS = {
    "three thousand brackets": "[" * 3000,
    "three thousand mappings": "{a: " * 3000,
    "a billion laughs": "a: &b0 [x]\n" + "".join(f"b{n}: &b{n} [{f'*b{n - 1},' * 9}]\n" for n in range(1, 10)),
    "a list in itself": "a: &a [*a]\n",
    "half a letter": 'fetch: {contact: "\\ud800", interval: "\\ud800"}\n',
    "a day that is none": "state_dir: 0000-01-01\n",
    "longer than time": "fetch: {interval: 99999999999999d}\n",
    "for ever": "fetch: {interval: .inf}\n",
}  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("wrong", CONFIGURATIONS)
def test_a_configuration_that_cannot_be_is_refused_at_once(wrong: str, tmp_path: Path) -> None:
    _configured(tmp_path, CONFIGURATIONS[wrong])
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, {})
    assert "clashwatch.yml" in str(refused.value)


def test_a_secret_at_an_impossible_path_and_a_variable_that_is_no_text_are_refused(tmp_path: Path) -> None:
    _configured(tmp_path, "state_dir: var\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path, {"CLASHWATCH_FETCH_INTERVAL": "\udcff"})
    (tmp_path / "receivers.yml").write_text(
        'receivers: [{name: s, kind: slack, channel: C0123456, token_file: "a\\0b"}]\nroute: {receiver: s}\n'
    )
    with pytest.raises(SettingsError, match="cannot read"):
        load(tmp_path, {})


def test_a_time_zone_longer_than_a_file_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zone("Europe/" + "x" * 5000)


def _configured(folder: Path, service: str) -> None:
    (folder / "clashwatch.yml").write_text(service)
    (folder / "feeds.yml").write_text("feeds: [{slug: a, url: 'http://a.example/f'}]\n")
    (folder / "receivers.yml").write_text("receivers: [{name: o, kind: outbox}]\nroute: {receiver: o}\n")
