"""A candidate and earlier texts in, the origin it copies out, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workers.pipeline.dedupe.signature import containment, similarity
from workers.pipeline.models import Signature


class CopyReason(StrEnum):
    URL = "url"
    """The same canonical address."""
    SAME = "same"
    """The same text throughout, lightly edited at most."""
    CUT = "cut"
    """Most of the shorter text stands in the longer one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A signed text. ``url`` is canonical (``workers.pipeline.urls``); ``origin`` its own origin when it is a copy."""

    id: str
    signature: Signature
    published: datetime | None = None
    url: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """``origin`` is the text copied, itself no copy; ``similarity`` the share of the shorter text in the longer."""

    origin: str
    similarity: float
    reason: CopyReason


TINY, BRIEF, SHORT = 8, 20, 40
"""Shingles below which only an identical text, only a close one, only one held almost whole is a copy."""
TINY_LIKE, SHORT_LIKE, SHORT_HELD, HELD, LATE_HELD = 0.95, 0.6, 0.8, 0.6, 0.7
LATE = timedelta(hours=36)
"""From then on more must be shared: daily bulletins repeat yesterday's form with today's facts."""
REACH = timedelta(days=14)
LONGER, SHORTER = 3.0, 8.0
"""A text over three times as long as what it holds is a round-up, not a reprint; a cut below an eighth is a quote."""


def copy_of(candidate: Candidate, others: Iterable[Candidate]) -> Copy | None:
    """The earliest of ``others`` that ``candidate`` copies, followed to its origin; ``None`` when it copies none.

    ``others`` are texts that came before it, earliest first (those that share one of ``keys`` or the address).
    """
    for other in others:
        reason = _reason(candidate, other)
        if reason and other.id != candidate.id and (other.origin or other.id) != candidate.id:
            held = 1.0 if reason is CopyReason.URL else containment(candidate.signature, other.signature)
            return Copy(other.origin or other.id, round(held, 3), reason)
    return None


def _reason(later: Candidate, earlier: Candidate) -> CopyReason | None:
    if later.url and later.url == earlier.url:
        return CopyReason.URL
    a, b = later.signature, earlier.signature
    if not a.values or not b.values or a.scheme != b.scheme:
        return None
    gap = abs(later.published - earlier.published) if later.published and earlier.published else timedelta(0)
    if gap > REACH or not 1 / SHORTER <= a.shingles / b.shingles <= LONGER:
        return None
    alike = similarity(a, b)
    if not _holds(a, b, alike, LATE_HELD if gap > LATE else HELD):
        return None
    return CopyReason.SAME if alike >= HELD else CopyReason.CUT


def _holds(a: Signature, b: Signature, alike: float, long_enough: float) -> bool:
    """Is enough shared? A few words meet by chance or by template: the fewer, the fewer may differ."""
    fewest = min(a.shingles, b.shingles)
    if fewest < TINY:
        return alike >= TINY_LIKE
    if fewest < SHORT:
        return containment(a, b) >= SHORT_HELD and (fewest >= BRIEF or alike >= SHORT_LIKE)
    return containment(a, b) >= long_enough
