"""The thread's last message and the clash as it is now in; what changed, in words, out.

Compared with what these readers were last told, not with the last revision: a delivery may skip revisions
that were silenced or bundle several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from workers.pipeline.message import facts
from workers.pipeline.message.claims import new_claims
from workers.pipeline.message.facts import Style, tidy
from workers.pipeline.models import Clash, Filing, Message
from workers.pipeline.wire import decode

_COMPARED: tuple[tuple[str, Callable[[Clash, Style], str]], ...] = (
    ("what", lambda clash, style: style.words.type(clash.sub_event_type)),
    ("where", lambda clash, style: facts.where(clash.place, style)),
    ("when", facts.when),
    ("sides", facts.sides),
    ("killed", lambda clash, style: facts.count(clash.killed, style) if clash.killed else ""),
    ("injured", lambda clash, style: facts.count(clash.injured, style) if clash.injured else ""),
    ("status", lambda clash, style: style.words(f"status.{clash.status}")),
)


def changes(now: Clash, filings: Sequence[Filing], earlier: Message | None, style: Style) -> tuple[str, ...]:
    """One line per change since ``earlier``; none for a thread's first message or one about another clash."""
    before = last_told(now, earlier)
    return tuple(_lines(before, now, filings, style)) if before else ()


def last_told(now: Clash, earlier: Message | None) -> Clash | None:
    """The clash as the thread's last message had it; ``None`` if that was about none, or another one."""
    known = earlier.payload.get("clash") if earlier else None
    return decode(Clash, known) if known and known["id"] == now.id else None


def _lines(before: Clash, now: Clash, filings: Sequence[Filing], style: Style) -> Iterator[str]:
    for name, read in _COMPARED:
        was, is_ = read(before, style), read(now, style)
        if was != is_:
            row = "change" if was else "change.first"
            yield style.words(row, label=style.words(name), before=was, after=is_ or "–")
    for origin in now.origins:
        if origin not in before.origins:
            yield style.words("change.source", name=tidy(origin, 60))
    for until, claim in new_claims(before, now, filings, style):
        yield style.words("change.claim.until" if until else "change.claim", claim=claim, until=until)
