"""A region's clashes as an Atom feed (RFC 4287) with GeoRSS points, for whatever reads feeds.

An entry is a clash: its id never changes, ``updated`` is when something material last did. GeoRSS says how uncertain a
place is as a radius in metres. What others wrote is text here, never markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from workers.pipeline.message import Style, headline, summary, tidy
from workers.pipeline.models import Clash, Place, Status

_ATOM, _GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A clash, and when something material of it last changed."""

    clash: Clash
    changed: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Of which region; ``base`` is the address that the API is known by, without a slash at its end."""

    region: str
    title: str
    base: str


def atom(head: Head, told: Iterable[Told], style: Style) -> str:
    """The document; the same in, the same out."""
    found = list(told)
    own = f"{head.base}/api/v1/regions/{head.region}/feed.atom"
    feed = Element("feed", {"xmlns": _ATOM, "xmlns:georss": _GEORSS, "xml:lang": style.words.language})
    _add(feed, id=_urn("region", head.region), title=f"Clashwatch: {tidy(head.title)}")
    _add(feed, updated=_stamp(max((one.changed for one in found), default=_NEVER)))
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=own)
    _add(SubElement(feed, "author"), name="Clashwatch")
    SubElement(feed, "generator").text = "Clashwatch"
    for one in found:
        _entry(SubElement(feed, "entry"), one, head, style)
    ElementTree.indent(feed)
    text = ElementTree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _entry(entry: Element, told: Told, head: Head, style: Style) -> None:
    clash = told.clash
    over = clash.status in {Status.RETRACTED, Status.DENIED}
    mark = style.words("kind.retraction") if clash.status is Status.RETRACTED else ""
    _add(entry, id=_urn("clash", clash.id), title=mark + headline(clash, style))
    _add(entry, updated=_stamp(told.changed), published=_stamp(clash.first_reported))
    SubElement(entry, "link", rel="alternate", type="application/json", href=f"{head.base}/api/v1/clashes/{clash.id}")
    for term in (*clash.kinds, *((str(clash.status),) if over else ())):
        SubElement(entry, "category", term=term)
    SubElement(entry, "summary", type="text").text = tidy(summary(clash, style), 1000)
    if clash.place:
        _where(entry, clash.place)


def _where(entry: Element, place: Place) -> None:
    SubElement(entry, "georss:point").text = f"{place.lat:.5f} {place.lon:.5f}"
    SubElement(entry, "georss:radius").text = f"{place.radius_km * 1000:.0f}"
    SubElement(entry, "georss:featurename").text = tidy(place.name, 100)


def _add(element: Element, **children: str) -> None:
    for name, text in children.items():
        SubElement(element, name).text = text


def _urn(noun: str, name: str) -> str:
    """A name that no address changes."""
    return uuid5(NAMESPACE_URL, f"urn:x-clashwatch:{noun}:{name}").urn


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
