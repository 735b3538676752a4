"""Messages as PagerDuty incidents (Events API v2): one for each thread's clash, resolved when it is withdrawn.

The clash's key makes what is sent again the same incident, so that a doubt after a crash costs nobody a call.
"""

from __future__ import annotations

from typing import Any

from workers.adapters.channels.letter import digest
from workers.adapters.channels.outcome import Sent, option
from workers.adapters.channels.post import JSON, compact, post
from workers.adapters.channels.prometheus import firing
from workers.pipeline.message import about, inert, tidy
from workers.pipeline.models import Message, Receiver

_SEVERITIES = {"critical": "critical", "warning": "warning", "info": "info"}


def send(message: Message, receiver: Receiver, _previous: Sent | None) -> Sent:
    """Trigger, and resolve what is withdrawn: by then the incident's log says why."""
    key = digest(f"{message.thread}\0{about(message) or message.key}")
    url, routing_key = option(receiver, "url"), option(receiver, "routing_key")
    event = {"routing_key": routing_key, "event_action": "trigger", "dedup_key": key, **_told(message)}
    post(url, compact(event), JSON, receiver)
    if not firing(message):
        over = {"routing_key": routing_key, "event_action": "resolve", "dedup_key": key}
        post(url, compact(over), JSON, receiver)
    return Sent({"dedup_key": key})


def show(message: Message, receiver: Receiver, sent: Sent) -> Sent:
    """Whoever is on it is on the incident, too. PagerDuty knows no way back."""
    if "acknowledged" in message.payload and firing(message):
        key = sent.reference["dedup_key"]
        event = {"routing_key": option(receiver, "routing_key"), "event_action": "acknowledge", "dedup_key": key}
        post(option(receiver, "url"), compact(event), JSON, receiver)
    return sent


def _told(message: Message) -> dict[str, Any]:
    """At most 1,024 characters of summary (PagerDuty's limit). Lists stand as lists: labels may repeat."""
    clash = message.payload.get("clash") or {}
    details = {
        "summary": message.summary,
        "changes": list(message.changes),
        "facts": [f"{label}: {value}" for label, value in message.lines],
        "quotes": [f"[{language}] {quote}" for language, quote in message.quotes],
    }
    links = [*message.links, *((label, url) for _, label, url in message.actions)]
    return {
        "client": "Clashwatch",
        "links": [{"href": url, "text": text} for text, url in links],
        "payload": {
            "summary": tidy(f"{message.title}. {message.summary}", 1000),
            "source": "clashwatch",
            "severity": _SEVERITIES.get(message.severity, "warning"),
            "component": inert(tidy((clash.get("place") or {}).get("name", "unlocated"), 80)),
            "class": clash.get("sub_event_type", "digest"),
            "custom_details": details,
        },
    }
