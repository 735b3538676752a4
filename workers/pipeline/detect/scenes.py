"""What each sentence tells, before anything is merged: triggers of one realis, with the words around them.

In: a ``Text`` and its tags. Out: ``Scene`` values in order of place. A sentence whose triggers differ in
realis ("shelled today, as in 2014") gives a scene for each; the words of who and with what are
shared by the sentence, the cues of realis stay in their clause. What "where" adds of a place ("called for a
truce in Goma, where fighting broke out") is a scene of its own, of which the rest of the sentence says nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workers.pipeline.detect.lexicon import PEACEFUL, SETTING, TRIGGERS
from workers.pipeline.detect.realis import Cause, Stand, judge
from workers.pipeline.detect.tagger import Tag
from workers.pipeline.detect.text import Clause, Sentence, Text
from workers.pipeline.models import Realis

_TELLING = frozenset(TRIGGERS + PEACEFUL)
_VIOLENT = frozenset(TRIGGERS)
NEWS = frozenset({Realis.CURRENT, Realis.ONGOING})


@dataclass(frozen=True, slots=True)
class Scene:
    """Triggers of one sentence that stand alike. ``tags`` are the sentence's or its "where"'s, cues included."""

    sentence: Sentence
    stand: Stand
    triggers: tuple[Tag, ...]
    tags: tuple[Tag, ...]
    beside: tuple[Tag, ...] = ()
    """Tags of the clauses in which violence is told."""

    @property
    def news(self) -> bool:
        return self.stand.realis in NEWS


Ages = Callable[[Clause], tuple[int | None, int]]
"""Days between publication and the date that a clause means, ``None`` where it names none; and the oldest it names."""


def scenes(text: Text, tags: Sequence[Tag], ages: Ages) -> Iterator[Scene]:
    """Scenes of the document. Headings tell nothing by themselves."""
    begins = [tag.first for tag in tags]
    for sentence in text.sentences:
        if sentence.heading:
            continue
        own = tags[bisect_left(begins, sentence.first) : bisect_left(begins, sentence.last)]
        if not any(tag.category in _TELLING for tag in own):
            continue
        by: dict[object, tuple[Stand, list[Tag], Sequence[Tag], list[Tag]]] = {}
        doubt: Tag | None = None
        for clause in text.clauses_of(sentence):
            inside = [tag for tag in own if clause.first <= tag.first < clause.last]
            triggers = [tag for tag in inside if tag.category in _TELLING]
            age, oldest = ages(clause) if triggers else (None, 0)
            apart = _apart(inside)
            for trigger in triggers:
                stand = judge(text, inside, trigger, age, oldest)
                if doubt and stand.realis in NEWS and (doubt.first == sentence.first or trigger.weak):
                    stand = Stand(Realis.HYPOTHETICAL, Cause.POSSIBILITY, text.span(doubt.first, doubt.last))
                key = "news" if stand.realis in NEWS else stand.realis, clause if apart else None
                kept = by.setdefault(key, (stand, [], inside if apart else own, []))
                kept[1].append(trigger)
                if trigger.category in _VIOLENT:
                    kept[3].extend(inside)
            doubt = _doubt(text, clause, inside, doubt)
        for stand, triggers, around, beside in by.values():
            yield Scene(sentence, stand, tuple(triggers), tuple(around), tuple(beside))


def _doubt(text: Text, clause: Clause, inside: Sequence[Tag], before: Tag | None) -> Tag | None:
    """The cue that reaches into the next clause: "if" at the head of the sentence reaches all of it, another
    possibility what is told vaguely after a semicolon ("could be the first moves of a war; a battle for the city")."""
    if before and before.first == text.sentences[clause.sentence].first:
        return before
    cues = [tag for tag in inside if tag.category == "hypothetical" and not tag.weak]
    if cues and cues[0].first == text.sentences[clause.sentence].first:
        return cues[0]
    closed = clause.last < len(text.starts) and ";" in text.between(clause.last)
    return cues[-1] if cues and closed else None


def _apart(inside: Sequence[Tag]) -> bool:
    """Does a clause that "where" begins tell violence in a plain word of its own?"""
    if not inside or inside[0].category != SETTING:
        return False
    return any(tag.category in _VIOLENT and tag.category != "kill" and not tag.weak for tag in inside)
