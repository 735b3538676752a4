"""Which of the document's tolls and disputed facts belong to which incident.

In: a ``Reading`` and its incidents. Out: figures, and clauses that may claim something, per incident. A toll
beside a trigger is that telling's; one in a sentence of its own ("Hospitals counted 17 dead") is the incident's
last told before it, or the one whose place it names, unless its clause speaks of another time. So are claims:
"the ministry said that two helicopters had been shot down" tells no incident, but belongs to one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from workers.pipeline.detect.assemble import Incident
from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.claims import DISPUTED
from workers.pipeline.detect.distance import kilometres
from workers.pipeline.detect.phrases import Hit
from workers.pipeline.detect.reading import EARLIEST, Reading
from workers.pipeline.detect.realis import OLD, judge
from workers.pipeline.detect.scenes import NEWS
from workers.pipeline.detect.tagger import Tag
from workers.pipeline.detect.tellings import Telling
from workers.pipeline.detect.text import Clause
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import ACLED_EVENT_OF, DatePrecision, Realis, Span

NAMED_KM = 30.0
WEEK, FRESH = 7, 10
"""Days: people counted since a longer time are a running total; a date further back is another event's."""
ANSWERS = ("denies", "unconfirmed", "accuses")
"""Words that answer what was told before."""
MANY = 1000
"""People: so many are no incident's of a day, whatever recent day the clause names beside the past."""


def figures_of(reading: Reading, incidents: Sequence[Incident]) -> list[list[Figure]]:
    """For each incident its figures, in order of place."""
    owned: list[list[Figure]] = [[] for _ in incidents]
    told = sorted(((t, n) for n, i in enumerate(incidents) for t in i.tellings), key=_place)
    fresh = any(t.scene.news and t.violent for t, _ in told)
    for figure in reading.figures:
        past = _past(reading, figure)
        news = not past and _news(reading, figure)
        fitting = [(t, n) for t, n in told if _fits(reading, t, figure, past, news and fresh)]
        number = _beside(reading, fitting, figure)
        if number is None and news:
            number = _last(reading, incidents, told, figure)
        if number is not None:
            owned[number].append(figure)
    return owned


def clauses_of(reading: Reading, incidents: Sequence[Incident]) -> list[list[Span]]:
    """For each incident the clauses whose claims are about it, as word ranges, in order of place: those of its own
    sentences, and those of the sentences after it that tell no violence of their own and speak of now."""
    owned: list[list[Span]] = [[] for _ in incidents]
    told = sorted(((t, n) for n, i in enumerate(incidents) for t in i.tellings), key=_place)
    last = {n for t, n in told[:1] if t.scene.news and t.violent}
    by_sentence: dict[int, list[tuple[Telling, int]]] = defaultdict(list)
    for t, n in told:
        by_sentence[t.scene.sentence.index].append((t, n))
    facts = sorted(hit for label in _FACTS for hit in reading.marks.of(label))
    for sentence in reading.text.sentences:
        here = by_sentence[sentence.index]
        answers = any(reading.marks.any(f"claims.{label}", sentence.first, sentence.last) for label in ANSWERS)
        carried = last if answers or not any(t.violent for t, _ in here) else set()
        for clause in reading.text.clauses_of(sentence):
            now = _now(reading, facts, clause)
            for number in {n for t, n in here if now or not t.scene.news} | (carried if now else set()):
                owned[number].append((clause.first, clause.last))
        last = {n for t, n in here if t.violent and t.scene.news} or last
    return owned


_FACTS = (*(f"claims.{label}" for label in DISPUTED), "people.casualties")


def _now(reading: Reading, facts: Sequence[Hit], clause: Clause) -> bool:
    """Does the first fact that the clause may claim lie in the present?"""
    at = bisect_left(facts, (clause.first,))
    if at == len(facts) or facts[at].first >= clause.last:
        return False
    return _judged(reading, clause, Tag(facts[at].first, facts[at].last, "claim", False)) in NEWS


def _fits(reading: Reading, telling: Telling, figure: Figure, past: bool, news: bool) -> bool:
    """Nothing of the past is told by news. People harmed now, where fresh violence is told, belong to no looting,
    nor to what another clause of theirs denies or recalls; "nobody was killed" denies no event at all."""
    if past:
        return not telling.scene.news
    if figure.high == 0 and telling.scene.stand.realis is Realis.NEGATED:
        return False
    if not news or figure.state not in ("killed", "injured"):
        return True
    if ACLED_EVENT_OF[telling.kind.sub_event] == "Strategic developments":
        return False
    clause = reading.text.clauses[figure.clause]
    return telling.scene.news or any(clause.first <= t.first < clause.last for t in telling.scene.triggers)


def _place(pair: tuple[Telling, int]) -> int:
    return pair[0].kind.trigger.first


def _beside(reading: Reading, told: Sequence[tuple[Telling, int]], figure: Figure) -> int | None:
    """The telling of the figure's own sentence, by the nearest trigger; the same clause first."""
    clause = reading.text.clauses[figure.clause]
    near = [
        ((trigger.first < clause.first or trigger.first >= clause.last), abs(trigger.first - figure.harm[0]), n)
        for telling, n in told
        if telling.scene.sentence.index == clause.sentence
        for trigger in telling.scene.triggers
    ]
    return min(near)[2] if near else None


def _past(reading: Reading, figure: Figure) -> bool:
    """Does the figure's clause name another time and no recent one: a date long gone, a month, a year before this,
    a date since when people were counted ("since 27 September 223 died")?"""
    clause = reading.text.clauses[figure.clause]
    named = [m for m in reading.moments if clause.first <= m.first < clause.last and m.age is not None]
    if any(_recent(moment) for moment in named) and figure.low < MANY:
        return False
    return any(map(_distant, named)) or any(_earlier_year(reading, i) for i in range(clause.first, clause.last))


def _recent(moment: Moment) -> bool:
    return moment.precision is DatePrecision.DAY and moment.age is not None and 0 <= moment.age <= OLD


def _distant(moment: Moment) -> bool:
    if moment.since:
        return moment.age is not None and moment.age > WEEK
    return moment.precision is DatePrecision.MONTH or (moment.age is not None and moment.age > FRESH)


def _earlier_year(reading: Reading, i: int) -> bool:
    """ "In all of 2024", "1990-х годов"."""
    word = reading.text.folded[i]
    if reading.published is None or not word[:4].isdecimal() or word[4:5].isdigit():
        return False
    return EARLIEST <= int(word[:4]) < reading.published.year


def _news(reading: Reading, figure: Figure) -> bool:
    """Does the figure's clause speak of now?"""
    clause = reading.text.clauses[figure.clause]
    return _judged(reading, clause, Tag(figure.harm[0], figure.harm[1], "casualty", False)) in NEWS


def _judged(reading: Reading, clause: Clause, tag: Tag) -> Realis:
    """The realis of words that are no trigger; what is denied of them is said, not undone."""
    inside = [tag for tag in reading.tags_of(clause) if tag.category not in ("negation", "denied")]
    return judge(reading.text, inside, tag, *reading.ages(clause)).realis


def _last(
    reading: Reading, incidents: Sequence[Incident], told: Sequence[tuple[Telling, int]], figure: Figure
) -> int | None:
    news = [(t, n) for t, n in told if t.scene.news and t.violent]
    before = [n for t, n in news if t.kind.trigger.first < figure.words[0]]
    named = _named(reading, incidents, {n for _, n in news}, figure)
    if named is not None:
        return named
    return before[-1] if before else (news[0][1] if news else None)


def _named(reading: Reading, incidents: Sequence[Incident], news: set[int], figure: Figure) -> int | None:
    """The incident at a place that the figure's sentence names."""
    if reading.places is None or len(news) < 2:
        return None
    sentence = reading.text.sentences[reading.text.clauses[figure.clause].sentence]
    for spotted in reading.places.within(sentence.span):
        place = reading.places.place(spotted)
        for number in sorted(news):
            known = incidents[number].place
            if known and kilometres(known, place) <= NAMED_KM:
                return number
    return None
