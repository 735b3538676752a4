"""How a reader answers a message: by links that act, or, where we have no public address, by the command line."""

from __future__ import annotations

from datetime import datetime, timedelta

from workers.pipeline.links import Act, Link
from workers.pipeline.message.facts import Style
from workers.pipeline.models import Delivery

GOOD_FOR = timedelta(days=14)
"""From the alert on, so that a message rendered again has the same links. A clash is closed long before."""
ABOUT_A_CLASH = (Act.ACKNOWLEDGE, Act.MUTE, Act.WRONG_PLACE, Act.NOT_A_CLASH)

Actions = tuple[tuple[str, str, str], ...]


def actions(delivery: Delivery, clash: str, at: datetime, style: Style) -> Actions:
    """(act, label, address). Without a clash only what is about the receiver itself."""
    found = []
    for act in (*(ABOUT_A_CLASH if clash else ()), *((Act.UNSUBSCRIBE,) if style.subscribed else ())):
        about = "" if act is Act.UNSUBSCRIBE else clash
        link = Link(delivery.receiver, about, act, at + GOOD_FOR, style.words.language)
        if address := style.front.address(link):
            found.append((act.value, style.words(f"act.{act}"), address))
    return tuple(found)


def by_hand(clash: str) -> str:
    """What to type instead."""
    return f"clashwatch ack add {clash}; clashwatch silence add 'clash=\"{clash}\"'"
