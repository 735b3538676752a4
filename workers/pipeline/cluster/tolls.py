"""A clash's filings in; its claim ledger and the counts derived from it out.

Figures of one voice replace each other in time; figures of different voices stand side by side and are never added
up. ``low`` is ACLED's conservative value, low/best/high are UCDP's (notes on claims and casualties).
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.cluster.sources import voice
from workers.pipeline.models import Claim, Count, Filing, Ledger, Report


def ledger(filings: Sequence[Filing]) -> tuple[Ledger, ...]:
    """Every distinct claim, earliest first; a copy repeats its origin's and adds only what it changed."""
    rows: dict[tuple[object, ...], Ledger] = {}
    for filing in filings:
        for claim in filing.report.claims:
            who = _who(claim)
            speaker = who if who is not None else voice(filing)
            key = (speaker, claim.about, claim.stance, claim.low, claim.high, claim.whom)
            if key not in rows:
                span, quote = _quote(filing, claim)
                rows[key] = Ledger(claim, who, quote, filing.article, filing.published, filing.version, span)
    return tuple(rows.values())


def _who(claim: Claim) -> str | None:
    if claim.claimant is None:
        return None
    return claim.claimant.id or claim.claimant.text


def _quote(filing: Filing, claim: Claim) -> tuple[tuple[int, int] | None, str]:
    """The evidence that holds the claim's span, else the first."""
    spans = list(zip(filing.report.evidence, filing.quotes, strict=False))
    holding = [(span, quote) for span, quote in spans if span[0] <= claim.span[0] < span[1]]
    return next(iter(holding or spans), (None, ""))


def count(filings: Sequence[Filing], name: str) -> Count | None:
    """Killed or injured over all voices: lowest low, last best, highest high; ``None`` when nobody gives a number.

    ``filings`` come earliest first. Of two reports in one article, phases of one incident, the larger toll counts.
    """
    last: dict[str, tuple[str, Count]] = {}
    for filing in filings:
        told, speaker = _count_of(filing.report, name), voice(filing)
        if told is None:
            continue
        before = last.pop(speaker, None)
        same_article = before is not None and before[0] == filing.article
        last[speaker] = before if before and same_article and before[1].low >= told.low else (filing.article, told)
    if not last:
        return None
    counts = [told for _, told in last.values()]
    bests = [one.best for one in counts if one.best is not None]
    open_end = any(one.high is None for one in counts)
    high = None if open_end else max(one.high for one in counts if one.high is not None)
    return Count(min(one.low for one in counts), bests[-1] if bests else None, high)


def _count_of(report: Report, name: str) -> Count | None:
    return report.killed if name == "killed" else report.injured
