"""Hostile input from a seed: what feeds, pages, texts, rules and configuration may hold at their worst.

In: a ``Random`` and a sound specimen. Out: a specimen with something wrong in it. The same seed gives the same input.
"""

from __future__ import annotations

import random
import string

LETTERS = (
    "\x00",
    "\x1b[31m",
    "\r\n",
    "\u2028",
    "\ufeff",
    "\u200b\u200d",
    "\u202e",
    "\ud800",
    "\udfff",
    "\U0010ffff",
    "\ufffe",
    "e\u0301" * 9,
    "ﷺ",
    "İ",
    "ß",
    "ſ",
    "ﬁ",
    "１２３",
    "٣٤",
    "৭",
    "½",
    "Ⅷ",
    "²",
    "一百二十",
    "🏳️‍🌈",
    "👩‍👩‍👧‍👦",
    "נקודות",
    "الجيش",
    "не",
    "'" * 40,
    '"' * 40,
)
"""Controls, lone surrogates, letters that change length with their case, strange digits, text of both directions."""

SNIPPETS = (
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<script>",
    "</p></div>",
    "<p " + "a=b " * 50,
    "&#0;",
    "&#xD800;",
    "&#99999999;",
    "&amp" * 20,
    "javascript:alert(1)",
    "http://[::1",
    "//a@b:c/",
    "%00%ff",
    "99999999999999999999",
    "-0",
    "1e400",
    "NaN",
    "0x1F",
    "1,000,000.5",
    "0000-00-00T99:99:99Z",
    "2026-02-30",
    "Mon, 31 Feb 2026 25:61:61 +9999",
    "killed",
    "at least",
    "between 5 and 3",
    "no one",
    "yesterday",
    "(" * 60,
    ")" * 60,
    "[" * 60,
    "{" * 60,
    "a" * 3000,
    "a b " * 700,
    ". " * 500,
    "\n" * 500,
    "12 dead and " * 80,
    "{{7*7}}",
    "${x}",
    "&lol;",
    "!!python/object:os.system",
    "*alias",
    "&anchor",
    "? ",
    "- - - -",
    "<<: *a",
    "%YAML 9.9",
    "\t",
)
"""Markup that never closes, numbers and days that are none, repetition, what a template or YAML reader may act on."""


def text(chance: random.Random, sound: str, strokes: int = 6) -> str:
    """The sound text after some strokes: cut, doubled, swapped, sprinkled, or spliced with something hostile."""
    for _ in range(chance.randint(0, strokes)):
        sound = chance.choice(_STROKES)(chance, sound)[:60_000]
    return sound


def octets(chance: random.Random, sound: bytes, strokes: int = 6) -> bytes:
    """The same for bytes: half the time as text, then with bits and blocks of bytes changed."""
    if chance.random() < 0.5:
        sound = text(chance, sound.decode("utf-8", "surrogateescape"), strokes).encode("utf-8", "surrogatepass")
    changed = bytearray(sound)
    for _ in range(chance.randint(0, strokes) if changed else 0):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.choice((0, 1, 4, 200))] = chance.randbytes(chance.choice((1, 1, 4, 40)))
    return bytes(changed)


def word(chance: random.Random) -> str:
    """One word, name or value, sound or not."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice(LETTERS)
    if kind == 1:
        return chance.choice(SNIPPETS)
    return "".join(chance.choices(string.ascii_lowercase + " -_.", k=chance.randint(0, 12)))


def nested(chance: random.Random, opening: str, closing: str, deepest: int = 3000) -> str:
    depth = chance.choice((3, 40, 400, deepest))
    return opening * depth + closing * (depth if chance.random() < 0.5 else 0)


def _spot(chance: random.Random, sound: str) -> int:
    return chance.randrange(len(sound) + 1)


def _cut(chance: random.Random, sound: str) -> str:
    return sound[: _spot(chance, sound)]


def _drop(chance: random.Random, sound: str) -> str:
    at = _spot(chance, sound)
    return sound[:at] + sound[at + chance.choice((1, 5, 300)) :]


def _double(chance: random.Random, sound: str) -> str:
    at = _spot(chance, sound)
    part = sound[at : at + chance.choice((1, 20, 400))]
    return sound[:at] + part * chance.choice((2, 3, 30)) + sound[at:]


def _swap(chance: random.Random, sound: str) -> str:
    words = sound.split(" ")
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return " ".join(words)


def _sprinkle(chance: random.Random, sound: str) -> str:
    for _ in range(chance.choice((1, 3, 20))):
        at = _spot(chance, sound)
        sound = sound[:at] + chance.choice(LETTERS) + sound[at:]
    return sound


def _splice(chance: random.Random, sound: str) -> str:
    at = _spot(chance, sound)
    return sound[:at] + chance.choice(SNIPPETS) + sound[at:]


def _case(chance: random.Random, sound: str) -> str:
    return chance.choice((str.upper, str.lower, str.swapcase, str.title))(sound)


_STROKES = (_cut, _drop, _double, _swap, _sprinkle, _splice, _splice, _case)
