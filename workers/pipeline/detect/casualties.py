"""How many people were killed, injured, missing or captured, and which figures are not about this incident.

In: a ``Text``, its marks and numbers. Out: ``Figure`` values in order of place; ``tolls`` adds them up.
Conventions: interfaces.md, "Counts are people".

A figure is a group of people (``groups``) paired with a word of harm (``harm``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workers.pipeline.detect import groups, harm, persons, totals
from workers.pipeline.detect.groups import Crowd
from workers.pipeline.detect.harm import Harm, Pairing
from workers.pipeline.detect.numbers import Number
from workers.pipeline.detect.people import PEOPLE, STATES, Group, Kind
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.text import Clause, Text
from workers.pipeline.detect.totals import Totals
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import Span

THOUSANDS = 1000
APPOSED = 8
"""Words between a person and the "who" that stands for it."""
_SELF_COUNTED = [(f"people.{state}_{many}", state, n) for state in STATES for n, many in ((1, "one"), (2, "two"))]
_ALONE = ("people.nobody", "people.coded", *(label for label, _, _ in _SELF_COUNTED))
"""Words that are a figure by themselves."""


@dataclass(frozen=True, slots=True)
class Figure:
    """People harmed, as one place in the text says. ``low == high == 0`` only where it says nobody.

    ``state`` is killed, injured, missing, captured or casualties; ``words`` the group's word range;
    ``harm`` that of the word of harm.
    """

    state: str
    low: int
    best: int | None
    high: int | None
    span: Span
    words: Span
    harm: Span
    clause: int
    kind: Kind
    counted: bool = True
    """False for "the soldier" without number or article: often a second mention."""
    part: bool = False
    running: bool = False
    """A running or yearly total, the toll of a war: never this incident's."""
    superseded: bool = False
    name: tuple[str, ...] = ()
    """The words of a named victim, by which a second mention is known."""
    noun: str = ""
    """The last word of the group, by which a second mention of unnamed people is known."""
    also: bool = False
    """Told as further victims: "two bodyguards were also killed"."""
    decided: bool = False
    """What an analyst settled on: "several people were killed, coded as 3"."""


def find(text: Text, marks: Marks, counted: Sequence[Number], moments: Sequence[Moment] = ()) -> tuple[Figure, ...]:
    """All figures of the document, from its numbers and the times that it names."""
    found: list[Figure] = []
    harmed = harm.every(marks)
    crowd = Crowd(text, marks, counted, persons.find(text, marks) if harmed else ())
    long = totals.find(text, marks, counted, moments)
    for clause in text.clauses:
        harms = harm.within(text, harmed, marks, clause)
        if harms or any(marks.any(label, clause.first, clause.last) for label in _ALONE):
            found += _in_clause(crowd, clause, harms, long)
    return tuple(found)


def _in_clause(crowd: Crowd, clause: Clause, harms: list[Harm], long: Totals) -> Iterable[Figure]:
    text, marks = crowd.text, crowd.marks
    people = _antecedent(crowd, clause) or groups.find(crowd, (clause.first, clause.last))
    pairs = Pairing(text, marks, people).pairs(harms)
    running = long.counted(clause)
    unclear = [hit.first for hit in marks.of("people.unclear", clause.first, clause.last)]
    for number, group in enumerate(people):
        harmed = pairs.get(number)
        if harmed is None or (group.kind not in PEOPLE and group.kind not in (Kind.BARE, Kind.UNKNOWN, Kind.NAMED)):
            continue
        if not (group.counted and group.low > 1) and any(at < group.first for at in unclear):
            continue
        figure = _figure(text, marks, clause, _widened(text, marks, people, number), harmed)
        yield replace(figure, running=True) if running else figure
    for label, state, number in _SELF_COUNTED:
        for hit in marks.of(label, clause.first, clause.last):
            yield _plain(text, clause, state, number, (hit.first, hit.last))
    if not unclear:
        yield from _nobody(text, marks, clause, harms)
    for hit in marks.of("people.coded", clause.first, clause.last):
        for settled in (number for number in crowd.numbers if number.first == hit.last and number.plain):
            yield replace(_plain(text, clause, "killed", settled.low, (hit.first, settled.last)), decided=True)


def _antecedent(crowd: Crowd, clause: Clause) -> list[Group]:
    """ "(the judge), who was killed": the groups of the clause with the one that "who" stands for, if "who" is
    the subject of the harm done to it; none otherwise."""
    marks, begin = crowd.marks, clause.first
    relative = marks.at("claims.relative", begin)
    if relative is None or clause.index == 0:
        return []
    adverb = marks.at("people.also", relative.last) or marks.at("people.later", relative.last)
    verb = adverb.last if adverb else relative.last
    suffers = marks.any("sides.passive", verb, verb + 2) or any(
        marks.at(f"people.{state}{side}", verb) for state in STATES for side in ("_pre", "_self")
    )
    before = crowd.text.clauses[clause.index - 1]
    meant = groups.find(crowd, (before.first, before.last))[-1:] if suffers else []
    if not meant or crowd.text.between(begin).strip(" ,\n.") or begin - meant[0].last > APPOSED:
        return []
    return [meant[0]._replace(counted=True), *groups.find(crowd, (begin, clause.last))]


def _figure(text: Text, marks: Marks, clause: Clause, group: Group, word: Harm) -> Figure:
    return Figure(
        state=word.state,
        low=group.low,
        best=group.best,
        high=group.high,
        span=text.span(group.first, group.last),
        words=(group.first, group.last),
        harm=(word.first, word.last),
        clause=clause.index,
        kind=Kind.CIVILIAN if marks.any("people.former", group.first, group.last) else group.kind,
        counted=group.counted,
        part=group.part or _increment(marks, word),
        running=_running(text, marks, clause, group),
        superseded=_superseded(text, marks, clause, group),
        name=group.name,
        noun=text.folded[group.last - 1],
        also=_further(marks, clause, group, word) or _lost(text, marks, clause, word),
    )


def _further(marks: Marks, clause: Clause, group: Group, word: Harm) -> bool:
    """Does "also" stand beside the word of harm, or "other" with the people?"""
    first, last = min(group.first, word.first), max(group.last, word.last) + 1
    if marks.any("people.also", max(clause.first, first - 1), last):
        return True
    return marks.any("numbers.other", max(clause.first, group.first - 1), group.last + 1)


def _lost(text: Text, marks: Marks, clause: Clause, word: Harm) -> bool:
    """ "Killed 7 rebels and lost 2 men": whoever lost them had killed others."""
    first = text.sentences[clause.sentence].first
    killed = any(marks.any(f"people.killed{side}", first, word.first) for side in ("", "_post"))
    return killed and marks.at("people.loss", word.first) is not None


def _running(text: Text, marks: Marks, clause: Clause, group: Group) -> bool:
    """ "Thousands"; or the new total beside an incident's own number ("killed 5, bringing the toll to 45"), unless
    the wounded of the same incident died."""
    if group.best is None and group.low >= THOUSANDS:
        return True
    sentence = text.sentences[clause.sentence]
    died_later = marks.any("people.succumbed", sentence.first, sentence.last)
    return not died_later and marks.any("people.running", max(clause.first, group.first - 10), group.first)


def _superseded(text: Text, marks: Marks, clause: Clause, group: Group) -> bool:
    """Is it the first number after "instead of" or "up from", or that of "who had reported 60 dead withdrew it"?"""
    sentence = text.sentences[clause.sentence]
    who = (hit for label in ("relative", "that") for hit in marks.of(f"claims.{label}", sentence.first, group.first))
    if marks.any("claims.retracts", group.last, sentence.last) and any(_relates(text, marks, hit.first) for hit in who):
        return True
    cues = marks.of("people.superseded", max(clause.first, group.first - 7), group.first + 1)
    return bool(cues) and not any(word[0].isdigit() for word in text.folded[cues[-1].last : group.first])


def _relates(text: Text, marks: Marks, i: int) -> bool:
    """German "die" relates after a comma only."""
    return marks.at("sides.article", i) is None or "," in text.between(i)


def _increment(marks: Marks, word: Harm) -> bool:
    """ "two of the wounded died": added to a toll, none itself."""
    return word.state == "killed" and marks.at("people.succumbed", word.first) is not None


def _widened(text: Text, marks: Marks, people: list[Group], number: int) -> Group:
    """ "at least 12 killed and 30 injured": the qualifier before the first number reaches the one after "and"."""
    group = people[number]
    before = people[number - 1] if number else None
    if (
        not before
        or before.part
        or group.low != group.high
        or group.low < 2
        or before.high is not None
        or not before.best
    ):
        return group
    led = marks.at("numbers.least", before.first) or marks.at("numbers.more", before.first)
    begin = group.first - bool(marks.at("numbers.other", group.first - 1))
    joined = any(hit.last == begin for hit in marks.of("sides.and", before.last, begin)) or _waw(text, group)
    return group._replace(high=None) if led and joined else group


def _waw(text: Text, group: Group) -> bool:
    """Does Arabic "and" stand on the group's first word?"""
    return text.folded[group.first][:1] == "و"


def _nobody(text: Text, marks: Marks, clause: Clause, harms: list[Harm]) -> Iterable[Figure]:
    """ "no one was killed", "nobody was hurt": zero; "no casualties": zero of every kind."""
    for hit in marks.of("people.nobody", clause.first, clause.last):
        yield _plain(text, clause, "casualties", 0, (hit.first, hit.last))
    for hit in marks.of("numbers.none", clause.first, clause.last):
        for word in harms:
            first, last = min(hit.first, word.first), max(hit.last, word.last)
            near = hit.last <= word.first <= hit.last + 3 or word.last <= hit.first <= word.last + 1
            if near and not any("," in text.between(i) for i in range(first + 1, last)):
                yield _plain(text, clause, word.state, 0, (first, last))
                break


def _plain(text: Text, clause: Clause, state: str, number: int, words: Span) -> Figure:
    """A number that the word of harm carries in itself: "nobody", Arabic "قتيلان" (two dead)."""
    return Figure(state, number, number, number, text.span(*words), words, words, clause.index, Kind.BARE)


def usable(figure: Figure) -> bool:
    """May the figure enter an incident's count?"""
    return not (figure.part or figure.running or figure.superseded)
