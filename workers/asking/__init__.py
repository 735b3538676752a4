"""What an operator asks of the running service: why, why not, and what other rules would have done.

The command line and the API ask the same questions here, so that both give the same answers, as JSON values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workers.pipeline import regions
from workers.pipeline.models import Route, Vigil
from workers.pipeline.regions import RegionIndex
from workers.pipeline.route import branches, group_key
from workers.pipeline.rules import Watch
from workers.settings import Settings


@dataclass(frozen=True)
class Outlook:
    """What is watched and who is told, ready to be asked."""

    watch: Watch = field(default_factory=lambda: Watch((), RegionIndex({})))
    tree: Route = field(default_factory=lambda: Route("nobody"))
    vigils: tuple[Vigil, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Outlook:
        return cls(Watch(settings.rules, regions.build(settings.regions)), settings.route, settings.vigils)

    @property
    def names(self) -> frozenset[str]:
        """Of regions."""
        return frozenset(self.watch.regions.regions)

    @property
    def watched(self) -> RegionIndex:
        """The regions that vigils look at."""
        return self.watch.regions.only({name for vigil in self.vigils for name in vigil.regions})


def reached(labels: dict[str, str], tree: Route) -> list[dict[str, Any]]:
    """The receivers, in order, that an alert with these labels reaches, each with its thread."""
    found = branches(labels, tree)
    return [{"receiver": branch.receiver, "thread": group_key(labels, branch.group_by)} for branch in found]
