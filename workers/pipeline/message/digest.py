"""Several clashes in one message: what quiet hours or a digest's route held back, told together.

Each clash in a line of its own, the gravest first; what changed and who said what stays in the payload and
behind the links.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
        lines=tuple((message.title, message.summary) for message in gravest),
        quotes=(),
        links=tuple(dict.fromkeys(link for message in gravest for link in message.links[:_LINKS_EACH])),
        changes=(),
        payload={
            "alerts": [alert for message in told for alert in message.payload["alerts"]],
            "clashes": [message.payload["clash"] for message in told if "clash" in message.payload],
        },
    )
