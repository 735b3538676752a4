"""A message's map, uploaded to Slack privately: to no channel, seen by whoever sees the message that shows it.

Uploaded again only when it shows something else. A workspace that does not let us is told of clashes all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from workers.adapters.channels.map import Map, drawn
from workers.adapters.channels.slack_blocks import Block, picture
from workers.pipeline.models import Message, Receiver

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Uploaded:
    """``mark`` is the file's id and what it shows, to be known again by."""

    mark: str
    words: str

    def block(self) -> Block:
        return picture(self.mark.partition(":")[0], self.words)


def uploaded(client: WebClient, message: Message, receiver: Receiver, known: str | None = None) -> Uploaded | None:
    """The file in Slack that shows the message's place: the known one, if it does."""
    found = drawn(message, receiver)
    if found is None:
        return None
    shows = sha256(found.png).hexdigest()[:16]
    if known and known.endswith(f":{shows}"):
        return Uploaded(known, found.words)
    file_id = _upload(client, found)
    return Uploaded(f"{file_id}:{shows}", found.words) if file_id else None


def _upload(client: WebClient, found: Map) -> str | None:
    try:
        answer = client.files_upload_v2(content=found.png, filename="map.png", title=found.words[:200])
        return str(answer["files"][0]["id"])
    except (SlackApiError, SlackClientError, OSError, LookupError) as error:
        log.warning("no map in Slack", error=str(error)[:300])
        return None
