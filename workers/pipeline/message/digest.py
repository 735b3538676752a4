"""Several clashes in one message: what quiet hours or a digest's route held back, told together.

Each clash in a line of its own, the gravest first, with what changed since its readers were told of it; who said what
stays in the payload and behind the links.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from workers.pipeline.message.facts import Style
from workers.pipeline.models import Delivery, Message

_LINKS_EACH = 2


def bundle(delivery: Delivery, told: Sequence[Message], style: Style, weight: Callable[[Message], int]) -> Message:
    """One message out of those that the clashes would have had alone."""
    gravest = sorted(told, key=weight, reverse=True)
    places = [message.title for message in gravest]
    return Message(
        key=delivery.key,
        thread=f"{delivery.receiver}:{delivery.group_key}",
        sequence=delivery.sequence,
        kind=gravest[0].kind,
        severity=gravest[0].severity,
        title=style.words("digest.title", count=len(told)),
        summary=". ".join(places) + ".",
        lines=tuple((message.title, _line(message)) for message in gravest),
        quotes=(),
        links=tuple(dict.fromkeys(link for message in gravest for link in message.links[:_LINKS_EACH])),
        changes=(),
        payload={
            "alerts": [alert for message in told for alert in message.payload["alerts"]],
            "clashes": [message.payload["clash"] for message in told if "clash" in message.payload],
        },
    )


def _line(message: Message) -> str:
    return f"{'; '.join(message.changes)}. {message.summary}" if message.changes else message.summary


def part(message: Message | None, clash: str) -> Message | None:
    """The message as if it had told of this clash alone; ``None`` if it did not tell of it."""
    if message is None:
        return None
    told = [message.payload.get("clash"), *message.payload.get("clashes", ())]
    known = next((one for one in told if one and one["id"] == clash), None)
    return replace(message, payload={**message.payload, "clash": known}) if known else None
