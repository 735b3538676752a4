"""Feeds whose words are poison go through the whole fleet: what can be read is told, and nobody else is held up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from far_ends import Answer, Asked, http
from fleet import Fleet, Listener, Story, configure, stories
from sqlalchemy import Engine, text

from workers.adapters.store import gauges, tallies

DAY = datetime.now(UTC) - timedelta(hours=2)
MEGABYTE = 1_000_000
TOLD = stories(10)
WORDS = {
    "NUL by name": "War &#0; and &#x0; peace",
    "NUL as it is": "War \x00 and peace",
    "half a pair by name": "War &#xD800; and &#55357; peace",
    "other controls": "War \x01\x08\x1b[2J &#x1b; \ufffe\uffff and peace",
    "seven megabytes": "war " * (7 * MEGABYTE // 4),
}
"""Titles in XML, as text that no writer of XML would let through."""
ESCAPED = {"NUL": "War \\u0000 and peace", "half a pair": "War \\ud800 \\udc00\\ud83d and peace"}
"""Titles in JSON, as they stand between its quotes."""
TOO_MUCH = "war " * (10 * MEGABYTE // 4)


def rss(base: str, story: Story, title: str) -> bytes:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title[:50]}</title><item><guid>{story.number}</guid>'
        f"<title>{title}</title><description>{title[:5000]}</description><link>{base}/story/{story.number}</link>"
        f"<pubDate>{format_datetime(DAY)}</pubDate></item></channel></rss>"
    ).encode()


def json_feed(base: str, story: Story, title: str) -> bytes:
    """``title`` is written as it is, so that it may hold escapes that no writer of JSON would make."""
    item = {"id": str(story.number), "url": f"{base}/story/{story.number}", "title": "TITLE", "content_text": "TITLE",
            "date_published": DAY.isoformat()}  # fmt: skip
    told = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "TITLE", "items": [item]})
    return told.replace("TITLE", title).encode()


class Press:
    """A feed for each poison, one entry each; every entry's page is a good one but for its own NULs."""

    def __init__(self) -> None:
        self.url = ""
        titles = [*((rss, words) for words in WORDS.values()), *((json_feed, words) for words in ESCAPED.values())]
        self.feeds = [*titles, (rss, TOO_MUCH), (rss, "War and peace")]

    def answer(self, asked: Asked) -> Answer:
        kind, _, number = asked.path.strip("/").partition("/")
        if kind == "story":
            page = TOLD[int(number)].page(DAY).replace("</article>", "<p>a\x00b &#0; &#xD800;</p></article>")
            return Answer(200, page.encode(), (("content-type", "text/html; charset=utf-8"),))
        written, title = self.feeds[int(number)]
        return Answer(200, written(self.url.rstrip("/"), TOLD[int(number)], title))


@pytest.fixture
def press() -> Iterator[Press]:
    made = Press()
    with http(made.answer) as made.url:
        yield made


@pytest.mark.timeout(300)
def test_words_that_no_store_can_keep_cost_themselves_at_most(
    press: Press, beating, tmp_path: Path, engine: Engine, database: str, broker: str
) -> None:
    listener, port = Listener(), int(press.url.rsplit(":", 1)[1].strip("/"))
    with listener.listening() as hook:
        config = configure(tmp_path, ("127.0.0.1", port), hook, feeds=len(press.feeds))
        fleet = Fleet(config, database, broker, engine)
        with fleet.sailing("fetch", "process", "notify"), beating(fleet, unanswered=3):
            fleet.wait_until_done(len(press.feeds) - 1, seconds=120)
    assert len(set(listener.alerts)) == len(press.feeds) - 1, "each was told, but for the feed that is too large"
    assert gauges.quarantined(engine) == {}
    polled = {one.subject: one.outcome for one in tallies.totals(engine) if one.stage == "poll"}
    assert [feed for feed, outcome in polled.items() if outcome == "too_large"] == [f"paper-{len(press.feeds) - 2}"]
    with engine.connect() as connection:
        longest = connection.scalar(text("SELECT max(length(entries::text)) FROM entries"))
    assert longest < MEGABYTE, "nobody reads a title of megabytes"
