"""``clashwatch feeds`` on a folder of its own and a real local site."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workers.cli.feeds import app

ROOT = Path(__file__).parents[2]
FEED = b"""<rss version='2.0'><channel><title>River Daily</title><language>nl</language><ttl>60</ttl>
<item><title>Een</title><link>/1</link><guid>1</guid><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate></item>
<item><title>Twee</title><link>/2</link><guid>2</guid></item></channel></rss>"""
PAGE = b"<html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head><body>x</body></html>"


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"/feed": FEED, "/": PAGE}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("ETag", '"v1"')
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def feeds(tmp_path, monkeypatch, site):
    """Runs the command in a configuration of its own."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLASHWATCH_FETCH_ALLOW", site.removeprefix("http://"))

    def run(*words):
        return CliRunner().invoke(app, list(words))

    return run


def test_check_shows_what_a_feed_teaches_and_keeps_nothing(feeds, site):
    before = Path("config/feeds.yml").read_text()
    learnt = json.loads(feeds("check", f"{site}/feed", "--json").stdout)
    assert learnt["outcome"] == "ok"
    assert learnt["format"] == "rss20"
    assert (learnt["title"], learnt["language"], learnt["ttl"], learnt["entries"]) == ("River Daily", "nl", 3600, 2)
    assert learnt["etag"] == '"v1"'
    assert learnt["problems"] == ["1 entry without a date"]
    assert learnt["next poll"].endswith("(ttl)")
    assert Path("config/feeds.yml").read_text() == before


def test_check_says_why_a_page_is_no_feed_and_what_it_announces(feeds, site):
    answered = feeds("check", f"{site}/", "--json")
    assert answered.exit_code == 1
    assert json.loads(answered.stdout)["announces"] == [f"{site}/feed"]


def test_add_writes_a_feed_that_was_read_and_leaves_the_rest_of_the_file(feeds, site):
    assert feeds("add", f"{site}/feed", "--family", "river").exit_code == 0
    text = Path("config/feeds.yml").read_text()
    assert "slug: river-daily" in text
    assert "# What is polled." in text
    (listed,) = [json.loads(line) for line in feeds("list", "--json").stdout.splitlines()]
    assert (listed["slug"], listed["url"], listed["family"]) == ("river-daily", f"{site}/feed", "river")


def test_add_refuses_what_is_no_feed(feeds, site):
    before = Path("config/feeds.yml").read_text()
    assert feeds("add", f"{site}/missing").exit_code == 1
    assert feeds("add", f"{site}/").exit_code == 1
    assert Path("config/feeds.yml").read_text() == before


def test_what_is_exported_can_be_imported_again(feeds, site):
    feeds("add", f"{site}/feed", "--family", "river", "--country", "NL")
    feeds("add", "https://example.org/feed?a=1&b=2", "--slug", "example", "--unchecked")
    feeds("export", "list.opml")
    before = feeds("list").stdout
    shutil.copy(ROOT / "config" / "feeds.yml", "config/feeds.yml")
    assert feeds("list").stdout == ""
    assert feeds("import", "list.opml").exit_code == 0
    assert sorted(feeds("list").stdout.splitlines()) == sorted(before.splitlines())
    assert "0 added" in feeds("import", "list.opml").stderr


def test_two_feeds_of_one_name_are_told_apart(feeds):
    outlines = "".join(f"<outline text='News' xmlUrl='https://example.org/{n}'/>" for n in range(3))
    Path("list.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>")
    feeds("import", "list.opml")
    assert [line.split()[0] for line in feeds("list").stdout.splitlines()] == ["news", "news-2", "news-3"]


def test_a_list_that_would_not_start_is_taken_back(feeds):
    before = Path("config/feeds.yml").read_text()
    Path("list.opml").write_text("<opml><body><outline text='x' xmlUrl='gopher://example.org'/></body></opml>")
    assert feeds("import", "list.opml").exit_code == 1
    assert Path("config/feeds.yml").read_text() == before


def test_an_opml_bomb_is_refused(feeds):
    Path("list.opml").write_text('<!DOCTYPE x [<!ENTITY a "aaaa">]><opml><body><outline text="&a;"/></body></opml>')
    assert feeds("import", "list.opml").exit_code == 1
