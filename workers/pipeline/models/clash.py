"""The incident itself, made of many reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workers.pipeline.models.report import Claim, Count, Place, Realis, Report, Side, Status


class ClashState(StrEnum):
    OPEN = "open"
    QUIET = "quiet"
    CLOSED = "closed"
    REOPENED = "reopened"


class Change(StrEnum):
    """A material change of a clash. Anything else makes no revision."""

    NEW = "new"
    CLAIM = "claim"
    TOLL = "toll"
    PLACE = "place"
    ORIGIN = "origin"
    CONFIRMED = "confirmed"
    ESCALATED = "escalated"
    DENIED = "denied"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Filing:
    """A report together with where it comes from: the unit that clustering works on.

    ``id`` is stable for one report of one article version. ``copy_of`` is the article id of the
    origin when the article is a copy. ``origin`` is the wire agency, else the publisher family,
    else ``None`` (then it corroborates nothing).
    """

    id: str
    article: str
    published: datetime
    report: Report
    family: str | None = None
    origin: str | None = None
    copy_of: str | None = None
    language: str | None = None
    title: str = ""
    url: str | None = None
    quotes: tuple[str, ...] = ()
    """The text of each of the report's evidence spans, in the original language."""
    version: int = 1
    """Of the article: spans count in that one's text."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One claim of one claimant, as the clash keeps it."""

    claim: Claim
    who: str | None
    """Claimant's actor id, else its words, else ``None``: the outlet's own assertion."""
    quote: str
    article: str
    at: datetime
    version: int = 1
    """Of the article that says so."""
    span: tuple[int, int] | None = None
    """Where the quote stands in that version, as spans of reports count."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One incident. Two instances with equal fields say the same."""

    id: str
    filings: tuple[str, ...]
    articles: tuple[str, ...]
    event_type: str
    sub_event_type: str
    status: Status
    state: ClashState
    confidence: float
    first_reported: datetime
    last_reported: datetime
    place: Place | None = None
    start: date | None = None
    end: date | None = None
    sides: tuple[Side, ...] = ()
    civilian_targeting: bool = False
    killed: Count | None = None
    injured: Count | None = None
    ledger: tuple[Ledger, ...] = ()
    weapons: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    situation: str | None = None
    realis: tuple[Realis, ...] = ()
    """How its reports present it in time and modality, each way once."""
    alertable: bool = True
    """At least one of its reports passes detection's default gate (interfaces.md)."""
    why: tuple[str, ...] = ()
    """Why each report after the first joined, in words."""
    revision: int = 0
    """Number of its last material revision; 0 before the first."""

    @property
    def kinds(self) -> tuple[str, str]:
        """Its types, the narrower first."""
        return self.sub_event_type, self.event_type


@dataclass(frozen=True, slots=True)
class Revision:
    """A material change; ``number`` starts at 1 for each clash. ``diff`` maps a field to (before, after)."""

    clash: Clash
    number: int
    changes: tuple[Change, ...]
    diff: dict[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Situation:
    """Clashes of the same sides in the same area over a rolling fortnight."""

    id: str
    clashes: tuple[str, ...]
