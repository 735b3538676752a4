"""Messages as signed CloudEvents: HTTP POST of structured JSON, one key however often it is sent.

Signed as Standard Webhooks has it: HMAC-SHA256 over ``id.timestamp.body`` in ``webhook-signature``, so that a
receiver can refuse what is forged, altered, or replayed later. The address is the operator's own, but a typo or
a rebinding name must not turn us into a door to the inside: private addresses are refused unless allowed, and
redirects are not followed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import httpx2

from workers.adapters.channels.outcome import ChannelError, Sent, option, retry_after
from workers.pipeline.models import Message, Receiver
from workers.pipeline.wire import encode

_TIMEOUT = 15.0
_TRY_AGAIN = frozenset({408, 409, 425, 429})


def send(message: Message, receiver: Receiver, _previous: Sent | None) -> Sent:
    """POST it. 2xx is delivered; 408, 409, 425, 429 and 5xx may be tried again; anything else may not."""
    url = option(receiver, "url")
    if not option(receiver, "allow_private", False):
        _refuse_private(url)
    body = json.dumps(cloud_event(message), ensure_ascii=False, separators=(",", ":")).encode()
    headers = signed_headers(message.key, body, option(receiver, "secret"), datetime.now(UTC))
    answer = _post(url, body, headers)
    if answer.is_success:
        return Sent({"status": answer.status_code})
    again = answer.status_code in _TRY_AGAIN or answer.status_code >= 500
    wait = retry_after(answer.headers, datetime.now(UTC))
    raise ChannelError(f"HTTP {answer.status_code} {answer.reason_phrase}".strip(), retry=again, after=wait)


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
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "Clashwatch",
        "idempotency-key": name,
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def _post(url: str, body: bytes, headers: dict[str, str]) -> httpx2.Response:
    try:
        with httpx2.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
            return client.post(url, content=body, headers=headers)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise ChannelError(f"cannot connect: {error}", retry=True) from error
    except httpx2.TransportError as error:
        raise ChannelError(f"{type(error).__name__}: {error}", retry=True, unsure=True) from error
    except httpx2.InvalidURL as error:
        raise ChannelError(f"bad address: {error}", retry=False) from error


def _refuse_private(url: str) -> None:
    parsed = httpx2.URL(url)
    try:
        found = socket.getaddrinfo(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
    except OSError as error:
        raise ChannelError(f"cannot resolve {parsed.host}: {error}", retry=True) from error
    for _, _, _, _, address in found:
        if not ip_address(str(address[0]).partition("%")[0]).is_global:
            raise ChannelError(f"{parsed.host} is a private address; allow_private permits it", retry=False)
