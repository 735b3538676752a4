"""Who speaks: the claimant of every clause.

In: a ``Text``, its marks and parties. Out: ``Attribution`` values. What nobody else says, the outlet says
itself. "he added", reported speech without a speaker ("seien", "auraient") and an open quotation carry
the claimant on to the next sentence; nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from workers.pipeline.detect import layout
from workers.pipeline.detect.phrases import Hit
from workers.pipeline.detect.speakers import Speakers
from workers.pipeline.detect.text import Sentence, Text
from workers.pipeline.models import Claimant, Span, Stance

SIDES = ("", "_pre", "_post", "_self")
_OPENING_QUOTES = '"“«„‘'
_STANCES = {
    "claims.unconfirmed": Stance.CANNOT_CONFIRM,
    "claims.denies": Stance.DENIES,
    "claims.retracts": Stance.RETRACTS,
    "claims.says": Stance.ASSERTS,
    "claims.adds": Stance.ASSERTS,
    "claims.counts": Stance.ASSERTS,
}
"""What each category of verbs does; where several meet in one claimant, the first here counts."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """``claimant`` says the words ``first`` to ``last`` (exclusive). ``cue`` is the word range of the speech verb."""

    first: int
    last: int
    claimant: Claimant
    stance: Stance
    cue: tuple[int, int]
    words: tuple[int, int]
    """The claimant's own words."""


class Source(NamedTuple):
    """A claimant and the word that lets it speak."""

    first: int
    last: int
    order: int
    cue: Hit
    stance: Stance


def attributions(speakers: Speakers) -> tuple[Attribution, ...]:
    """Every attribution in order."""
    text = speakers.text
    found: list[Attribution] = []
    latest: Attribution | None = None
    quoted = _speeches(text)
    for sentence in text.sentences:
        told = list(_told(speakers, sentence))
        if not told:
            going_on = latest if latest and _continues(speakers, sentence, latest) else None
            source = _closing(speakers, quoted.get(sentence.index)) or going_on
            told = [replace(source, first=sentence.first, last=sentence.last)] if source else []
        found += told
        latest = told[-1] if told else None
    return tuple(found)


def _speeches(text: Text) -> dict[int, Span]:
    """The quotation that a sentence begins or goes on, where a later one ends it: by the sentence's number."""
    found: dict[int, Span] = {}
    for paragraph in text.paragraphs:
        for begin, end in layout.quotations(text.full, paragraph):
            last = text.sentence_at(end - 1).index
            found.update((index, (begin, end)) for index in range(text.sentence_at(begin).index, last))
    return found


def _closing(speakers: Speakers, quotation: Span | None) -> Attribution | None:
    """Who is named behind a quotation of several sentences: they all are theirs."""
    if quotation is None:
        return None
    text = speakers.text
    behind = text.word_at(quotation[1])
    told = _told(speakers, text.sentence_at(quotation[1] - 1))
    return next((a for a in told if min(a.words[0], a.cue[0]) >= behind), None)


def speaker(said: Sequence[Attribution], word: int) -> Attribution | None:
    """Who says the word, ``None`` for the outlet itself."""
    over = [a for a in said if a.first <= word < a.last]
    return min(over, key=lambda a: (a.last - a.first, abs(a.cue[0] - word)), default=None)


def _continues(speakers: Speakers, sentence: Sentence, latest: Attribution) -> bool:
    """ "he said", "it added", reported speech, "its own losses", or a sentence that opens with a quotation mark."""
    text, marks = speakers.text, speakers.marks
    words = sentence.first, sentence.last
    same = text.sentence_at(text.starts[latest.last - 1]).paragraph == sentence.paragraph
    if text.full[sentence.span[0]] in _OPENING_QUOTES or marks.any("claims.adds", *words):
        return True
    if same and any(marks.any(f"claims.{label}", *words) for label in ("reported", "own", "same")):
        return True
    if same and any(marks.any(f"people.{state}{side}", *words) for state in ("killed", "injured") for side in SIDES):
        return True
    for label in ("says", "counts", "denies"):
        for verb in marks.of(f"claims.{label}", *words):
            near = max(sentence.first, verb.first - 3), min(sentence.last, verb.last + 2)
            if marks.any("claims.pronoun", *near) or marks.at("claims.that", verb.last):
                return True
    return False


def _told(speakers: Speakers, sentence: Sentence) -> Iterator[Attribution]:
    """The attributions of one sentence, each over the words up to the next one."""
    text = speakers.text
    kept: list[Source] = []
    for source in sorted(_sources(speakers, sentence)):
        if not kept or source.first >= kept[-1].last:
            kept.append(source)
    for number, source in enumerate(kept):
        begin = sentence.first if number == 0 else _cut(text, sentence, source)
        end = sentence.last if number + 1 == len(kept) else _cut(text, sentence, kept[number + 1])
        end = _contradicted(speakers, sentence, source, end)
        span = text.span(source.first, source.last)
        claimant = Claimant(text.quote(span), span, speakers.id(source.first, source.last))
        cue = source.cue.first, source.cue.last
        yield Attribution(begin, max(begin + 1, end), claimant, source.stance, cue, (source.first, source.last))


def _cut(text: Text, sentence: Sentence, source: Source) -> int:
    """Where the words of a later source begin: after the last comma or clause border before it, unless the
    source closes its clause ("..., said the mayor"): then after the one before that."""
    start = min(source.first, source.cue.first)
    clause = text.clause_at(text.starts[start])
    commas = [i for i in range(start, sentence.first, -1) if any(mark in text.between(i) for mark in ",،;")]
    closing = source.cue.first < source.first and bool(commas) and commas[0] >= source.cue.first
    if closing and len(commas) > 1:
        return commas[1]
    if commas and not closing:
        return max(commas[0], clause.first)
    return clause.first if clause.first > sentence.first else start


def _contradicted(speakers: Speakers, sentence: Sentence, source: Source, end: int) -> int:
    """Where ", but" sets the outlet's own words against the source's, if it does before ``end``."""
    text, marks = speakers.text, speakers.marks
    begin = max(source.last, source.cue.last)
    for clause in text.clauses_of(sentence):
        opposed = clause.opener is not None and marks.at("claims.skip", clause.first) is not None
        if begin < clause.first < end and opposed and "," in text.between(clause.first):
            return clause.first
    return end


def _sources(speakers: Speakers, sentence: Sentence) -> Iterator[Source]:
    """Every claimant named in the sentence."""
    marks = speakers.marks
    words = sentence.first, sentence.last
    for cue in marks.of("claims.according", *words):
        verb = marks.at("claims.says", cue.last)
        begin = verb.last if verb else cue.last
        found = None if speakers.lone_pronoun(begin) else speakers.after(begin, sentence.last, anybody=True)
        if found:
            yield Source(*found, 0, cue, Stance.ASSERTS)
    for cue in marks.of("claims.according_self", *words):
        yield Source(cue.first + 1, cue.last, 0, cue, Stance.ASSERTS)
    for cue in marks.of("claims.according_after", *words):
        found = speakers.before(cue.first, sentence.first)
        if found:
            yield Source(*found, 0, cue, Stance.ASSERTS)
    for order, (label, stance) in enumerate(_STANCES.items()):
        for cue in marks.of(label, *words):
            found = None if _compound(speakers.text, cue) else speakers.subject(cue, sentence)
            if found:
                yield Source(*found, order, cue, stance)


def _compound(text: Text, cue: Hit) -> bool:
    """ "self-declared", "so-called": the second half of a word says nothing to anybody."""
    return text.between(cue.first) in ("-", "‐", "‑")
