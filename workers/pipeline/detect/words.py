"""Words with their spans, and the folded form in which words are compared.

In: a string and its language. Out: parallel tuples of folded words, starts and ends. Punctuation
is no word; hyphens separate words ("car-bomb" is found as "car bomb").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

REMEMBERED = 8_000
"""Word forms kept per language and index; a flood of new words must not grow a worker for ever. Running text
meets a form that is not kept so rarely that ten times as many are no faster (measured)."""
_MARKS = "\u064b-\u065f\u0670\u0640"
"""Arabic vowel marks and the stretching stroke: part of a word, ignored when comparing."""
_WORD = re.compile(
    rf"(?:\w|(?<=\w\.)['’](?=\w))[\w{_MARKS}]*"  # the second form is the ending of an abbreviation: "U.N.'s"
    rf"(?:['’ʼ‘]+[\w{_MARKS}]+|(?<=\d)[.,](?=\d)[\w{_MARKS}]+)*"
)
"""Over a text without underscores, which separate words as blanks do."""
_SINGLE_QUOTES = str.maketrans("’ʼ‘`", "''''")
_ARABIC = re.compile(rf"[{_MARKS}]")
_ARABIC_LETTERS = str.maketrans("أإآٱىةؤئکی", "اااايهويكي")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)['’](?=\w)", re.IGNORECASE)
_CLITIC = re.compile(r"['’](?:s|t|re|ve|ll|d|m|S|T|RE|VE|LL|D|M)$")
_SUFFIX = re.compile(r"['’][a-zçğıöşüâ]{1,9}$")


Word = tuple[str, int, int]
"""Folded, with its begin and end."""
Made = TypeVar("Made")


class Remembered(dict[str, Made], Generic[Made]):
    """What ``make`` makes of each word form, made once; all is forgotten when it is full."""

    def __init__(self, make: Callable[[str], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> Made:
        if len(self) >= REMEMBERED:
            self.clear()
        made = self[word] = self._make(word)
        return made


def split(text: str, language: str) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Folded words, their starts and their ends. Elided articles ("l'") and clitics ("'s", Turkish case
    endings after an apostrophe) are words of their own; names keep inner apostrophes ("Sana'a")."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _WORD.finditer(text.replace("_", " ")):
        start = match.start()
        for word, begin, end in _parts(match.group(), language):
            folded.append(word)
            starts.append(start + begin)
            ends.append(start + end)
    return tuple(folded), tuple(starts), tuple(ends)


@lru_cache(maxsize=REMEMBERED)
def _parts(piece: str, language: str) -> tuple[Word, ...]:
    cut = _cut(piece, language)
    if not cut:
        word = fold(piece, language)
        return ((word, 0, len(piece)),) if word else ()
    parts = ((fold(piece[begin:end], language), begin, end) for begin, end in ((0, cut), (cut, len(piece))))
    return tuple(part for part in parts if part[0])


def _cut(piece: str, language: str) -> int:
    if "'" not in piece and "’" not in piece:
        return 0
    if language == "fr":
        found = _ELISION.match(piece)
        return found.end() if found and piece.casefold() not in ("aujourd'hui", "aujourd’hui") else 0
    ending = (_SUFFIX if language == "tr" else _CLITIC).search(piece)
    return ending.start() if ending else 0


def fold(word: str, language: str) -> str:
    """The comparable form: case-folded, composed, one kind of apostrophe; Turkish dotless i kept apart;
    Arabic without vowel marks and with one form of alef, ya, ta marbuta and hamza seats; ё as е."""
    if language == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    word = unicodedata.normalize("NFC", word).casefold().translate(_SINGLE_QUOTES)
    if language in ("ar", "fa"):
        return _ARABIC.sub("", word).translate(_ARABIC_LETTERS)
    return word.replace("ё", "е") if language in ("ru", "uk") else word
