"""A page in, the feeds that it announces out (``<link rel="alternate">``)."""

from __future__ import annotations

from lxml import etree, html

from workers.pipeline.urls import absolute

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_MOST = 50


def discover(body: bytes, url: str) -> tuple[str, ...]:
    """Absolute addresses in the page's order, each once; empty when it announces none or is no page."""
    try:
        page = html.document_fromstring(body[:500_000])
    except (etree.ParserError, ValueError):
        return ()
    found: dict[str, None] = {}
    for link in page.iter("link"):
        if "alternate" in (link.get("rel") or "").lower() and (link.get("type") or "").lower() in _TYPES:
            try:
                found[absolute(link.get("href") or "", url)] = None
            except ValueError:
                continue
    return tuple(found)[:_MOST]
