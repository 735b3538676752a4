"""Feeds in, an OPML 2.0 subscription list out, grouped by publisher family; ``settings.opml`` reads it back."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from workers.pipeline.models import Feed

_OWN = ("slug", "family", "language", "country")


def opml(feeds: Iterable[Feed]) -> bytes:
    """UTF-8. Our own attributes ride along; other programs pass over them."""
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = "Clashwatch feeds"
    body = SubElement(root, "body")
    by_family = sorted(feeds, key=lambda feed: (feed.family or "", feed.slug))
    for family, members in groupby(by_family, key=lambda feed: feed.family):
        group = SubElement(body, "outline", text=family) if family else body
        for feed in members:
            SubElement(group, "outline", _attributes(feed))
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _attributes(feed: Feed) -> dict[str, str]:
    title = feed.title or feed.slug
    own = {name: str(value) for name in _OWN if (value := getattr(feed, name))}
    return {"type": "rss", "text": title, "title": title, "xmlUrl": feed.url, **own}
