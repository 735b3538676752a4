"""From a clash to what people read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from workers.pipeline.models.clash import Change


class AlertKind(StrEnum):
    NEW = "new"
    UPDATE = "update"
    ESCALATION = "escalation"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    REMINDER = "reminder"
    """Nothing changed, and it goes on: a route's ``repeat_interval``. No rule makes one."""
    RESOLUTION = "resolution"
    """It is over: a clash that is closed, a silence that ended."""

    @classmethod
    def by_default(cls) -> frozenset[AlertKind]:
        """That a clash is over is told to those who ask for it."""
        return frozenset(cls) - {cls.RESOLUTION, cls.REMINDER}


class Reason(StrEnum):
    """Why a rule fired or did not; logged, counted and shown."""

    FIRED = "fired"
    EXPERIMENTAL = "experimental"
    PENDING = "pending"
    """All holds, but not for long enough yet."""
    ALREADY_TOLD = "already_told"
    NOT_ALERTABLE = "not_alertable"
    UNLOCATED = "unlocated"
    OUTSIDE_REGION = "outside_region"
    TYPE = "type"
    SIDES = "sides"
    REALIS = "realis"
    CONFIDENCE = "confidence"
    CASUALTIES = "casualties"
    ORIGINS = "origins"
    CONFIRMING = "confirming"
    WEAPONS = "weapons"
    AGREEMENT = "agreement"
    PUBLISHER = "publisher"
    SITUATION = "situation"
    LANGUAGE = "language"
    CONDITION = "condition"
    KIND = "kind"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    MERGED = "merged"
    STALE = "stale"
    PRIMING = "priming"


@dataclass(frozen=True, slots=True)
class Area:
    """A region as an operator wrote it: a union of its parts without what it excludes.

    ``circles`` are (lat, lon, km), ``boxes`` (west, south, east, north; west > east crosses the antimeridian),
    ``polygons`` lists of rings of (lon, lat) with the outer ring first, all in WGS 84 degrees. ``circles_of`` are the
    circles that hold for a clash of a type instead, by ACLED's event or sub-event type.
    """

    name: str
    title: str = ""
    countries: frozenset[str] = frozenset()
    admin1: frozenset[str] = frozenset()
    admin2: frozenset[str] = frozenset()
    circles: tuple[tuple[float, float, float], ...] = ()
    circles_of: dict[str, tuple[tuple[float, float, float], ...]] = field(default_factory=dict)
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A named area, ready to match. ``geometry`` is a shapely geometry; codes match by equality.

    ``countries`` are ISO 3166-1 alpha-2, ``admin1`` are ``CC.code`` with GeoNames' admin-1 code, ``admin2`` are
    ``CC.code.name`` with the district's name, folded. ``geometry_of`` is what holds for clashes of a type instead.
    """

    name: str
    countries: frozenset[str] = frozenset()
    admin1: frozenset[str] = frozenset()
    admin2: frozenset[str] = frozenset()
    geometry: Any = None
    geometry_of: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    include: tuple[Region, ...] = ()
    exclude: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on clashes in regions. Empty sets do not restrict."""

    id: str
    name: str
    regions: tuple[str, ...]
    within: str = "touch"
    """``inside``: the clash's area lies within the region; ``touch``: it may."""
    status: str = "stable"
    owner: str | None = None
    event_types: frozenset[str] = frozenset()
    sub_event_types: frozenset[str] = frozenset()
    sides: frozenset[str] = frozenset()
    min_confidence: float = 0.0
    min_killed: int = 0
    min_injured: int = 0
    civilians: bool = False
    """Any civilian was targeted or harmed, however many."""
    min_origins: int = 0
    min_confirming: int = 0
    """Sides that assert something of it themselves."""
    attackers: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    weapons: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    realis: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    situations: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    when: str | None = None
    """An expression in CEL that must hold, too; see ``workers.pipeline.condition``."""
    lasts: timedelta = timedelta(0)
    """``for``: how long all of it must hold before the rule tells a clash."""
    on: frozenset[AlertKind] = AlertKind.by_default()
    max_age: timedelta = timedelta(hours=72)
    severity: str = "warning"
    raises: tuple[tuple[str, str], ...] = ()
    """(severity, expression in CEL): the first whose expression holds takes the place of ``severity``."""
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer for one revision of one clash: the reason, and the gate's value in words."""

    rule: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule fired for a revision of a clash. ``key`` is unique: a second firing is the same alert.

    A vigil's alert, or the service's about itself, has no clash (it is empty) and no revision (0), but a label
    ``subject``.
    """

    key: str
    rule: str
    clash: str
    revision: int
    kind: AlertKind
    severity: str
    reason: str
    changes: tuple[Change, ...]
    labels: dict[str, str]
    annotations: dict[str, str]
    at: datetime

    @property
    def subject(self) -> str:
        """What it is about, for who acknowledges it."""
        return self.clash or self.labels.get("subject", "")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where deliveries go. ``kind`` is a module of ``adapters/channels``; ``options`` its settings."""

    name: str
    kind: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """An operator's own wording of a receiver's messages, part by part; see ``workers.pipeline.message.template``."""

    title: str | None = None
    summary: str | None = None
    lines: tuple[tuple[str, str], ...] = ()
    """Label and template, instead of all our lines."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in one thread, carrying one or more alert revisions. ``key`` is its idempotency key."""

    key: str
    receiver: str
    group_key: str
    sequence: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What people read, before a channel dresses it. Every string is untrusted text, not markup."""

    key: str
    thread: str
    sequence: int
    kind: AlertKind
    severity: str
    title: str
    summary: str
    lines: tuple[tuple[str, str], ...]
    """Label and value, in reading order: where, when, sides, claims, sources, why."""
    quotes: tuple[tuple[str, str], ...]
    """(language, quote) in the original language."""
    links: tuple[tuple[str, str], ...]
    """(outlet, url)."""
    changes: tuple[str, ...]
    """What changed since the thread's last message, in words; empty for the first."""
    payload: dict[str, Any] = field(default_factory=dict)
    """The machine-readable alert, for webhooks and the outbox."""
    actions: tuple[tuple[str, str, str], ...] = ()
    """(act, label, address): links by which a reader answers; see ``workers.pipeline.links``."""
