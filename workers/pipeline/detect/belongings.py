"""Which of the document's tolls belong to which incident.

In: a ``Reading`` and its incidents. Out: figures per incident. A toll beside a trigger is that
telling's; one in a sentence of its own ("Hospitals counted 17 dead") is the incident's last told before
it, or the one whose place it names, unless its clause speaks of another time.
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.detect.assemble import Incident
from workers.pipeline.detect.casualties import Figure
from workers.pipeline.detect.distance import kilometres
from workers.pipeline.detect.reading import EARLIEST, Reading
from workers.pipeline.detect.realis import OLD, judge
from workers.pipeline.detect.scenes import NEWS
from workers.pipeline.detect.tagger import Tag
from workers.pipeline.detect.tellings import Telling
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import ACLED_EVENT_OF, DatePrecision, Realis

NAMED_KM = 30.0
WEEK, FRESH = 7, 10
"""Days: people counted since a longer time are a running total; a date further back is another event's."""
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
    inside = [tag for tag in reading.tags if clause.first <= tag.first < clause.last and tag.category != "negation"]
    harm = Tag(figure.harm[0], figure.harm[1], "casualty", False)
    return judge(reading.text, inside, harm, *reading.ages(clause)).realis in NEWS


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
