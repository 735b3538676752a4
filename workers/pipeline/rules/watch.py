"""Rules and the regions they name, compiled once, so that a clash meets only the rules near it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workers.pipeline.models import Alert, Reason, Rule, Verdict
from workers.pipeline.regions import RegionIndex


@dataclass(frozen=True, slots=True)
class Known:
    """What was before a revision is looked at.

    ``told`` holds the keys of its clash's earlier alerts (``told_keys``); ``since`` says of the rules whose condition
    it fulfilled already (``Evaluation.holds``) since when. ``primed``: a feed's first fetch brought it, which is
    recorded and not told. ``again``: the revision was looked at before; only rules that wait are asked.
    """

    told: frozenset[str] = frozenset()
    since: Mapping[str, datetime] = field(default_factory=dict)
    primed: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of one revision: the alerts to deliver, and one verdict per rule in the rules' order.

    ``holds``: of rules with a ``for`` that have not told the clash, those whose condition holds, and since when.
    ``due``: when the first of them has held for long enough, if nothing happens until then.
    """

    alerts: tuple[Alert, ...]
    verdicts: tuple[Verdict, ...]
    holds: Mapping[str, datetime] = field(default_factory=dict)
    due: datetime | None = None


class Watch:
    """The rules and the regions they name, compiled once: a revision then meets only the rules near it."""

    def __init__(self, rules: Sequence[Rule], regions: RegionIndex) -> None:
        self.rules = tuple(rules)
        self.regions = regions
        self.order = {rule.id: at for at, rule in enumerate(self.rules)}
        self.elsewhere = [
            Verdict(rule.id, Reason.OUTSIDE_REGION, f"the place lies outside {names(rule)}") for rule in self.rules
        ]
        self._of_region: dict[str, list[int]] = {}
        for at, rule in enumerate(self.rules):
            for region in rule.regions:
                self._of_region.setdefault(region, []).append(at)

    def title(self, region: str) -> str:
        known = self.regions.regions.get(region)
        return known.title if known and known.title else region

    def near(self, regions: Iterable[str]) -> set[int]:
        """The positions of the rules that name any of these regions."""
        return {at for region in regions for at in self._of_region.get(region, ())}


def names(rule: Rule) -> str:
    """The rule's regions in words."""
    return " or ".join(rule.regions)
