"""The text of a feed in, the two libraries' own entries out: fastfeedparser where it is right, else feedparser.

fastfeedparser reads 142 times as many feeds a second, and is wrong where the acceptance rule below says so;
feedparser reads everything else (measured on 200 real feeds and both libraries' own suites, 2026-11).
``_mend`` is the one place where either library is changed.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fastfeedparser.main
import feedparser
import feedparser.datetimes
import feedparser.mixin

MAX_ENTRIES = {"fast": 5000, "slow": 1000}
"""feedparser needs about 1 ms for an entry: a feed of 190,000 took it more than 20 s."""
_LONGEST_AUTHOR = 512
_BASE = "xml:base"
_OPEN = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.I)
_CLOSE = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.I)
_ENDLESS_TAG = re.compile(r"<[A-Za-z][^<>]{50000}")
_MOST_NAMESPACES = 1000
_MOST_ELEMENTS = 50_000
_AMBIGUOUS_ZONE = re.compile(r"\d (?:IST|IRST|AMT|AST)<")
"""It takes IST for India; dates in such zones are left to ``dates``."""
_TITLE_ENTITY = re.compile(r"<title[^<>]{0,80}>[^<]{0,1000}?&(?!amp;|lt;|gt;|quot;|apos;|#)")


class TooComplex(ValueError):
    """More elements, attributes or namespaces than any real feed has: a parser would need minutes."""


class Unreadable(ValueError):
    """Looks like a feed, and no parser makes anything of it."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What a library made of a feed: its header and its entries under feedparser's key names."""

    header: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    problems: tuple[str, ...] = ()


def _mend() -> None:
    """Change the libraries, once, when this module is loaded.

    - Dates stay as written: fastfeedparser's own reader falls back on dateutil and dateparser, which fill gaps
      from today's date; feedparser's takes CET, EET, MSK and TRT for UTC. ``dates.moment`` reads them all.
    - feedparser's author expression is quadratic: 64 KB of author took 20 s (kurtmckee/feedparser#562).
    """
    fastfeedparser.main._parse_date = _as_written
    feedparser.datetimes._date_handlers[:] = [lambda _text: None]
    split = feedparser.mixin._FeedParserMixin._sync_author_detail

    def guarded(self: Any, key: str = "author") -> None:
        if len(self._get_context().get(key) or "") <= _LONGEST_AUTHOR:
            split(self, key)

    feedparser.mixin._FeedParserMixin._sync_author_detail = guarded


def _as_written(text: str) -> str | None:
    return text.strip() or None


_mend()


def read_xml(text: str) -> Raw:
    """RSS, RDF, Atom or CDF. Raises ``TooComplex`` and ``Unreadable``; what is malformed is read as far as possible."""
    if text.count("xmlns:") > _MOST_NAMESPACES or _ENDLESS_TAG.search(text):
        raise TooComplex("thousands of attributes or namespaces")
    return _fast(text) or _slow(text)


def read_json(text: str) -> Raw:
    """JSON Feed 1.0 and 1.1 under feedparser's key names. Raises ``Unreadable`` when it is no JSON Feed."""
    try:
        feed = json.loads(text)
    except RecursionError as error:
        raise TooComplex("JSON nested too deep") from error
    except ValueError as error:
        raise Unreadable(f"no JSON: {error}") from error
    listed = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(listed, list):
        raise Unreadable("no list of items")
    kept = [one for one in listed[: MAX_ENTRIES["fast"]] if isinstance(one, dict)]
    header = {"title": feed.get("title"), "language": feed.get("language"), "link": feed.get("home_page_url")}
    header |= {"hubs": feed.get("hubs"), "feed_url": feed.get("feed_url")}
    return Raw(header, [_from_json(one) for one in kept], _cut(len(listed), len(kept)))


def _from_json(one: Mapping[str, Any]) -> dict[str, Any]:
    content = one.get("content_html") or one.get("content_text")
    return {
        "id": one.get("id"),
        "link": one.get("url") or one.get("external_url"),
        "title": one.get("title"),
        "summary": one.get("summary") or content,
        "published": one.get("date_published") or one.get("date_modified"),
        "language": one.get("language"),
        "content": [{"value": content}] if content else [],
    }


def _fast(text: str) -> Raw | None:
    """``None`` unless the strict acceptance rule holds (see the module)."""
    if _TITLE_ENTITY.search(text) or _AMBIGUOUS_ZONE.search(text):
        return None
    body, problems = _trimmed(text, MAX_ENTRIES["fast"])
    try:
        feed = fastfeedparser.main.parse(
            body.encode(), include_tags=False, include_media=False, include_enclosures=False
        )
    except Exception:  # its own errors are unlisted: ValueError, lxml's, KeyError; feedparser tries next
        return None
    entries = feed["entries"]
    if not entries or not all(entry.get("link") and entry.get("title") for entry in entries):
        return None
    if _BASE in text[:4000] and not all(entry["link"].startswith(("http://", "https://")) for entry in entries):
        return None  # it knows no xml:base
    for entry in entries:
        if entry.get("published") == entry.get("id"):
            del entry["published"]  # it tries the guid where there is no date
    return Raw(feed["feed"], entries, problems)


def _slow(text: str) -> Raw:
    body, problems = _trimmed(text, MAX_ENTRIES["slow"])
    if _elements(body) > _MOST_ELEMENTS:
        raise TooComplex("hundreds of thousands of elements")
    # never as bytes or str: feedparser opens a file or an address of that name first
    stream = io.BytesIO(body.encode())
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except RecursionError as error:
        raise TooComplex("nested too deep") from error
    except Exception as error:  # its handlers take missing values for numbers: AttributeError, TypeError and others
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from error
    if feed.bozo and feed.entries:
        problems += (f"malformed, read as far as possible: {str(feed.bozo_exception)[:120]}",)
    elif feed.bozo:
        problems += (f"malformed: {str(feed.bozo_exception)[:120]}",)
    return Raw(feed.feed, feed.entries, problems)


def _elements(text: str) -> int:
    """Roughly how many elements feedparser will handle, 20 µs each; what CDATA hides is free."""
    first, *rest = text.split("<![CDATA[")
    return (first.count("<") + sum(part.partition("]]>")[2].count("<") for part in rest)) // 2


def _trimmed(text: str, limit: int) -> tuple[str, tuple[str, ...]]:
    """The document without the entries beyond ``limit``, still well-formed if it was."""
    starts = [match.start() for match in _OPEN.finditer(text)]
    if len(starts) <= limit:
        return text, ()
    ends = [match.end() for match in _CLOSE.finditer(text, starts[-1])]
    return text[: starts[limit]] + text[ends[-1] if ends else len(text) :], _cut(len(starts), limit)


def _cut(found: int, kept: int) -> tuple[str, ...]:
    return (f"{found} entries: only the first {kept} were read",) if found > kept else ()
