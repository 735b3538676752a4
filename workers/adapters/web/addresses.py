"""An address as text in, its parts out, by the browser's own rules; each read once, since feeds are asked again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ada_url import URL, join_url
from yarl import URL as WireURL

_PORTS = {"http:": 80, "https:": 443}


class BadAddress(ValueError):
    """No address, or a web address without a host."""


@dataclass(frozen=True, slots=True)
class Address:
    """``wire`` is what is sent, without a fragment; ``host`` is in ASCII and lower case, IPv6 without brackets."""

    href: str
    scheme: str
    host: str
    port: int
    origin: str
    wire: WireURL


@lru_cache(maxsize=4096)
def read(text: str, base: str | None = None) -> Address:
    """``text``, relative to ``base``, as an address of any scheme. Raises ``BadAddress``."""
    try:
        url = URL(join_url(base, text) if base else text.strip())
    except ValueError as error:
        raise BadAddress(f"no address: {text[:200]}") from error
    if url.protocol in _PORTS and not url.hostname:
        raise BadAddress(f"no host: {text[:200]}")
    url.hash = ""
    port = int(url.port) if url.port else _PORTS.get(url.protocol, 0)
    host, scheme = url.hostname.strip("[]"), url.protocol.removesuffix(":")
    return Address(url.href, scheme, host, port, url.origin, WireURL(url.href, encoded=True))
