"""Messages in Slack: one root message per thread, kept at the current truth, and a reply for every change.

That is the oldest wish of Alertmanager's Slack users (#2165, open since 2020): a channel that reads as a list
of incidents, each with its history below it. Texts go into rich-text elements, which Slack does not parse:
no title can mention a channel or forge a link. Every message carries its delivery's key as metadata, so that
after a crash the channel itself is asked what arrived.

Bot scopes: chat:write, channels:history (groups:history for private channels).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from workers.adapters.channels.outcome import ChannelError, Sent, option, retry_after
from workers.pipeline.message import about, tidy
from workers.pipeline.models import Message, Receiver

_TIMEOUT = 15
_EVENT_TYPE = "clashwatch_delivery"
_TRY_AGAIN = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_GONE = frozenset({"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"})
_PAGES = 10
"""Of 100 messages each, looked through for a message that may have arrived."""


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """Post the thread's root; later, reply in its thread and bring the root up to date."""
    client, channel = _client(receiver), option(receiver, "channel")
    root = previous.reference.get("ts") if previous else None
    if previous is None or root is None or about(message) is None:
        return _root(client, channel, message)
    try:
        _call(client.chat_postMessage, channel=channel, thread_ts=root, **_post(message, changes_first=True))
    except _GoneError:
        return _root(client, channel, message)
    return _bring_up_to_date(client, message, previous)


def settle(message: Message, receiver: Receiver, previous: Sent | None) -> Sent | None:
    """Look for the delivery's key in the thread or the channel; what was left to do after posting is done."""
    client, channel = _client(receiver), option(receiver, "channel")
    root = previous.reference.get("ts") if previous else None
    if previous is None or root is None or about(message) is None:
        oldest = _fired(message) - timedelta(hours=1)
        found = _find(client.conversations_history, message.key, channel=channel, oldest=str(oldest.timestamp()))
        return Sent({"channel": channel, "ts": found, "clash": about(message)}) if found else None
    if not _find(client.conversations_replies, message.key, channel=channel, ts=root):
        return None
    return _bring_up_to_date(client, message, previous)


def _root(client: WebClient, channel: str, message: Message) -> Sent:
    answer = _call(client.chat_postMessage, channel=channel, **_post(message, changes_first=False))
    return Sent({"channel": channel, "ts": answer["ts"], "clash": about(message)})


def _bring_up_to_date(client: WebClient, message: Message, previous: Sent) -> Sent:
    """The root shows the current truth of its own clash; a thread of many clashes leaves it alone."""
    root = previous.reference
    if root.get("clash") == about(message):
        with suppress(_GoneError):  # somebody deleted the root; its thread has the message
            _call(client.chat_update, channel=root["channel"], ts=root["ts"], **_post(message, changes_first=False))
    return previous


class _GoneError(ChannelError):
    """The root message is no longer there."""


def _client(receiver: Receiver) -> WebClient:
    # The client's own retry handlers would post a second time after a lost answer; retries are the store's.
    base = option(receiver, "base_url", "https://slack.com/api/")
    return WebClient(token=option(receiver, "token"), base_url=base, timeout=_TIMEOUT, retry_handlers=[])


def _call(method: Any, **arguments: Any) -> Mapping[str, Any]:
    """One call of the Web API. Raises ``ChannelError`` with what Slack says about trying again."""
    try:
        return method(**arguments).data  # type: ignore[no-any-return]
    except SlackApiError as error:
        raise _refusal(error) from error
    except (SlackClientError, OSError) as error:
        raise ChannelError(f"{type(error).__name__}: {error}", retry=True, unsure=True) from error


def _refusal(error: SlackApiError) -> ChannelError:
    answer = error.response
    body = answer.data if isinstance(answer.data, dict) else {}
    code = str(body.get("error", f"HTTP {answer.status_code}"))
    if code in _GONE:
        return _GoneError(code, retry=False)
    broken = answer.status_code >= 500
    again = broken or answer.status_code == 429 or code in _TRY_AGAIN
    wait = retry_after(answer.headers, datetime.now(UTC))
    return ChannelError(tidy(code, 200), retry=again, after=wait, unsure=broken)


def _find(method: Any, key: str, **where: str) -> str | None:
    """The timestamp of the message that carries the key."""
    cursor = ""
    for _ in range(_PAGES):
        page = _call(method, **where, limit=100, include_all_metadata=True, **({"cursor": cursor} if cursor else {}))
        for posted in page.get("messages", ()):
            metadata = posted.get("metadata", {})
            if metadata.get("event_type") == _EVENT_TYPE and metadata.get("event_payload", {}).get("key") == key:
                return str(posted["ts"])
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            break
    return None


def _fired(message: Message) -> datetime:
    fired = [datetime.fromisoformat(alert["at"]) for alert in message.payload.get("alerts", ())]
    return min(fired, default=datetime.now(UTC))


def _post(message: Message, *, changes_first: bool) -> dict[str, Any]:
    """The arguments that root, reply and update share. A reply leads with what changed."""
    return {
        "text": escaped(f"{message.title}. {message.summary}"),
        "blocks": blocks(message, changes_first=changes_first),
        "metadata": {"event_type": _EVENT_TYPE, "event_payload": {"key": message.key, "thread": message.thread}},
        "unfurl_links": False,
        "unfurl_media": False,
        "parse": "none",
        "link_names": False,
    }


def blocks(message: Message, *, changes_first: bool) -> list[dict[str, Any]]:
    """Block Kit: a header, then one rich-text block; at most 150 characters in the header (Slack's limit)."""
    header = {"type": "header", "text": {"type": "plain_text", "text": tidy(message.title, 150), "emoji": False}}
    parts: list[dict[str, Any]] = [_section(_text(message.summary))]
    if changes_first and message.changes:
        parts.append(_list(_section(_text(change, bold=True)) for change in message.changes))
    lines = (_section(_text(f"{label}: ", bold=True), _text(value)) for label, value in message.lines)
    if message.lines:
        parts.append(_list(lines))
    for language, quote in message.quotes:
        parts.append({"type": "rich_text_quote", "elements": [_text(f"[{language}] {quote}")]})
    if message.links:
        parts.append(_list(_section({"type": "link", "url": url, "text": outlet}) for outlet, url in message.links))
    return [header, {"type": "rich_text", "elements": parts}]


def _section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def _list(sections: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(sections)}


def _text(text: str, *, bold: bool = False) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "text", "text": text or " "}  # Slack refuses an empty element
    return {**element, "style": {"bold": True}} if bold else element


def escaped(text: str) -> str:
    """For the plain fallback, the one string that Slack parses: https://api.slack.com/reference/surfaces/formatting."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
