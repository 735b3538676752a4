"""Where paragraphs, headings, sentences, quotations and datelines begin and end in a string.

Character offsets only: no words. Newswire is wrapped at 80 columns, so that a line
feed ends a paragraph only where the text is not wrapped.
"""

from __future__ import annotations

import re
from itertools import pairwise

from workers.pipeline.models import Span

_BLANK_LINE = re.compile(r"\s*\n\s*\n\s*")
_LINE_END = re.compile(r"\s*\n\s*")
_TERMINAL = ".!?…:؟。।"
_CLOSERS = "\"'”’»›)]“"
_SENTENCE_END = re.compile(r"[.!?…؟][\"'”’»›)\]“]*\s+(?=[^\s])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“«])(?:[A-ZÀ-ÖØ-ÞА-Я]|[A-Za-z]\.(?:[A-Za-z]\.)*[A-Za-z]?|Mr|Mrs|Ms|Dr|Prof|St|Ste|Gen|Lt|Col|Maj|Capt|Sgt|Cpl|"
    r"Brig|Adm|Rep|Sen|Gov|Jr|Sr|No|Nr|vs|etc|approx|ca|bzw|resp|evtl|ggf|Abs|Mme|Mlle|MM|Mgr|dhr|mevr|drs|bijv|Sr|Sra|"
    r"Dña|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|Okt|Dez|им|ул|гг|обл|тыс|млн|руб|кв|Av|Alb|Yrd|Doç)\.$"
)
_ORDINAL = re.compile(r"(?:^|\s|\()\d{1,2}\.$")
_QUOTED = re.compile(r"“[^“”]*”|«[^«»]*»|„[^„“”]*[“”]|\"[^\"]*\"|»[^«»]*«")
_BREAK = re.compile(r";|:(?=\s)|\s[–—]\s|\s--?\s|؛|…|\.\.\.")
_DATELINE = re.compile(
    r"\s*(?:[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐÇĞİÖŞÜ][^\n.!?—–]{1,70}?|[\u0600-\u06ff][^\n.!?—–]{1,60}?)\s*(?:\([^)\n]{2,40}\)\s*)?(?:—|–|--|\s-)\s"
)


def wrapped(text: str) -> bool:
    """Is the text broken into lines of even length, as newswire is?"""
    lines = [line.strip() for line in text.split("\n")]
    pairs = [(a, b) for a, b in pairwise(lines) if a and b]
    flowing = [a for a, _ in pairs if 45 <= len(a) <= 100 and a[-1] not in _TERMINAL]
    return len(pairs) >= 2 and len(flowing) >= 0.5 * len(pairs) and max(map(len, lines)) <= 110


def paragraphs(full: str) -> tuple[Span, ...]:
    """Paragraphs, outer blanks removed."""
    separator = _BLANK_LINE if wrapped(full) else _LINE_END
    spans, begin = [], 0
    for gap in separator.finditer(full):
        spans.append((begin, gap.start()))
        begin = gap.end()
    spans.append((begin, len(full)))
    return tuple(trimmed for span in spans if (trimmed := _trim(full, span)))


def heading(paragraph: str) -> bool:
    """A short line that does not end as a sentence does."""
    return len(paragraph) <= 90 and paragraph.rstrip(_CLOSERS)[-1:] not in _TERMINAL and len(paragraph.split()) <= 12


def sentences(full: str, paragraph: Span, *, ordinals: bool) -> list[Span]:
    """Sentences of one paragraph. Abbreviations, initials and, where they are written so, ordinals ("26. Oktober") end
    none."""
    begin, stop = paragraph
    spans = []
    for gap in _SENTENCE_END.finditer(full, begin, stop):
        dot = gap.start() + 1
        after = full[gap.end()]
        if full[gap.start()] == "." and (
            after.islower()
            or _ABBREVIATION.search(full, max(begin, dot - 12), dot)
            or (ordinals and _ORDINAL.search(full, max(begin, dot - 4), dot) and not after.isdigit())
        ):
            continue
        if after.islower() and full[gap.start()] != ".":
            continue
        spans.append((begin, gap.end()))
        begin = gap.end()
    spans.append((begin, stop))
    return [trimmed for span in spans if (trimmed := _trim(full, span))]


def quotations(full: str, span: Span) -> list[Span]:
    """Quotations of five words or more; shorter ones are scare quotes and stay in their clause."""
    return [m.span() for m in _QUOTED.finditer(full, *span) if m.group().count(" ") >= 4]


def breaks(gap: str) -> bool:
    """Does what stands between two words end a clause?"""
    return _BREAK.search(gap) is not None


def dateline(full: str, title_end: int) -> Span | None:
    """``BAGHDAD (Reuters) -`` at the start of the body: where the reporter sits, not where it happened."""
    begin = title_end
    while begin < len(full) and full[begin].isspace():
        begin += 1
    found = _DATELINE.match(full, begin)
    if not found or not _placelike(found.group()):
        return None
    return begin, found.end()


def _placelike(head: str) -> bool:
    """Few words before the dash, and the first one capitalised or followed by an agency in brackets."""
    words = re.findall(r"\w+", head.split("(")[0])
    named = sum(1 for word in words if not word[:1].islower())
    return 0 < len(words) <= 7 and ("(" in head or named >= max(1, len(words) - 2))


def _trim(full: str, span: Span) -> Span | None:
    begin, end = span
    while begin < end and full[begin].isspace():
        begin += 1
    while end > begin and full[end - 1].isspace():
        end -= 1
    return (begin, end) if begin < end else None
