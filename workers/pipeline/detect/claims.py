"""The claims that a report keeps: who says what of the dead, of losses, of who began and who holds a place.

In: the figures and clauses of one report, with the document's marks, parties and attributions. Out: ``Claim``
values; every one points at its words. A claim without a claimant is the outlet's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workers.pipeline.detect import groups
from workers.pipeline.detect.actors import Party
from workers.pipeline.detect.attribution import Attribution, speaker
from workers.pipeline.detect.casualties import Figure, usable
from workers.pipeline.detect.groups import Crowd
from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.people import Kind
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text
from workers.pipeline.models import Claim, Span, Stance

CIVILIANS = "civilians"
BESIDE, NONE = 4, 4
"""Words between casualties and whose they are, and after "no"."""
DISPUTED = ("destroyed", "peaceful", "control", "accuses", "began", "answers", "fighting", "unconfirmed")
"""Categories of words that a clause's disputed facts begin with."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a document gives to every claim of it."""

    text: Text
    marks: Marks
    parties: Sequence[Party]
    said: Sequence[Attribution]


def find(
    source: Source, figures: Sequence[Figure], counted: Sequence[Number], clauses: Sequence[Span]
) -> tuple[Claim, ...]:
    """The claims of one report: its figures, and the disputed facts of its clauses (word ranges)."""
    found = [claim for figure in figures if usable(figure) for claim in _of_figure(source, figure)]
    for clause in clauses:
        found += _losses(source, counted, clause)
        found += _facts(source, clause)
        found += _uncounted(source, figures, clause)
    return tuple(dict.fromkeys(found))


def whom(source: Source, figure: Figure) -> str | None:
    """Whose people they are: ``civilians``, an actor's id, or ``None`` if not said."""
    if figure.kind is Kind.CIVILIAN:
        return CIVILIANS
    first, last = figure.words
    near = [p for p in source.parties if p.first < last + 2 and p.last > first - 1 and p.id]
    if near:
        return near[0].id
    by = speaker(source.said, first)
    if by and by.claimant.id and source.marks.any("claims.own", first, last + 1):
        return by.claimant.id
    return None


def _of_figure(source: Source, figure: Figure) -> Iterator[Claim]:
    by = speaker(source.said, figure.words[0])
    first = min(figure.words[0], figure.harm[0])
    last = max(figure.words[1], figure.harm[1])
    yield Claim(
        about=figure.state,
        stance=by.stance if by else Stance.ASSERTS,
        span=source.text.span(first, last),
        claimant=by.claimant if by else None,
        low=figure.low,
        high=figure.high,
        whom=whom(source, figure),
    )


def _losses(source: Source, counted: Sequence[Number], clause: Span) -> Iterator[Claim]:
    """Equipment destroyed, with its number where one is given."""
    text, marks = source.text, source.marks
    destroyed = marks.of("claims.destroyed", *clause)
    people = groups.find(Crowd(text, marks, counted), clause) if destroyed else []
    for hit in destroyed:
        near = [
            g for g in people if g.kind is Kind.THING and min(abs(g.first - hit.last), abs(hit.first - g.last)) <= 4
        ]
        things = [t for t in marks.of("people.things", *clause) if -6 <= t.first - hit.last <= 3]
        if not near and not things:
            continue
        first = min(hit.first, near[0].first if near else things[0].first)
        last = max(hit.last, near[0].last if near else things[0].last)
        low, high = (near[0].low, near[0].high) if near else (None, None)
        yield replace(_claim(source, "equipment", (first, last), hit.first), low=low, high=high)


def _uncounted(source: Source, figures: Sequence[Figure], clause: Span) -> Iterator[Claim]:
    """ "There are casualties among civilians": people harmed of whom nobody says how many."""
    marks = source.marks
    if any(marks.any(f"people.{label}", *clause) for label in ("unclear", "nobody", "hypothetical", "cumulative")):
        return
    told = {figure.harm for figure in figures}
    for hit in marks.of("people.casualties", *clause):
        if (hit.first, hit.last) in told or marks.any("numbers.none", hit.first - NONE, hit.first):
            continue
        near = hit.first - BESIDE, hit.last + BESIDE
        civilians = any(marks.any(f"people.civilian_{number}", *near) for number in ("one", "many"))
        claim = _claim(source, "casualties", (hit.first, hit.last), hit.first)
        yield replace(claim, whom=CIVILIANS if civilians else None)
        return


def _facts(source: Source, clause: Span) -> Iterator[Claim]:
    """Control, initiator and occurrence: what a claimant, or nobody in particular, says happened."""
    marks = source.marks
    by = speaker(source.said, clause[0]) or speaker(source.said, clause[1] - 1)
    peaceful = marks.of("claims.peaceful", *clause)
    if peaceful:
        yield _claim(source, "occurrence", clause, peaceful[0].first, stance=Stance.DENIES)
    holders: dict[Attribution | None, Hit] = {}
    for hit in marks.of("claims.control", *clause):
        holders.setdefault(speaker(source.said, hit.first), hit)
    for hit in holders.values():
        yield _claim(source, "control", clause, hit.first)
    accused, began = _first(marks, "accuses", clause), _first(marks, "began", clause)
    fighting, answered = _first(marks, "fighting", clause), _first(marks, "answers", clause)
    if accused and (began or fighting):
        yield _claim(source, "initiator", clause, accused.first)
    elif answered and by and fighting:
        yield _claim(source, "initiator", clause, answered.first)
    elif began and by and fighting and _another(source, clause, began, by):
        yield _claim(source, "initiator", clause, began.first)
    unconfirmed = _first(marks, "unconfirmed", clause)
    if unconfirmed:
        yield _claim(source, "occurrence", clause, unconfirmed.first, stance=Stance.CANNOT_CONFIRM)
    elif by and fighting and not accused:
        yield _claim(source, "occurrence", clause, fighting.first)


def _another(source: Source, clause: Span, began: Hit, by: Attribution) -> bool:
    """ "The rebels started shelling", says somebody else."""
    before = [p for p in source.parties if clause[0] <= p.first < began.first]
    return any(p.id != by.claimant.id and not by.words[0] <= p.first < by.words[1] for p in before)


def _first(marks: Marks, label: str, clause: Span) -> Hit | None:
    hits = marks.of(f"claims.{label}", *clause)
    return hits[0] if hits else None


def _claim(source: Source, about: str, words: Span, at: int, stance: Stance | None = None) -> Claim:
    by = speaker(source.said, at)
    return Claim(
        about=about,
        stance=stance or (by.stance if by else Stance.ASSERTS),
        span=source.text.span(*words),
        claimant=by.claimant if by else None,
    )
