"""Words with their spans, and the folded form in which words are compared.

In: a string and its language. Out: parallel tuples of folded words, starts and ends. Punctuation
is no word; hyphens separate words ("car-bomb" is found as "car bomb").
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from spacy.tokenizer import Tokenizer
from spacy.vocab import Vocab

REMEMBERED = 8_000
"""Word forms kept per language and index; a flood of new words must not grow a worker for ever. Running text
meets a form that is not kept so rarely that ten times as many are no faster (measured)."""
_CHUNK = re.compile(r"\S+")
_MARKS = "\u064b-\u065f\u0670\u0640"
"""Arabic vowel marks and the stretching stroke: part of a word, ignored when comparing."""
_INFIX = re.compile(rf"[^\w'’ʼ‘{_MARKS}.,]|[.,](?!\d)|(?<!\d)[.,]|_")
_EDGE = rf"[^\w{_MARKS}]|_"
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


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return Tokenizer(
        Vocab(),
        prefix_search=re.compile(rf"^(?:{_EDGE})").search,
        suffix_search=re.compile(rf"(?:{_EDGE})$").search,
        infix_finditer=_INFIX.finditer,
    )


def split(text: str, language: str) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Folded words, their starts and their ends. Elided articles ("l'") and clitics ("'s", Turkish case
    endings after an apostrophe) are words of their own; names keep inner apostrophes ("Sana'a")."""
    splitter = _splitter(language)
    chunks = [(found.start(), found.group()) for found in _CHUNK.finditer(text)]
    splitter.learn([chunk for _, chunk in chunks])
    found = [
        (word, offset + begin, offset + end) for offset, chunk in chunks for word, begin, end in splitter.known[chunk]
    ]
    folded, starts, ends = zip(*found, strict=True) if found else ((), (), ())
    return folded, starts, ends


@lru_cache(maxsize=32)
def _splitter(language: str) -> Splitter:
    """One per language, so that it remembers between documents."""
    return Splitter(language)


class Splitter:
    """Splits chunks, the stretches between blanks, and remembers the words of each: most of a new document was
    seen before, and spaCy's tokenizer, which never joins chunks, is asked about the others in one call."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.known: dict[str, tuple[Word, ...]] = {}

    def learn(self, chunks: Sequence[str]) -> None:
        """Makes ``known`` hold all of them."""
        if len(self.known) + len(chunks) > REMEMBERED:
            self.known.clear()
        unknown = [chunk for chunk in dict.fromkeys(chunks) if chunk not in self.known]
        if unknown:
            self.known.update(zip(unknown, self._words(unknown), strict=True))

    def _words(self, chunks: Sequence[str]) -> Iterator[tuple[Word, ...]]:
        pieces = deque(_pieces(" ".join(chunks)))
        begin = 0
        for chunk in chunks:
            end = begin + len(chunk)
            inside: list[Word] = []
            while pieces and pieces[0][0] < end:
                start, piece = pieces.popleft()
                inside.extend(self._folded(start - begin, piece))
            yield tuple(inside)
            begin = end + 1

    def _folded(self, start: int, piece: str) -> Iterator[Word]:
        if not any(map(str.isalnum, piece)) or not fold(piece, self.language):
            return
        cut = _cut(piece, self.language)
        if cut:
            yield fold(piece[:cut], self.language), start, start + cut
        yield fold(piece[cut:], self.language), start + cut, start + len(piece)


def _pieces(text: str) -> list[tuple[int, str]]:
    """What spaCy's tokenizer makes of a text. Nothing of spaCy leaves the zone."""
    tokenizer = _tokenizer()
    with tokenizer.vocab.memory_zone():
        return [(token.idx, token.text) for token in tokenizer(text)]


def _cut(piece: str, language: str) -> int:
    if "'" not in piece and "’" not in piece:
        return 0
    if language == "fr":
        found = _ELISION.match(piece)
        return found.end() if found and piece.casefold() not in ("aujourd'hui", "aujourd’hui") else 0
    ending = (_SUFFIX if language == "tr" else _CLITIC).search(piece)
    return ending.start() if ending else 0


@lru_cache(maxsize=REMEMBERED)
def fold(word: str, language: str) -> str:
    """The comparable form: case-folded, composed, one kind of apostrophe; Turkish dotless i kept apart;
    Arabic without vowel marks and with one form of alef, ya, ta marbuta and hamza seats; ё as е."""
    if language == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    word = unicodedata.normalize("NFC", word).casefold().translate(_SINGLE_QUOTES)
    if language in ("ar", "fa"):
        return _ARABIC.sub("", word).translate(_ARABIC_LETTERS)
    return word.replace("ё", "е") if language in ("ru", "uk") else word
