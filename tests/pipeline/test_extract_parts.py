"""Live blogs and digests: each part with its own time; an article that is one text stays one."""

import json
from datetime import UTC, datetime, timedelta

from workers.pipeline.extract import extract
from workers.pipeline.models import Outcome, Page

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
POSTS = (
    "Artillery struck the railway yard before dawn and set three fuel wagons on fire, the regional governor writes.",
    "Rescue crews pulled four people alive from a cellar near the yard; two of them are children, doctors say.",
    "The army says that it shot down nine drones over the river; it does not comment on the railway yard.",
    "A curfew begins an hour earlier tonight, the town council has decided after the strikes of the morning.",
)
TIMES = tuple(NOW - timedelta(hours=10 - 2 * n) for n in range(4))


def read(body, head=""):
    head = f"<head><title>Live: strikes on the river</title>{head}</head>"
    html = f"<!DOCTYPE html><html lang='en'>{head}<body>{body}</body></html>"
    url = "https://example.org/live/1"
    return extract(Page(url, url, html.encode(), "text/html", None, NOW))


def post(text, when, heading="", tag="div"):
    return f"<{tag} class='post'><time datetime='{when.isoformat()}'>{when:%H:%M}</time>{heading}<p>{text}</p></{tag}>"


def dated(article):
    return [(part.text, part.published) for part in article.parts]


def test_a_declared_live_blog_has_its_updates_as_parts():
    updates = [
        {"@type": "BlogPosting", "headline": f"Post {n}", "articleBody": text, "datePublished": when.isoformat()}
        for n, (text, when) in enumerate(zip(POSTS, TIMES, strict=True))
    ]
    live = {
        "@type": "LiveBlogPosting",
        "headline": "Live",
        "datePublished": TIMES[0].isoformat(),
        "liveBlogUpdate": updates,
    }
    head = f"<script type='application/ld+json'>{json.dumps(live)}</script>"
    article = read("<main><h1>Live</h1>" + "".join(f"<p>{text}</p>" for text in POSTS) + "</main>", head)
    assert article.outcome == Outcome.ARTICLE
    assert dated(article) == list(zip(POSTS, TIMES, strict=True))
    assert article.parts[1].title == "Post 1"
    assert all(text in article.text for text in POSTS)


def test_blocks_with_a_time_each_are_parts():
    blocks = "".join(post(text, when, f"<h3>At {when:%H}</h3>") for text, when in zip(POSTS, TIMES, strict=True))
    article = read(f"<main><article><h1>Live</h1>{blocks}</article></main>")
    assert dated(article) == list(zip(POSTS, TIMES, strict=True))
    assert article.parts[0].title == "At 10"


def test_lines_that_are_a_time_or_a_date_begin_parts():
    body = "".join(f"<p>{when:%H:%M}</p><p>{text}</p>" for text, when in zip(POSTS, TIMES, strict=True))
    head = f"<meta property='article:published_time' content='{NOW.isoformat()}'>"
    assert dated(read(f"<main><article><h1>Live</h1>{body}</article></main>", head)) == list(
        zip(POSTS, TIMES, strict=True)
    )
    days = ("Maandag 23 februari 2026", "Dinsdag 24 februari 2026", "Woensdag 25 februari 2026", "26 februari 2026")
    body = "".join(f"<h3>{day}</h3><p>{text}</p>" for text, day in zip(POSTS, days, strict=True))
    digest = read(f"<main><article><h1>De week</h1>{body}</article></main>")
    assert [part.published.day for part in digest.parts] == [23, 24, 25, 26]


def test_a_time_later_than_the_page_is_of_the_evening_before():
    body = "".join(
        f"<p>{hour}</p><p>{text}</p>" for hour, text in zip(("19:00", "06:00", "23:30"), POSTS, strict=False)
    )
    head = f"<meta property='article:published_time' content='{NOW.isoformat()}'>"
    parts = read(f"<main><article><h1>Live</h1>{body}</article></main>", head).parts
    assert [part.published.day for part in parts] == [2, 2, 1]


def test_an_article_with_other_articles_beside_it_has_no_parts():
    others = "".join(post("Other news of the day, told in one short line of text.", when, tag="li") for when in TIMES)
    text = "".join(f"<p>{text}</p>" for text in POSTS)
    assert read(f"<main><article><h1>One</h1>{text}</article><ul>{others}</ul></main>").parts == ()
    assert read(f"<main><article><h1>One</h1>{text}</article></main>").parts == ()
