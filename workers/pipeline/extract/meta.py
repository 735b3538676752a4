"""The head of a page in, what the publisher declares about it out: title, times, address, language, openness.

schema.org's JSON-LD first, then the meta elements, then the visible page: the first is what newsrooms maintain for
search engines. trafilatura's own reader gives days without a time and costs a fifth of the extraction (measured).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from htmldate import find_date
from lxml.etree import XPath

from workers.pipeline.dates import moment
from workers.pipeline.plain import line
from workers.pipeline.urls import absolute

_ARTICLE = re.compile(r"(?:Article|NewsArticle|BlogPosting|Posting|Report|Review|Analysis|Opinion\w*)$")
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "pubdate",
    "publishdate", "publish-date", "publication_date", "dc.date.issued", "dcterms.created", "dc.date", "sailthru.date",
    "cxenseparse:recs:publishtime", "article.published", "og:pubdate", "date", "last-modified-at-first",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "dcterms.modified",
    "dc.date.modified", "revised",
)  # fmt: skip
_TITLES = ("og:title", "twitter:title", "dc.title", "sailthru.title", "parsely-title")
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")
_SITE_TAIL = re.compile(r"^(.{15,}?)\s+[|»•·–—-]\s+[^|»•·]{2,40}$")
_LONGEST_JSON = 1_000_000
_ITEMS = XPath("descendant::*[@itemprop=$name]")
"""Compiled once: ``iterfind`` walks every element in Python."""


@dataclass(slots=True)
class Head:
    """What was declared. Times are aware; ``free`` is ``False`` when the publisher says that reading costs."""

    title: str = ""
    description: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    canonical: str | None = None
    language: str | None = None
    free: bool | None = None
    site: str = ""
    kind: str = ""
    body: str = ""
    """The article's own text from JSON-LD, for pages that show it by script only."""
    authors: tuple[str, ...] = ()
    metas: dict[str, str] = field(default_factory=dict)
    live: tuple[dict[str, Any], ...] = ()
    """JSON-LD objects of live blogs, as they are written."""


def read(tree: Any, url: str, fetched: datetime) -> Head:
    """``tree`` is lxml's, ``url`` resolves the canonical link, nothing is dated later than a day after ``fetched``."""
    metas = _metas(tree)
    objects = list(_objects(tree))
    story = _story(objects)
    latest = fetched + timedelta(days=1)
    return Head(
        title=_title(tree, metas, story),
        description=line(_string(story.get("description")) or _first(metas, _DESCRIPTIONS), 1500),
        published=_declared(tree, metas, story, "datePublished", latest) or _visible(tree, latest),
        modified=_declared(tree, metas, story, "dateModified", latest),
        canonical=_canonical(tree, metas, url),
        language=_language(tree, metas, story),
        free=_free(story, metas),
        site=metas.get("og:site_name", ""),
        kind=_string(story.get("@type")) or metas.get("og:type", ""),
        body=_string(story.get("articleBody")),
        authors=tuple(_names(story.get("author"))),
        metas=metas,
        live=tuple(one for one in objects if "liveBlogUpdate" in one),
    )


def found_date(tree: Any, fetched: datetime) -> datetime | None:
    """The day that htmldate finds in the page, searched only when nothing was declared."""
    day = find_date(
        tree, extensive_search=False, original_date=True, outputformat="%Y-%m-%d", max_date=fetched.strftime("%Y-%m-%d")
    )
    return moment(day) if day else None


def _metas(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if key and content and content.strip():
            found.setdefault(key.strip().lower(), content.strip())
    return found


def _story(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """The JSON-LD object of the article, ``{}`` without one."""
    candidates = [one for one in objects if _ARTICLE.search(_string(one.get("@type")))]
    return max(candidates, key=lambda one: ("datePublished" in one, "headline" in one, len(one)), default={})


def _objects(tree: Any) -> Iterator[dict[str, Any]]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "") or not script.text or len(script.text) > _LONGEST_JSON:
            continue
        try:
            waiting = [json.loads(script.text, strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(200):
            if not waiting:
                break
            one = waiting.pop()
            if isinstance(one, list):
                waiting.extend(reversed(one))
            elif isinstance(one, dict):
                yield one
                waiting.extend(one[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in one)


def _title(tree: Any, metas: dict[str, str], story: dict[str, Any]) -> str:
    headings = [line("".join(h1.itertext())) for h1 in tree.iter("h1")]
    declared = [line(_string(story.get("headline"))), *(line(metas[key]) for key in _TITLES if key in metas)]
    written = [text for text in declared if text]
    if len(headings) == 1 and len(headings[0]) > 15 and any(_overlap(headings[0], text) for text in written[:2]):
        return headings[0]
    if written:
        return _without_site(written[0], metas.get("og:site_name", ""))
    if headings and headings[0]:
        return headings[0]
    title = tree.find(".//title")
    text = line(title.text or "") if title is not None else ""
    tail = _SITE_TAIL.match(text)
    return tail[1] if tail else text


def _overlap(one: str, other: str) -> bool:
    """Whether two headlines say the same: search titles are often a shorter or longer wording."""
    words, others = set(one.lower().split()), set(other.lower().split())
    return len(words & others) * 2 >= min(len(words), len(others))


def _without_site(title: str, site: str) -> str:
    tail = _SITE_TAIL.match(title)
    return tail[1] if tail and site and site.lower() in title[len(tail[1]) :].lower() else title


def _first(metas: dict[str, str], keys: tuple[str, ...]) -> str:
    return next(_values(metas, keys), "")


def _values(metas: dict[str, str], keys: tuple[str, ...]) -> Iterator[str]:
    return (metas[key] for key in keys if key in metas)


def _marked(tree: Any, name: str) -> Iterator[str]:
    elements: Any = _ITEMS(tree, name=name)
    for element in elements:
        yield element.get("datetime") or element.get("content") or (element.text or "")


def _declared(tree: Any, metas: dict[str, str], story: dict[str, Any], name: str, latest: datetime) -> datetime | None:
    """The first believable time; the page itself is searched only when its head names none."""
    keys = _PUBLISHED if name == "datePublished" else _MODIFIED
    return _time([story.get(name), *_values(metas, keys)], latest) or _time(_marked(tree, name), latest)


def _time(written: Iterable[Any], latest: datetime) -> datetime | None:
    dates = (moment(_string(text)) for text in written)
    return next((date for date in dates if date and date.year >= 1995 and date <= latest), None)


def _visible(tree: Any, latest: datetime) -> datetime | None:
    """The first ``<time>`` outside lists of other articles."""
    for element in tree.iter("time"):
        if not any(parent.tag in ("aside", "nav", "li", "footer") for parent in element.iterancestors()):
            return _time([element.get("datetime"), "".join(element.itertext())], latest)
    return None


def _canonical(tree: Any, metas: dict[str, str], url: str) -> str | None:
    links = (link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical")
    for written in (*links, metas.get("og:url")):
        try:
            address = absolute(written or "", url or None)
        except ValueError:
            continue
        if address.count("/") > 3 or address.rstrip("/") == url.rstrip("/"):
            return address
    return None


def _language(tree: Any, metas: dict[str, str], story: dict[str, Any]) -> str | None:
    written = _string(story.get("inLanguage")) or tree.get("lang") or metas.get("og:locale") or metas.get("language")
    match = re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", written or "")
    return match[0].lower() if match else None


def _free(story: dict[str, Any], metas: dict[str, str]) -> bool | None:
    written = story.get("isAccessibleForFree")
    if written is None:
        tier = metas.get("article:content_tier", "").lower()
        return {"free": True, "locked": False, "metered": True}.get(tier)
    return str(written).strip().lower() not in ("false", "no", "0")


def _string(value: Any) -> str:
    if isinstance(value, list):
        return next((_string(one) for one in value if isinstance(one, str)), "")
    return value.strip() if isinstance(value, str) else ""


def _names(authors: Any) -> Iterator[str]:
    for one in authors if isinstance(authors, list) else [authors]:
        name = _string(one.get("name")) if isinstance(one, dict) else _string(one)
        if name and not name.startswith("http"):
            yield name
