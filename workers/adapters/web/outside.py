"""Whether anything on the web answers: when site after site does not, our own network is away, and no site is to blame.

Without this every feed that was due in a night's outage was asked half as often afterwards, and the pages of the hour
were waited for up to eight minutes more, or given up for the feeds' own words.
"""

from __future__ import annotations

from workers.pipeline.models import FetchOutcome

SITES = 3
"""So many different ones in a row are no coincidence."""
PAUSE = 20.0
"""Seconds until what could not be asked is asked again."""
UNREACHABLE = frozenset({FetchOutcome.DNS, FetchOutcome.CONNECT, FetchOutcome.TIMEOUT})


class Outside:
    """What one process notices of the web."""

    def __init__(self) -> None:
        self._silent: set[str] = set()

    def heard(self) -> None:
        """Somebody answered, whatever it was."""
        self._silent.clear()

    def missed(self, host: str) -> None:
        if len(self._silent) < SITES:
            self._silent.add(host)

    @property
    def away(self) -> bool:
        return len(self._silent) >= SITES
