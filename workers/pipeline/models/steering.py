"""What people say back to the service: hush, I am on it, that was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody wants to hear nothing of what the matchers fit, for a while, and says why.

    With ``regions`` only clashes that lie wholly in one of them are meant: one at a border is told.
    """

    id: str
    matchers: tuple[str, ...]
    author: str
    comment: str
    starts: datetime
    ends: datetime
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody is on it. ``subject`` is what alerts are about (``Alert.subject``). News is told all the same."""

    id: str
    subject: str
    author: str
    note: str
    at: datetime
    until: datetime


class Judgement(StrEnum):
    """What a reviewer says of an alert, looking back."""

    CONFIRMED = "confirmed"
    WRONG_PLACE = "wrong_place"
    OLD_NEWS = "old_news"
    DUPLICATE = "duplicate"
    NOT_VIOLENCE = "not_violence"


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's judgement of what was told of a clash; of one rule's alerts only where ``rule`` names it."""

    id: str
    clash: str
    judgement: Judgement
    author: str
    note: str
    at: datetime
    rule: str | None = None
