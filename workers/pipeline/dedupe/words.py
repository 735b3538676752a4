"""A text in, the words of its own narrative out: quotes, headings and tag lists left aside.

Quoted statements travel between independent reports and standing lines between all articles of an outlet, so
neither may make two texts look alike. Both are told by form alone, which holds in every language.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_LETTERS = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ı": "i", "ё": "е"})
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
"""Scripts without spaces (Thai, Burmese, Khmer, Chinese, Japanese) count each character as a word."""
_QUOTE = re.compile(r'“[^”\n]{40,}”|„[^“”\n]{40,}[“”]|«[^»\n]{40,}»|"[^"\n]{40,}"|”[^”\n]{40,}”|「[^」\n]{20,}」')
_STOP = re.compile(r"[.!?…。！？؟।](?:[\s\"'”“»)\]]|$)")
_HEADING_WORDS = 12
_LEAST_WORDS = 30
_LEAST_SHARE = 0.4


def words(text: str) -> list[str]:
    """Words as they are compared: no case, no diacritics, Arabic letter variants as one."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return _WORD.findall(plain.translate(_LETTERS))


def narrative(text: str) -> list[str]:
    """The words that are the article's own; all of them when too little would be left."""
    everything = words(text)
    own = words("\n".join(_QUOTE.sub(" ", line) for line in text.splitlines() if not _standing(line)))
    if len(own) < _LEAST_WORDS or len(own) < _LEAST_SHARE * len(everything):
        return everything
    return own


def _standing(line: str) -> bool:
    """A heading, tag, credit or copyright line: short and no sentence, or signed with ©."""
    return "©" in line or (len(line.split()) <= _HEADING_WORDS and not _STOP.search(line.strip()))
