"""A message as Prometheus knows alerts: labels that name it, annotations that tell it, a start and an end.

One alert for each rule and clash. Whoever routes by label finds ours as they are in ``receivers.yml``; the texts are
those of the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workers.pipeline.message import about
from workers.pipeline.models import AlertKind, Message

Labels = dict[str, str]
Name = tuple[str, str]
"""The rule, and what it is about: a clash's id, or a vigil's subject."""
ALWAYS = "0001-01-01T00:00:00Z"
"""Go's zero time: no end."""
_PASSING = frozenset({"kind", "status"})
"""Labels that change with every revision: they would make another alert of it."""
_OVER = frozenset({AlertKind.RETRACTION, AlertKind.RESOLUTION})


@dataclass(frozen=True, slots=True)
class Told:
    """One alert of a message, by its labels, annotations, start and link; ``firing`` until it is withdrawn or over."""

    name: Name
    firing: bool
    alert: dict[str, Any]


def firing(message: Message) -> bool:
    """Whether anything of what a message tells goes on."""
    told = alerts(message)
    return not told or any(one.firing for one in told)


def alerts(message: Message) -> list[Told]:
    """The latest word of each rule on each subject."""
    latest = {(one["rule"], _subject(one)): one for one in message.payload.get("alerts", ())}
    clashes = message.payload.get("clashes") or [message.payload.get("clash")]
    known = {clash["id"]: clash for clash in clashes if clash}
    return [
        Told(name, one["kind"] not in _OVER, _alert(message, one, known.get(one["clash"])))
        for name, one in latest.items()
    ]


def name_of(labels: Labels) -> Name:
    """Which alert it is, whatever else its labels say of it by now."""
    return labels["alertname"], labels.get("clash") or labels.get("subject", "")


def _subject(one: dict[str, Any]) -> str:
    return one["clash"] or one["labels"].get("subject", "")  # type: ignore[no-any-return]


def _alert(message: Message, one: dict[str, Any], clash: dict[str, Any] | None) -> dict[str, Any]:
    links = dict(message.links)
    return {
        "labels": _labels(one),
        "annotations": {**one["annotations"], **_annotations(message)},
        "startsAt": _stamp((clash or {}).get("first_reported") or one["at"]),
        "generatorURL": links.get("Clashwatch", "") if about(message) else "",
    }


def _labels(one: dict[str, Any]) -> Labels:
    found = {name: str(value) for name, value in one["labels"].items() if name not in _PASSING and value}
    named = {re.sub(r"\W", "_", name, flags=re.ASCII): value for name, value in found.items()}
    own = {"alertname": one["rule"], "clash": one["clash"], "severity": one["severity"]}
    return named | {name: value for name, value in own.items() if value}


def _annotations(message: Message) -> Labels:
    told = [f"{label}: {value}" for label, value in message.lines]
    text = "\n".join((message.summary, *message.changes, *told, *(f"{name}: {url}" for name, url in message.links)))
    return {"summary": message.title, "description": text}


def _stamp(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")


def webhook(message: Message, receiver: str) -> dict[str, Any]:
    """The body that Alertmanager posts (version 4): whatever takes its alerts takes ours."""
    status = "firing" if firing(message) else "resolved"
    last = max((one["at"] for one in message.payload.get("alerts", ())), default=ALWAYS)
    told = [_posted(one, _stamp(last)) for one in alerts(message)]
    return {
        "version": "4",
        "groupKey": message.thread,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": receiver,
        "groupLabels": {"clash": str(about(message))} if about(message) else {},
        "commonLabels": _common([one["labels"] for one in told]),
        "commonAnnotations": _common([one["annotations"] for one in told]),
        "externalURL": next((one["generatorURL"] for one in told), ""),
        "alerts": told,
    }


def _posted(one: Told, last: str) -> dict[str, Any]:
    status, end = ("firing", ALWAYS) if one.firing else ("resolved", last)
    return {**one.alert, "status": status, "endsAt": end, "fingerprint": fingerprint(one.alert["labels"])}


def _common(every: list[Labels]) -> Labels:
    first, *others = every or [{}]
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in others)}


def fingerprint(labels: Labels) -> str:
    """As Prometheus has it: FNV-1a of 64 bits over the sorted labels."""
    found = 14695981039346656037
    for name in sorted(labels):
        for byte in name.encode() + b"\xff" + labels[name].encode() + b"\xff":
            found = (found ^ byte) * 1099511628211 % (1 << 64)
    return f"{found:016x}"
