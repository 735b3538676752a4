"""The times of a clash's life, as an operator may set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """How long after the last report a clash is quiet, and how long until it is closed."""

    quiet: timedelta = timedelta(hours=24)
    closed: timedelta = timedelta(hours=96)


@dataclass(frozen=True, slots=True)
class Limits:
    """``by_type`` overrides ``span`` for ACLED sub-event types: a siege is told for longer than a shelling."""

    span: Span = Span()
    by_type: Mapping[str, Span] = field(default_factory=dict)
    fortnight: timedelta = timedelta(days=14)
    situation_km: float = 100.0
    told_together_km: float = 250.0
    """The same between clashes of the same two sides that one article tells together."""

    def of(self, sub_event: str) -> Span:
        return self.by_type.get(sub_event, self.span)
