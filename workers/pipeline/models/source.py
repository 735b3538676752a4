"""From a polled feed to an article's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FetchOutcome(StrEnum):
    """What became of one request. Every request ends in exactly one of these."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    UNCHANGED = "unchanged_hash"
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    CLIENT_ERROR = "http_4xx"
    SERVER_ERROR = "http_5xx"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    REDIRECTS = "too_many_redirects"
    BLOCKED = "blocked_address"
    ROBOTS = "robots"
    BAD_URL = "bad_url"
    DEFERRED = "deferred"
    """Not asked at all: the host's turn did not come in time. No failure; ask again."""


class Outcome(StrEnum):
    """What extraction made of a page (interfaces.md, ``extract``)."""

    ARTICLE = "article"
    CONSENT_WALL = "consent_wall"
    PAYWALL = "paywall"
    BOT_WALL = "bot_wall"
    TEASER = "teaser"
    EMPTY = "empty"
    NOT_ARTICLE = "not_article"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that is polled. ``slug`` names it in metrics, logs and on the command line."""

    slug: str
    url: str
    family: str | None = None
    """Publisher family; an outlet without one corroborates nothing."""
    language: str | None = None
    country: str | None = None
    title: str | None = None
    interval: float = 900.0
    """Seconds between polls before anything is learnt about the feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed."""

    guid: str
    url: str | None
    title: str
    summary: str
    published: datetime | None
    language: str | None = None
    content: str | None = None
    """The feed's own full text (HTML), when it carries one."""


@dataclass(frozen=True, slots=True)
class Hub:
    """Where a publisher announces what is new (WebSub): the hub, and the feed's name there if it is another."""

    url: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A parsed feed. ``problems`` says in words what was mended or given up."""

    title: str
    format: str
    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    ttl: float | None = None
    """Seconds the publisher asks to wait (``ttl``, ``sy:updatePeriod``)."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day (UTC) in which the publisher asks not to be polled."""
    skip_days: frozenset[int] = frozenset()
    """The same for days of the week (UTC); Monday is 0."""
    parts: tuple[str, ...] = ()
    """Addresses to ask instead: the documents that an index of sitemaps leads to, the newest first."""
    hub: Hub | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes that a link returned, as they came."""

    url: str
    final_url: str
    body: bytes
    content_type: str | None
    charset: str | None
    fetched: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a live blog or a digest: a text of its own, with its own time."""

    title: str
    text: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Article:
    """Title, body and context of one page, or the outcome that says why there is none.

    ``origin`` is the wire agency credited in the text, else ``None``.
    """

    outcome: Outcome
    title: str = ""
    text: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None
    origin: str | None = None
    authors: tuple[str, ...] = ()
    canonical_url: str | None = None
    reason: str = ""
    parts: tuple[Part, ...] = ()
    """What a live blog or a digest consists of; empty for a text that is one. ``text`` holds all of it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A MinHash signature; comparable only when ``scheme`` is equal."""

    scheme: str
    values: tuple[int, ...] = field(repr=False)
    shingles: int = 0
    marks: tuple[int, ...] = field(default=(), repr=False)
    """Hashes of some passages, for look-up only."""
