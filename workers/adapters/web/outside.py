"""Whether anything on the web answers: when site after site does not, our own network is away, and no site is to blame.

Without this every feed that was due in a night's outage was asked half as often afterwards, and the pages of the hour
were waited for up to eight minutes more, or given up for the feeds' own words.
"""

from __future__ import annotations

import math
import time

from workers.pipeline.models import FetchOutcome

SITES = 3
"""So many different ones in a row are no coincidence."""
PAUSE = 20.0
"""Seconds until what could not be asked is asked again."""
HELD_UP = 5.0
"""Seconds without a turn of our own event loop after which a site that ran out of time meanwhile did not."""
UNREACHABLE = frozenset({FetchOutcome.DNS, FetchOutcome.CONNECT, FetchOutcome.TIMEOUT})


class Outside:
    """What one process notices of the web."""

    def __init__(self) -> None:
        self._silent: set[str] = set()
        self._held_up = -math.inf

    def idle(self, seconds: float) -> None:
        """So long nobody listened to what sites said: whoever took the last answers waited for a store that hung."""
        if seconds > HELD_UP:
            self._held_up = time.monotonic()

    def excuses(self, outcome: FetchOutcome, began: float) -> bool:
        """Whether a request that began then ran out of time because of us."""
        return outcome is FetchOutcome.TIMEOUT and began < self._held_up

    def heard(self) -> None:
        """Somebody answered, whatever it was."""
        self._silent.clear()

    def missed(self, host: str) -> None:
        if len(self._silent) < SITES:
            self._silent.add(host)

    @property
    def away(self) -> bool:
        return len(self._silent) >= SITES
