"""What one file says about another: regions, receivers and names that must exist, be unique, or not be empty.

These read the files as they are written, not as models, so that a mistyped key in one rule does not hide a
mistyped region in the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from workers.pipeline.models import Area, Reason
from workers.pipeline.regions import BadRegionError, build
from workers.settings.areas import RegionEntry
from workers.settings.problems import Problem, unknown
from workers.settings.source import Key, Source
from workers.settings.watching import BUILT_IN_LABELS

UNLOCATED = Reason.UNLOCATED.value
Placed = tuple[str, Source, Key]
"""A name and where it was written."""


def listed(value: Any, key: str) -> list[Any]:
    """The list under a key, or nothing where somebody wrote something else."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def duplicates(noun: str, names: Iterable[Placed]) -> Iterator[Problem]:
    """A name given twice; the second place is blamed and told of the first. One name is the service's own."""
    first: dict[str, str] = {}
    for name, source, key in names:
        if name == UNLOCATED and noun in {"rule", "region"}:
            yield source.problem(key, f"'{UNLOCATED}' is what fits no region; give the {noun} another name")
        if name in first:
            yield source.problem(key, f"{noun} '{name}' is already defined at {first[name]}")
        first.setdefault(name, source.where(key))


def named(source: Source, key: str, field: str = "name") -> Iterator[Placed]:
    """What the entries of a list call themselves."""
    for at, entry in enumerate(listed(source.values, key)):
        if isinstance(entry, dict) and isinstance(entry.get(field), str):
            yield entry[field], source, (key, at)


def rules_of(source: Source) -> Iterator[Placed]:
    """What is watched for: rules that a clash asks, and vigils that the clock asks."""
    for group_at, group in enumerate(listed(source.values, "groups")):
        for kind in ("rules", "vigils"):
            for at, rule in enumerate(listed(group, kind)):
                if isinstance(rule, dict):
                    yield str(rule.get("id")), source, ("groups", group_at, kind, at)


def region_parts(source: Source, known: Collection[str]) -> Iterator[Problem]:
    """Regions that are added to or taken from another, and do not exist."""
    for name, entry in source.values.items():
        for field in ("include", "exclude"):
            yield from _unknown("region", entry, source, (name, field), known)


def region_shapes(entries: dict[str, RegionEntry], placed: Mapping[str, Placed]) -> Iterator[Problem]:
    """Regions that name no area, or contain themselves."""
    for name, entry in entries.items():
        _, source, key = placed[name]
        if entry.empty:
            yield source.problem(
                key, "names no area: give countries, admin1, admin2, around, bbox, polygon, geojson or include"
            )
        if _reaches(name, name, entries, set()):
            yield source.problem(key, f"region '{name}' contains itself")


def outlines(areas: Mapping[str, Area], placed: Mapping[str, Placed]) -> Iterator[Problem]:
    """Regions whose outline crosses itself or encloses nothing: each by itself, so that all are told at once."""
    for name, area in areas.items():
        try:
            build({name: replace(area, include=(), exclude=())})
        except BadRegionError as error:
            _, source, key = placed[name]
            yield source.problem(key, f"{error.fault}; write its corners in the order in which one walks around it")


def _reaches(start: str, goal: str, entries: dict[str, RegionEntry], seen: set[str]) -> bool:
    if start in seen or start not in entries:
        return False
    seen.add(start)
    parts = (*entries[start].include, *entries[start].exclude)
    return goal in parts or any(_reaches(part, goal, entries, seen) for part in parts)


def rules(source: Source, known: Collection[str]) -> Iterator[Problem]:
    """Regions that do not exist, and labels that every alert has already."""
    for _, _, key in rules_of(source):
        _, group_at, kind, at = key
        rule = source.values["groups"][group_at][kind][at]
        yield from _unknown("region", rule, source, (*key, "regions"), known)
        labels = rule.get("labels")
        for label in sorted(labels.keys() & BUILT_IN_LABELS) if isinstance(labels, dict) else ():
            yield source.problem((*key, "labels", label), f"every alert has a label '{label}' of its own")


def _unknown(noun: str, entry: Any, source: Source, key: Key, known: Collection[str]) -> Iterator[Problem]:
    for at, name in enumerate(listed(entry, str(key[-1]))):
        if str(name) not in known:
            yield source.problem((*key, at), unknown(noun, str(name), known))


def routes(source: Source) -> Iterator[Problem]:
    """Receivers and times that do not exist, and a root that does not take everything."""
    names = {name for name, _, _ in named(source, "receivers")}
    times = {name for name, _, _ in named(source, "time_intervals")}
    root = source.values.get("route")
    if isinstance(root, dict):
        if root.get("receiver") is None:
            yield source.problem(("route",), "the root needs a receiver: it takes what no branch takes")
        if root.get("matchers"):
            yield source.problem(("route", "matchers"), "the root takes every alert and has no matchers")
        if root.get("mute_time_intervals") or root.get("active_time_intervals"):
            yield source.problem(("route",), "the root has no quiet hours: it takes what no branch takes")
    for node, key in _nodes(root, ("route",)):
        for field in ("mute_time_intervals", "active_time_intervals"):
            yield from _unknown("time interval", node, source, (*key, field), times)
        if node.get("receiver") is not None and node["receiver"] not in names:
            yield source.problem((*key, "receiver"), unknown("receiver", str(node["receiver"]), names))
        escalation = node.get("escalation")
        further = escalation.get("receiver") if isinstance(escalation, dict) else None
        if further is not None and further not in names:
            yield source.problem((*key, "escalation", "receiver"), unknown("receiver", str(further), names))


def _nodes(node: Any, key: Key) -> Iterator[tuple[dict[str, Any], Key]]:
    if isinstance(node, dict):
        yield node, key
    for at, child in enumerate(listed(node, "routes")):
        yield from _nodes(child, (*key, "routes", at))
