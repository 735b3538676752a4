"""A neighbourhood of filings in; its clashes, situations and what changed out.

A pure function of the set of filings: the order in which they came cannot matter, a late report recomputes the
neighbourhood, and ids pass on from the clashes known before by greatest overlap, then by age. Reports join by place,
time, sides, kind and figures, never by words, so the language of an article does not matter.

It has two halves, so that a store need not load all that lies around: ``group`` needs only the cards of filings,
``tell`` only the filings of groups that changed. ``cluster`` is both for who has everything at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from workers.pipeline.cluster.build import build
from workers.pipeline.cluster.card import Card, answering, card, echoing
from workers.pipeline.cluster.filed import Filed, filed
from workers.pipeline.cluster.identity import Heirs, inherit, names
from workers.pipeline.cluster.life import age, state
from workers.pipeline.cluster.limits import Limits, Span
from workers.pipeline.cluster.parties import Allied, alone
from workers.pipeline.cluster.partition import Group, Pins, partition
from workers.pipeline.cluster.reach import Reach, reach
from workers.pipeline.cluster.revise import changes, difference
from workers.pipeline.cluster.situations import Scene, scene, situations
from workers.pipeline.cluster.why import words
from workers.pipeline.models import Change, Clash, Filing, Revision, Situation

__all__ = [
    "Allied",
    "Before",
    "Card",
    "Clustering",
    "Context",
    "Filed",
    "Group",
    "Limits",
    "Pins",
    "Reach",
    "Scene",
    "Span",
    "age",
    "alone",
    "card",
    "cluster",
    "filed",
    "group",
    "names",
    "reach",
    "scene",
    "tell",
]


@dataclass(frozen=True, slots=True)
class Context:
    """What linking may know beside the filings: who is allied to whom, an operator's decisions, times."""

    allied: Allied = alone
    pins: Pins = field(default_factory=Pins)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Before:
    """What was known. ``clashes`` hold any of the filings told; ``scenes`` are others within 100 km and a fortnight,
    with the situation that each ``had``; ``taken`` are the ids of ``names`` that any clash bears."""

    clashes: tuple[Clash, ...] = ()
    scenes: tuple[Scene, ...] = ()
    had: Mapping[str, str | None] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clustering:
    """``clashes`` are those of the groups told; ``redirects`` lead from ids that were merged away.

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
    ``previous``: the clashes that hold any of them, and, for situations only, others within 100 km and a fortnight;
    those are returned in ``situations`` but not in ``clashes``.
    """
    known, by_id = context or Context(), {filing.id: filing for filing in filings}
    held = [clash for clash in previous if not by_id.keys().isdisjoint(clash.filings)]
    others = [clash for clash in previous if by_id.keys().isdisjoint(clash.filings)]
    had = {clash.id: clash.situation for clash in previous}
    before = Before(tuple(held), tuple(map(scene, others)), had, frozenset(had))
    return tell(group([card(filing) for filing in by_id.values()], known), by_id, before, now, known)


def group(cards: Sequence[Card], known: Context) -> list[Group]:
    """The groups that each tell one incident. Weak reports, denials and echoes that nothing else supports make none."""
    answered = answering(cards)
    echoes = echoing(answered)
    found = partition(answered, known.allied, known.pins)
    return [one for one in found if any(card.founds and card.id not in echoes for card in one.cards)]


def tell(
    groups: Sequence[Group], filings: Mapping[str, Filing], before: Before, now: datetime, known: Context
) -> Clustering:
    """The clashes of these groups, how they differ from what was known ``before``, and the situations around."""
    members = [[filings[one.id] for one in group.cards] for group in groups]
    heirs = inherit([[filing.id for filing in told] for told in members], before.clashes, before.taken)
    old = {clash.id: clash for clash in before.clashes}
    built = []
    for name, group, told in zip(heirs.ids, groups, members, strict=True):
        why = [words(join, known.allied) for join in group.joins]
        clash = build(name, told, why, known.allied)
        built.append(replace(clash, state=state(clash, old.get(name), now, known.limits)))
    found = situations([*map(scene, built), *before.scenes], before.had, known.allied, known.limits)
    home = {clash: situation.id for situation in found for clash in situation.clashes}
    placed = [replace(clash, situation=home[clash.id]) for clash in built]
    revisions = [_revision(clash, old.get(clash.id), heirs, known.allied) for clash in placed]
    numbered = {revision.clash.id: revision.clash for revision in revisions if revision}
    kept = [numbered.get(c.id) or replace(c, revision=old[c.id].revision) for c in placed]
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
