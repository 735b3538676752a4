"""Messages through Apprise, for everything that has no module here: Teams, Telegram, Discord, ntfy, Matrix, SMS.

A flat title and body, without threads, updates or a map. Apprise says only whether it worked; why not is in its log.
"""

from __future__ import annotations

import logging

import apprise

from workers.adapters.channels.console import plain_lines
from workers.adapters.channels.outcome import ChannelError, Sent, option
from workers.pipeline.message import tidy
from workers.pipeline.models import Message, Receiver

_TYPES = {
    "critical": apprise.NotifyType.FAILURE,
    "warning": apprise.NotifyType.WARNING,
    "info": apprise.NotifyType.INFO,
}


def send(message: Message, receiver: Receiver, _previous: Sent | None) -> Sent:
    """Notify every address. Where one of several refuses, all are told again: Apprise does not say which."""
    asset = apprise.AppriseAsset(app_id="Clashwatch", app_desc="", app_url="", interpret_escapes=False)
    far = apprise.Apprise(asset=asset)
    for url in option(receiver, "urls").split():
        if not far.add(url):
            raise ChannelError("an address that Apprise does not know", retry=False)
    body = "\n".join(line.strip() for line in list(plain_lines(message))[1:])
    kind = _TYPES.get(message.severity, apprise.NotifyType.WARNING)
    with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
        if not far.notify(body, message.title, kind, body_format=apprise.NotifyFormat.TEXT):
            raise ChannelError(tidy(said.getvalue(), 300) or "refused", retry=True, unsure=True)
    return Sent()
