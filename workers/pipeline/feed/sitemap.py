"""Sitemaps in, raw entries out (Google's ``sitemap-news`` vocabulary); an index in, the sitemaps worth asking out.

Plain sitemaps have no titles, and list a site's whole past: only what is dated within the last days is news.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from workers.pipeline.dates import moment
from workers.pipeline.feed.readers import MAX_ENTRIES, Raw
from workers.pipeline.urls import absolute

_NAMES = {
    "loc": "link",
    "title": "title",
    "publication_date": "published",
    "language": "language",
    "lastmod": "updated",
}
_NEWS = timedelta(days=3)
"""Google asks for two days in a news sitemap; older articles are no news."""
_MOST_PARTS = 5
_NEVER = datetime.min.replace(tzinfo=UTC)


def read(text: str, now: datetime) -> Raw:
    """One entry per ``<url>`` of the last days, in the file's order, up to the limit for fast readers."""
    root = _root(text)
    if root is None:
        return Raw({}, [], ("malformed sitemap",))
    listed = [_entry(page) for page in _children(root, "url")]
    recent = [one for one in listed if _date(one, now) >= now - _NEWS]
    kept = recent[: MAX_ENTRIES["fast"]]
    problems = []
    if len(recent) < len(listed):
        problems.append(f"older than {_NEWS.days} days and left out: {len(listed) - len(recent)}")
    if len(kept) < len(recent):
        problems.append(f"{len(recent)} entries: only the first {len(kept)} were read")
    name = next((n.text for n in root.iter("{*}name") if n.text), "")
    return Raw({"title": name}, kept, tuple(problems))


def parts(text: str, base: str | None) -> tuple[str, ...]:
    """The sitemaps of an index that may hold news: those named so, else those changed last; at most five."""
    root = _root(text)
    if root is None:
        return ()
    listed = list(_parts(root, base))
    named = [one for one in listed if "news" in one[1].lower()]
    newest = sorted(named or listed, key=lambda one: one[0], reverse=True)
    return tuple(dict.fromkeys(address for _, address in newest))[:_MOST_PARTS]


def _parts(root: Any, base: str | None) -> Iterator[tuple[datetime, str]]:
    for part in _children(root, "sitemap"):
        found = _entry(part)
        if not (link := found.get("link", "").strip()):
            continue  # it would name the index itself
        try:
            yield moment(found.get("updated", "")) or _NEVER, absolute(link, base)
        except ValueError:
            continue


def _root(text: str) -> Any:
    parser = etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode(), parser)


def _children(root: Any, name: str) -> list[Any]:
    return [child for child in root if _name(child) == name]


def _name(element: Any) -> str:
    """Without its namespace. By hand: lxml's ``QName`` refuses names that its own recovering parser lets through."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _date(entry: dict[str, str], now: datetime) -> datetime:
    """The article's own; the file's for lists without dates, which are then all taken for new."""
    return moment(entry.get("published") or entry.get("updated") or "") or now


def _entry(page: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page.iter():
        key = _NAMES.get(_name(element))
        if key and element.text and "sitemap-image" not in element.tag:
            found.setdefault(key, element.text.strip())
    return found
