"""What each sentence tells, before anything is merged: triggers of one realis, with the words around them.

In: a ``Text`` and its tags. Out: ``Scene`` values in order of place. A sentence whose triggers differ in
realis ("shelled today, as in 2014") gives a scene for each; the words of who and with what are
shared by the sentence, the cues of realis stay in their clause.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workers.pipeline.detect.lexicon import PEACEFUL, TRIGGERS
from workers.pipeline.detect.realis import Stand, judge
from workers.pipeline.detect.tagger import Tag
from workers.pipeline.detect.text import Clause, Sentence, Text
from workers.pipeline.models import Realis

_TELLING = frozenset(TRIGGERS + PEACEFUL)
_VIOLENT = frozenset(TRIGGERS)
NEWS = frozenset({Realis.CURRENT, Realis.ONGOING})


@dataclass(frozen=True, slots=True)
class Scene:
    """Triggers of one sentence that stand alike. ``tags`` are the sentence's, cues included."""

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
        by: dict[object, tuple[Stand, list[Tag], list[Tag]]] = {}
        for clause in text.clauses_of(sentence):
            inside = [tag for tag in own if clause.first <= tag.first < clause.last]
            triggers = [tag for tag in inside if tag.category in _TELLING]
            age, oldest = ages(clause) if triggers else (None, 0)
            for trigger in triggers:
                stand = judge(text, inside, trigger, age, oldest)
                key = "news" if stand.realis in NEWS else stand.realis
                kept = by.setdefault(key, (stand, [], []))
                kept[1].append(trigger)
                if trigger.category in _VIOLENT:
                    kept[2].extend(inside)
        for stand, triggers, beside in by.values():
            yield Scene(sentence, stand, tuple(triggers), tuple(own), tuple(beside))
