"""A news sitemap in, raw entries out (Google's ``sitemap-news`` vocabulary; plain sitemaps have no titles)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from workers.pipeline.feed.readers import MAX_ENTRIES, Raw

_NAMES = {
    "loc": "link",
    "title": "title",
    "publication_date": "published",
    "language": "language",
    "lastmod": "updated",
}


def read(text: str) -> Raw:
    """One entry per ``<url>``, in the file's order, up to the limit for fast readers."""
    parser = etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(text.encode(), parser)
    if root is None:
        return Raw({}, [], ("malformed sitemap",))
    pages = [child for child in root if isinstance(child.tag, str) and etree.QName(child).localname == "url"]
    limit = MAX_ENTRIES["fast"]
    problems = (f"{len(pages)} entries: only the first {limit} were read",) if len(pages) > limit else ()
    name = next((n.text for n in root.iter("{*}name") if n.text), "")
    return Raw({"title": name}, [_entry(page) for page in pages[:limit]], problems)


def _entry(page: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page.iter():
        key = _NAMES.get(etree.QName(element).localname) if isinstance(element.tag, str) else None
        if key and element.text and "sitemap-image" not in element.tag:
            found.setdefault(key, element.text.strip())
    return found
