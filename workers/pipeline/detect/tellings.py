"""Scenes with everything known about each: how sure, what kind, where, when.

In: a ``Reading`` and the weights. Out: ``Telling`` values in order of place, those worth reporting only.
News is told in the headline and the lead: what stands further down without a recent date, in an
article whose lead tells no violence, is an aside about the past (half of all hard distractors
fell for such sentences; measured).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workers.pipeline.detect import kinds, when
from workers.pipeline.detect.aims import Aim, Aims
from workers.pipeline.detect.distance import kilometres
from workers.pipeline.detect.features import features, pinned, topics
from workers.pipeline.detect.places_locate import Located, Reach
from workers.pipeline.detect.places_roles import Role
from workers.pipeline.detect.preludes import prelude
from workers.pipeline.detect.reading import Reading
from workers.pipeline.detect.realis import OLD, Cause, Stand
from workers.pipeline.detect.scenes import NEWS, Scene, scenes
from workers.pipeline.detect.score import Score, deadly, floored, score
from workers.pipeline.detect.text import Clause, Text
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import VIOLENT, VIOLENT_WHEN_DEADLY, Precision, Realis
from workers.pipeline.models.knowledge import Weights

OWN = frozenset({Reach.CLAUSE, Reach.SENTENCE})
"""Places that a telling names itself."""
EVENT_ROLES = frozenset({Role.LOCATION, Role.NEAR, Role.TOWARD})
APART_KM = 30.0
LIKELY = 0.5
"""Confidence below which a scene is rather what else it tells: a march, a truce, an arrest."""
TOLD = 0.15
"""Confidence below which a scene without a toll or a named victim is not even reported as violence."""
ALONE, ALONE_PINNED, PAST = 0.8, 0.4, 0.2
"""The same where the text is one sentence, which has neither a lead nor a sentence beside it that would make an
aside of a mention: without and with a toll or a day, and by how much more if it is of the past."""
CARRIED = 2
"""Sentences that may carry on what a recent one tells."""
LEAD = 3
"""Body sentences that can be the lead, all of the first paragraph included."""


HAPPENED = (*NEWS, Realis.BACKGROUND)


@dataclass(frozen=True, slots=True)
class Telling:
    scene: Scene
    score: Score
    kind: kinds.Kind
    located: Located | None
    moment: Moment | None
    aim: Aim
    lead: bool = False
    pinned: bool = False
    """Its sentence gives a toll or a day."""

    @property
    def violent(self) -> bool:
        return self.kind.sub_event in VIOLENT


def tellings(reading: Reading, weights: Weights) -> list[Telling]:
    """Everything told, asides about the past marked as background."""
    text = reading.text
    about = topics(text, reading.tags)
    last_lead = lead(text)
    found: list[Telling] = []
    for scene in scenes(text, reading.tags, reading.ages):
        told = [*_tellings(reading, scene, about, weights)]
        for telling in told:
            telling = replace(telling, lead=True) if scene.sentence.index <= last_lead else telling
            found += [telling, *_elsewhere(reading, telling)]
        if not told:
            found = [_pointed_out(reading, earlier, scene) for earlier in found]
    return _settled(found, weights.threshold)


def _tellings(reading: Reading, scene: Scene, about: Mapping[str, float], weights: Weights) -> Iterator[Telling]:
    """What one scene tells: violence, or rather a march, a truce, an arrest; beside these, violence whose victim is
    named is an aside ("arrested over the murder of two judges")."""
    around = frozenset(tag.category for tag in scene.tags)
    facts, aims = pinned(reading, scene), Aims(reading, scene)
    row = features(scene, about, facts | prelude(reading, scene))
    rated = score(row, weights)
    kind = kinds.violent(scene.triggers, around, aims)
    located = _located(reading, kind) if kind else None
    if kind:
        rated = floored(rated, row, located is not None and located.reach in OWN, weights.threshold)
        if scene.stand.realis in HAPPENED and rated.confidence < _least(reading.text, scene, facts, aims.named):
            kind = None
    other = kinds.peaceful(scene.triggers, around) if kind is None or rated.confidence < LIKELY else None
    told = _Told(reading, scene, rated, aims, bool(facts))
    if other:
        sure = deadly(rated, row, weights.threshold) if other.sub_event in VIOLENT_WHEN_DEADLY else rated
        yield replace(told, rated=sure).as_(other, _located(reading, other))
    if kind and other is None:
        yield told.as_(kind, located)
    elif kind and aims.named:
        yield _aside(replace(told.as_(kind, located), pinned=True))


@dataclass(frozen=True)
class _Told:
    """What tellings of one scene share."""

    reading: Reading
    scene: Scene
    rated: Score
    aims: Aims
    pinned: bool

    def as_(self, kind: kinds.Kind, located: Located | None) -> Telling:
        reading, first = self.reading, kind.trigger.first
        clause = reading.text.clause_at(reading.text.starts[first])
        moment = _moment(reading, self.scene, clause, first)
        aim = self.aims.of(kind.trigger)
        return Telling(self.scene, self.rated, kind, located, moment, aim, pinned=self.pinned)


def _pointed_out(reading: Reading, telling: Telling, scene: Scene) -> Telling:
    """With the place that a mention right after it gives: "launched an offensive" ... "the offensive on al-Qaim". What
    the lead tells is placed by the lead."""
    placed = telling.lead or (telling.located is not None and telling.located.reach in OWN)
    near = 0 < scene.sentence.index - telling.scene.sentence.index <= CARRIED
    if placed or not near or not (telling.violent and telling.scene.news and scene.news):
        return telling
    kind = kinds.violent(scene.triggers, frozenset(), Aims(reading, scene))
    if kind is None:
        return telling
    located = _located(reading, kind)
    if located is None or located.reach is not Reach.CLAUSE or located.spotted.role not in (*EVENT_ROLES, Role.BARE):
        return telling
    return replace(telling, located=replace(located, reach=Reach.SENTENCE))


def _least(text: Text, scene: Scene, facts: Mapping[str, float], named: bool) -> float:
    """The confidence that a scene must have to be reported at all."""
    if len(text.sentences) == 1:
        least = ALONE_PINNED if facts.keys() & {"toll", "day"} else ALONE
        return least if scene.news else least + PAST
    return 0.0 if named or "toll" in facts else TOLD


def _elsewhere(reading: Reading, telling: Telling) -> list[Telling]:
    """The same said of further places: "two attacks towards Fish-Khabur and one in Perde"."""
    here = telling.located
    if (
        not reading.places
        or not here
        or not telling.violent
        or here.reach is not Reach.CLAUSE
        or telling.kind.trigger.weak
    ):
        return []
    clause = reading.text.clause_at(reading.text.starts[telling.kind.trigger.first])
    taken = [here.place]
    found = []
    for spotted in reading.places.within(clause.span):
        place = reading.places.place(spotted)
        pointed = spotted.role in EVENT_ROLES and place.precision in (Precision.EXACT, Precision.NEAR)
        if pointed and min(kilometres(place, other) for other in taken) > APART_KM:
            taken.append(place)
            found.append(replace(telling, located=Located(place, spotted, Reach.CLAUSE)))
    return found


def _located(reading: Reading, kind: kinds.Kind) -> Located | None:
    if reading.places is None:
        return None
    offset = reading.text.starts[kind.trigger.first]
    return reading.places.locate(reading.text.clause_at(offset).span, offset)


def lead(text: Text) -> int:
    """Index of the last sentence of the headline and lead."""
    bodies = [s for s in text.sentences if not s.title and not s.heading]
    if not bodies:
        return len(text.sentences) - 1
    first = [s.index for s in bodies if s.paragraph == bodies[0].paragraph]
    return max(first[-1] if len(first) <= LEAD else first[LEAD - 1], bodies[min(1, len(bodies) - 1)].index)


def _moment(reading: Reading, scene: Scene, clause: Clause, at: int) -> Moment | None:
    own = when.resolve(reading.moments, (clause.first, clause.last), at)
    return own or when.resolve(reading.moments, (scene.sentence.first, scene.sentence.last), at)


def _settled(found: Sequence[Telling], threshold: float) -> list[Telling]:
    """In an article whose lead tells no violence, only a recent or a fully told scene is news, with the
    sentences that carry it on; the rest are asides, and vague ones are no more than talk."""
    found = _told_on(found)
    if any(t.lead and t.violent and t.scene.news and t.score.confidence >= threshold for t in found):
        return found
    settled = []
    until = -1
    for telling in found:
        index = telling.scene.sentence.index
        if telling.violent and telling.scene.news and (recent(telling) or _full(telling, threshold)):
            until = index + CARRIED
        if telling.lead or not telling.scene.news or index <= until:
            settled.append(telling)
        elif not telling.violent or telling.pinned:
            settled.append(_aside(telling))
    return settled


def _told_on(found: Sequence[Telling]) -> list[Telling]:
    """What a paragraph tells after a sentence wholly of the past, without a day of its own, is of the past too."""
    told: list[Telling] = []
    for telling in found:
        scene = telling.scene
        before = [t.scene for t in told if 0 < scene.sentence.index - t.scene.sentence.index <= CARRIED]
        old = [b for b in before if b.sentence.paragraph == scene.sentence.paragraph]
        past = bool(old) and all(b.stand.realis is Realis.BACKGROUND for b in old)
        if past and scene.news and telling.moment is None and not any(t.category == "recent" for t in scene.tags):
            stand = Stand(Realis.BACKGROUND, Cause.TOLD_ON)
            telling = replace(telling, scene=replace(scene, stand=stand))
        told.append(telling)
    return told


def recent(telling: Telling) -> bool:
    """Does it name a day of the last three?"""
    moment = telling.moment
    return moment is not None and moment.age is not None and 0 <= moment.age <= OLD


def _full(telling: Telling, threshold: float) -> bool:
    """A plain trigger, an armed party, a place of its own that is no whole country, and somebody who reports it."""
    around = {tag.category for tag in telling.scene.tags}
    located = telling.located
    placed = located is not None and located.reach is Reach.CLAUSE and located.spotted.role in EVENT_ROLES
    plain = not telling.kind.trigger.weak and telling.kind.trigger.category != "kill"
    told = "report" in around and around & {"army", "armed"} and not around & {"past", "trial", "anniversary"}
    return bool(plain and placed and told and telling.score.confidence >= threshold and telling.moment is None)


def _aside(telling: Telling) -> Telling:
    stand = Stand(Realis.BACKGROUND, Cause.ASIDE)
    return replace(telling, scene=replace(telling.scene, stand=stand))
