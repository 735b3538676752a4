"""What one document says: the output contract of ``clashwatch detect`` (interfaces.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Span = tuple[int, int]
"""Half-open range of code points in ``title + "\\n\\n" + text`` (in ``text`` without a title)."""


class Realis(StrEnum):
    """How the text presents an event in time and modality."""

    CURRENT = "current"
    ONGOING = "ongoing"
    BACKGROUND = "background"
    PLANNED = "planned"
    HYPOTHETICAL = "hypothetical"
    NEGATED = "negated"


class Status(StrEnum):
    """Who agrees that it happened."""

    UNCONTESTED = "uncontested"
    CONTESTED = "contested"
    UNCONFIRMED = "unconfirmed"
    DENIED = "denied"
    RETRACTED = "retracted"


class Precision(StrEnum):
    """How well a place is known; exported as ACLED 1, 2, 2, 3, 3."""

    EXACT = "exact"
    NEAR = "near"
    DISTRICT = "district"
    ADMIN1 = "admin1"
    COUNTRY = "country"


class DatePrecision(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    UNKNOWN = "unknown"


class Stance(StrEnum):
    ASSERTS = "asserts"
    DENIES = "denies"
    CANNOT_CONFIRM = "cannot_confirm"
    RETRACTS = "retracts"


_SUB_EVENTS = {
    "Battles": ("Armed clash", "Government regains territory", "Non-state actor overtakes territory"),
    "Explosions/Remote violence": (
        "Chemical weapon",
        "Air/drone strike",
        "Suicide bomb",
        "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED",
        "Grenade",
    ),
    "Violence against civilians": ("Sexual violence", "Attack", "Abduction/forced disappearance"),
    "Protests": ("Peaceful protest", "Protest with intervention", "Excessive force against protesters"),
    "Riots": ("Violent demonstration", "Mob violence"),
    "Strategic developments": (
        "Agreement",
        "Arrests",
        "Change to group/activity",
        "Disrupted weapons use",
        "Headquarters or base established",
        "Looting/property destruction",
        "Non-violent transfer of territory",
        "Other",
    ),
}
ACLED_EVENT_OF: dict[str, str] = {sub: event for event, subs in _SUB_EVENTS.items() for sub in subs}
"""ACLED's event type of each sub-event type, spelt as ACLED spells them."""

VIOLENT = frozenset(
    _SUB_EVENTS["Battles"] + _SUB_EVENTS["Explosions/Remote violence"] + _SUB_EVENTS["Violence against civilians"]
)
VIOLENT_WHEN_DEADLY = frozenset({"Excessive force against protesters", "Mob violence"})


@dataclass(frozen=True, slots=True)
class Document:
    """What detection is given. ``published`` carries an offset; ``country`` is the publisher's."""

    id: str
    text: str
    title: str | None = None
    published: datetime | None = None
    language: str | None = None
    country: str | None = None
    source: str | None = None

    @property
    def full(self) -> str:
        """The string that spans count in."""
        return f"{self.title}\n\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Place:
    """Where. ``geonameid`` is ``None`` for overlay places, ``country`` at sea."""

    name: str
    lat: float
    lon: float
    precision: Precision
    radius_km: float
    feature: str
    geonameid: int | None = None
    country: str | None = None
    admin1: str | None = None
    admin1_code: str | None = None
    admin2: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One place name in the text, resolved."""

    span: Span
    text: str
    lat: float
    lon: float
    feature: str
    confidence: float
    geonameid: int | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A party named in the text; ``id`` is that of ``knowledge/actors.yml``, ``None`` if unlisted."""

    text: str
    span: Span
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """``role`` is ``attacker``, ``target`` or ``party``."""

    role: str
    actors: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """People. ``high`` is ``None`` for an open end, ``best`` for vague words."""

    low: int
    best: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Claimant:
    text: str
    span: Span
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says what. ``claimant`` is ``None`` when the text asserts it itself.

    ``about`` is killed, injured, casualties, missing, captured, equipment, control, initiator
    or occurrence; ``whom`` an actor id or ``civilians``.
    """

    about: str
    stance: Stance
    span: Span
    claimant: Claimant | None = None
    low: int | None = None
    high: int | None = None
    whom: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one document says about one incident."""

    event_type: str
    sub_event_type: str
    realis: Realis
    status: Status
    alertable: bool
    confidence: float
    update: bool = False
    place: Place | None = None
    start: date | None = None
    end: date | None = None
    date_precision: DatePrecision = DatePrecision.UNKNOWN
    sides: tuple[Side, ...] = ()
    civilian_targeting: bool = False
    killed: Count | None = None
    injured: Count | None = None
    missing: Count | None = None
    captured: Count | None = None
    claims: tuple[Claim, ...] = ()
    weapons: tuple[str, ...] = ()
    evidence: tuple[Span, ...] = ()
    why: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Coding:
    """Everything that detection found in one document."""

    language: str
    reports: tuple[Report, ...]
    places: tuple[Mention, ...]
