"""Numbers in a text, in digits and in words, with what qualifies them ("at least", "dozens").

In: a ``Text`` and its marks. Out: ``Number`` values as word ranges. Nothing here knows what is counted.
Conventions (interfaces.md): "at least N" is low N, high open; "about N" is N; "up to N" is 1 to N;
"between A and B" and vague words are ranges without a best.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from workers.pipeline.detect.facts import Facts
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.text import Text

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_THOUSANDS_GAP = frozenset(" \u00a0\u202f\u2009'’٬")
_MONEY = re.compile(r"[$€£¥₽₴₺#№]\s*$")
_JOINED = "وفبلك"
"""Arabic words written onto the digits ("and 46")."""
_DIGITS = re.compile(rf"[{_JOINED}]{{0,2}}\d")
_HYPHENS = frozenset("-‐‑–")
_WHOLE = re.compile(r"\s*(?:%|٪|°)")
LARGEST = 50_000_000


class Number(NamedTuple):
    """Words ``first`` to ``last`` (exclusive), qualifiers included. ``plain``: a bare exact number."""

    first: int
    last: int
    low: int
    best: int | None
    high: int | None

    @property
    def plain(self) -> bool:
        return self.low == self.high


def find(text: Text, marks: Marks, facts: Facts) -> list[Number]:
    """All numbers of the document in order; overlapping none."""
    found: list[Number] = []
    end = 0
    for i in _beginnings(text, marks, facts):
        if i < end:
            continue
        number = _ranged(text, marks, facts, i) or _vague(text, marks, facts, i)
        if number is not None:
            found.append(_qualified(text, marks, number))
            end = max(number.last, i + 1)
    return found


def _beginnings(text: Text, marks: Marks, facts: Facts) -> list[int]:
    """Words that may begin a number."""
    begun = {hit.first for label in ("words", "times", "vague") for hit in marks.of(f"numbers.{label}")}
    money = {hit.first for hit in marks.of("numbers.times") if hit.first and text.folded[hit.first - 1][0].isdigit()}
    begun -= money  # the "million" of "$80 million" is no number without the 80
    begun.update(i for i, word in enumerate(text.folded) if not word.isalpha() and _DIGITS.match(word))
    if facts.compounds:
        begun.update(i for i, word in enumerate(text.folded) if len(word) > 5 and word[:3] in facts.heads)
    return sorted(begun)


def _vague(text: Text, marks: Marks, facts: Facts, i: int) -> Number | None:
    hit = marks.at("numbers.vague", i)
    if hit is None or not isinstance(hit.value, tuple) or _exact(text, marks, facts, hit.last):
        return None
    low, high = hit.value
    return Number(i, hit.last, low, None, high)


def _ranged(text: Text, marks: Marks, facts: Facts, i: int) -> Number | None:
    """A number, or two numbers as a range ("10 to 15", "10-15", "between 10 and 15")."""
    one = _exact(text, marks, facts, i)
    if one is None:
        return None
    value, last = one
    between = marks.of("numbers.between", max(0, i - 2), i)
    opened = bool(between) and between[-1].last == i
    join = last if _dashed(text, last) else _connected(marks, last, opened)
    second = _exact(text, marks, facts, join) if join is not None else None
    if second and value < second[0] <= max(20 * value, 20):
        return Number(between[-1].first if opened else i, second[1], value, None, second[0])
    return Number(i, last, value, value, value)


def _dashed(text: Text, i: int) -> bool:
    return i < len(text.folded) and text.between(i).strip() in _HYPHENS and text.folded[i][:1].isdigit()


def _connected(marks: Marks, i: int, opened: bool) -> int | None:
    """Where the second number begins, after "to" (or "and" when "between" stands before)."""
    hit = marks.at("numbers.to", i)
    if hit is None and opened:
        hit = marks.at("numbers.join", i) or marks.at("sides.and", i)
    return hit.last if hit else None


def _exact(text: Text, marks: Marks, facts: Facts, i: int) -> tuple[int, int] | None:
    """(value, end) of the number that begins at the word, else ``None``."""
    if i >= len(text.folded):
        return None
    if _DIGITS.match(text.folded[i]):
        return _digits(text, marks, i)
    parts = list(_words(text, marks, facts, i))
    if not parts:
        return None
    value = compose([(number, kind) for number, kind, _ in parts])
    return (value, parts[-1][2]) if value <= LARGEST else None


def _digits(text: Text, marks: Marks, i: int) -> tuple[int, int] | None:
    word = text.folded[i].lstrip(_JOINED)
    value = integer(word)
    last = i + 1
    if value is None or _unusable(text, marks, i):
        return None
    while last < len(text.folded) and value < 10**6 and _grouped(text, last, len(word)):
        value, last = value * 1000 + int(text.folded[last]), last + 1
    if last < len(text.folded) and (factor := marks.at("numbers.times", last)) and isinstance(factor.value, int):
        value, last = value * factor.value, factor.last
    return (value, last) if value <= LARGEST else None


def integer(word: str) -> int | None:
    """The value of a word of digits of any script, thousands separated or not; ``None`` for anything else."""
    if word.isdecimal():
        return int(word)
    return int(re.sub(r"[.,]", "", word)) if _GROUPED.match(word) else None


def _grouped(text: Text, i: int, width: int) -> bool:
    """Is the word the next three digits of a number written "30 000"?"""
    word, gap = text.folded[i], text.between(i)
    return len(word) == 3 and word.isdecimal() and len(gap) == 1 and gap in _THOUSANDS_GAP and width <= 3


def _unusable(text: Text, marks: Marks, i: int) -> bool:
    """Clock times, ordinals, compounds, percentages, money and scores count nobody."""
    before = text.between(i)
    after = text.between(i + 1) if i + 1 < len(text.folded) else text.full[text.ends[i] : text.ends[i] + 3]
    follows = text.folded[i + 1] if i + 1 < len(text.folded) else ""
    if (before and _MONEY.search(before)) or _WHOLE.match(after) or after.startswith((":", "/")):
        return True
    if before[-1:] in (":", "/", "-", "–") and i and text.folded[i - 1][-1].isdigit() and before.strip() == before:
        return before != "-" and before != "–"
    if after[:1] == "." and after[1:2].isspace() and follows and not _ends_sentence(text, i):
        return True
    if after in _HYPHENS and follows and not follows[0].isdigit():
        return marks.at("numbers.endings", i + 1) is None
    return (
        bool(before) and before[-1] in _HYPHENS and len(before) == 1 and i > 0 and not text.folded[i - 1][-1].isdigit()
    )


def _ends_sentence(text: Text, i: int) -> bool:
    return text.sentence_at(text.starts[i]).last == i + 1


def _words(text: Text, marks: Marks, facts: Facts, i: int) -> Iterator[tuple[int, str, int]]:
    """(value, ``unit`` | ``times`` | ``joined``, end) of each number word of a run, joiners skipped."""
    joined = False
    previous = 0
    while i < len(text.folded):
        part = _one_word(text, marks, facts, i)
        if part is None:
            join = marks.at("numbers.join", i)
            if not previous or joined or join is None or not _continues(text, marks, facts, join.last, previous):
                return
            joined, i = True, join.last
            continue
        value, kind, last = part
        if previous and not joined and not _fits(previous, value, kind, text.folded[i][:1] == "و"):
            return
        yield value, kind, last
        previous = previous * value if kind == "times" else value
        i, joined = last, False
        if i < len(text.folded) and text.between(i).strip(" \n\u00a0-‐‑"):
            return


def _one_word(text: Text, marks: Marks, facts: Facts, i: int) -> tuple[int, str, int] | None:
    for label, kind in (("numbers.words", "unit"), ("numbers.times", "times")):
        hit = marks.at(label, i)
        if hit and isinstance(hit.value, int):
            return hit.value, kind, hit.last
    value = compound(text.folded[i], facts)
    return (value, "unit", i + 1) if value else None


def _continues(text: Text, marks: Marks, facts: Facts, i: int, previous: int) -> bool:
    part = _one_word(text, marks, facts, i) if i < len(text.folded) else None
    return bool(part) and part is not None and part[1] == "unit" and _fits(previous, part[0], "unit", False)


def _fits(previous: int, value: int, kind: str, prefixed: bool) -> bool:
    """May the number word continue the number? Tens take units, hundreds take what is below them."""
    if kind == "times":
        return value > previous or previous % value != 0
    if prefixed:
        return (previous < 10 and value % 10 == 0 and 20 <= value < 100) or (previous >= 100 and value < previous)
    if previous >= 100:
        return value < 100 or (previous >= 1000 and value < 1000)
    return 10 <= previous < 100 and previous % 10 == 0 and value < (10 if previous == 10 else 20)


def compose(parts: list[tuple[int, str]]) -> int:
    """ "two hundred thirty" from its words: units add up, multipliers multiply what they follow."""
    total = current = 0
    for value, kind in parts:
        if kind == "unit":
            current += value
        elif value >= 1000:
            total, current = total + max(current, 1) * value, 0
        else:
            current = max(current, 1) * value
    return total + current


def compound(word: str, facts: Facts) -> int | None:
    """The value of number words written together ("dreiundzwanzig", "tweehonderdtien"), else ``None``."""
    if not facts.compounds or len(word) < 6:
        return None
    parts: list[tuple[int, str]] = []
    rest = word
    while rest:
        piece = next((rest[:n] for n in range(min(len(rest), 9), 1, -1) if rest[:n] in facts.compounds), None)
        if piece is None:
            piece = next((join for join in facts.joiners if parts and rest.startswith(join)), None)
            if piece is None or piece == rest:
                return None
        else:
            value = facts.compounds[piece]
            parts.append((value, "times" if value in (100, 1000) else "unit"))
        rest = rest[len(piece) :]
    return compose(parts) if len(parts) > 1 else None


def _qualified(text: Text, marks: Marks, number: Number) -> Number:
    """The number with the qualifiers that touch it."""
    for label, low, best, high in (
        ("numbers.least", number.low, number.best, None),
        ("numbers.more", number.low, number.best, None),
        ("numbers.most", 1, None, number.high),
        ("numbers.less", 1, None, max(1, (number.high or 2) - 1)),
        ("numbers.about", number.low, number.best, number.high),
    ):
        hits = [hit for hit in marks.of(label, max(0, number.first - 4), number.first) if hit.last == number.first]
        if label == "numbers.most" and marks.any("numbers.rise", max(0, number.first - 4), number.first):
            continue
        if hits and not text.between(number.first).strip():
            return Number(hits[0].first, number.last, low, best, high)
    after = marks.at("numbers.more_after", number.last)
    if after:
        return Number(number.first, after.last, number.low, number.best, None)
    return number
