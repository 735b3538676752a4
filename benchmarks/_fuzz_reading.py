"""Hostile input for what reads: feeds, pages, texts, and the small readers of single words."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from benchmarks import _hostile as hostile
from workers.adapters import corpus, knowledge
from workers.adapters.press import paths
from workers.pipeline import dates, feed, links, urls
from workers.pipeline import detect as detection
from workers.pipeline import extract as extraction
from workers.pipeline.models import Document, Entry, Page
from workers.pipeline.plain import paragraphs
from workers.pipeline.wire import encode

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@cache
def site() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The shipped demo's feeds and pages."""
    found = paths(corpus.load(ROOT / "seeds" / "corpus"), NOW, "http://news.example").values()
    feeds = tuple(one.body for one in found if "html" not in one.media_type)
    return feeds, tuple(one.body for one in found if "html" in one.media_type)


@cache
def texts() -> tuple[str, ...]:
    return tuple(paragraphs(page.decode("utf-8", "replace"), 20_000)[:4000] for page in site()[1])


_MORE_FEEDS = (
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/a", '
    b'"title": "t", "date_published": "2026-03-01T10:00:00Z"}]}',
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.example/1</loc><lastmod>2026-03-01</lastmod></url></urlset>',
    b"<sitemapindex><sitemap><loc>http://a.example/s.xml</loc></sitemap></sitemapindex>",
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item><title>t</title><link>http://a.example/1</link></item></rdf:RDF>',
    b'<!DOCTYPE x [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    b"<rss><channel><item><title>&lol2;</title></item></channel></rss>",
)
_CHARSETS = (None, None, "utf-8", "utf-16", "latin-1", "windows-1251", "nonsense", "idna", "base64", "\x00")

_HERE = "http://a.example/feed"


def a_feed(chance: random.Random) -> str:
    body = hostile.octets(chance, chance.choice((*site()[0], *_MORE_FEEDS * 2)))
    url = chance.choice((None, _HERE, _HERE, "x"))
    try:
        found = feed.parse(body, charset=chance.choice(_CHARSETS), url=url, now=NOW)
    except feed.NotAFeed:
        return "refused"
    for entry in found.entries:
        assert url != _HERE or entry.url is None or entry.url.startswith(("http://", "https://")), entry.url
        assert entry.published is None or entry.published.tzinfo is not None
        assert "\n" not in entry.title
        assert "\x00" not in entry.title
    json.dumps(encode(found))
    return "read"


def a_page(chance: random.Random) -> str:
    page = chance.choice(site()[1])
    if chance.random() < 0.1:
        page = (
            hostile.nested(chance, chance.choice(("<div>", "<p>", "<b><i>", "<table><tr><td>")), "</div>").encode()
            + page
        )
    body = hostile.octets(chance, page)
    url, kind = (
        chance.choice(("http://a.example/1", "", "http://[::1", "\ud800")),
        chance.choice((None, "text/html", "x/y;;")),
    )
    entry = Entry(
        "g", None, hostile.word(chance), hostile.word(chance), NOW, content=chance.choice((None, hostile.word(chance)))
    )
    found = extraction.extract(
        Page(url, url, body, kind, chance.choice(_CHARSETS), NOW),
        entry=entry,
        language=chance.choice((None, "en", "xx-\x00")),
    )
    assert found.published is None or found.published <= NOW + timedelta(days=2), found.published
    json.dumps(encode(found))
    return "read" if found.text else "refused"


def a_text(chance: random.Random) -> str:
    sound = " ".join(chance.choice(texts()) for _ in range(chance.choice((1, 1, 2))))
    text = hostile.text(chance, sound, strokes=10)
    title = chance.choice((None, "", hostile.word(chance), hostile.text(chance, sound[:80])))
    published = chance.choice((None, NOW, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
    document = Document(
        "x", text, title, published, chance.choice((None, "en", "ar", "zz", "\x00")), chance.choice((None, "IQ", "??"))
    )
    found = detection.detect(document, knowledge.load())
    whole = len(document.full)
    for report in found.reports:
        for start, end in report.evidence:
            assert 0 <= start < end <= whole, (start, end, whole)
        for count in (report.killed, report.injured, report.missing, report.captured):
            assert count is None or (count.low >= 0 and (count.high is None or count.low <= count.high)), count
        assert report.start is None or report.end is None or report.start <= report.end
    assert all(document.full[slice(*place.span)] == place.text for place in found.places)
    json.dumps(encode(found))
    return "read" if found.reports else "refused"


def some_words(chance: random.Random) -> str:
    """The small readers of single words: times, addresses, links of ours."""
    written = hostile.text(
        chance,
        chance.choice(
            ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00+01:00", "2 mars 2026", "الاثنين 2 مارس 2026")
        ),
        3,
    )
    moment = dates.moment(written)
    assert moment is None or moment.tzinfo is not None
    address = hostile.text(
        chance, chance.choice(("http://www.a.example/x?utm_source=y&id=1#z", "//b/../c", "https://[::1]:80/")), 3
    )
    with suppress(ValueError):
        key = urls.canonical(address)
        assert urls.canonical(key) == key, (key, urls.canonical(key))
    urls.entry_key(address, hostile.word(chance))
    with suppress(links.BadLinkError):
        links.read(hostile.text(chance, "WyJhIl0.c2VhbA", 3), b"key", NOW)
        raise AssertionError("a forged link was read")
    return "read" if moment else "refused"
