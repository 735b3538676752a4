"""A message in Block Kit: a header, a map, and rich text, which Slack does not parse.

No title can mention a channel or forge a link there. What acts is a plain link, not a button: a button that opens an
address also posts to the app, and shows a warning sign where no server of the app answers (slack-github-action#513).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workers.pipeline.message import tidy
from workers.pipeline.models import Message

Block = dict[str, Any]


def blocks(
    message: Message, *, changes_first: bool = False, acts: bool = True, picture: Block | None = None
) -> list[Block]:
    """At most 150 characters in the header (Slack's limit). With ``changes_first`` it leads with what changed."""
    header = {"type": "header", "text": {"type": "plain_text", "text": tidy(message.title, 150), "emoji": False}}
    text = {"type": "rich_text", "elements": _parts(message, changes_first, acts)}
    return [header, *([picture] if picture else []), text]


def picture(file_id: str, words: str) -> Block:
    """A file that was uploaded, and is shown to nobody but who sees the message."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": tidy(words, 1000)}


def _parts(message: Message, changes_first: bool, acts: bool) -> list[Block]:
    parts = [_section(_text(message.summary))]
    if changes_first and message.changes:
        parts.append(_list(_section(_text(change, bold=True)) for change in message.changes))
    if message.lines:
        parts.append(_list(_section(_text(f"{label}: ", bold=True), _text(value)) for label, value in message.lines))
    for language, quote in message.quotes:
        parts.append({"type": "rich_text_quote", "elements": [_text(f"[{language}] {quote}")]})
    if message.links:
        parts.append(_list(_section(_link(outlet, url)) for outlet, url in message.links))
    if message.actions and acts:
        between = [part for _, label, url in message.actions for part in (_text(" · "), _link(label, url))]
        parts.append(_section(*between[1:]))
    return parts


def _section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _list(sections: Iterable[Block]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(sections)}


def _text(text: str, *, bold: bool = False) -> Block:
    element: Block = {"type": "text", "text": text or " "}  # Slack refuses an empty element
    return {**element, "style": {"bold": True}} if bold else element


def _link(text: str, url: str) -> Block:
    return {"type": "link", "url": url, "text": text or url}


def escaped(text: str) -> str:
    """For the plain fallback, the one string that Slack parses: https://api.slack.com/reference/surfaces/formatting."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
