"""The bytes of a feed in, its entries out: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, CDF, JSON Feed, news sitemaps.

``sniff``    what the bytes are, as text; or ``NotAFeed`` with the reason
``readers``  fastfeedparser under a strict rule, else feedparser; the limits that keep a feed under two seconds
``sitemap``  news sitemaps and indexes of them, which neither reads
``entries``  their entries -> ours: plain titles, absolute links, UTC dates, stable guids
"""

from __future__ import annotations

import re
from datetime import datetime

from workers.pipeline import websub
from workers.pipeline.feed import readers, sitemap
from workers.pipeline.feed.entries import build, tag
from workers.pipeline.feed.sniff import NotAFeed, Reason, Shape, shape
from workers.pipeline.models import FeedDocument, Hub
from workers.pipeline.plain import line

_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.I)
_PERIOD = re.compile(r"<\w+:updatePeriod>\s*(\w+)\s*</")
_FREQUENCY = re.compile(r"<\w+:updateFrequency>\s*(\d{1,4})\s*</")
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.S | re.I)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.I)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,2000}?)</skipDays>", re.S | re.I)
_DAY = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>", re.I)
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LANGUAGE = re.compile(r"<(?:dc:)?language>\s*([\w-]{2,12})\s*</", re.I)
_FIRST_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry|urlset)[\s>]", re.I)
_LAST_ENTRY = re.compile(r".*</(?:\w+:)?(?:item|entry|urlset)\s*>", re.I | re.S)


def parse(body: bytes, *, charset: str | None = None, url: str | None = None, now: datetime) -> FeedDocument:
    """Read a feed. ``charset`` is the server's, ``url`` resolves relative links, ``now`` unmasks future dates.

    Costs less than two seconds of CPU whatever the bytes. Raises ``NotAFeed``; a feed without entries is a feed.
    """
    found = shape(body, charset)
    try:
        if found.format == "sitemap_index":
            return _index(found, url)
        raw = _read(found, now)
    except readers.TooComplex as error:
        raise NotAFeed(Reason.TOO_COMPLEX, str(error)) from error
    except (readers.Unreadable, UnicodeDecodeError) as error:  # libxml2 writes &#xD800; as bytes that are no text
        raise NotAFeed(Reason.UNREADABLE, str(error)) from error
    head = _head(found.text)
    entries, problems = build(raw.entries, _base(raw, url), _language(raw, head), now)
    return FeedDocument(
        title=line(str(raw.header.get("title") or "")),
        format=found.format,
        entries=entries,
        problems=(*found.problems, *raw.problems, *problems),
        ttl=_ttl(head),
        skip_hours=_skip_hours(head),
        skip_days=_skip_days(head),
        hub=_hub(raw, head, url),
    )


def _index(found: Shape, url: str | None) -> FeedDocument:
    parts = sitemap.parts(found.text, url)
    return FeedDocument("", found.format, (), () if parts else ("an index of no sitemaps",), parts=parts)


def _read(found: Shape, now: datetime) -> readers.Raw:
    if found.format == "json1":
        return readers.read_json(found.text)
    if found.format == "sitemap":
        return sitemap.read(found.text, now)
    return readers.read_xml(found.text)


def _base(raw: readers.Raw, url: str | None) -> str | None:
    """What relative links are relative to: the feed's address, else the site it says it belongs to."""
    link = str(raw.header.get("link") or "")
    return url or (link if link.startswith(("http://", "https://")) else None)


def _language(raw: readers.Raw, head: str) -> str | None:
    """fastfeedparser passes over RSS's ``language``."""
    written = _LANGUAGE.search(head)
    return tag(raw.header.get("language")) or (tag(written[1]) if written else None)


def _head(text: str) -> str:
    """The channel's own elements. Sites differ in whether they stand before the entries or behind them."""
    first = _FIRST_ENTRY.search(text)
    return text if first is None else text[: first.start()] + _LAST_ENTRY.sub("", text[first.start() :][-2000:])


def _hub(raw: readers.Raw, head: str, url: str | None) -> Hub | None:
    listed = raw.header.get("hubs")
    if isinstance(listed, list):
        named = [one["url"] for one in listed if isinstance(one, dict) and isinstance(one.get("url"), str)]
        return websub.by_names(named, str(raw.header.get("feed_url") or ""), url)
    return websub.by_elements(head, url)


def _ttl(head: str) -> float | None:
    if match := _TTL.search(head):
        return float(match[1]) * 60 or None
    if (match := _PERIOD.search(head)) and match[1].lower() in _PERIODS:
        times = _FREQUENCY.search(head)
        return _PERIODS[match[1].lower()] / max(1, int(times[1]) if times else 1)
    return None


def _skip_hours(head: str) -> frozenset[int]:
    block = _SKIP_HOURS.search(head)
    return frozenset(int(hour) % 24 for hour in _HOUR.findall(block[1])) if block else frozenset()


def _skip_days(head: str) -> frozenset[int]:
    block = _SKIP_DAYS.search(head)
    named = [day.lower() for day in _DAY.findall(block[1])] if block else []
    return frozenset(_WEEK.index(day) for day in named if day in _WEEK)


__all__ = ["NotAFeed", "Reason", "parse"]
