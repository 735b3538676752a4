"""An alert's labels in, the receivers and threads it belongs to out: Prometheus Alertmanager's tree.

The same configuration and labels give the same receivers as Alertmanager's (``amtool config routes test``);
operators know that grammar, so nothing here is cleverer than it. What Alertmanager does not know: what arrives in
quiet hours is held, not dropped; a digest gathers until its time; and what nobody acknowledges goes further up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from workers.pipeline.intervals import next_digest, open_from
from workers.pipeline.matchers import all_match
from workers.pipeline.models import Alert, AlertKind, Digest, Escalation, Hold, Route, Stretch

DEFAULT_GROUPING = ("clash",)
"""One thread per clash and receiver, unless a route groups otherwise."""
DIGEST = "digest"
"""What a digest's thread begins with: it is a thread of its own."""
QUIET = f"{DIGEST}:{Hold.QUIET_HOURS}"
"""The thread of what is gathered when quiet hours end. It has no clash's history: what follows goes its usual way."""
_ESCALATES = frozenset({AlertKind.NEW, AlertKind.ESCALATION})


@dataclass(frozen=True, slots=True)
class Target:
    """A thread to tell: ``group_key`` names it within the receiver. ``held_until`` is when, ``held_for`` why then."""

    receiver: str
    group_key: str
    held_until: datetime | None = field(default=None, compare=False)
    held_for: Hold | None = field(default=None, compare=False)
    group_wait: timedelta | None = field(default=None, compare=False)
    group_interval: timedelta | None = field(default=None, compare=False)

    @property
    def gathers(self) -> bool:
        return self.group_key.startswith(DIGEST)


@dataclass(frozen=True, slots=True)
class Branch:
    """A node that takes an alert, with what it inherits."""

    receiver: str
    group_by: tuple[str, ...]
    mute: tuple[Stretch, ...] = ()
    active: tuple[Stretch, ...] = ()
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    repeat_interval: timedelta | None = None
    digest: Digest | None = None
    escalation: Escalation | None = None


def route(alert: Alert, tree: Route, told: Sequence[Target] = (), now: datetime | None = None) -> tuple[Target, ...]:
    """Every thread the alert belongs to, each once; the root takes what nobody else does.

    ``told`` are the threads that carried this rule's earlier alerts of this clash. They always hear what
    follows: a clash whose place was corrected to another country must be corrected where it was announced, and
    one that was merged into another stays in the thread its readers know. Without ``now`` nothing is held.
    """
    found: dict[Target, Target] = {}
    for branch in branches(alert.labels, tree):
        own = _target(branch, alert.labels, now)
        known = [thread for thread in told if (thread.receiver, thread.gathers) == (own.receiver, own.gathers)]
        for thread in known or [own]:
            _reach(found, replace(own, group_key=thread.group_key))
        if branch.escalation and alert.kind in _ESCALATES and now:
            _reach(found, _escalated(branch.escalation, own, now))
    for thread in told:
        found.setdefault(thread, _at_its_time(thread, tree, now))
    return tuple(found.values())


def reminded(labels: Mapping[str, str], thread: Target, tree: Route, now: datetime) -> tuple[timedelta, Target] | None:
    """How long after a thread's last message it is told again of what goes on unchanged, and how it is held then.

    ``None``: not at all. A digest says everything in its time, and once.
    """
    ways = [
        (branch.repeat_interval, replace(_target(branch, labels, now), group_key=thread.group_key))
        for branch in branches(labels, tree)
        if branch.repeat_interval and not branch.digest and branch.receiver == thread.receiver
    ]
    return None if thread.gathers else min(ways, key=lambda way: way[0], default=None)


def sooner(one: Target, other: Target) -> Target:
    """Of two ways into one thread the one that holds it less: not at all, or not as long."""
    if one.held_until is None or other.held_until is None:
        return one if one.held_until is None else other
    return one if one.held_until <= other.held_until else other


def _reach(found: dict[Target, Target], target: Target) -> None:
    found[target] = sooner(found.get(target, target), target)


def _target(branch: Branch, labels: Mapping[str, str], now: datetime | None) -> Target:
    thread = Target(branch.receiver, group_key(labels, branch.group_by))
    if branch.digest:
        gathering = replace(thread, group_key=digest_key(thread.group_key), held_for=Hold.DIGEST)
        return replace(gathering, held_until=next_digest(branch.digest, now)) if now else gathering
    paced = replace(thread, group_wait=branch.group_wait, group_interval=branch.group_interval)
    until = open_from(branch.mute, branch.active, now) if now else None
    return replace(paced, held_until=until, held_for=Hold.QUIET_HOURS) if until else paced


def digest_key(key: str) -> str:
    return f"{DIGEST}:{key}" if key else DIGEST


def _escalated(escalation: Escalation, own: Target, now: datetime) -> Target:
    return Target(escalation.receiver, own.group_key, now + escalation.after, Hold.ESCALATION)


def _at_its_time(thread: Target, tree: Route, now: datetime | None) -> Target:
    """What follows where no branch leads any more: in a digest's thread with a digest, else when nothing is quiet."""
    if now is None:
        return thread
    own = [node for node in nodes(tree) if node.receiver == thread.receiver and bool(node.digest) is thread.gathers]
    if thread.gathers:
        times, why = [next_digest(node.digest, now) for node in own if node.digest], Hold.DIGEST
    else:
        ends = [open_from(node.mute, node.active, now) for node in own]
        times, why = [end for end in ends if end], Hold.QUIET_HOURS
    return replace(thread, held_until=min(times), held_for=why) if times and len(times) == len(own) else thread


def nodes(tree: Route) -> Iterator[Branch]:
    """Every node of the tree with what it inherits, whatever it matches."""
    yield from _under(tree, _ABOVE)


def _under(node: Route, above: Branch) -> Iterator[Branch]:
    here = _inherit(node, above)
    yield here
    for child in node.routes:
        yield from _under(child, here)


def branches(labels: Mapping[str, str], tree: Route) -> Iterator[Branch]:
    """Every node that takes these labels, in the tree's order (Alertmanager ``dispatch/route.go:Match``)."""
    yield from _walk(labels, tree, _ABOVE)


_ABOVE = Branch("", DEFAULT_GROUPING)


def _walk(labels: Mapping[str, str], node: Route, above: Branch) -> Iterator[Branch]:
    if not all_match(node.matchers, labels):
        return
    here = _inherit(node, above)
    taken = False
    for child in node.routes:
        below = list(_walk(labels, child, here))
        yield from below
        taken = taken or bool(below)
        if below and not child.continue_:
            break
    if not taken:
        yield here


def _inherit(node: Route, above: Branch) -> Branch:
    """Receiver, grouping and pace are inherited; quiet hours, as in Alertmanager, digests and escalation are not."""
    return Branch(
        receiver=node.receiver or above.receiver,
        group_by=_own(node.group_by, () if node.digest else above.group_by),
        mute=node.mute,
        active=node.active,
        group_wait=_own(node.group_wait, above.group_wait),
        group_interval=_own(node.group_interval, above.group_interval),
        repeat_interval=_own(node.repeat_interval, above.repeat_interval),
        digest=node.digest,
        escalation=node.escalation,
    )


T = TypeVar("T")


def _own(own: T | None, inherited: T) -> T:
    return inherited if own is None else own


def group_key(labels: Mapping[str, str], group_by: Iterable[str]) -> str:
    """``clash="12"``; ``...`` groups by every label, an empty list puts everything in one thread."""
    names = sorted(labels) if "..." in group_by else group_by
    return ",".join(f'{name}="{labels.get(name, "")}"' for name in names)
