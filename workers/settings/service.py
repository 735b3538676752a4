"""``clashwatch.yml`` and ``feeds.yml``: how the service itself runs, and what it polls.

Every scalar of ``clashwatch.yml`` can be set as ``CLASHWATCH_<SECTION>_<KEY>``; see ``environment``.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from workers.pipeline.cluster import Limits, Span
from workers.pipeline.models import ACLED_EVENT_OF, Feed
from workers.settings.detection import Detection, Opinion
from workers.settings.problems import unknown
from workers.settings.shapes import Country, Duration, HttpUrl, Strict, Words, split


def _endpoint(value: str) -> str:
    """``host:port``, an address, or a CIDR block."""
    if re.fullmatch(r"\[?[\w.:-]+\]?:\d{1,5}", value):
        return value
    try:
        ip_network(value)
    except ValueError:
        raise ValueError(f"'{value}' is neither host:port nor an address block like 10.0.0.0/8") from None
    return value


def _postgres(value: str | None) -> str | None:
    if value is not None and not value.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("must start with postgresql://")
    return value


def _broker(value: str | None) -> str | None:
    if value is not None and not value.startswith(("redis://", "rediss://", "redis+socket://", "unix://", "amqp")):
        raise ValueError("must start with redis://, rediss://, unix:// or amqp://")
    return value


Port = Annotated[int, Field(ge=0, le=65535)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class Database(Strict):
    url: Annotated[str | None, AfterValidator(_postgres), Field(repr=False)] = None
    """PostgreSQL 15 or newer; without one a private server runs under the state directory."""


class Redis(Strict):
    url: Annotated[str | None, AfterValidator(_broker), Field(repr=False)] = None
    """The broker; without one a private Valkey runs under the state directory."""


class Fetch(Strict):
    user_agent: str = "Clashwatch/0.1"
    contact: str | None = None
    """An address publishers can write to; sent with every request."""
    interval: Duration = Field(default="15m", validate_default=True)
    """Between two polls of a feed before anything is learnt about it; half of it, but not less than ten minutes, for
    publishers in a country that a rule watches."""
    timeout: float = Field(default=20.0, gt=0, le=35)
    """Seconds for one request. The hard limit of a fetch task is 40 s."""
    spacing: float = Field(default=2.0, ge=0)
    """Seconds between two requests to one host."""
    per_host: int = Field(default=2, ge=1)
    """Requests to one host at the same time."""
    batch: int = Field(default=200, ge=1, le=1000)
    """Rows one fetch task claims."""
    first_fetch: Literal["prime", "alert"] = "prime"
    """What a feed's first fetch brings: ``prime`` records it silently, ``alert`` tells it."""
    robots: bool = True
    """Obey robots.txt for articles."""
    allow: Annotated[tuple[Annotated[str, AfterValidator(_endpoint)], ...], BeforeValidator(split)] = ()
    """Private addresses that may be fetched all the same, as host:port or block; none by default."""


class Retention(Strict):
    """Days; 0 keeps for ever."""

    pages: int = Field(default=30, ge=0)
    articles: int = Field(default=365, ge=0)
    quarantine: int = Field(default=90, ge=0)


class SpanEntry(Strict):
    """How long after its last report a clash is quiet, and how long until it is closed."""

    quiet: Duration = Field(default="24h", validate_default=True)
    closed: Duration = Field(default="96h", validate_default=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.quiet >= self.closed:
            raise ValueError("a clash is quiet before it is closed: quiet must be shorter than closed")
        return self

    def span(self) -> Span:
        return Span(self.quiet, self.closed)


def _kinds(given: dict[str, SpanEntry]) -> dict[str, SpanEntry]:
    for name in given:
        if name not in ACLED_EVENT_OF:
            raise ValueError(unknown("sub-event type", name, ACLED_EVENT_OF))
    return given


class Life(SpanEntry):
    """The life of a clash."""

    types: Annotated[dict[str, SpanEntry], AfterValidator(_kinds)] = Field(default_factory=dict)
    """Other times for ACLED sub-event types, by name."""

    def limits(self) -> Limits:
        return Limits(self.span(), {name: one.span() for name, one in self.types.items()})


class Api(Strict):
    host: str = "127.0.0.1"
    port: Port = 8000
    public_url: HttpUrl | None = None
    """Where people reach it; messages link there. No links without one."""
    per_minute: int = Field(default=1200, ge=1)
    """Requests of one client, per API process; a change counts ten times, a wrong token sixty times."""


class Push(Strict):
    """WebSub: hubs tell at once what is new; polling goes on more slowly."""

    public_url: HttpUrl | None = None
    """Where hubs reach `/push/` of the API from outside; no hub is asked without one. May be another than the address
    people use: nothing else needs to be let through there."""


class Exporter(Strict):
    host: str = "127.0.0.1"
    port: Port = 9465


def _secret_address(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.match(r"https?://[^/\s]+", value.get_secret_value()):
        raise ValueError("is no http(s) address")
    return value


class Deadman(Strict):
    """Signs of life that stop when a made-up fight no longer finds its way through the pipeline."""

    url: Annotated[SecretStr | None, AfterValidator(_secret_address)] = None
    """Pinged while all is well: a monitor elsewhere raises the alarm when the pings stop. Who knows it can ping too."""
    every: Duration = Field(default="1m", validate_default=True)
    watchdog: Duration | None = None
    """How often the alert of the rule `watchdog` is told while all is well; never unless said."""


class Workers(Strict):
    """Processes per queue."""

    fetch: int = Field(default=1, ge=1)
    process: int = Field(default=2, ge=1)
    notify: int = Field(default=1, ge=1)


class ServiceFile(Strict):
    """clashwatch.yml"""

    state_dir: str = "var"
    """Everything that is not in the database lies here."""
    languages: Words = ()
    """Languages to read, as ISO 639-1 codes; empty reads all that are shipped."""
    database: Database = Database()
    redis: Redis = Redis()
    fetch: Fetch = Fetch()
    retention: Retention = Retention()
    life: Life = Life()
    detection: Detection = Detection()
    opinion: Opinion = Opinion()
    api: Api = Api()
    push: Push = Push()
    exporter: Exporter = Exporter()
    deadman: Deadman = Deadman()
    workers: Workers = Workers()


class FeedEntry(Strict):
    slug: Slug
    """Its name in metrics, logs and on the command line."""
    url: HttpUrl
    family: str | None = None
    """Publisher family: outlets of one owner count once; an outlet without one corroborates nothing."""
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    country: Country | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    """The publisher's own, ISO 3166-1 alpha-2."""
    title: str | None = None
    interval: Duration | None = None

    def feed(self, default: float) -> Feed:
        seconds = self.interval.total_seconds() if self.interval is not None else default
        given = self.model_dump(exclude={"interval"})
        return Feed(**given, interval=seconds)


class FeedsFile(Strict):
    """feeds.yml"""

    feeds: tuple[FeedEntry, ...] = ()
    opml: tuple[str, ...] = ()
    """OPML files beside this one, to add to the list."""
