"""``clashwatch feed`` and ``clashwatch extract`` as operators script them (interfaces.md)."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

FEED = "<rss version='2.0'><channel><title>W</title><item><title>{}</title><link>https://example.org/1</link></item></channel></rss>"
PAGE = "<html><head><title>T</title></head><body><h1>Shells hit the market</h1>{}</body></html>"
PARAGRAPH = (
    "<p>Two people were killed and five wounded when shells hit the market of the town on Monday, officials said.</p>"
)


def run(*words, lines):
    command = [sys.executable, "-m", "workers", *words]
    given = "".join(json.dumps(line) + "\n" if isinstance(line, dict) else line for line in lines)
    done = subprocess.run(command, input=given.encode(), capture_output=True, timeout=60)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def files(tmp_path: Path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_feed_answers_every_line_in_order(files, jobs):
    lines = [
        {"id": f"{n}", "path": files(f"{n}.xml", FEED.format(n)), "url": "https://example.org/feed"} for n in range(20)
    ]
    code, answers = run("feed", "--jobs", jobs, lines=lines)
    assert code == 0
    assert [(answer["id"], answer["entries"][0]["title"]) for answer in answers] == [
        (f"{n}", f"{n}") for n in range(20)
    ]
    assert set(answers[0]) == {"id", "title", "format", "entries", "problems"}
    assert set(answers[0]["entries"][0]) == {"guid", "url", "title", "summary", "published", "language"}


def test_a_line_that_is_unusable_is_answered_and_the_rest_runs(files):
    good = {"id": "b", "path": files("b.xml", FEED.format("b"))}
    code, answers = run("feed", lines=["no json\n", {"id": "a", "path": "/nowhere"}, {"path": "x"}, good])
    assert code == 1
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert [answer["id"] for answer in answers] == [None, "a", None, "b"]


def test_what_is_no_feed_is_no_error(files):
    code, (answer,) = run("feed", lines=[{"id": "a", "path": files("a.xml", "<html><body>captcha</body></html>")}])
    assert (code, answer["format"], answer["entries"]) == (0, None, [])
    assert answer["problems"] == ["not a feed: html: html"]


def test_extract_reads_pages_packed_or_not(files):
    page = PAGE.format(PARAGRAPH * 1 + "<p>The army on the other bank denied that it had fired at the town.</p>")
    plain = {"id": "a", "path": files("a.html", page), "fetched": "2026-03-02T12:00:00Z"}
    packed = {"id": "b", "path": files("b.html.gz", gzip.compress(page.encode())), "encoding": "utf-8"}
    code, (one, other) = run("extract", "--jobs", "2", lines=[plain, packed])
    assert code == 0
    assert one["outcome"] == other["outcome"] == "article"
    assert one["text"] == other["text"]
    named = {"id", "outcome", "title", "text", "published", "modified", "language", "origin", "canonical_url"}
    assert named <= set(one)


def test_each_answer_leaves_before_the_next_line_is_read(files):
    path = files("a.xml", FEED.format("a"))
    command = [sys.executable, "-m", "workers", "feed"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        for number in range(3):
            program.stdin.write(json.dumps({"id": f"{number}", "path": path}).encode() + b"\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["id"] == f"{number}"
        program.stdin.close()


def test_a_document_that_takes_too_long_costs_itself_alone(files):
    slow = "".join(f"<p><a href='/{n}'>link {n}</a> word word word</p>" for n in range(35_000))
    lines = [
        {"id": "slow", "path": files("slow.html", PAGE.format(slow))},
        {
            "id": "good",
            "path": files(
                "good.html", PAGE.format(PARAGRAPH + "<p>The army on the other bank denied that it had fired.</p>")
            ),
        },
    ]
    started = time.monotonic()
    _, (one, other) = run("extract", "--timeout", "1", lines=lines)
    assert (one["id"], one["outcome"]) == ("slow", "timeout")
    assert (other["id"], other["outcome"]) == ("good", "article")
    assert time.monotonic() - started < 15


def test_hostile_pages_each_end_in_their_outcome(files):
    pages = {
        "too_large": b"<html>" + b"x" * 30_000_000,
        "not_article": bytes(range(256)) * 100,
        "empty": b"",
        "bot_wall": b"<html><title>Just a moment...</title><body>Checking your browser</body></html>",
    }
    lines = [{"id": name, "path": files(f"{name}.html", body)} for name, body in pages.items()]
    lines.append({"id": "too_large", "path": files("bomb.html.gz", gzip.compress(b"0" * 100_000_000))})
    code, answers = run("extract", lines=lines)
    assert code == 0
    assert all(answer["outcome"] == answer["id"] for answer in answers)
