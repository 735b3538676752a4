"""Words with their spans, and the folded form in which words are compared.

In: a string and its language. Out: parallel tuples of folded words, starts and ends. Punctuation
is no word; hyphens separate words ("car-bomb" is found as "car bomb").
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from spacy.tokenizer import Tokenizer
from spacy.vocab import Vocab

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
    tokenizer = _tokenizer()
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    with tokenizer.vocab.memory_zone():
        pieces = [(token.idx, token.text) for token in tokenizer(text)]
    for start, piece in pieces:
        if not any(map(str.isalnum, piece)) or not fold(piece, language):
            continue
        cut = _cut(piece, language)
        if cut:
            folded.append(fold(piece[:cut], language))
            starts.append(start)
            ends.append(start + cut)
            start, piece = start + cut, piece[cut:]
        folded.append(fold(piece, language))
        starts.append(start)
        ends.append(start + len(piece))
    return tuple(folded), tuple(starts), tuple(ends)


def _cut(piece: str, language: str) -> int:
    if "'" not in piece and "’" not in piece:
        return 0
    if language == "fr":
        found = _ELISION.match(piece)
        return found.end() if found and piece.casefold() not in ("aujourd'hui", "aujourd’hui") else 0
    ending = (_SUFFIX if language == "tr" else _CLITIC).search(piece)
    return ending.start() if ending else 0


@lru_cache(maxsize=65536)
def fold(word: str, language: str) -> str:
    """The comparable form: case-folded, composed, one kind of apostrophe; Turkish dotless i kept apart;
    Arabic without vowel marks and with one form of alef, ya, ta marbuta and hamza seats; ё as е."""
    if language == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    word = unicodedata.normalize("NFC", word).casefold().translate(_SINGLE_QUOTES)
    if language in ("ar", "fa"):
        return _ARABIC.sub("", word).translate(_ARABIC_LETTERS)
    return word.replace("ё", "е") if language in ("ru", "uk") else word
