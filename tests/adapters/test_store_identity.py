"""Reports meet their neighbours whoever comes first, copies are found either way round, edits take things back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import Engine, insert, select, text

from workers.adapters import publishers
from workers.adapters.store import ageing, alerts, articles, assigning, filings, gauges, nearby
from workers.adapters.store.schema import articles as article_rows
from workers.adapters.store.schema import entries, feeds, memberships, revisions
from workers.pipeline import dedupe
from workers.pipeline.cluster import Context
from workers.pipeline.models import (
    Actor,
    Article,
    Change,
    ClashState,
    Coding,
    DatePrecision,
    Entry,
    Feed,
    Outcome,
    Part,
    Place,
    Precision,
    Realis,
    Report,
    Side,
    Status,
)
from workers.pipeline.models.publisher import Publishers

NOW = datetime.now(UTC).replace(microsecond=0)
KIRKUK = Place("Kirkuk", 35.47, 44.39, Precision.NEAR, 5.0, "PPL", geonameid=94787, country="IQ", admin1_code="02")
GAO = Place("Gao", 16.27, -0.04, Precision.NEAR, 5.0, "PPL", geonameid=2457161, country="ML", admin1_code="03")
FIGHT = Report(
    event_type="Battles",
    sub_event_type="Armed clash",
    realis=Realis.CURRENT,
    status=Status.UNCONTESTED,
    alertable=True,
    confidence=0.9,
    place=KIRKUK,
    start=NOW.date(),
    end=NOW.date(),
    date_precision=DatePrecision.DAY,
    sides=(Side("party", (Actor("army", (0, 4), "iq-army"),)), Side("party", (Actor("IS", (5, 7), "is"),))),
)
WORDS = " ".join(f"word{n}" for n in range(200))
NOBODY = Publishers({}, {}, {}, {})
_NUMBERS = count(1)


def add_article(
    engine: Engine, published: datetime, words: str, family: str = "daily", stage: str | None = None
) -> int:
    number = next(_NUMBERS)
    feed = Feed(slug=f"f{number}", url="http://x/", family=family, language="en")
    entry = Entry(guid=str(number), url=None, title="t", summary="", published=published)
    with engine.begin() as c:
        feed_id = c.scalar(insert(feeds).returning(feeds.c.id), {"slug": feed.slug, "feed": feed})
        row = {"feed_id": feed_id, "family": family, "fingerprint": "", "entry": entry}
        entry_id = c.scalar(insert(entries).returning(entries.c.id), row)
        article = Article(Outcome.ARTICLE, "t", words, published)
        row = {"feed_id": feed_id, "entry_id": entry_id, "outcome": "article", "article": article, "stage": stage}
        made: int = c.scalar(insert(article_rows).returning(article_rows.c.id), row | {"published": published})
    return made


def detect(engine: Engine, article_id: int, *reports: Report) -> None:
    known = articles.load(engine, article_id)
    with engine.begin() as c:
        filings.keep(c, [(known, filings.filings(known, [Coding("en", reports, ())], NOBODY))])
        articles.sign(c, {known.id: dedupe.sign(known.article.text)})


def assign(engine: Engine, article_id: int) -> list[int]:
    known = articles.load(engine, article_id)
    with engine.begin() as c:
        return assigning.assign(c, [known], lambda around: Context(pins=around.pins))


def tell(engine: Engine, words: str, *reports: Report, family: str = "daily", ago: int = 1) -> int:
    article_id = add_article(engine, NOW - timedelta(hours=ago), words, family)
    detect(engine, article_id, *reports)
    assign(engine, article_id)
    return article_id


def homes(engine: Engine) -> dict[str, str]:
    with engine.connect() as c:
        return {row.report_id.split(".")[0]: row.clash_id for row in c.execute(select(memberships))}


def copy_of(engine: Engine, article_id: int) -> int | None:
    return articles.load(engine, article_id).copy_of


def test_two_reports_of_one_incident_found_one_clash(engine: Engine) -> None:
    tell(engine, "one", FIGHT, family="daily")
    tell(engine, "two", FIGHT, family="weekly")
    assert len(set(homes(engine).values())) == 1
    with engine.connect() as c:
        last = c.scalars(select(revisions.c.revision).order_by(revisions.c.id.desc())).first()
    assert last is not None
    assert last.number == 2
    assert last.clash.origins == ("daily", "weekly")


def test_reports_from_far_apart_stay_apart(engine: Engine) -> None:
    tell(engine, "one", FIGHT)
    tell(engine, "two", Report(**{**{n: getattr(FIGHT, n) for n in FIGHT.__slots__}, "place": GAO}))
    assert len(set(homes(engine).values())) == 2
    assert gauges.clashes(engine) == {"open": 2}


def test_a_report_still_waiting_for_its_turn_founds_nothing_in_the_neighbourhood_of_another(engine: Engine) -> None:
    """Its own neighbours may lie outside: a province reaches from one town's neighbourhood into another's."""
    province = replace(KIRKUK, name="Kirkuk Province", precision=Precision.ADMIN1, radius_km=100.0)
    tell(engine, "town", FIGHT)
    waiting = add_article(engine, NOW, "province", stage="cluster")
    detect(engine, waiting, replace(FIGHT, place=province))
    tell(engine, "elsewhere", replace(FIGHT, place=replace(KIRKUK, name="Samarra", lat=34.2, lon=43.87)))
    assert len(set(homes(engine).values())) == 2
    assert str(waiting) not in homes(engine)
    assign(engine, waiting)
    assert len(homes(engine)) == 3


def test_a_report_that_changes_nothing_makes_no_revision(engine: Engine) -> None:
    tell(engine, "one", FIGHT)
    again = add_article(engine, NOW, "two")
    detect(engine, again, FIGHT)
    assert assign(engine, again) == []


def test_a_copy_is_found_after_its_origin(engine: Engine) -> None:
    origin = tell(engine, WORDS, FIGHT, ago=3)
    copy = tell(engine, WORDS + " end", FIGHT, family="weekly", ago=2)
    assert (copy_of(engine, origin), copy_of(engine, copy)) == (None, origin)


def test_a_copy_is_found_before_its_origin_and_its_filing_says_so(engine: Engine) -> None:
    copy = tell(engine, WORDS + " end", FIGHT, family="weekly", ago=2)
    origin = tell(engine, WORDS, FIGHT, ago=3)
    assert (copy_of(engine, origin), copy_of(engine, copy)) == (None, origin)
    with engine.connect() as c:
        told = c.scalar(text("SELECT clash->'origins' FROM clashes"))
    assert told == ["daily"]


def test_copies_of_a_copy_lead_to_the_origin(engine: Engine) -> None:
    third = tell(engine, WORDS + " three", FIGHT, ago=1)
    second = tell(engine, WORDS + " two", FIGHT, ago=2)
    first = tell(engine, WORDS, FIGHT, ago=3)
    assert (copy_of(engine, second), copy_of(engine, third)) == (first, first)


def edit(engine: Engine, article_id: int) -> None:
    with engine.begin() as c:
        c.execute(text("UPDATE articles SET version = version + 1 WHERE id = :id"), {"id": article_id})


def test_an_article_edited_until_it_tells_nothing_takes_its_clash_back(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    edit(engine, article)
    detect(engine, article)
    assert len(assign(engine, article)) == 1
    with engine.connect() as c:
        (_, taken_back) = c.scalars(select(revisions.c.revision).order_by(revisions.c.number)).all()
    assert taken_back.changes == (Change.RETRACTED,)
    assert (taken_back.clash.state, taken_back.clash.status) == (ClashState.CLOSED, Status.RETRACTED)


def test_an_edited_article_keeps_its_place_in_the_clash(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    (before,) = homes(engine).values()
    edit(engine, article)
    detect(engine, article, FIGHT)
    assign(engine, article)
    assert set(homes(engine).values()) == {before}


def test_clashes_without_news_become_quiet_and_then_closed(engine: Engine) -> None:
    tell(engine, "one", FIGHT, ago=30)
    with engine.begin() as c:
        c.execute(text("UPDATE clashes SET state = 'open', clash = jsonb_set(clash, '{state}', '\"open\"')"))
    assert ageing.age(engine) == []
    assert gauges.clashes(engine) == {"quiet": 1}
    with engine.begin() as c:
        at = {"at": (NOW - timedelta(days=9)).isoformat()}
        c.execute(text("UPDATE clashes SET last_reported = CAST(:at AS timestamptz)"), at)
        c.execute(
            text("UPDATE clashes SET clash = clash || jsonb_build_object('last_reported', CAST(:at AS text))"), at
        )
    (revision,) = ageing.age(engine)
    assert alerts.revision(engine, revision).revision.changes == (Change.CLOSED,)
    assert gauges.clashes(engine) == {}


def test_the_squares_around_a_point_cross_the_date_line_and_give_up_near_the_poles() -> None:
    fiji = nearby.cells(-17.0, 179.9, 60)
    assert fiji is not None
    assert nearby.cell(-17.0, -179.9) in fiji
    assert nearby.cells(0.0, 0.0, 20000) is None


def test_days_of_a_report_reach_over_midnight(engine: Engine) -> None:
    tell(engine, "one", FIGHT)
    with engine.connect() as c:
        first, last = c.execute(text("SELECT first_day, last_day FROM reports")).one()
    assert (first, last) == (NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1))
    assert isinstance(first, date)


def origin_of(family: str | None, url: str | None, credit: str | None = None) -> str | None:
    feed = Feed(slug="f", url="http://x/", family=family)
    entry = Entry(guid="1", url=url, title="t", summary="", published=NOW)
    article = Article(Outcome.ARTICLE, "t", "words", NOW, origin=credit)
    known = articles.Known(1, 1, article, url, NOW, False, None, feed, entry)
    (filing,) = filings.filings(known, [Coding("en", (FIGHT,), ())], publishers.load())
    return filing.origin


def test_each_part_of_a_live_blog_is_a_document_of_its_own_time() -> None:
    feed, entry = (
        Feed(slug="f", url="http://x/"),
        Entry(guid="1", url="http://x/1", title="t", summary="", published=NOW),
    )
    parts = tuple(Part(f"Post {n}", f"Words {n}.", NOW - timedelta(days=n)) for n in range(3))
    article = Article(Outcome.ARTICLE, "Live", "Words 0.\nWords 1.\nWords 2.", NOW, parts=parts)
    known = articles.Known(1, 1, article, "http://x/1", NOW, False, None, feed, entry)
    codings = [Coding("en", (FIGHT,), ()) for _ in filings.documents(known)]
    found = filings.filings(known, codings, publishers.load())
    assert [one.published for one in found] == [part.published for part in parts]
    assert len({one.id for one in found}) == 3


def test_an_article_speaks_for_the_agency_that_it_credits() -> None:
    assert origin_of("bbc", "http://www.bbc.com/news/1", "Reuters") == origin_of("reuters", None)


def test_an_aggregators_article_speaks_for_the_publisher_of_its_address() -> None:
    assert origin_of(None, "http://www.bbc.com/news/1") == origin_of("bbc", None) is not None


def test_a_family_that_only_the_operator_knows_speaks_for_itself() -> None:
    assert origin_of("village-post", "http://village.example/1") == "village-post"


def test_an_article_of_nobody_known_corroborates_nothing() -> None:
    assert origin_of(None, "http://unheard-of.example/1") is None


def test_a_clash_that_was_merged_away_takes_up_its_id_and_counts_on(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    (first,) = homes(engine).values()
    with engine.begin() as c:
        c.execute(text("UPDATE clashes SET merged_into = 'c-elsewhere'"))
        c.execute(text("DELETE FROM memberships"))
    assign(engine, article)
    assert set(homes(engine).values()) == {first}
    with engine.connect() as c:
        assert c.scalars(select(revisions.c.number).order_by(revisions.c.number)).all() == [1, 2]


def test_a_new_clash_does_not_take_the_id_of_a_living_one(engine: Engine) -> None:
    article = tell(engine, "one", FIGHT)
    (first,) = homes(engine).values()
    with engine.begin() as c:
        c.execute(text("DELETE FROM memberships"))
        c.execute(text("UPDATE clashes SET clash = jsonb_set(clash, '{filings}', '[\"999.1.0\"]'), cell = NULL"))
    assign(engine, article)
    assert first not in homes(engine).values()
