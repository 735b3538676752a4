"""Feeds, entries, pages and articles: each kept once, edits kept as versions, the past forgotten on time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select, text, update

from workers.adapters.store import articles, claims, entries, feeds, pages, ready, retention, tallies, yields
from workers.adapters.store.entries import Reading
from workers.adapters.store.memory import Memory
from workers.adapters.store.schema import entries as entry_rows
from workers.adapters.store.schema import feeds as feed_rows
from workers.adapters.store.schema import versions
from workers.adapters.store.works import POLL
from workers.pipeline.models import Article, Entry, Feed, FeedDocument, FetchOutcome, Outcome, Page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAILY = Feed(slug="daily", url="http://daily.example/rss", family="daily", language="en")
WEEKLY = replace(DAILY, slug="weekly", url="http://daily.example/weekly")
FIGHT = Entry(guid="1", url="http://daily.example/a?utm_source=rss", title="Fight", summary="", published=NOW)


def page(url: str, body: bytes = b"<html>") -> Page:
    return Page(url=url, final_url=url, body=body, content_type="text/html", charset=None, fetched=NOW)


@pytest.fixture
def read(engine: Engine) -> Callable[..., list[int]]:
    """Poll a feed that lists these entries; gives the ids of those to fetch."""

    def listed(feed: Feed, *shown: Entry, prime: bool = True) -> list[int]:
        with engine.begin() as connection:
            feed_id = connection.scalar(select(feed_rows.c.id).where(feed_rows.c.slug == feed.slug))
            page_id = pages.add(connection, page(feed.url), feed_id)
        with engine.begin() as connection:
            found = pages.load(engine, page_id)
            return entries.keep(connection, [Reading(found, FeedDocument("t", "rss20", shown), "entries")], prime)

    feeds.subscribe(engine, [DAILY, WEEKLY])
    return listed


def extract(engine: Engine, entry_id: int, article: Article, landed: str = "http://daily.example/a") -> list[int]:
    with engine.begin() as connection:
        feed_id = connection.scalar(select(entry_rows.c.feed_id).where(entry_rows.c.id == entry_id))
        fetched = replace(page("http://daily.example/a"), final_url=landed)
        page_id = pages.add(connection, fetched, feed_id, entry_id)
    found = pages.load(engine, page_id)
    with engine.begin() as connection:
        return articles.save(connection, [(found, article)])


def scalar(engine: Engine, query: object) -> object:
    with engine.connect() as connection:
        return connection.scalar(query)  # type: ignore[call-overload]


def rest(connection: Connection) -> None:
    """As if every entry had been fetched."""
    connection.execute(update(entry_rows).values(stage=None))


def test_a_feed_taken_off_the_list_is_no_longer_polled_and_returns_at_once(engine: Engine) -> None:
    feeds.subscribe(engine, [DAILY, WEEKLY])
    feeds.subscribe(engine, [DAILY])
    assert scalar(engine, select(feed_rows.c.stage).where(feed_rows.c.slug == "weekly")) is None
    feeds.subscribe(engine, [DAILY, WEEKLY])
    assert scalar(engine, select(feed_rows.c.stage).where(feed_rows.c.slug == "weekly")) == "poll"


def test_a_feed_that_stays_on_the_list_keeps_its_time(engine: Engine) -> None:
    feeds.subscribe(engine, [DAILY])
    with engine.begin() as connection:
        connection.execute(update(feed_rows).values(due_at=NOW, memory=Memory(etag="x")))
    feeds.subscribe(engine, [replace(DAILY, title="The Daily")])
    assert scalar(engine, select(feed_rows.c.due_at)) == NOW
    assert scalar(engine, select(feed_rows.c.memory)) == Memory(etag="x")


def test_a_feed_that_moved_forgets_what_its_old_address_said(engine: Engine) -> None:
    feeds.subscribe(engine, [DAILY])
    with engine.begin() as connection:
        connection.execute(update(feed_rows).values(memory=Memory(etag="x")))
    feeds.subscribe(engine, [replace(DAILY, url="http://daily.example/new")])
    assert scalar(engine, select(feed_rows.c.memory)) == Memory()


def test_an_entry_is_fetched_once(read: Callable[..., list[int]]) -> None:
    assert len(read(DAILY, FIGHT)) == 1
    assert read(DAILY, FIGHT) == []


def test_an_entry_is_known_by_its_canonical_address_and_by_its_guid(read: Callable[..., list[int]]) -> None:
    read(DAILY, FIGHT)
    assert read(WEEKLY, replace(FIGHT, guid="2", url="http://daily.example/a")) == []
    assert read(WEEKLY, replace(FIGHT, url="http://daily.example/moved")) == []


def test_an_entry_whose_words_changed_is_fetched_again(engine: Engine, read: Callable[..., list[int]]) -> None:
    (first,) = read(DAILY, FIGHT)
    with engine.begin() as connection:
        rest(connection)
    assert read(DAILY, replace(FIGHT, title="Fight: 5 dead")) == [first]


def test_a_new_date_alone_is_no_edit(engine: Engine, read: Callable[..., list[int]]) -> None:
    read(DAILY, FIGHT)
    with engine.begin() as connection:
        rest(connection)
    assert read(DAILY, replace(FIGHT, published=NOW + timedelta(hours=1))) == []


def test_only_the_first_document_of_a_feed_is_primed(engine: Engine, read: Callable[..., list[int]]) -> None:
    (first,) = read(DAILY, FIGHT)
    (second,) = read(DAILY, replace(FIGHT, guid="2", url="http://daily.example/b"))
    with engine.connect() as connection:
        primed = {row.id: row.primed for row in connection.execute(select(entry_rows.c.id, entry_rows.c.primed))}
    assert primed == {first: True, second: False}


def test_priming_can_be_switched_off(engine: Engine, read: Callable[..., list[int]]) -> None:
    read(DAILY, FIGHT, prime=False)
    assert scalar(engine, select(entry_rows.c.primed)) is False


def test_text_that_the_database_cannot_hold_keeps_its_length(engine: Engine, read: Callable[..., list[int]]) -> None:
    read(DAILY, replace(FIGHT, title="a\x00b\ud800c"))
    kept = scalar(engine, select(entry_rows.c.entry))
    assert isinstance(kept, Entry)
    assert kept.title == "a\ufffdb\ufffdc"


def test_pages_come_back_as_they_were(engine: Engine, read: Callable[..., list[int]]) -> None:
    (entry,) = read(DAILY, FIGHT)
    kept = page("http://daily.example/a", bytes(range(256)) * 100)
    with engine.begin() as connection:
        page_id = pages.add(connection, kept, 1, entry)
    assert pages.load(engine, page_id).page == kept


def test_an_edited_article_is_a_new_version_under_the_same_id(engine: Engine, read: Callable[..., list[int]]) -> None:
    (entry,) = read(DAILY, FIGHT)
    first = Article(Outcome.ARTICLE, "Fight", "Three died.", NOW)
    (article,) = extract(engine, entry, first)
    assert extract(engine, entry, first) == []
    assert extract(engine, entry, replace(first, text="Five died.")) == [article]
    known = articles.load(engine, article)
    assert (known.version, known.article.text) == (2, "Five died.")
    assert scalar(engine, select(versions.c.article)) == first


def test_a_wall_does_not_replace_an_article(engine: Engine, read: Callable[..., list[int]]) -> None:
    (entry,) = read(DAILY, FIGHT)
    (article,) = extract(engine, entry, Article(Outcome.ARTICLE, "Fight", "Three died.", NOW))
    assert extract(engine, entry, Article(Outcome.CONSENT_WALL)) == []
    assert articles.load(engine, article).article.text == "Three died."


def test_an_article_is_never_dated_after_it_was_fetched(engine: Engine, read: Callable[..., list[int]]) -> None:
    (entry,) = read(DAILY, FIGHT)
    (article,) = extract(engine, entry, Article(Outcome.ARTICLE, "Fight", "Three died.", NOW + timedelta(days=9)))
    assert articles.load(engine, article).published == NOW


def test_pages_are_forgotten_first_and_entries_only_when_no_feed_lists_them(
    engine: Engine, read: Callable[..., list[int]]
) -> None:
    (entry,) = read(DAILY, FIGHT)
    extract(engine, entry, Article(Outcome.ARTICLE, "Fight", "Three died.", NOW))
    with engine.begin() as connection:
        rest(connection)
        connection.execute(text("UPDATE pages SET stage = NULL, fetched = now() - interval '40 days'"))
        connection.execute(update(entry_rows).values(seen_at=func.now() - text("interval '400 days'")))
    assert read(DAILY, FIGHT) == []
    with engine.begin() as connection:
        rest(connection)
    gone = retention.forget(engine, pages=30, articles=365, quarantine=90)
    assert (gone["pages"], gone["entries"]) == (2, 0)
    with engine.begin() as connection:
        connection.execute(update(entry_rows).values(seen_at=func.now() - text("interval '400 days'")))
    assert retention.forget(engine, pages=30, articles=365, quarantine=90)["entries"] == 1
    assert scalar(engine, text("SELECT count(*) FROM articles")) == 0


@pytest.mark.parametrize("outcome", [Outcome.CONSENT_WALL, Outcome.BOT_WALL])
def test_an_article_behind_a_wall_lies_where_its_link_leads_not_at_the_wall(
    engine: Engine, read: Callable[..., list[int]], outcome: Outcome
) -> None:
    wall = "http://daily.example/privacy-gate/consent?callbackUrl=/a"
    walled = Article(outcome, "Fight", "The feed tells of a fight.", canonical_url=wall)
    (kept,) = extract(engine, *read(DAILY, FIGHT), walled, wall)
    assert articles.load(engine, kept).url == "http://daily.example/a"


def test_feeds_asked_for_by_hand_are_due_first_and_in_full(engine: Engine) -> None:
    feeds.subscribe(engine, [DAILY, WEEKLY])
    with engine.begin() as connection:
        connection.execute(update(feed_rows).values(due_at=func.now() + text("interval '1 hour'")))
    assert feeds.poll_now(engine, ["weekly", "unknown"]) == ["weekly"]
    assert ready.hint(engine, POLL, 10, None).ids == (feeds.by_slug(engine, "weekly").id,)
    assert feeds.by_slug(engine, "weekly").memory.history.wants_full
    assert not feeds.by_slug(engine, "daily").memory.history.wants_full


def test_a_feed_asked_for_by_hand_while_it_is_being_asked_is_asked_again(engine: Engine) -> None:
    """The answer under way may have been given before what is wanted was published."""
    feeds.subscribe(engine, [DAILY])
    (held,) = claims.claim(engine, POLL, [1])
    feeds.poll_now(engine)
    known = feeds.by_slug(engine, "daily")
    later = datetime.now(UTC) + timedelta(hours=1)
    polled = feeds.Polled("daily", FetchOutcome.OK, later, replace(known.memory, etag="old"), None, answered=True)
    with engine.begin() as connection:
        feeds.answered(connection, [(held, polled)])
    assert ready.hint(engine, POLL, 10, None).ids == (1,)
    assert feeds.by_slug(engine, "daily").memory.history.wants_full


def test_what_a_feed_brings_is_counted_for_its_health(engine: Engine, read: Callable[..., list[int]]) -> None:
    (entry,) = read(DAILY, FIGHT)
    extract(engine, entry, Article(Outcome.PAYWALL, "Fight", "Shots."))
    known = yields.vitals(engine)
    assert known["daily"].brought == {"new": 1, "paywall": 1}
    assert known["weekly"].brought == {}
    (total,) = [one for one in tallies.totals(engine) if one.stage == "article"]
    assert (total.subject, total.outcome, total.count) == ("daily", "paywall", 1)


def test_an_index_of_sitemaps_makes_its_feed_due_at_once_and_primes_nothing(engine: Engine) -> None:
    feeds.subscribe(engine, [DAILY])
    index = FeedDocument("", "sitemap_index", (), parts=("http://daily.example/news.xml",))
    with engine.begin() as connection:
        connection.execute(update(feed_rows).values(due_at=func.now() + text("interval '1 hour'")))
        page_id = pages.add(connection, page(DAILY.url), 1)
    with engine.begin() as connection:
        assert entries.keep(connection, [Reading(pages.load(engine, page_id), index, "")], prime=True) == []
    assert feeds.by_slug(engine, "daily").memory.parts == index.parts
    assert ready.hint(engine, POLL, 10, None).ids == (1,)
    assert scalar(engine, select(feed_rows.c.primed)) is False
