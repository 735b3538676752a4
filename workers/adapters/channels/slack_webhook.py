"""Messages through a Slack incoming webhook: the simple mode, for who may not install a bot.

A webhook can neither update a message nor reply in a thread, and cannot show a file: each change is a message of its
own, led by what changed, and nobody can be asked what arrived.
"""

from __future__ import annotations

from workers.adapters.channels.outcome import Sent, option
from workers.adapters.channels.post import JSON, compact, post
from workers.adapters.channels.slack_blocks import blocks, escaped
from workers.pipeline.models import Message, Receiver


def send(message: Message, receiver: Receiver, _previous: Sent | None) -> Sent:
    """Post it."""
    body = {
        "text": escaped(f"{message.title}. {message.summary}"),
        "blocks": blocks(message, changes_first=True, acts=True),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return Sent({"status": post(option(receiver, "url"), compact(body), JSON, receiver).status_code})
