"""What a reader may do, a key and a time in; a link that does it out, and back: signed, expiring, bound.

A link lets whoever holds it do one thing, about one clash, as one receiver, until a day. Nothing is looked up to
check it, so links work as long as the key does; a new key ends them all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_PURPOSE = b"clashwatch link 1\0"
"""The key signs nothing else by accident."""
_LONGEST = 1000


class Act(StrEnum):
    """What a link does."""

    ACKNOWLEDGE = "acknowledge"
    MUTE = "mute"
    WRONG_PLACE = "wrong_place"
    NOT_A_CLASH = "not_a_clash"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Link:
    """``clash`` is empty where the act is about the receiver itself; ``language`` is that of the page to show."""

    receiver: str
    clash: str
    act: Act
    expires: datetime
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Front:
    """Where people reach us, and what our links there are signed with; without a key there are none that act."""

    url: str | None = None
    key: bytes | None = None

    def address(self, link: Link) -> str | None:
        return f"{self.url.rstrip('/')}/links/{sign(link, self.key)}" if self.url and self.key else None


NOWHERE = Front()


class BadLinkError(Exception):
    """``expired`` links were good once."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        self.expired = expired
        super().__init__(reason)


def sign(link: Link, key: bytes) -> str:
    """The link as a token of URL-safe characters; the same link gives the same token."""
    said = [link.receiver, link.clash, link.act.value, int(link.expires.timestamp()), link.language]
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_seal(body, key))}"


def read(token: str, key: bytes, now: datetime) -> Link:
    """What a token lets its holder do. Raises ``BadLinkError``."""
    try:
        body, seal = (_bytes(part) for part in token[:_LONGEST].split("."))
    except ValueError:
        raise BadLinkError("this is no link of ours") from None
    if not hmac.compare_digest(seal, _seal(body, key)):
        raise BadLinkError("this link was not made here")
    receiver, clash, act, until, language = json.loads(body)
    link = Link(receiver, clash, Act(act), datetime.fromtimestamp(until, UTC), language)
    if link.expires <= now:
        raise BadLinkError(f"this link was good until {link.expires:%Y-%m-%d %H:%M} UTC", expired=True)
    return link


def _seal(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, _PURPOSE + body, hashlib.sha256).digest()[:24]


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _bytes(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
