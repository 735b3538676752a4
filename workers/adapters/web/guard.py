"""The address that a socket is about to connect to in, leave or refusal out.

Asked by aiohttp for the address actually connected to, so that DNS rebinding and redirects are covered. Python's
``is_global`` calls multicast, NAT64, 6to4 and IPv4-compatible addresses global (CPython 3.11.7, measured): what wraps
an IPv4 address is unwrapped first, and the rest of those ranges is refused.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from workers.adapters.web.addresses import Address

PORTS = frozenset({80, 443, *range(8000, 9000)})
"""Where news is published; elsewhere is mail, databases and other people's consoles."""

_REFUSED = tuple(
    ip_network(block)
    for block in (
        "168.63.129.16/32",  # Azure's platform address is public, and answers only its own machines
        "64:ff9b:1::/48",  # NAT64 of the local network
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "::/96",  # IPv4-compatible
        "fec0::/10",  # site-local, as it once was
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")

AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]

trusted: ContextVar[bool] = ContextVar("trusted", default=False)
"""Set while a request goes to a host and port that the operator allowed by name."""


class BlockedAddress(OSError):
    """The address is none that a news site can have."""


class Guard:
    """``allow`` holds ``host:port``, addresses and CIDR blocks that may be fetched although they are private."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._blocks: list[IPv4Network | IPv6Network] = []
        self._endpoints: set[tuple[str, int]] = set()
        for text in allow:
            try:
                self._blocks.append(ip_network(text, strict=False))
            except ValueError:
                host, _, port = text.rpartition(":")
                self._endpoints.add((host.strip("[]").lower(), int(port)))

    def admits(self, url: Address) -> str | None:
        """Why the address must not be asked at all, ``None`` when it may."""
        if url.scheme not in ("http", "https"):
            return f"scheme {url.scheme}:"
        if self.names(url) or url.port in PORTS or self._in_blocks(url.host):
            return None
        return f"port {url.port}"

    def names(self, url: Address) -> bool:
        """Whether the operator allowed this host and port by name."""
        return (url.host, url.port) in self._endpoints

    def connect(self, info: AddrInfo) -> socket.socket:
        """A socket for the address. Raises ``BlockedAddress``. (aiohttp's ``socket_factory``)"""
        family, kind, protocol, _, (address, port, *_) = info
        if not (trusted.get() or self.allows(address, port)):
            raise BlockedAddress(errno.EACCES, f"blocked address {address}")
        found = socket.socket(family, kind, protocol)
        found.setblocking(False)
        return found

    def allows(self, address: str, port: int) -> bool:
        """Whether the address is public, or listed."""
        bare = address.partition("%")[0]
        return (bare, port) in self._endpoints or self._in_blocks(bare) or is_public(bare)

    def _in_blocks(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in block for block in self._blocks if block.version == address.version)


def is_public(address: str) -> bool:
    """Whether a news site can be there: global, unicast, and not private behind a translation."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        inner = _inner(found)
        if inner is not None:
            return is_public(str(inner))
    if any(found in block for block in _REFUSED if block.version == found.version):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _inner(found: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached through this one; 6to4 and IPv4-compatible ones are refused instead."""
    if found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None
