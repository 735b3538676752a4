"""The text that extraction leaves in, the article's own paragraphs out.

Goes: the headline repeated, consent notices, subscription pleas, 'read also' lines, tag lists, bylines, picture
credits, sharing buttons, copyright lines. Stays: everything else. Each expression must match a whole line or its
start, and long lines fall only to the most specific ones, so that no paragraph is lost to a word in it.
"""

from __future__ import annotations

import re

from workers.pipeline.dates import moment
from workers.pipeline.extract.phrases import CONSENT, CREDIT, PLEA, READ_ALSO, TAGS, alternatives

_SHORT, _LONG = 160, 450
_HEAD_LINES, _HEAD_WIDTH = 6, 60

_BULLET = r"[\s>*•●▶►→»|▪–-]*"
"""What may stand before such a line. Quotation marks may not: quoted speech is the article's."""
_POINTS = re.compile(rf"{_BULLET}{alternatives(READ_ALSO)}(?!\w)", re.I)
_PLEADS = re.compile(rf"{_BULLET}{alternatives(PLEA)}(?!\w)", re.I)
_DROP_LONG = re.compile(rf"{_BULLET}{alternatives(CONSENT)}", re.I)
_DROP_WHOLE = re.compile(rf"{_BULLET}{alternatives(CREDIT)}\s*", re.I)
_TAG_HEADING = re.compile(rf"{_BULLET}{alternatives(TAGS)}\s*(?::.*)?", re.I)
_BYLINE = re.compile(
    r"(?:[Bb]y|[Dd]oor|[Vv]on|[Vv]an|[Pp]ar|[Pp]or|بقلم|[Аа]втор|[Yy]azan)[: ]+"
    r"(?:(?:and|en|und|et|y|e|&)\s|[^\W\d_a-zа-яё][\w.'’-]*[,\s]*){1,8}"
)
"""A name or two and nothing else: every word begins with a capital (Arabic has none)."""
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…:;,。؟]['\"”’»)\]]*$")


def tidy(text: str, title: str, authors: tuple[str, ...] = ()) -> str:
    """The paragraphs that are the article's, one per line."""
    kept: list[str] = []
    seen: set[str] = set()
    names = {key(name) for name in authors}
    in_tags = False
    for line in _after_opening([raw.strip() for raw in text.split("\n")], key(title)):
        words = key(line)
        in_tags = _opens_tags(line) or (in_tags and _is_tag(line))
        if not words or in_tags or words in seen or words in names or is_noise(line):
            continue
        if len(words) > 20:
            seen.add(words)
        kept.append(line)
    return "\n".join(kept)


def _after_opening(lines: list[str], title: str) -> list[str]:
    """Without section, headline, byline and date above the first paragraph."""
    head = [key(line) for line in lines[:_HEAD_LINES]]
    start = head.index(title) + 1 if title in head else 0
    if max((len(line) for line in lines[:start]), default=0) > max(_HEAD_WIDTH, len(title) + 20):
        start = 0  # a standfirst stands above it
    while start < len(lines) and _is_head(lines[start], title):
        start += 1
    return lines[start:]


def _is_head(line: str, title: str) -> bool:
    if not line or key(line) == title or _BYLINE.fullmatch(line):
        return True
    if len(line) <= _HEAD_WIDTH and moment(line) is not None:
        return True
    return len(line) <= 30 and not _SENTENCE_END.search(line)


def is_noise(line: str) -> bool:
    """Whether the whole line is the site speaking, not the article."""
    if len(line) > _LONG:
        return False
    if _DROP_LONG.match(line) or _DROP_WHOLE.fullmatch(line):
        return True
    if len(line) > _SHORT:
        return False
    return bool(
        (_POINTS.match(line) and not _is_sentence(line, 40)) or (_PLEADS.match(line) and not _is_sentence(line, 60))
    )


def _is_sentence(line: str, least: int) -> bool:
    """A finished sentence that begins with such words is prose ('Related talks failed.') unless it points: on."""
    return line.endswith((".", "。")) and len(line) > least and ":" not in line[:30]


def _opens_tags(line: str) -> bool:
    match = _TAG_HEADING.fullmatch(line) if len(line) <= _SHORT else None
    return bool(match) and not _SENTENCE_END.search(line.rstrip(":"))


def _is_tag(line: str) -> bool:
    return len(line) <= 40 and not _SENTENCE_END.search(line)


def key(line: str) -> str:
    """The words alone, in lower case: equal for lines that say the same."""
    return " ".join(_WORD.findall(line.lower()))
