"""An alert's labels in, the receivers and threads it belongs to out: Prometheus Alertmanager's tree.

The same configuration and labels give the same receivers as Alertmanager's (``amtool config routes test``);
operators know that grammar, so nothing here is cleverer than it. One thing differs: what arrives in quiet hours
is held, not dropped, and a thread says until when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workers.pipeline.intervals import open_from
from workers.pipeline.matchers import all_match
from workers.pipeline.models import Alert, Route, Stretch

DEFAULT_GROUPING = ("clash",)
"""One thread per clash and receiver, unless a route groups otherwise."""


@dataclass(frozen=True, slots=True)
class Target:
    """A thread to tell: ``group_key`` names it within the receiver. ``held_until`` is the end of its quiet hours."""

    receiver: str
    group_key: str
    held_until: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """A node that takes an alert, with what it inherits."""

    receiver: str
    group_by: tuple[str, ...]
    mute: tuple[Stretch, ...] = ()
    active: tuple[Stretch, ...] = ()


def route(alert: Alert, tree: Route, told: Sequence[Target] = (), now: datetime | None = None) -> tuple[Target, ...]:
    """Every thread the alert belongs to, each once; the root takes what nobody else does.

    ``told`` are the threads that carried this rule's earlier alerts of this clash. They always hear what
    follows: a clash whose place was corrected to another country must be corrected where it was announced, and
    one that was merged into another stays in the thread its readers know. Without ``now`` nothing is held. A
    thread that two branches lead to is held only if both hold it.
    """
    holds: dict[Target, datetime | None] = {}
    for branch in branches(alert.labels, tree):
        own = _target(branch, alert.labels, now)
        for target in [known for known in told if known.receiver == own.receiver] or [own]:
            before, until = holds.get(target, own.held_until), own.held_until
            holds[target] = min(before, until) if before and until else None
    for target in told:
        holds.setdefault(target, None)
    return tuple(Target(target.receiver, target.group_key, until) for target, until in holds.items())


def _target(branch: Branch, labels: Mapping[str, str], now: datetime | None) -> Target:
    held_until = open_from(branch.mute, branch.active, now) if now else None
    return Target(branch.receiver, group_key(labels, branch.group_by), held_until)


def branches(labels: Mapping[str, str], tree: Route) -> Iterator[Branch]:
    """Every node that takes these labels, in the tree's order (Alertmanager ``dispatch/route.go:Match``)."""
    yield from _walk(labels, tree, Branch(tree.receiver or "", DEFAULT_GROUPING))


def _walk(labels: Mapping[str, str], node: Route, above: Branch) -> Iterator[Branch]:
    """Receiver and grouping are inherited, quiet hours are not: as in Alertmanager."""
    if not all_match(node.matchers, labels):
        return
    grouping = above.group_by if node.group_by is None else node.group_by
    here = Branch(node.receiver or above.receiver, grouping, node.mute, node.active)
    taken = False
    for child in node.routes:
        below = list(_walk(labels, child, here))
        yield from below
        taken = taken or bool(below)
        if below and not child.continue_:
            break
    if not taken:
        yield here


def group_key(labels: Mapping[str, str], group_by: tuple[str, ...]) -> str:
    """``clash="12"``; ``...`` groups by every label, an empty list puts everything in one thread."""
    names = sorted(labels) if "..." in group_by else group_by
    return ",".join(f'{name}="{labels.get(name, "")}"' for name in names)
