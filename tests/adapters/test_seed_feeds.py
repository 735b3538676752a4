"""The list of feeds to start from: real outlets, known publishers, the languages that are read."""

from collections import Counter
from pathlib import Path

from workers.adapters import publishers
from workers.pipeline.urls import host
from workers.settings import Problem
from workers.settings.opml import feeds_of
from workers.settings.service import FeedEntry

ROOT = Path(__file__).parents[2]
LANGUAGES = frozenset(path.stem for path in (ROOT / "workers" / "knowledge" / "lexicon").glob("*.yml"))
CDNS = frozenset(
    {
        "feeds.skynews.com",
        "feeds.a.dj.com",
        "feeds.feedburner.com",
        "e00-elmundo.uecdn.es",
        "partner-feeds.publishing.tamedia.ch",
    }
)
"""Hosts that carry a publisher's feed under another name than the publisher's own."""


def listed() -> list[FeedEntry]:
    problems: list[Problem] = []
    found = feeds_of(ROOT / "seeds" / "feeds.opml", Problem("feeds.opml", "", ""), problems)
    assert not problems
    return [FeedEntry.model_validate(feed) for feed in found]


def test_there_are_hundreds_of_them_and_none_twice() -> None:
    feeds = listed()
    assert len(feeds) >= 300
    assert max(Counter(feed.slug for feed in feeds).values()) == 1
    assert max(Counter(feed.url for feed in feeds).values()) == 1


def test_every_language_that_is_read_is_written_by_several_families() -> None:
    families: dict[str, set[str | None]] = {language: set() for language in LANGUAGES}
    for feed in listed():
        families[str(feed.language)].add(feed.family)
    assert all(len(found) >= 10 for found in families.values())


def test_a_feed_belongs_to_a_publisher_that_is_known_and_whose_host_it_is() -> None:
    known = publishers.load()
    for feed in listed():
        publisher = known.of_family(feed.family)
        assert publisher is not None, feed.slug
        assert feed.country == publisher.country
        name = host(feed.url)
        assert known.of_host(name) is publisher or name in CDNS, feed.url
