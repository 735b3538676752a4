"""A site's robots.txt in, whether a page may be read out; remembered for a day."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego

_DAY, _SOON, _AT_ONCE = 86_400.0, 120.0, 15.0
_SITES = 2000
_AGENT = "Clashwatch"
MAX_BYTES = 500_000
"""RFC 9309 asks for at least 500 KiB to be read."""

Load = Callable[[str], Awaitable[tuple[int | None, bytes]]]
"""An address -> status and body; status ``None`` when there was no answer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """``rules`` is ``None`` when the site would not say: then nothing is read until it does (RFC 9309, 2.3.1.4).

    ``reached`` is whether it answered at all.
    """

    rules: Protego | None
    until: float
    reached: bool = True

    def allows(self, url: str) -> bool:
        return self.rules is not None and bool(self.rules.can_fetch(url, _AGENT))

    @property
    def delay(self) -> float:
        """Seconds between requests that the site asks for, at most half a minute."""
        asked = self.rules.crawl_delay(_AGENT) if self.rules else None
        return min(30.0, float(asked or 0.0))


class Robots:
    """The rules of the sites met lately."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Rules] = OrderedDict()

    async def rules(self, origin: str, load: Load) -> Rules:
        """Those of ``https://host:port``, asked for when they are unknown or old."""
        known = self._known.get(origin)
        if known is None or known.until < time.monotonic():
            known = self._known[origin] = _read(*await load(f"{origin}/robots.txt"))
            if len(self._known) > _SITES:
                self._known.popitem(last=False)
        return known


def _read(status: int | None, body: bytes) -> Rules:
    now = time.monotonic()
    if status is not None and status < 300:
        return Rules(Protego.parse(body.decode("utf-8", "replace")), now + _DAY)
    if status is not None and 400 <= status < 500 and status != 429:
        return Rules(Protego.parse(""), now + _DAY)
    return Rules(None, now + _SOON) if status is not None else Rules(None, now + _AT_ONCE, reached=False)
