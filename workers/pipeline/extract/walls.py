"""A page in, the wall in front of its article out: consent, payment, robots; ``None`` when there is none.

A consent page through an extractor yields a perfect little text about cookies, so walls are recognised before the
text is trusted: by address (``myprivacy.``, ``/privacy-gate/``), by what the publisher declares, and by words.
"""

from __future__ import annotations

import re

from workers.pipeline.extract.meta import Head
from workers.pipeline.extract.phrases import (
    BOT_TEXT,
    BOT_TITLE,
    CONSENT_ADDRESS,
    CONSENT_TEXT,
    PAY_TEXT,
    alternatives,
)
from workers.pipeline.models import Outcome

_CONSENT_ADDRESS, _CONSENT_TEXT, _BOT_TITLE, _BOT_TEXT, _PAY_TEXT = (
    re.compile(alternatives(block), re.I) for block in (CONSENT_ADDRESS, CONSENT_TEXT, BOT_TITLE, BOT_TEXT, PAY_TEXT)
)
_FEW = 600
_SOME = 1000
_MANY = 1800


def before_text(html: str, final_url: str, head: Head) -> tuple[Outcome, str] | None:
    """Walls that show in the address or the page itself, before any text is taken from it."""
    if _CONSENT_ADDRESS.search(final_url):
        return Outcome.CONSENT_WALL, "the address is that of a consent page"
    if _BOT_TITLE.search(head.title[:80]) and (len(html) < 40_000 or _BOT_TEXT.search(html[:60_000])):
        return Outcome.BOT_WALL, f"title: {head.title[:60]}"
    if len(html) < 30_000 and not head.published and (match := _BOT_TEXT.search(html)):
        return Outcome.BOT_WALL, f"says: {match[0][:60]}"
    return None


def after_text(text: str, html: str, head: Head) -> tuple[Outcome, str] | None:
    """Walls that show in how little text is there and what it is about."""
    if len(text) >= _MANY:
        return None
    words = _CONSENT_TEXT.findall(f"{head.title}\n{text}") if not head.published else []
    if len(words) >= 2 + len(text) // 700:
        return Outcome.CONSENT_WALL, f"speaks of consent: {words[0]!r}"
    if head.free is False and len(text) < _SOME:
        return Outcome.PAYWALL, "the publisher declares it not free"
    if len(text) < _FEW and head.free is not True and (asks := _PAY_TEXT.search(html)):
        return Outcome.PAYWALL, f"says: {asks[0][:60]}"
    return None
