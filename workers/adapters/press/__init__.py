"""A corpus and an instant in, the dated pages and feeds of its outlets out.

Stories speak of days relative to the edition's last day, so that the site is always today's news; the same
instant always gives the same bytes, so that a second run finds nothing new. The edition ends at a fixed hour
rather than at the start itself: "this morning" must stay morning whenever somebody types ``make run``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from workers.adapters.corpus import Corpus, Outlet, Story

_BUILT_IN = PackageLoader("workers.adapters.press", ".")
_MEDIA_TYPES = {"rss20": "application/rss+xml", "atom": "application/atom+xml"}


@dataclass(frozen=True, slots=True)
class Printed:
    """One story as its outlet publishes it. ``body`` is HTML, everything else is text."""

    story: Story
    url: str
    guid: str
    title: str
    summary: str
    body: Markup
    published: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """The bytes behind one path of the site, and when they last changed."""

    body: bytes
    media_type: str
    charset: str
    changed: datetime


def edition(corpus: Corpus, start: datetime) -> datetime:
    """The last instant of the newest edition that was complete at ``start``; its date is day 0."""
    end = datetime.combine(start.astimezone(UTC), corpus.edition_ends, UTC)
    return end if end <= start else end - timedelta(days=1)


def printed(corpus: Corpus, outlet: Outlet, start: datetime, base: str) -> tuple[Printed, ...]:
    """An outlet's stories with every placeholder filled, newest first."""
    today = edition(corpus, start).date()
    words = _words(outlet, today)
    return tuple(_print(story, outlet, words, base) for story in corpus.of(outlet))


def _print(story: Story, outlet: Outlet, words: Environment, base: str) -> Printed:
    published = _at(words, outlet, story.day, story.at)
    return Printed(
        story=story,
        url=f"{base}/{story.name}",
        guid=f"tag:{outlet.slug}.example,2026:{story.slug}",
        title=words.from_string(story.title).render(),
        summary=words.from_string(story.summary).render(),
        body=Markup(words.from_string(story.body).render()),
        published=published,
        changed=_at(words, outlet, story.day, story.updated) if story.updated else published,
    )


def _at(words: Environment, outlet: Outlet, day: int, hour: time) -> datetime:
    return datetime.combine(words.globals["day"](day), hour, ZoneInfo(outlet.zone))  # type: ignore[operator]


def _words(outlet: Outlet, today: date) -> Environment:
    """What stories may say: ``day(-1) | weekday``, ``date``, ``fulldate``, ``month``; and the number ``year``."""
    env = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    env.globals.update(day=lambda shift: today + timedelta(days=shift), year=today.year)
    env.filters.update(_dates(outlet.locale))
    return env


def _dates(locale: str) -> dict[str, Any]:
    return {
        "weekday": lambda day: format_date(day, "EEEE", locale),
        "date": lambda day: format_skeleton("MMMMd", day, locale=locale),
        "month": lambda day: format_date(day, "LLLL", locale),
        "fulldate": lambda day: format_date(day, "long", locale),
        "rfc822": format_datetime,
    }


def _frames(corpus: Corpus, outlet: Outlet) -> Environment:
    """The corpus's own page templates before the built-in ones; plain text in them is escaped."""
    loader = ChoiceLoader([FileSystemLoader(corpus.folder / "templates"), _BUILT_IN])
    env = SandboxedEnvironment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters.update(_dates(outlet.locale))
    return env


def paths(corpus: Corpus, start: datetime, base: str) -> dict[str, Resource]:
    """Every path of the site and what is behind it. ``base`` is the site's address without a closing slash."""
    site: dict[str, Resource] = {}
    for outlet in corpus.outlets:
        pages = printed(corpus, outlet, start, base)
        if pages:
            site |= _outlet(corpus, outlet, pages, base)
    newest = max(resource.changed for resource in site.values())
    site["/robots.txt"] = Resource(b"User-agent: *\nDisallow: /search\n", "text/plain", "utf-8", newest)
    return site


def _outlet(corpus: Corpus, outlet: Outlet, pages: tuple[Printed, ...], base: str) -> dict[str, Resource]:
    frames = _frames(corpus, outlet)
    newest = max(page.changed for page in pages)
    frame = frames.select_template([f"{outlet.slug}.html", "page.html"])
    by_slug = {page.story.slug: page for page in pages}
    site = {}
    for page in pages:
        related = tuple(by_slug[slug] for slug in page.story.related)
        html = frame.render(outlet=outlet, page=page, related=related, latest=pages[:5], base=base)
        site[f"/{page.story.name}"] = Resource(_bytes(html, outlet), "text/html", outlet.charset, page.changed)
    gate = frames.select_template([f"{outlet.slug}-consent.html", "consent.html"]).render(outlet=outlet)
    front = frames.get_template("front.html").render(outlet=outlet, pages=pages)
    site[gate_of(outlet.slug)] = Resource(_bytes(gate, outlet), "text/html", outlet.charset, newest)
    site[f"/{outlet.slug}/"] = Resource(_bytes(front, outlet), "text/html", outlet.charset, newest)
    feed = frames.get_template(f"{outlet.format}.xml").render(outlet=outlet, pages=pages, base=base)
    site[feed_of(outlet.slug)] = Resource(feed.encode(), _MEDIA_TYPES[outlet.format], "utf-8", newest)
    return site


def _bytes(html: str, outlet: Outlet) -> bytes:
    return html.encode(outlet.charset, "xmlcharrefreplace")


def gate_of(slug: str) -> str:
    """Where an outlet sends readers who have not agreed to its cookies."""
    return f"/{slug}/privacy-gate/consent"


def feed_of(slug: str) -> str:
    return f"/{slug}/feed.xml"
