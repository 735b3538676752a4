"""A neighbourhood of filings in; its clashes, situations and what changed out.

A pure function of the set of filings: the order in which they came cannot matter, a late report recomputes the
neighbourhood, and ids pass on from the clashes known before by greatest overlap, then by age. Reports join by place,
time, sides, kind and figures, never by words, so the language of an article does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from workers.pipeline.cluster.build import build
from workers.pipeline.cluster.card import cards, order
from workers.pipeline.cluster.identity import Heirs, inherit, names
from workers.pipeline.cluster.life import age, state
from workers.pipeline.cluster.limits import Limits, Span
from workers.pipeline.cluster.parties import Allied, alone
from workers.pipeline.cluster.partition import Pins, partition
from workers.pipeline.cluster.reach import Filed, Reach, filed, reach
from workers.pipeline.cluster.revise import changes, difference
from workers.pipeline.cluster.situations import situations
from workers.pipeline.models import Change, Clash, Filing, Revision, Situation

__all__ = [
    "Clustering",
    "Context",
    "Filed",
    "Limits",
    "Pins",
    "Reach",
    "Span",
    "age",
    "alone",
    "cluster",
    "filed",
    "names",
    "reach",
]


@dataclass(frozen=True, slots=True)
class Context:
    """What linking may know beside the filings: who is allied to whom, an operator's decisions, times, names."""

    allied: Allied = alone
    pins: Pins = field(default_factory=Pins)
    limits: Limits = field(default_factory=Limits)
    taken: frozenset[str] = frozenset()
    """Of the ids that ``names`` gives these filings, those that other clashes bear."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """``clashes`` are all that hold the given filings, recomputed; ``redirects`` lead from ids that were merged away.

    ``revisions`` are those clashes that changed materially; their numbers follow ``Clash.revision`` of before.
    """

    clashes: tuple[Clash, ...]
    situations: tuple[Situation, ...]
    revisions: tuple[Revision, ...]
    redirects: dict[str, str]


def cluster(
    filings: Sequence[Filing], previous: Sequence[Clash], now: datetime, *, context: Context | None = None
) -> Clustering:
    """Clashes, situations and revisions of a neighbourhood.

    ``filings``: every filing within ``reach`` of the new ones, and every filing of each clash so touched.
    Weak reports and denials that nothing else supports make no clash.
    ``previous``: the clashes that hold any of them, and, for situations only, others within 100 km and a fortnight;
    those are returned in ``situations`` but not in ``clashes``.
    """
    known = context or Context()
    ordered = sorted({filing.id: filing for filing in filings}.values(), key=order)
    by_id = {filing.id: filing for filing in ordered}
    groups = [
        group
        for group in partition(cards(ordered), known.allied, known.pins)
        if any(filed(by_id[one.id].report).founds for one in group.cards)
    ]
    members = [sorted((by_id[one.id] for one in group.cards), key=order) for group in groups]
    heirs = inherit([[filing.id for filing in group] for group in members], previous, known.taken)
    before = {clash.id: clash for clash in previous}
    built = []
    for name, group, filed_in in zip(heirs.ids, groups, members, strict=True):
        clash = build(name, filed_in, group.why, known.allied)
        old = before.get(name)
        living = replace(clash, state=state(clash, old, now, known.limits), situation=old.situation if old else None)
        built.append(living)
    present = {filing.id for filing in ordered}
    others = [clash for clash in previous if not present.intersection(clash.filings)]
    found = situations([*built, *others], known.allied, known.limits)
    home = {clash: situation.id for situation in found for clash in situation.clashes}
    placed = [replace(clash, situation=home[clash.id]) for clash in built]
    revisions = [_revision(clash, before.get(clash.id), heirs, known.allied) for clash in placed]
    numbered = {revision.clash.id: revision.clash for revision in revisions if revision}
    kept = [numbered.get(c.id) or replace(c, revision=before[c.id].revision) for c in placed]
    return Clustering(tuple(kept), found, tuple(r for r in revisions if r), heirs.redirects)


def _revision(clash: Clash, old: Clash | None, heirs: Heirs, allied: Allied) -> Revision | None:
    """The numbered revision, or ``None`` when nothing material changed."""
    merged = sorted(gone for gone, into in heirs.redirects.items() if into == clash.id)
    split_off = sorted(new for new, parent in heirs.splits.items() if parent == clash.id)
    found = list(changes(old, clash, allied))
    found += [Change.MERGED] if merged else []
    found += [Change.SPLIT] if split_off or clash.id in heirs.splits else []
    if not found:
        return None
    diff = difference(old, clash)
    if merged:
        diff["merged"] = (None, merged)
    if split_off or clash.id in heirs.splits:
        diff["split"] = (heirs.splits.get(clash.id), split_off)
    number = (old.revision if old else 0) + 1
    return Revision(replace(clash, revision=number), number, tuple(found), diff)
