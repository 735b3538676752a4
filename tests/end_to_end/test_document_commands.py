"""``dedupe``, ``cluster`` and ``replay`` as a user runs them: files in, answers out, exit codes as promised."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from workers.__main__ import app

BATTLE = (
    "Iraqi army units fought Kurdish peshmerga in the city of Kirkuk on Monday, and artillery shelled the southern "
    "districts until nightfall. At least nine soldiers were killed in the clashes, officers said. Residents fled the "
    "fighting along the road to the north while gunfire was heard near the old citadel and the oil installations."
)
OTHER_DESK = (
    "Heavy clashes between the Iraqi army and peshmerga fighters erupted in Kirkuk on Monday. Nine soldiers died as "
    "troops attacked Kurdish positions, hospital officials reported."
)
STRIKE = (
    "A drone strike killed four people in Mogadishu on Tuesday, police said. The missile hit a house near the market; "
    "al-Shabaab blamed the army for the attack."
)
FLOWERS = "The flower show opened on Saturday with tulips from forty growers, and the queue reached the canal."


def documents() -> list[dict[str, Any]]:
    monday, tuesday = "2017-10-16T18:00:00+00:00", "2024-05-07T18:00:00+03:00"
    return [
        {"id": "battle", "text": BATTLE, "published": monday, "source": "reuters"},
        {"id": "reprint", "text": f"KIRKUK - {BATTLE}", "title": "War", "published": "2017-10-16T21:00:00+00:00"},
        {"id": "other", "text": OTHER_DESK, "published": "2017-10-16T20:00:00+00:00", "source": "bbc"},
        {"id": "strike", "text": STRIKE, "published": tuesday},
        {"id": "flowers", "text": FLOWERS, "published": tuesday},
    ]


def run(command: str, rows: list[dict[str, Any]], *options: str, code: int = 0) -> list[dict[str, Any]]:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    result = CliRunner().invoke(app, [command, "-", *options], input=text)
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_dedupe_points_to_the_earliest_line() -> None:
    answers = run("dedupe", [{"id": d["id"], "text": d["text"]} for d in documents()])
    assert [answer["copy_of"] for answer in answers] == [None, "battle", None, None, None]
    assert answers[1]["similarity"] > 0.9


def test_dedupe_knows_an_address_without_its_trackers() -> None:
    rows = [
        {"id": "a", "text": BATTLE, "url": "https://www.example.org/news/1?utm_source=x"},
        {"id": "b", "text": FLOWERS, "url": "https://m.example.org/news/1"},
    ]
    assert [answer["copy_of"] for answer in run("dedupe", rows, "--jobs", "2")] == [None, "a"]


def test_cluster_gives_one_clash_to_two_desks_and_their_reprint_and_none_to_flowers() -> None:
    battle, reprint, other, strike, flowers = run("cluster", documents())
    assert battle["clashes"] == reprint["clashes"] == other["clashes"]
    assert len(battle["clashes"]) == len(battle["situations"]) == 1
    assert reprint["copy_of"] == "battle"
    assert strike["clashes"]
    assert not set(strike["clashes"]) & set(battle["clashes"])
    assert flowers == {"id": "flowers", "copy_of": None, "clashes": [], "situations": []}


def test_cluster_answers_in_input_order_whatever_that_is_with_the_same_ids() -> None:
    rows = documents()
    answers = {answer["id"]: answer for answer in run("cluster", rows)}
    random.Random(1).shuffle(rows)
    again = run("cluster", rows, "--jobs", "2")
    assert [answer["id"] for answer in again] == [row["id"] for row in rows]
    assert {answer["id"]: answer for answer in again} == answers


@pytest.mark.parametrize("command", ["dedupe", "cluster"])
def test_an_unusable_line_is_answered_and_the_rest_still_runs(command: str) -> None:
    rows = [{"id": "a", "text": FLOWERS}, {"id": "b"}, {"id": "c", "text": FLOWERS, "title": 7}]
    answers = run(command, rows, code=1)
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert ["error" in answer for answer in answers] == [False, True, True]


def test_a_time_without_an_offset_is_refused() -> None:
    (answer,) = run("cluster", [{"id": "a", "text": BATTLE, "published": "2017-10-16T18:00:00"}], code=1)
    assert answer["error"] == "published: 2017-10-16T18:00:00 has no offset"


def test_a_missing_file_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["dedupe", "/nowhere.jsonl"]).exit_code == 2


# -- replay ----------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    (folder / "regions").mkdir(parents=True)
    (folder / "rules.d").mkdir()
    (folder / "regions" / "iraq.yml").write_text("iraq: {countries: [IQ]}\nchile: {countries: [CL]}\n")
    (folder / "rules.d" / "all.yml").write_text(
        "groups:\n  - name: all\n    rules:\n"
        "      - {id: iraq, name: Iraq, regions: [iraq]}\n      - {id: chile, name: Chile, regions: [chile]}\n"
    )
    (folder / "receivers.yml").write_text("receivers: [{name: desk, kind: console}]\nroute: {receiver: desk}\n")
    return folder


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "battle.txt").write_text(BATTLE)
    (folder / "battle.yml").write_text("published: 2017-10-16T18:00:00+00:00\nsource: reuters\ntitle: Battle\n")
    (folder / "other.txt").write_text(OTHER_DESK)
    (folder / "meta.jsonl").write_text(json.dumps({"id": "other", "published": "2017-10-16T20:00:00+00:00"}) + "\n")
    (folder / "strike.jsonl").write_text(json.dumps(documents()[3]) + "\n")
    page = f"<html><head><title>Show</title></head><body><article><h1>Show</h1><p>{FLOWERS * 4}</p></article></body>"
    (folder / "flowers.html").write_text(page)
    return folder


def replay(papers: Path, config: Path, *options: str, code: int = 0) -> str:
    arguments = ["replay", str(papers), "--config", str(config), "--published", "flowers=2024-05-08T08:00:00Z"]
    result = CliRunner().invoke(app, [*arguments, *options])
    assert result.exit_code == code, result.output
    return result.stdout


def test_replay_tells_which_rule_fired_and_what_the_receiver_would_read(papers: Path, config: Path) -> None:
    told = replay(papers, config)
    assert "rule iraq: fired" in told
    assert "to desk" in told
    assert "rule chile" not in told
    assert "rule chile: outside_region" in replay(papers, config, "--all")


def test_replay_in_json_follows_one_clash_over_two_articles(papers: Path, config: Path) -> None:
    lines = [json.loads(line) for line in replay(papers, config, "--json").splitlines()]
    nouns = {noun: [line for line in lines if line["noun"] == noun] for noun in ("article", "clash", "alert", "totals")}
    assert [article["id"] for article in nouns["article"]] == ["battle", "other", "strike", "flowers"]
    assert any(clash["articles"] == ["battle", "other"] for clash in nouns["clash"])
    assert {alert["rule"] for alert in nouns["alert"] if alert["rule"] != "unlocated"} == {"iraq"}
    assert nouns["totals"][0]["articles"] == 4


def test_replay_reads_a_feed_with_its_pages(papers: Path, config: Path) -> None:
    entry = "<item><title>Show</title><link>https://example.org/a/flowers.html</link><guid>1</guid>{date}</item>"
    brief = f"<item><title>Fighting</title><guid>2</guid><description>{BATTLE}</description>{{date}}</item>"
    date = "<pubDate>Tue, 17 Oct 2017 08:00:00 GMT</pubDate>"
    items = (entry + brief).replace("{date}", date)
    (papers / "feed.xml").write_text(f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>')
    lines = [json.loads(line) for line in replay(papers, config, "--json").splitlines()]
    articles = {line["id"]: line for line in lines if line["noun"] == "article"}
    assert set(articles) == {"battle", "other", "strike", "flowers", "2"}
    assert articles["flowers"]["url"] == "https://example.org/a/flowers.html"
    assert articles["2"]["copy_of"] == "battle"


def test_replay_reads_a_live_blog_part_by_part_each_at_its_own_time(papers: Path, config: Path) -> None:
    places = {"2024-05-06": "Baghdad", "2024-05-07": "Mosul", "2024-05-08": "Kirkuk"}
    words = "Two policemen were killed this morning when gunmen attacked a checkpoint in {}, Iraq, the police said."
    updates = [
        {"datePublished": f"{day}T09:00:00Z", "articleBody": words.format(place)} for day, place in places.items()
    ]
    blog = {"@type": "LiveBlogPosting", "datePublished": "2024-05-08T09:30:00Z", "liveBlogUpdate": updates}
    head = f"<script type='application/ld+json'>{json.dumps(blog)}</script>"
    body = "".join(f"<p>{update['articleBody']}</p>" for update in updates)
    (papers / "blog.html").write_text(f"<html><head>{head}</head><body><h1>Live</h1><article>{body}</article></html>")
    lines = [json.loads(line) for line in replay(papers, config, "--json").splitlines()]
    (blog_line,) = [line for line in lines if line.get("id") == "blog" and line["noun"] == "article"]
    told = {report["place"]["name"]: report["start"] for report in blog_line["reports"]}
    assert told == {place: day for day, place in places.items()}
    clashes = [line for line in lines if line["noun"] == "clash" and line["articles"] == ["blog"]]
    assert len(clashes) == 3


def test_replay_names_what_it_could_not_read_and_ends_with_one(papers: Path, config: Path) -> None:
    (papers / "empty.html").write_text("<html></html>")
    (papers / "feed.xml").write_text("not a feed")
    replay(papers, config, code=1)


def test_replay_refuses_a_configuration_with_faults(papers: Path, config: Path) -> None:
    (config / "regions" / "iraq.yml").write_text("iraq: {contries: [IQ]}\n")
    replay(papers, config, code=2)
