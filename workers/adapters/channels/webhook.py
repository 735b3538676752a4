"""Messages over HTTP: CloudEvents, Alertmanager's own webhook or CAP; one key however often it is sent.

Signed as Standard Webhooks has it: HMAC-SHA256 over ``id.timestamp.body`` in ``webhook-signature``, so that a
receiver can refuse what is forged, altered, or replayed later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from workers.adapters.channels import prometheus
from workers.adapters.channels.outcome import Sent, option
from workers.adapters.channels.post import compact, post
from workers.pipeline.message.cap import cap
from workers.pipeline.models import Message, Receiver
from workers.pipeline.wire import encode


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """POST it. ``ChannelError`` says whether to try again."""
    form, reference = option(receiver, "format", "cloudevents"), previous.reference if previous else {}
    kept: dict[str, str] = {}
    if form == "alertmanager":
        kind, body = "application/json", compact(prometheus.webhook(message, receiver.name))
    elif form == "cap":
        document = cap(message, tuple(reference.get("cap", "").split()), option(receiver, "language", "en"))
        kind, body = "application/cap+xml", document.text.encode()
        kept = {"cap": " ".join((*document.replaces, document.reference))}
    else:
        kind, body = "application/cloudevents+json; charset=utf-8", compact(cloud_event(message))
    signed = signed_headers(message.key, body, option(receiver, "secret"), datetime.now(UTC))
    answer = post(option(receiver, "url"), body, {"content-type": kind, **signed}, receiver)
    return Sent({"status": answer.status_code, **kept})


def cloud_event(message: Message) -> dict[str, Any]:
    """CloudEvents 1.0, structured mode. ``id`` is the delivery's key, ``subject`` the clash's id."""
    alerts = message.payload.get("alerts", [])
    envelope = {
        "specversion": "1.0",
        "id": message.key,
        "source": "/clashwatch",
        "type": f"clashwatch.alert.{message.kind}",
        "datacontenttype": "application/json",
        "data": encode(message),
    }
    if alerts:
        envelope |= {"subject": alerts[0]["clash"], "time": max(alert["at"] for alert in alerts)}
    return envelope


def signed_headers(key: str, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0; ``whsec_`` secrets are base64, others are taken as they are."""
    stamp = str(int(now.timestamp()))
    name = base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:24]).decode()
    plain = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signature = hmac.new(plain, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "idempotency-key": name,
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
