"""A library's entry in, our ``Entry`` out: plain titles, absolute links, UTC dates, and a guid that stays.

Every mapping that feeds send comes through here, so nothing is trusted: values of the wrong type, ``javascript:``
links, dates in the next century and mark-up in titles end here, each counted and told in ``problems``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from workers.pipeline.dates import moment
from workers.pipeline.models import Entry
from workers.pipeline.plain import line, paragraphs
from workers.pipeline.urls import absolute

_LONGEST_GUID = 500
_LONGEST_CONTENT = 500_000
_TOMORROW = timedelta(hours=26)
"""A publisher's clock may be off by its zone, not by a day more."""
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
_SCHEME = re.compile(r"^[A-Za-z][\w+.-]*:")
_DATES = ("published", "updated", "created", "modified")


def build(
    entries: Iterable[Mapping[str, Any]], base: str | None, language: str | None, now: datetime
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """All entries in the feed's order, and what was wrong with them, in words."""
    found: Counter[str] = Counter()
    built = tuple(_entry(raw, base, language, now, found) for raw in entries)
    return built, tuple(f"{count} {'entry' if count == 1 else 'entries'} {what}" for what, count in found.items())


def tag(value: Any) -> str | None:
    """A BCP 47 tag in its usual spelling (``en-US``), or ``None`` for what is none (``English``, ``*``)."""
    text = _text(value).strip()
    if not _LANGUAGE.match(text) or text.lower() == "und":
        return None
    first, *rest = text.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def _entry(raw: Mapping[str, Any], base: str | None, language: str | None, now: datetime, found: Counter[str]) -> Entry:
    title = line(_text(raw.get("title")))
    content = _content(raw)
    summary = paragraphs(_text(raw.get("summary")) or _text(raw.get("description")) or content or "")
    url = _url(raw, base, found)
    published = _published(raw, now, found)
    guid = _text(raw.get("id")).strip()[:_LONGEST_GUID]
    if not guid:
        found["without a guid: told apart by address or text"] += 1
        guid = url or _fingerprint(title, summary)
    if not title:
        found["without a title"] += 1
    return Entry(
        guid=guid,
        url=url,
        title=title,
        summary=summary,
        published=published,
        language=_language(raw) or language,
        content=content,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _content(raw: Mapping[str, Any]) -> str | None:
    """The longest of the entry's contents, as HTML: an Atom entry may carry a teaser beside the text."""
    parts = raw.get("content") or ()
    texts = [_text(part.get("value")) for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    return max(texts, key=len, default="")[:_LONGEST_CONTENT] or None


def _url(raw: Mapping[str, Any], base: str | None, found: Counter[str]) -> str | None:
    link = _text(raw.get("link")).strip()
    if not link:
        found["without a link"] += 1
        return None
    try:
        return absolute(link, base)
    except ValueError:
        relative = base is None and not _SCHEME.match(link)
        found[
            "with a relative link and nothing it is relative to" if relative else "with a link that is no web address"
        ] += 1
        return link if relative else None


def _published(raw: Mapping[str, Any], now: datetime, found: Counter[str]) -> datetime | None:
    # Membership first: feedparser answers a missing `updated` with `published`, and a warning.
    written = [text for key in _DATES if key in raw and (text := _text(raw[key]))]
    dates = [date for text in written if (date := moment(text))]
    if not dates:
        found["with a date that cannot be read" if written else "without a date"] += 1
        return None
    if dates[0] > now + _TOMORROW:
        found["dated in the future: date dropped"] += 1
        return None
    return dates[0]


def _language(raw: Mapping[str, Any]) -> str | None:
    return tag(raw.get("language"))


def _fingerprint(title: str, summary: str) -> str:
    """Stays the same from poll to poll as long as the text does; the date may be bumped by edits."""
    return "sha256:" + hashlib.sha256(f"{title}\n{summary[:500]}".encode()).hexdigest()[:32]
