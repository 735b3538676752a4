"""Clashes whose time has not come yet, in memory: what the store does with rows for the service.

For those who run rules over a history at once: a condition may have held for long enough between two revisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from workers.pipeline.models import Revision
from workers.pipeline.rules.watch import Evaluation


@dataclass
class Waiting:
    """``since`` is what ``Known.since`` wants to know, by clash."""

    since: dict[str, dict[str, datetime]] = field(default_factory=dict)
    _due: dict[str, tuple[datetime, Revision]] = field(default_factory=dict)

    def note(self, revision: Revision, judged: Evaluation) -> None:
        """The latest that is known of a clash."""
        clash = revision.clash.id
        self.since[clash] = dict(judged.holds)
        if judged.due:
            self._due[clash] = (judged.due, revision)
        else:
            self._due.pop(clash, None)

    def until(self, now: datetime) -> Iterator[tuple[datetime, Revision]]:
        """What is to be looked at again until now, in order; each may be noted anew meanwhile."""
        while ready := [(due, clash) for clash, (due, _) in self._due.items() if due <= now]:
            yield self._due.pop(min(ready)[1])
