"""A clash's facts in words: where and how precisely, when, who, how many, according to whom.

In: the nouns and a ``Style``. Out: single lines of plain, untrusted text. Deterministic: same clash, same words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from babel import Locale
from babel.dates import format_date, format_datetime

from workers.pipeline.links import NOWHERE, Front
from workers.pipeline.message.words import Words
from workers.pipeline.models import Clash, Count, Filing, Place, Precision, Side, Template

_BIDI_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]")
"""They let a quoted title turn the rest of a line around."""


@dataclass(frozen=True)
class Style:
    """How one receiver reads: language of our own words, its clock, where links to us lead, whether it can leave."""

    language: str = "en"
    zone: tzinfo = UTC
    front: Front = NOWHERE
    subscribed: bool = False
    """One reader stands behind the receiver, who may unsubscribe it."""
    template: Template | None = None
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", Words(self.language))

    @property
    def locale(self) -> Locale:
        return Locale.parse("en_GB" if self.words.language == "en" else self.words.language)


def tidy(text: str, limit: int = 300) -> str:
    """One line without control or direction-changing characters, cut at a word."""
    visible = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
    line = " ".join(_BIDI_OVERRIDES.sub("", visible).split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


_JOINER = "\u2060"
"""Takes no room and breaks no line, but nothing that looks for names or addresses reads over it."""
_LINKABLE = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_]{2})|(?<=:)(?=//)|(?<=@)(?=\w)|(?<=<)(?=[@!#])|(?<=\])(?=\()")


def inert(text: str) -> str:
    """The same to the eye, but no program makes a mention, a link or markup of it: ``@everyone``, ``evil.example``."""
    return _LINKABLE.sub(lambda found: found[0] + _JOINER, text)


def country(code: str | None, style: Style) -> str:
    if code is None:
        return style.words("place.at_sea")
    return style.words.country(code) or str(style.locale.territories.get(code, code))


def _whole(place: Place, style: Style) -> str:
    """The name of a place that is no smaller than a country: the country's, or a sea's own."""
    return country(place.country, style) if place.country else tidy(place.name, 80)


def where(place: Place | None, style: Style) -> str:
    """``near Altun Kupri, Iraq (within 8 km)``: precision in words and in kilometres."""
    if place is None:
        return style.words("place.unknown")
    name = tidy(place.name, 80)
    if place.precision in {Precision.EXACT, Precision.NEAR} and place.admin1 and place.admin1 != place.name:
        name = f"{name}, {tidy(place.admin1, 60)}"
    if place.precision is Precision.COUNTRY:
        return style.words("place.country", country=_whole(place, style))
    km = f"{max(place.radius_km, 1):.0f}"
    return style.words(f"place.{place.precision}", name=name, country=country(place.country, style), km=km)


def headline(clash: Clash, style: Style) -> str:
    """``Armed clash near Altun Kupri, Iraq``"""
    what = style.words.type(clash.sub_event_type)
    place = clash.place
    if place is None:
        return style.words("title.unknown", what=what)
    if place.precision is Precision.COUNTRY:
        return style.words("title.in", what=what, name=_whole(place, style))
    preposition = {Precision.EXACT: "at", Precision.NEAR: "near"}.get(place.precision, "in")
    name = f"{tidy(place.name, 80)}, {country(place.country, style)}"
    return style.words(f"title.{preposition}", what=what, name=name)


def when(clash: Clash, style: Style) -> str:
    if clash.start is None:
        return style.words("undated")
    start = format_date(clash.start, "long", locale=style.locale)
    if clash.end in {None, clash.start}:
        return start
    return style.words("between", start=start, end=format_date(clash.end, "long", locale=style.locale))


def reported(clash: Clash, style: Style) -> str:
    first, last = clock(clash.first_reported, style), clock(clash.last_reported, style)
    return first if first == last else style.words("first_and_last", first=first, last=last)


def clock(at: datetime, style: Style) -> str:
    """``20 Oct 2017, 17:30 UTC (19:30 CEST)``: universal first, the reader's own beside it."""
    universal = at.astimezone(UTC)
    text = f"{format_datetime(universal, 'd MMM y, HH:mm', locale=style.locale)} UTC"
    local = at.astimezone(style.zone)
    if local.utcoffset() == universal.utcoffset():
        return text
    pattern = "HH:mm" if local.date() == universal.date() else "d MMM HH:mm"
    return f"{text} ({format_datetime(local, pattern, locale=style.locale)} {local.tzname()})"


def sides(clash: Clash, style: Style) -> str:
    named = [style.words(f"role.{side.role}", names=_names(side)) for side in clash.sides if side.actors]
    if clash.civilian_targeting:
        named.append(style.words("civilians_targeted"))
    return "; ".join(named)


def _names(side: Side) -> str:
    """Each actor once, by the words that the first report used for it."""
    names: dict[str, str] = {}
    for actor in side.actors:
        names.setdefault(actor.id or actor.text.casefold(), tidy(actor.text, 60))
    return ", ".join(names.values())


def count(number: Count | None, style: Style) -> str:
    return amount(number.low, number.high, style) if number else style.words("count.unknown")


def amount(low: int | None, high: int | None, style: Style) -> str:
    """Bounds in words; an open upper end is "at least"."""
    if low is None and high is None:
        return style.words("count.unknown")
    if low == high:
        return str(low) if low else style.words("count.none")
    if high is None:
        return style.words("count.at_least", low=low)
    return style.words("count.range", low=low or 0, high=high)


def outlet(filing: Filing) -> str:
    """Who published it: the publisher family, else the address's host, else empty."""
    host = re.sub(r"^https?://(www\.)?|[/:?#].*$", "", filing.url or "", flags=re.DOTALL)
    return tidy(filing.family or host, 60)
