"""Markup in, plain text out, for the short strings of feeds: titles, summaries, authors.

Every expression here is linear in the input (a comment storm or a megabyte of ``<`` costs milliseconds), which
neither feedparser's sanitiser nor resiliparse's tree is. Whole pages go through ``extract`` instead.
"""

from __future__ import annotations

import re
from html import unescape

_UNSEEN = re.compile(r"<(script|style|template|noscript)\b[^>]{0,2000}>.*?</\1\s*>", re.S | re.I)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_BREAK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote|figure|figcaption|section|article)\b[^<>]*>", re.I
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_KNOWN_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|figure|font|h[1-6]|i|img|ins|li|mark|ol|p|q|s|small|span|strike|"
    r"strong|sub|sup|time|tt|u|ul|wbr)(?:\s[^<>]*)?/?>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff\x00-\x1f\x7f]+")
_LINE_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r" ?\n[\s]*")


def line(markup: str, limit: int = 1000) -> str:
    """One line without markup, at most ``limit`` characters: for titles.

    Only tags of HTML's own vocabulary go, so that ``2 < 3`` and ``<Unknown> strikes`` stay; entities are undone
    once more than XML asks, because feeds escape their titles twice.
    """
    text = markup[: 20 * limit]
    if "&" in text and _ENTITY.search(text):
        text = unescape(text)
    if "<" in text:
        text = _KNOWN_TAG.sub("", text)
    return _BLANKS.sub(" ", text).strip()[:limit]


def paragraphs(markup: str, limit: int = 5000) -> str:
    """Text with one line per block, at most ``limit`` characters: for summaries and feed content."""
    text = markup[: 20 * limit]
    if "<" in text:
        text = _UNSEEN.sub(" ", _COMMENT.sub(" ", text)) if _may_close(text) else text
        text = _TAG.sub("", _BREAK.sub("\n", _BLANKS.sub(" ", text)))
    if "&" in text:
        text = unescape(text)
    return _EMPTY_LINES.sub("\n", _LINE_BLANKS.sub(" ", text)).strip()[:limit]


def _may_close(text: str) -> bool:
    """Unclosed ``<!--`` or ``<script`` repeated would make the lazy expressions search the rest each time."""
    return text.count("<!--") <= text.count("-->") + 8 and text.lower().count("<script") < 64
