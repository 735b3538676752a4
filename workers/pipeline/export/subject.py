"""What every layout starts from: a clash with its filings, and the names and codes of countries and actors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workers.pipeline.models import Clash, Count, Filing, Side

CIVILIANS, STATE = 7, 1
"""ACLED's interaction codes: 1 state forces, 2 rebels, 3 political militia, 4 identity militia, 5 rioters,
6 protesters, 7 civilians, 8 external and other forces."""


def _nothing(_id: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Atlas:
    """``numbers`` and ``alpha3`` are other codes of ISO 3166-1 by alpha-2 code; ``actor`` (its name), ``code`` and
    ``land`` (its country's alpha-3 code) answer for ids of the actor list."""

    countries: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    actor: Callable[[str], str | None] = _nothing
    code: Callable[[str], int | None] = _nothing
    alpha3: Mapping[str, str] = field(default_factory=dict)
    land: Callable[[str], str | None] = _nothing


@dataclass(frozen=True, slots=True)
class Subject:
    """A clash, the filings that it was made from, earliest first, and its revisions, as JSON values, in order."""

    clash: Clash
    filings: Sequence[Filing] = ()
    revisions: Sequence[Mapping[str, Any]] = ()

    @property
    def start(self) -> date:
        return self.clash.start or self.clash.first_reported.date()

    @property
    def end(self) -> date:
        return max(self.start, self.clash.end or self.start)

    @property
    def outlets(self) -> str:
        return "; ".join(dict.fromkeys(filing.family or filing.article for filing in self.filings))

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filing.url for filing in self.filings if filing.url))

    def origin(self) -> str:
        """Where the row comes from, in words."""
        return f"Clashwatch {self.clash.id}, revision {self.clash.revision}"


@dataclass(frozen=True, slots=True)
class Party:
    """One side in a layout's terms: a leading actor, those beside it, and ACLED's interaction code."""

    name: str
    beside: str
    code: int
    ids: frozenset[str]


NOBODY = Party("", "", 0, frozenset())


def parties(subject: Subject, atlas: Atlas) -> tuple[Party, Party]:
    """The two sides; whoever attacks comes first. Civilians stand in for a missing second side they are targets of."""
    clash = subject.clash
    ordered = sorted(clash.sides, key=lambda side: {"attacker": 0, "party": 1}.get(side.role, 2))
    found = [_party(side, atlas) for side in ordered]
    if clash.civilian_targeting and len(found) < 2:
        found.append(Party("Civilians", "", CIVILIANS, frozenset({"civilians"})))
    found += [NOBODY, NOBODY]
    return found[0], found[1]


def _party(side: Side, atlas: Atlas) -> Party:
    names = [(atlas.actor(actor.id) if actor.id else None) or actor.text for actor in side.actors]
    codes = [code for actor in side.actors if actor.id and (code := atlas.code(actor.id))]
    ids = frozenset(actor.id for actor in side.actors if actor.id)
    lead, *beside = dict.fromkeys(names) or [""]
    return Party(lead, "; ".join(beside), codes[0] if codes else 8, ids)


def claims_in_words(subject: Subject) -> str:
    """Every figure with whoever gave it: what a single number cannot say."""
    told = []
    for row in subject.clash.ledger:
        claim = row.claim
        if claim.low is None:
            continue
        who = claim.claimant.text if claim.claimant else "the report itself"
        high = "+" if claim.high is None else "" if claim.high == claim.low else f"-{claim.high}"
        of = f" of {claim.whom}" if claim.whom else ""
        told.append(f"{who}: {claim.low}{high} {claim.about}{of} ({claim.stance})")
    return "; ".join(dict.fromkeys(told))


def best(count: Count | None) -> int | None:
    if count is None:
        return None
    return count.best if count.best is not None else count.low
