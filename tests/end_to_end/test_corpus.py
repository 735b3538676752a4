"""The news that ships with the service, and the site that serves it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from workers.adapters.corpus import Corpus, CorpusError, Story, Told, compare, load
from workers.adapters.local_site import feeds, opening, serve
from workers.adapters.press import Resource, edition, feed_of, paths
from workers.pipeline.feed import parse
from workers.settings.opml import feeds_of
from workers.settings.problems import Problem

ROOT = Path(__file__).parents[2]
SHIPPED = load(ROOT / "seeds" / "corpus")
START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BASE = "http://site.test"
SITE = paths(SHIPPED, START, BASE)


def text(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def words(story: Story) -> list[str]:
    return re.findall(r"\w+", text(re.sub(r"\{\{.*?\}\}", "", story.body)).lower())


def page(name: str, site: dict[str, Resource] = SITE) -> str:
    resource = site[f"/{name}"]
    return resource.body.decode(resource.charset)


# --- the corpus -------------------------------------------------------------------------------------------------


def test_it_has_many_stories_by_many_outlets_in_six_languages() -> None:
    assert len(SHIPPED.stories) >= 44
    assert {outlet.language for outlet in SHIPPED.outlets} == {"ar", "de", "en", "es", "fr", "nl"}
    assert {outlet.format for outlet in SHIPPED.outlets} == {"rss20", "atom"}
    assert all(len(SHIPPED.of(outlet)) >= 5 for outlet in SHIPPED.outlets)


def test_stories_are_as_long_as_news_is() -> None:
    lengths = {story.name: len(words(story)) for story in SHIPPED.stories if story.access != "paywall"}
    assert {name: n for name, n in lengths.items() if not 140 <= n <= 400} == {}


def test_no_two_stories_share_a_sentence_but_the_reprint_and_its_origin() -> None:
    seen: dict[tuple[str, ...], str] = {}
    shared = set()
    for story in SHIPPED.stories:
        tokens = words(story)
        for shingle in {tuple(tokens[i : i + 8]) for i in range(len(tokens) - 7)}:
            if seen.setdefault(shingle, story.name) != story.name:
                shared.add((seen[shingle], story.name))
    assert shared == {("harbour/peshmerga-repel-attacks", "norwick/perde-fish-khabur")}


@pytest.mark.parametrize("hour", [0, 9, 18, 23])
def test_every_placeholder_is_filled_and_nothing_lies_in_the_future(hour: int) -> None:
    start = START.replace(hour=hour, minute=0)
    site = paths(SHIPPED, start, BASE)
    assert [name for name, there in site.items() if b"{{" in there.body] == []
    assert max(there.changed for there in site.values()) <= start


def test_every_link_within_the_site_leads_somewhere() -> None:
    linked = {
        link
        for story in SHIPPED.stories
        for link in re.findall(rf'(?:href="|{BASE})(/{story.outlet}/[\w-]+)"', page(story.name))
    }
    assert linked - set(SITE) <= {"/norwick/cookies"}


def test_feeds_are_well_formed_and_list_every_story_newest_first() -> None:
    for outlet in SHIPPED.outlets:
        listed = parse(SITE[feed_of(outlet.slug)].body, now=START)
        assert not listed.problems
        assert [entry.guid.rpartition(":")[2] for entry in listed.entries] == [s.slug for s in SHIPPED.of(outlet)]
        dates = [entry.published for entry in listed.entries if entry.published]
        assert len(dates) == len(listed.entries)
        assert dates == sorted(dates, reverse=True)
        assert "&lt;" not in listed.entries[0].summary


def test_days_are_named_in_the_outlets_own_words() -> None:
    assert "von Freitag" not in page("nordwall/al-kaim-offensive")
    assert "am Freitag die Kolonnen" in page("nordwall/al-kaim-offensive")
    assert "de jeudi à vendredi" in page("fanal/pourparlers-geneve")
    assert "nacht van woensdag op donderdag" in page("kaapstander/offensief-kirkuk")
    assert "فجر الجمعة" in page("marfa/alqaim-hujum")
    assert "este jueves" in page("heraldo/tibu")


def test_the_edition_is_the_last_complete_one() -> None:
    assert edition(SHIPPED, START) == datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert edition(SHIPPED, START.replace(hour=18, minute=0)) == datetime(2026, 11, 21, 18, tzinfo=UTC)


def test_the_same_start_gives_the_same_bytes_and_another_day_does_not() -> None:
    assert paths(SHIPPED, START, BASE) == SITE
    assert paths(SHIPPED, START + timedelta(hours=8), BASE) == SITE
    assert page("heraldo/tibu", paths(SHIPPED, START + timedelta(days=1), BASE)) != page("heraldo/tibu")


# --- the truth --------------------------------------------------------------------------------------------------


def test_the_truth_names_rules_of_the_shipped_configuration() -> None:
    shipped = [YAML(typ="safe").load(path) for path in (ROOT / "config" / "rules.d").glob("*.yml")]
    rules = {rule["id"] for file in shipped for group in file["groups"] for rule in group["rules"]}
    alerts, quiet = SHIPPED.truth.alerts, SHIPPED.truth.quiet
    assert {alert.rule for alert in alerts} | {one.rule for one in quiet} <= rules
    assert {alert.rule for alert in alerts}.isdisjoint(one.rule for one in quiet)


def test_expected_incidents_are_told_after_they_happened_by_several_outlets() -> None:
    by_name = {story.name: story for story in SHIPPED.stories}
    for alert in SHIPPED.truth.alerts:
        stories = [by_name[name] for name in alert.articles]
        assert len({story.outlet for story in stories}) >= 3, alert.incident
        assert min(story.day for story in stories) >= alert.days[0], alert.incident


def told(rule: str, clash: str, spot: tuple[float, float], *names: str) -> Told:
    return Told(rule, clash, *spot, tuple(f"http://127.0.0.1:8080/{name}?utm_source=rss" for name in names))


def everything() -> list[Told]:
    return [
        told(alert.rule, alert.incident, (alert.place.lat, alert.place.lon), alert.articles[-1])
        for alert in SHIPPED.truth.alerts
    ]


def test_the_expected_alerts_are_exactly_what_is_expected() -> None:
    assert compare(SHIPPED, everything()).exact


def test_an_update_of_a_clash_is_no_second_alert() -> None:
    assert compare(SHIPPED, everything() * 2).exact


def test_an_alert_that_nobody_sent_is_missing() -> None:
    answer = compare(SHIPPED, everything()[1:])
    assert [alert.incident for alert in answer.missing] == ["kirkuk-operation"]
    assert answer.unexpected == ()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (told("gaza", "another", (31.34, 34.30), "marfa/khan-younis-ghara"), "told twice"),
        (told("gaza", "another", (31.52, 34.45), "marfa/khan-younis-ghara"), "no expected alert"),
        (told("gaza", "another", (31.34, 34.30), "harbour/film-winter-line"), "no expected alert"),
        (told("yemen", "another", (13.57, 44.02), "marfa/hudna-yaman"), "ceasefire agreement"),
        (Told("idlib", "another", None, None, ()), "no expected alert"),
    ],
)
def test_an_alert_too_many_comes_with_the_reason_why(wrong: Told, reason: str) -> None:
    answer = compare(SHIPPED, [*everything(), wrong])
    assert answer.missing == ()
    assert [one for one, _ in answer.unexpected] == [wrong]
    assert reason in answer.unexpected[0][1]


# --- other people's corpora ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The smallest corpus there is."""
    (tmp_path / "articles" / "bugle").mkdir(parents=True)
    (tmp_path / "corpus.yml").write_text(
        "title: One\nedition_ends: '18:00'\noutlets:\n"
        "  - {slug: bugle, title: Bugle, family: bugle, language: en, country: IE, locale: en_IE,"
        " zone: Europe/Dublin, format: atom, stumbles: 1}\n"
    )
    story = "---\ntitle: A\nsummary: B & C\nday: 0\nat: '09:00'\naccess: consent\n---\n<p>{{ day(0) | weekday }}</p>\n"
    (tmp_path / "articles" / "bugle" / "a.html").write_text(story)
    (tmp_path / "truth.yml").write_text("alerts: []\n")
    return tmp_path


def test_a_corpus_without_templates_gets_plain_pages(folder: Path) -> None:
    assert "<p>Friday</p>" in page("bugle/a", paths(load(folder), START, BASE))


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("corpus.yml", "title: [", "corpus.yml"),
        ("corpus.yml", "- a", "mapping"),
        ("truth.yml", "alert: []", "Extra inputs"),
        (
            "truth.yml",
            "alerts:\n- {rule: r, incident: i, what: w, place: {lat: 0, lon: 0, radius_km: 1}, days: [0, 0],"
            " articles: [bugle/gone]}",
            "bugle/gone",
        ),
        ("articles/bugle/a.html", "<p>no head</p>", "YAML head"),
        ("articles/bugle/a.html", "---\ntitle: A\nsummary: B\nday: 1\nat: '09:00'\n---\n", "day"),
        ("articles/bugle/b.html", "---\ntitle: A\nsummary: B\nday: 0\nat: '09:00'\nrelated: [c]\n---\n", "related"),
    ],
)
def test_a_corpus_that_cannot_be_used_says_which_file_and_why(
    folder: Path, file: str, content: str, fault: str
) -> None:
    (folder / file).write_text(content)
    with pytest.raises(CorpusError, match=fault) as raised:
        load(folder)
    assert file in str(raised.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "truth.yml").unlink()
    with pytest.raises(CorpusError, match=r"truth\.yml: is missing"):
        load(folder)


# --- the site ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(ROOT / "seeds" / "corpus", 0, START) as base:
        yield base


def get(address: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_feeds_have_their_own_media_types_and_know_their_address(address: str) -> None:
    rss, body = get(address, "/norwick/feed.xml")
    atom, _ = get(address, "/harbour/feed.xml")
    assert (rss.status, rss.headers["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")
    assert atom.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert f"{address}/norwick/kirkuk-operation?utm_source=rss".encode() in body


def test_who_has_it_already_gets_304(address: str) -> None:
    first, _ = get(address, "/fanal/feed.xml")
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in ({"If_None_Match": etag}, {"If_None_Match": f'"x", {etag}'}, {"If_Modified_Since": modified}):
        again, body = get(address, "/fanal/feed.xml", **condition)
        assert (again.status, body, again.headers["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize(
    "condition",
    [
        {"If_None_Match": '"another"'},
        {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
        {"If_None_Match": '"another"', "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ],
)
def test_who_has_something_else_gets_all_of_it(address: str, condition: dict[str, str]) -> None:
    answer, body = get(address, "/fanal/feed.xml", **condition)
    assert answer.status == 200
    assert body == get(address, "/fanal/feed.xml")[1]


def test_pages_are_compressed_for_those_who_take_it(address: str) -> None:
    plain, body = get(address, "/marfa/kirkuk-amaliya")
    packed, compressed = get(address, "/marfa/kirkuk-amaliya", Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert (packed.headers["Content-Encoding"], gzip.decompress(compressed)) == ("gzip", body)


def test_an_old_fashioned_outlet_keeps_its_charset(address: str) -> None:
    answer, body = get(address, "/nordwall/kirkuk-vormarsch")
    assert answer.headers["Content-Type"] == "text/html; charset=windows-1252"
    assert "rücken auf Kirkuk vor – Gefechte".encode("cp1252") in body


def test_a_consent_wall_stands_before_one_story_and_its_feed_tells_the_gist(address: str) -> None:
    answer, _ = get(address, "/scheldeblad/stepanakert-schuilkelders?utm_source=rss")
    assert answer.status == 302
    wall, body = get(address, answer.headers["Location"])
    assert (wall.status, answer.headers["Location"].split("?")[0]) == (200, "/scheldeblad/privacy-gate/consent")
    assert b"Stepanakert" not in body
    assert b"beschoten, melden de Armeense separatisten" in get(address, "/scheldeblad/feed.xml")[1]


def test_a_feed_that_stumbles_recovers(folder: Path) -> None:
    with serve(folder, 0, START) as address:
        first, _ = get(address, "/bugle/feed.xml")
        second, body = get(address, "/bugle/feed.xml")
    assert (first.status, first.headers["Retry-After"]) == (503, "1")
    assert second.status == 200
    assert b"B &amp;amp; C" in body


def test_what_is_not_there_is_404_and_robots_are_told_what_they_may(address: str) -> None:
    assert get(address, "/norwick/no-such-story")[0].status == 404
    assert get(address, "/robots.txt")[1].startswith(b"User-agent: *")


def test_the_service_subscribes_to_outlets_with_their_families() -> None:
    subscribed = {feed.slug: feed for feed in feeds(SHIPPED, BASE)}
    assert subscribed["scheldeblad"].url == "http://site.test/scheldeblad/feed.xml"
    assert (subscribed["scheldeblad"].country, subscribed["scheldeblad"].language) == ("BE", "nl")
    assert len({feed.family for feed in subscribed.values()}) == len(SHIPPED.outlets)


def test_a_second_opening_is_at_the_same_hour_and_address(tmp_path: Path) -> None:
    first = opening(tmp_path / "state" / "site.json", START)
    assert opening(tmp_path / "state" / "site.json", START + timedelta(days=2)) == first
    assert first.start == START


def test_a_corpus_is_a_value(folder: Path) -> None:
    assert load(folder) == load(folder)
    assert isinstance(load(folder), Corpus)


def test_the_list_of_real_feeds_can_be_imported() -> None:
    problems: list[Problem] = []
    listed = feeds_of(ROOT / "seeds" / "feeds.opml", Problem("feeds.yml:1", "opml", ""), problems)
    assert problems == []
    assert all(feed.keys() >= {"slug", "url", "family", "country", "language"} for feed in listed)
    assert len({feed["url"] for feed in listed}) == len(listed) >= 10
