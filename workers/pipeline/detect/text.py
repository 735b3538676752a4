"""A document as detection reads it: words, clauses, sentences and paragraphs with their spans.

In: a ``Document``, its language, the language's clause openers. Out: one ``Text``. Every part of
detection reads this view, so that all spans count code points of ``Document.full`` and agree.

Words are cut by one pattern for all languages: the nine languages' own exception tables in spaCy cost up to 3 s to
load (French) and split names such as ``al-Qaim`` differently.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from workers.pipeline.detect import layout, words
from workers.pipeline.models import Document, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """``first`` and ``last`` are the half-open range of its words."""

    index: int
    span: Span
    first: int
    last: int
    paragraph: int
    title: bool
    heading: bool
    """A short line without a full stop inside the body: a subhead, tag or date line; context only."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What one cue may reach. ``opener`` is the folded word that cut it off ("but"), if one did."""

    index: int
    span: Span
    first: int
    last: int
    sentence: int
    opener: str | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """The view. Words are numbered from 0; ``folded[i]`` is comparable, ``word(i)`` is as written."""

    full: str
    language: str
    folded: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sentences: tuple[Sentence, ...]
    clauses: tuple[Clause, ...]
    paragraphs: tuple[Span, ...]
    title_end: int
    """Code points of the title; 0 without one."""
    dateline: Span | None
    sentence_starts: tuple[int, ...]
    clause_starts: tuple[int, ...]
    """Of each sentence and clause, the first code point: asked many times a document."""

    def word(self, i: int) -> str:
        return self.full[self.starts[i] : self.ends[i]]

    def between(self, i: int) -> str:
        """What stands between word ``i - 1`` and word ``i``: blanks, punctuation."""
        return self.full[self.ends[i - 1] if i else 0 : self.starts[i]]

    def span(self, first: int, last: int) -> Span:
        """Code points of the half-open word range."""
        return self.starts[first], self.ends[last - 1]

    def quote(self, span: Span) -> str:
        return self.full[span[0] : span[1]]

    def word_at(self, offset: int) -> int:
        """The word that holds the offset, else the last one before it (-1 before the first)."""
        return bisect_right(self.starts, offset) - 1

    def clause_at(self, offset: int) -> Clause:
        """The clause that holds the offset, else the last one before it."""
        return self.clauses[max(0, bisect_right(self.clause_starts, offset) - 1)]

    def sentence_at(self, offset: int) -> Sentence:
        return self.sentences[max(0, bisect_right(self.sentence_starts, offset) - 1)]

    def clauses_of(self, sentence: Sentence) -> tuple[Clause, ...]:
        begin = bisect_left(self.clause_starts, self.starts[sentence.first])
        return self.clauses[begin : bisect_right(self.clause_starts, self.starts[sentence.last - 1])]


_ORDINALS = frozenset({"de", "tr"})
"""Languages in which a number before a full stop may be an ordinal."""
Openers = Mapping[str, tuple[tuple[str, ...], ...]]
"""What begins a clause of its own: a folded word -> the words that must follow it."""


def read(document: Document, language: str, openers: Openers = MappingProxyType({})) -> Text:
    """The view of one document.

    A text without a single word gives a view without sentences.
    """
    full = document.full
    title_end = len(document.title) if document.title else 0
    folded, starts, ends = words.split(full, language)
    paragraphs = layout.paragraphs(full)
    ordinals = language in _ORDINALS
    divided = [(span, layout.sentences(full, span, ordinals=ordinals)) for span in paragraphs]
    sentences = tuple(_sentences(full, starts, divided, title_end))
    clauses = tuple(_clauses(full, (folded, starts, ends), sentences, openers))
    dateline = layout.dateline(full, title_end)
    begun = tuple(s.span[0] for s in sentences), tuple(c.span[0] for c in clauses)
    return Text(full, language, folded, starts, ends, sentences, clauses, paragraphs, title_end, dateline, *begun)


def _sentences(
    full: str, starts: tuple[int, ...], paragraphs: Sequence[tuple[Span, Sequence[Span]]], title_end: int
) -> Iterator[Sentence]:
    index = 0
    bodies = sum(1 for span, _ in paragraphs if span[0] >= title_end)
    for number, (paragraph, inside) in enumerate(paragraphs):
        title = paragraph[0] < title_end
        heading = not title and bodies > 1 and layout.heading(full[paragraph[0] : paragraph[1]])
        for begin, end in inside:
            first, last = bisect_right(starts, begin - 1), bisect_right(starts, end - 1)
            if first < last:
                yield Sentence(index, (begin, end), first, last, number, title, heading)
                index += 1


def _clauses(
    full: str,
    tokens: tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]],
    sentences: tuple[Sentence, ...],
    openers: Openers,
) -> Iterator[Clause]:
    folded, starts, ends = tokens
    index = 0
    for sentence in sentences:
        cuts: list[tuple[int, str | None, bool]] = [(sentence.first, None, False)]
        quoted = layout.quotations(full, sentence.span)
        inside = False
        for i in range(sentence.first, sentence.last):
            was, inside = inside, any(a <= starts[i] < b for a, b in quoted) if quoted else False
            if i == sentence.first:
                cuts[0] = (i, None, inside)
            elif was != inside:
                cuts.append((i, None, inside))
            elif folded[i] in openers and _opens(folded, i, openers[folded[i]]):
                cuts.append((i, folded[i], inside))
            elif starts[i] - ends[i - 1] > 1 and layout.breaks(full[ends[i - 1] : starts[i]]):
                cuts.append((i, None, inside))
        for cut, after in zip(cuts, [*cuts[1:], (sentence.last, None, False)], strict=True):
            span = starts[cut[0]], ends[after[0] - 1]
            yield Clause(index, span, cut[0], after[0], sentence.index, cut[1], cut[2])
            index += 1


def _opens(folded: tuple[str, ...], i: int, rests: tuple[tuple[str, ...], ...]) -> bool:
    return any(folded[i + 1 : i + 1 + len(rest)] == rest for rest in rests)
