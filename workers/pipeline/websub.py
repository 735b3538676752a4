"""WebSub (W3C, 2018): a feed or its headers in, its hub out; what to ask of a hub; whether a push is genuine."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from html import unescape

from workers.pipeline.models import Hub
from workers.pipeline.urls import absolute

LEASE = 10 * 86_400
"""Seconds to ask for; the hub may grant others."""
SHORTEST, LONGEST = 300, 30 * 86_400
"""What is believed of a granted lease, in seconds: an address that dies should not be pushed to for ever."""
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""All that the standard names: large hubs sign by SHA-1 only, which no collision makes forgeable in an HMAC."""
_HEADER = re.compile(r"<([^<>]{1,2000})>\s*((?:;[^,<]{0,500})*)")
_ELEMENT = re.compile(r"<(?:\w+:)?link\b([^<>]{1,3000})>", re.I)
_RELATION = re.compile(r"\brel\s*=\s*[\"']?([^\"'>;]+)", re.I)
_TARGET = re.compile(r"\bhref\s*=\s*[\"']([^\"'<>]+)[\"']", re.I)


def by_headers(values: Iterable[str], base: str) -> Hub | None:
    """From ``Link`` headers (RFC 8288), relative to ``base``."""
    links = (match.groups() for value in values for match in _HEADER.finditer(value))
    return _hub(((_relations(parameters), target) for target, parameters in links), base)


def by_elements(head: str, base: str | None) -> Hub | None:
    """From the ``link`` elements of a feed's own part, Atom's or RSS's."""
    found = ((_relations(inner), _TARGET.search(inner)) for inner in _ELEMENT.findall(head))
    return _hub(((rels, unescape(target[1])) for rels, target in found if target), base)


def by_names(urls: Iterable[str], topic: str | None, base: str | None) -> Hub | None:
    """From what a JSON Feed lists."""
    return _hub([*(({"hub"}, url) for url in urls), ({"self"}, topic or "")], base)


def _relations(text: str) -> set[str]:
    match = _RELATION.search(text)
    return set(match[1].lower().split()) if match else set()


def _hub(links: Iterable[tuple[set[str], str]], base: str | None) -> Hub | None:
    """The first hub; the others say the same."""
    found: dict[str, str] = {}
    for relations, target in links:
        for name in relations & ({"hub", "self"} - found.keys()):
            try:
                found[name] = absolute(target, base)
            except ValueError:
                continue
    return Hub(found["hub"], found.get("self")) if "hub" in found else None


def question(mode: str, topic: str, callback: str, secret: str) -> tuple[tuple[str, str], ...]:
    """The form that asks a hub to ``subscribe`` or ``unsubscribe``."""
    form = (("hub.mode", mode), ("hub.topic", topic), ("hub.callback", callback))
    return form if mode == "unsubscribe" else (*form, ("hub.secret", secret), ("hub.lease_seconds", str(LEASE)))


def lease(written: str) -> int:
    """Seconds granted, as far as they are believed."""
    granted = int(written) if written.isascii() and written.isdigit() and len(written) < 12 else LEASE
    return min(LONGEST, max(SHORTEST, granted))


def genuine(body: bytes, secret: str, header: str) -> bool:
    """Whether ``X-Hub-Signature`` was made of this body by who knows the secret. Compared in constant time."""
    method, _, signature = header.strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode("utf-8", "replace"))
