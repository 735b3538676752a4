"""One HTTP POST to a receiver, and what its answer says about trying again.

The address is the operator's own, but a typo or a rebinding name must not turn us into a door to the inside: private
addresses are refused unless allowed, and redirects are not followed.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import httpx2

from workers.adapters.channels.outcome import ChannelError, option, retry_after
from workers.adapters.channels.trust import authorities
from workers.pipeline.models import Receiver

TIMEOUT = 15.0
"""Seconds for each of connecting, sending and waiting; the hard limit of a notify task is 30."""
_TRY_AGAIN = frozenset({408, 409, 425, 429})
_BARRED = frozenset({301, 302, 303, 307, 308, 401, 402, 403, 404, 405, 407, 410})
"""Said of us or of the address, and not of a message."""
JSON = {"content-type": "application/json"}


def post(
    url: str, body: bytes, headers: Mapping[str, str], receiver: Receiver, timeout: float = TIMEOUT
) -> httpx2.Response:
    """2xx is delivered; 408, 409, 425, 429 and 5xx may be tried again; anything else may not, and some of it not before
    somebody mended it: ``ChannelError``.
    """
    if not option(receiver, "allow_private", False):
        _refuse_private(url)
    answer = _post(url, body, {"user-agent": "Clashwatch", **headers}, timeout)
    if answer.is_success:
        return answer
    again = answer.status_code in _TRY_AGAIN or answer.status_code >= 500
    wait = retry_after(answer.headers, datetime.now(UTC))
    said, barred = f"HTTP {answer.status_code} {answer.reason_phrase}".strip(), answer.status_code in _BARRED
    raise ChannelError(said, retry=again, after=wait, barred=barred)


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> httpx2.Response:
    try:
        with httpx2.Client(
            verify=authorities("http"), timeout=timeout, follow_redirects=False, trust_env=False
        ) as client:
            return client.post(url, content=body, headers=headers)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise ChannelError(f"cannot connect: {error}", retry=True) from error
    except httpx2.TransportError as error:
        raise ChannelError(f"{type(error).__name__}: {error}", retry=True, unsure=True) from error
    except httpx2.InvalidURL as error:
        raise ChannelError(f"bad address: {error}", retry=False, barred=True) from error


def _refuse_private(url: str) -> None:
    parsed = httpx2.URL(url)
    try:
        found = socket.getaddrinfo(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
    except OSError as error:
        raise ChannelError(f"cannot resolve {parsed.host}: {error}", retry=True) from error
    for _, _, _, _, address in found:
        if not ip_address(str(address[0]).partition("%")[0]).is_global:
            why = f"{parsed.host} is a private address; allow_private permits it"
            raise ChannelError(why, retry=False, barred=True)
