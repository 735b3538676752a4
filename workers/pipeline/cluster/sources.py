"""A clash's filings in, who independently tells it out.

Ten papers that print one agency are one origin; an outlet that is not listed counts for nothing until it is
(33.5 % of what a large monitor called corroborated was one publisher; notes on independence).
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.models import Filing


def voice(filing: Filing) -> str:
    """Whose account this is: the wire agency, else the publisher, else the article alone."""
    return filing.origin or filing.family or filing.copy_of or filing.article


def origins(filings: Sequence[Filing]) -> tuple[str, ...]:
    """Distinct listed origins. All copies of one text are one, and that of its origin where it is known."""
    by_root: dict[str, str | None] = {}
    for filing in filings:
        root = filing.copy_of or filing.article
        if filing.copy_of is None or by_root.get(root) is None:
            by_root[root] = filing.origin
    return tuple(sorted({origin for origin in by_root.values() if origin}))


def families(filings: Sequence[Filing]) -> tuple[str, ...]:
    """Distinct publisher families, for display: who carries it, independent or not."""
    return tuple(sorted({filing.family for filing in filings if filing.family}))


def latest(filings: Sequence[Filing]) -> list[Filing]:
    """Each voice's last filing, earliest first: what it says now."""
    last: dict[str, Filing] = {}
    for filing in filings:
        last.pop(voice(filing), None)
        last[voice(filing)] = filing
    return list(last.values())
