"""The form in which place names are compared, and the forms a written word may stand for.

In: a name or a word as written. Out: folded keys. The gazetteer is built with the same functions,
so that both sides lose the same things: capitals, accents, apostrophes, hyphens, the Arabic article,
and (in ``stem``) Cyrillic case endings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = re.compile(r"['’‘ʼʻʾʿ`´ʹ′\"“”ʺ]")
_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "a", "ħ": "h"}
    | dict(zip("ىیېکگەهةےۆ", ["ي", "ي", "ي", "ك", "ك", "ه", "ه", "ه", "ي", "و"], strict=True))
    | {"ـ": "", "ء": ""}
)
_GAP = re.compile(r"[^\w]+|_+")
_ARTICLE = re.compile(r"^ال(?=\w{3})")
_CYRILLIC = re.compile(r"^[\u0400-\u04ff ]+$")
_ARABIC = re.compile(r"^[\u0600-\u06ff]")
_ENDINGS = re.compile(
    r"(?:ого|его|ому|ему|ыми|ими|ои|еи|ым|им|ом|ем|ую|юю|ая|яя|ое|ее|ые|ие|ии|ыи|іи|ою|ею|ами|ями|ах|ях|ім|іх"
    r"|[аяоеєыиуюьії]{1,2})$"
)
_CLOSED = (("аів", "аєв"), ("иів", "иєв"), ("ів", "ов"))
"""Ukrainian vowels that change when an ending follows: Харків, Харкова."""
_NOMINATIVE = ("а", "ы", "и", "я", "ь", "о", "е", "")
_DUTCH = (("oe", "u"), ("tsj", "ch"), ("dzj", "j"), ("sj", "sh"), ("zj", "zh"))
_GERMAN = (("dsch", "j"), ("tsch", "ch"), ("sch", "sh"), ("ß", "ss"), ("w", "v"))
_FRENCH = (("tch", "ç"), ("ch", "sh"), ("ç", "ch"), ("dj", "j"), ("ou", "u"))
_TURKISH = (("c", "j"), ("ç", "ch"), ("ş", "sh"), ("ğ", "gh"))
_SPANISH = (("j", "kh"), ("á", "a"), ("é", "e"), ("í", "i"), ("ó", "o"), ("ú", "u"))
_SPELLINGS = {
    "nl": (_DUTCH, (("ch", "kh"), *_DUTCH), (("ch", "kh"), *_DUTCH, ("j", "y")), (*_DUTCH, ("j", "i"))),
    "de": (_GERMAN, (*_GERMAN, ("ch", "kh")), (*_GERMAN, ("j", "y")), (*_GERMAN, ("j", "i"))),
    "fr": (_FRENCH, (*_FRENCH, ("ï", "y"))),
    "tr": (_TURKISH, (*_TURKISH, ("v", "w"))),
    "es": (_SPANISH, (("y", "i"),)),
}
"""By language, tables of what is written and what English romanisation has, tried in turn."""
_LATIN_ENDINGS = {"de": ("s",), "nl": ("s",), "en": ("s",)}
_DIRECTED = re.compile(r"(?:nord|sud|ost|west|nordost|nordwest|sudost|sudwest|zentral|mittel)(\w{4,})$")
_PREFIXES = ("و", "ف", "ب", "ل", "ك")


@lru_cache(maxsize=30_000)
def key(name: str) -> str:
    """The folded name: words joined by one blank. Empty for a string without letters."""
    text = name.casefold()
    if not text.isascii():
        text = "".join([c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)])
        text = text.translate(_LETTERS)
    words = _GAP.sub(" ", _APOSTROPHES.sub("", text)).split()
    return " ".join([_ARTICLE.sub("", word) for word in words])


@lru_cache(maxsize=8_000)
def stem(word: str, shortest: int = 3) -> str:
    """One folded Cyrillic word without its case ending; any other word as it is.

    Twice, since a bare name may end as a case does (Карабах, Карабахе). ``shortest`` letters remain.
    """
    if not _CYRILLIC.match(word):
        return word
    for closed, opened in _CLOSED:
        if word.endswith(closed) and len(word) > len(closed):
            return word[: -len(closed)] + opened
    for _ in range(2):
        found = _ENDINGS.search(word, shortest)
        word = word[: found.start()] if found else word
    return word


def stems(name: str) -> str:
    """A folded name with each word stemmed; in names of several words down to two letters."""
    words = name.split()
    return " ".join([stem(word, 3 if len(words) == 1 else 2) for word in words])


def endings(word: str) -> tuple[str, ...]:
    """What a short Cyrillic word may be a case of: "сумах" of "сумы", "уфы" of "уфа"."""
    bare = stem(word, 2)
    return tuple(bare + ending for ending in _NOMINATIVE) if len(bare) < 4 and bare != word else ()


@lru_cache(maxsize=8_000)
def respelt(word: str, language: str) -> tuple[str, ...]:
    """Foreign names as other languages spell them: Koepjansk (nl) is Kupjansk, Fişhabur (tr) Fishabur.

    In: a word as written. Out: folded keys, likeliest first, without the word's own.
    """
    rules = _SPELLINGS.get(language)
    if rules is None or len(word) < 5 or not word.isalpha():
        return ()
    plain = word.casefold()
    forms = []
    for table in rules:
        changed = plain
        for written, spoken in table:
            changed = changed.replace(written, spoken)
        forms.append(key(changed))
    own = key(word)
    return tuple(dict.fromkeys(form for form in forms if form != own))


@lru_cache(maxsize=8_000)
def bases(word: str, language: str) -> tuple[str, ...]:
    """What a folded word may stand for in the language, likeliest first, itself included.

    Arabic proclitics (and, then, in, to, as) are taken off, with the article that follows them;
    so is the genitive -s of German and Dutch.
    """
    forms = [word]
    if _ARABIC.match(word):
        forms += _without_proclitics(word)
    else:
        forms += [word[: -len(s)] for s in _LATIN_ENDINGS.get(language, ()) if len(word) > 4 and word.endswith(s)]
    return tuple(dict.fromkeys(forms))


def inner(word: str) -> str | None:
    """The land in a German compound with a direction: "Nordirak" holds "irak"."""
    found = _DIRECTED.match(word)
    return found.group(1) if found else None


def _without_proclitics(word: str) -> list[str]:
    forms = []
    rest = word
    for _ in range(2):
        if len(rest) < 4 or not rest.startswith(_PREFIXES):
            break
        if rest.startswith("لل"):
            forms.append(rest[2:])
        rest = rest[1:]
        forms += [_ARTICLE.sub("", rest)] if _ARTICLE.match(rest) else [rest]
    return [form for form in forms if len(form) >= 3]
