"""Messages in Slack: one root message per thread, kept at the current truth, and a reply for every change.

That is the oldest wish of Alertmanager's Slack users (#2165, open since 2020): a channel that reads as a list
of incidents, each with its history below it. Every message carries its delivery's key as metadata, so that
after a crash the channel itself is asked what arrived.

Bot scopes: chat:write, files:write for the map, channels:history (groups:history for private channels).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from workers.adapters.channels import slack_picture
from workers.adapters.channels.outcome import ChannelError, Sent, option, retry_after
from workers.adapters.channels.slack_blocks import Block, blocks, escaped
from workers.adapters.channels.slack_picture import Uploaded
from workers.adapters.channels.trust import authorities
from workers.pipeline.message import about, tidy
from workers.pipeline.models import Message, Receiver

_TIMEOUT = 15
_EVENT_TYPE = "clashwatch_delivery"
_TRY_AGAIN = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_BARRED = frozenset({
    "account_inactive", "access_denied", "channel_not_found", "ekm_access_denied", "enterprise_is_restricted",
    "invalid_auth", "is_archived", "missing_scope", "no_permission", "not_authed", "not_in_channel",
    "org_login_required", "restricted_action", "team_access_not_granted", "token_expired", "token_revoked",
})  # fmt: skip
"""Said of our token or the channel, and not of a message."""
_GONE = frozenset({"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"})
_PATIENCE = (1.0, 2.0, 0.0)
"""Seconds to wait after each refusal of a picture."""
_PAGES = 10
"""Of 100 messages each, looked through for a message that may have arrived."""


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """Post the thread's root; later, reply in its thread and bring the root up to date."""
    client, channel = _client(receiver), option(receiver, "channel")
    root = previous.reference.get("ts") if previous else None
    if previous is None or root is None or about(message) is None:
        return _root(client, message, receiver)
    try:
        reply = _post(message, blocks(message, changes_first=True, acts=False))
        _call(client.chat_postMessage, channel=channel, thread_ts=root, **reply)
    except _GoneError:
        return _root(client, message, receiver)
    return _bring_up_to_date(client, message, receiver, previous)


def show(message: Message, receiver: Receiver, sent: Sent) -> Sent:
    """The root says who is on it. Nobody is notified."""
    return _bring_up_to_date(_client(receiver), message, receiver, sent)


def settle(message: Message, receiver: Receiver, previous: Sent | None) -> Sent | None:
    """Look for the delivery's key in the thread or the channel; what was left to do after posting is done."""
    client, channel = _client(receiver), option(receiver, "channel")
    root = previous.reference.get("ts") if previous else None
    if previous is None or root is None or about(message) is None:
        oldest = _fired(message) - timedelta(hours=1)
        found = _find(client.conversations_history, message.key, channel=channel, oldest=str(oldest.timestamp()))
        return _reference(channel, message, found["ts"], _said(found).get("picture")) if found else None
    if not _find(client.conversations_replies, message.key, channel=channel, ts=root):
        return None
    return _bring_up_to_date(client, message, receiver, previous)


def _root(client: WebClient, message: Message, receiver: Receiver) -> Sent:
    channel = option(receiver, "channel")
    drawing = slack_picture.uploaded(client, message, receiver)
    answer, shown = _with_picture(partial(_call, client.chat_postMessage, channel=channel), message, drawing)
    return _reference(channel, message, answer["ts"], shown.mark if shown else None)


def _reference(channel: str, message: Message, ts: str, picture: str | None) -> Sent:
    reference = {"channel": channel, "ts": ts, "clash": about(message)}
    return Sent({**reference, "picture": picture} if picture else reference)


def _bring_up_to_date(client: WebClient, message: Message, receiver: Receiver, previous: Sent) -> Sent:
    """The root shows the current truth of its own clash; a thread of many clashes leaves it alone."""
    root = previous.reference
    if root.get("clash") != about(message):
        return previous
    drawing = slack_picture.uploaded(client, message, receiver, root.get("picture"))
    update = partial(_call, client.chat_update, channel=root["channel"], ts=root["ts"])
    with suppress(_GoneError):  # somebody deleted the root; its thread has the message
        _, shown = _with_picture(update, message, drawing)
        return _reference(root["channel"], message, root["ts"], shown.mark if shown else None)
    return previous


def _with_picture(
    call: Callable[..., Mapping[str, Any]], message: Message, drawing: Uploaded | None
) -> tuple[Mapping[str, Any], Uploaded | None]:
    """Call with the picture, and without it where Slack does not take it: the words matter more.

    A file is "invalid" for a moment after its upload, until Slack has looked at it.
    """
    for wait in _PATIENCE if drawing else ():
        try:
            shown = blocks(message, picture=drawing.block() if drawing else None)
            return call(**_post(message, shown, drawing)), drawing
        except ChannelError as error:
            if error.reason != "invalid_blocks":
                raise
            time.sleep(wait)
    return call(**_post(message, blocks(message))), None


class _GoneError(ChannelError):
    """The root message is no longer there."""


def _client(receiver: Receiver) -> WebClient:
    # The client's own retry handlers would post a second time after a lost answer; retries are the store's.
    base = option(receiver, "base_url", "https://slack.com/api/")
    return WebClient(
        token=option(receiver, "token"), base_url=base, timeout=_TIMEOUT, ssl=authorities("slack"), retry_handlers=[]
    )


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
    return ChannelError(tidy(code, 200), retry=again, after=wait, unsure=broken, barred=code in _BARRED)


def _find(method: Any, key: str, **where: str) -> dict[str, Any] | None:
    """The message that carries the key."""
    cursor = ""
    for _ in range(_PAGES):
        page = _call(method, **where, limit=100, include_all_metadata=True, **({"cursor": cursor} if cursor else {}))
        for posted in page.get("messages", ()):
            if _said(posted).get("key") == key:
                return dict(posted)
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            break
    return None


def _said(posted: Mapping[str, Any]) -> dict[str, Any]:
    """What a message of ours carries as metadata; nothing in those of others."""
    metadata = posted.get("metadata", {})
    return dict(metadata.get("event_payload", {})) if metadata.get("event_type") == _EVENT_TYPE else {}


def _fired(message: Message) -> datetime:
    fired = [datetime.fromisoformat(alert["at"]) for alert in message.payload.get("alerts", ())]
    return min(fired, default=datetime.now(UTC))


def _post(message: Message, shown: list[Block], drawing: Uploaded | None = None) -> dict[str, Any]:
    """The arguments that root, reply and update share."""
    said = {"key": message.key, "thread": message.thread, **({"picture": drawing.mark} if drawing else {})}
    return {
        "text": escaped(f"{message.title}. {message.summary}"),
        "blocks": shown,
        "metadata": {"event_type": _EVENT_TYPE, "event_payload": said},
        "unfurl_links": False,
        "unfurl_media": False,
        "parse": "none",
        "link_names": False,
    }
