"""From tellings to incidents: what one article tells of one incident belongs together.

In: tellings in order of place. Out: incidents in order of their first telling. A telling with a place of its
own joins the incident there; one without joins the incident told last. Days that contradict keep apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workers.pipeline.detect.aims import Aim
from workers.pipeline.detect.distance import kilometres
from workers.pipeline.detect.places_locate import Reach
from workers.pipeline.detect.places_names import key
from workers.pipeline.detect.places_roles import Role
from workers.pipeline.detect.tellings import OWN, Telling, recent
from workers.pipeline.detect.when import Moment
from workers.pipeline.models import ACLED_EVENT_OF, DatePrecision, Place, Precision, Realis

TOGETHER_KM = 30.0
PROVINCE_KM = 100.0
TITLE, LEAD = 3.0, 2.0
"""How much more the headline and the lead weigh than the rest."""
_DATED, _PLACED = list(DatePrecision), list(Precision)
"""Finest first."""
COARSE = (Precision.COUNTRY, Precision.ADMIN1)
POINTS = (Precision.EXACT, Precision.NEAR)


ROLE = {Role.LOCATION: 1.0, Role.NEAR: 0.95, Role.TOWARD: 0.9, Role.BARE: 0.7}
REACH = {Reach.CLAUSE: 1.0, Reach.SENTENCE: 0.8, Reach.LEAD: 0.5, Reach.HEADLINE: 0.5, Reach.PARAGRAPH: 0.4}
FAR = 5
"""Sentences."""
SUPPORT = 0.15
"""Share of another telling's confidence that counts as support."""
FRESH = 10
"""Days: a date further back is not that of news."""
FIGHT, GAINS = "Armed clash", ("Government regains territory", "Non-state actor overtakes territory")
FIRE = ("Shelling/artillery/missile attack", "Air/drone strike")
PURE = ("ied", "murder", "abduct")
"""Triggers of what is no fight, unless forces are named as its aim."""
SURE = 0.8
"""Confidence from which a vague word tells of violence apart from a fight."""
FOUGHT = 0.4
"""Share of the votes for territory gained, or for fire, at which the fight is the event."""
FINER = 0.08
"""Share of the winner's votes at which a finer place inside it is taken instead."""


@dataclass
class Incident:
    """Tellings of one incident."""

    tellings: list[Telling] = field(default_factory=list)

    @property
    def best(self) -> Telling:
        """The telling that decides the kind: kinds are voted for, the headline and lead count more. Where much is told
        of fighting, the guns that support it are part of it, and who holds what is a claim."""
        votes: dict[str, float] = defaultdict(float)
        for telling in self.tellings:
            votes[telling.kind.sub_event] += weight(telling)
        kind = max(votes, key=votes.__getitem__)
        for parts in (GAINS, FIRE):
            if kind in parts and votes[FIGHT] >= FOUGHT * sum(votes[part] for part in parts):
                kind = FIGHT
        return max((t for t in self.tellings if t.kind.sub_event == kind), key=weight)

    @property
    def realis(self) -> Realis:
        return self.best.scene.stand.realis

    @property
    def confidence(self) -> float:
        """That of the surest telling, raised a little by each other sentence that tells it too."""
        sure = sorted((t.score.confidence for t in self.tellings), reverse=True)
        doubt = 1.0 - sure[0]
        for other in sure[1:]:
            doubt *= 1.0 - SUPPORT * other
        return 1.0 - doubt

    @property
    def place(self) -> Place | None:
        """The place voted for; one that is only made for ("closing in on Goma") yields to one reached near it, an
        area to a finer place inside it, if that has a share of the votes."""
        own = _votes([t for t in self.tellings if t.located and t.located.reach in OWN])
        votes = _votes(self.tellings)
        if not votes:
            return None
        winner = max(own or votes, key=votes.__getitem__)
        inside = [p for p in votes if _finer(p, winner) and votes[p] >= FINER * votes[winner]]
        return self._reached(max(inside, key=votes.__getitem__, default=winner), votes)

    def _reached(self, place: Place, votes: Mapping[Place, float]) -> Place:
        """The place, or one near it where more happened than a move towards it."""
        if not all(role is Role.TOWARD for role in self._roles(place)):
            return place
        points = [p for p in votes if p.precision in POINTS and _near(p, place)]
        reached = [p for p in points if any(role is not Role.TOWARD for role in self._roles(p))]
        return max(reached, key=votes.__getitem__, default=place)

    def _roles(self, place: Place) -> list[Role]:
        return [t.located.spotted.role for t in self.tellings if t.located and t.located.place == place]

    @property
    def moment(self) -> Moment | None:
        """The most exact time told, that of the deed before that of saying so, the earliest told of equals; news is not
        older than its fighting can last."""
        told = [(t.moment, _said(t, t.moment)) for t in self.tellings if t.moment and _possible(t, t.moment)]
        dated = [(moment, said) for moment, said in told if moment.start]
        return min(dated, key=lambda one: (_DATED.index(one[0].precision), one[1]), default=(None, False))[0]


_SPEAKER = 3
"""Words between a verb of saying and its time, of which the speaker may be some."""


def _votes(tellings: Iterable[Telling]) -> dict[Place, float]:
    votes: dict[Place, float] = defaultdict(float)
    for telling in tellings:
        if telling.located:
            role = ROLE.get(telling.located.spotted.role, 0.3)
            votes[telling.located.place] += weight(telling) * role * REACH[telling.located.reach]
    return votes


def _possible(telling: Telling, moment: Moment) -> bool:
    return not telling.scene.news or moment.age is None or moment.age <= FRESH


def _said(telling: Telling, moment: Moment) -> bool:
    """ "..., the mayor said on Saturday": does the time follow a verb of saying, and nothing done follow the time?"""
    verbs = [tag.last for tag in telling.scene.tags if tag.category == "report"]
    deeds = [tag.first for tag in telling.scene.triggers]
    return any(0 <= moment.first - verb <= _SPEAKER for verb in verbs) and all(deed < moment.first for deed in deeds)


def weight(telling: Telling) -> float:
    """How much a telling decides."""
    strong = 0.4 if telling.kind.trigger.weak or telling.kind.trigger.category == "kill" else 1.0
    place = TITLE if telling.scene.sentence.title else LEAD if telling.lead else 1.0
    return telling.score.confidence * strong * place


def assemble(found: Iterable[Telling]) -> list[Incident]:
    """Incidents in order of their first telling."""
    incidents: list[Incident] = []
    latest: dict[bool, Incident] = {}
    for telling in found:
        like = [i for i in incidents if _alike(i, telling) and _same_days(i, telling)]
        home = [i for i in like if _same_place(i, telling) and _told_on(i, telling)]
        if _opens(telling):
            home = [i for i in home if not _crossed(i, telling)]
        last = latest.get(telling.scene.news)
        chosen = last if last in home else (home[0] if home else None)
        if chosen is None:
            if telling.scene.news and telling.violent and True in latest and not _opens(telling):
                continue
            chosen = Incident()
            incidents.append(chosen)
        chosen.tellings.append(telling)
        if telling.violent:
            latest[telling.scene.news] = chosen
    return incidents


def _opens(telling: Telling) -> bool:
    """May it begin an incident of its own after another? The lead may, and what is no part of any fight; else a plain
    trigger with its own place."""
    if telling.lead or _side(telling) is Aim.CIVIL:
        return True
    located, trigger = telling.located, telling.kind.trigger
    own = located is not None and located.reach is Reach.CLAUSE and located.spotted.role in ROLE
    if own and telling.pinned and located is not None and located.spotted.role in (Role.LOCATION, Role.NEAR):
        return not trigger.weak
    return (own or recent(telling)) and not trigger.weak and trigger.category != "kill"


def _alike(incident: Incident, telling: Telling) -> bool:
    first = incident.tellings[0]
    if first.violent != telling.violent or first.scene.news != telling.scene.news:
        return False
    if not first.violent:
        return first.kind.sub_event == telling.kind.sub_event
    return first.scene.news or first.scene.stand.realis is telling.scene.stand.realis


def _counts(telling: Telling) -> bool:
    """ "The dead are five since Sunday": it says how many died of what is told elsewhere, and its day is its own."""
    return telling.kind.trigger.category == "kill" and telling.kind.trigger.weak


def _crossed(incident: Incident, telling: Telling) -> bool:
    """Is one a fight, the other violence against people or property beside it?"""
    sides = {_side(t) for t in incident.tellings} - {Aim.UNKNOWN}
    return _side(telling) is not Aim.UNKNOWN and bool(sides) and _side(telling) not in sides


def _side(telling: Telling) -> Aim:
    """Guns and aircraft take part in fights, and so do those killed in passing and what is told vaguely."""
    kind, trigger = telling.kind.sub_event, telling.kind.trigger
    if trigger.category == "explosion" or (trigger.category == "kill" and not _armed(telling)):
        return Aim.UNKNOWN
    if ACLED_EVENT_OF[kind] == "Battles":
        return Aim.FORCES
    if kind in FIRE or (trigger.weak and telling.score.confidence < SURE):
        return Aim.UNKNOWN
    pure = trigger.category in PURE and not trigger.weak and telling.aim is Aim.UNKNOWN
    return Aim.CIVIL if pure or telling.aim is Aim.CIVIL else Aim.UNKNOWN


def _armed(telling: Telling) -> bool:
    """Does it name who killed? An army may only be who says so."""
    return any(tag.category == "armed" and not tag.weak for tag in telling.scene.beside)


def _same_place(incident: Incident, telling: Telling) -> bool:
    """A telling without a place of its own contradicts nothing."""
    if telling.located is None or telling.located.reach not in OWN:
        return True
    here = telling.located.place
    if _apart(incident, telling):
        return False
    named = [t.located.place for t in incident.tellings if t.located and t.located.reach in OWN]
    points = [place for place in named if place.precision in POINTS] if here.precision in POINTS else []
    return not named or any(_near(place, here) for place in points or named)


def _apart(incident: Incident, telling: Telling) -> bool:
    """A town shelled while an area around it is fought over is another event; guns turned on fighters are not."""
    located = telling.located
    if located is None or telling.kind.sub_event not in FIRE or located.place.precision not in POINTS:
        return False
    if any(tag.category in ("army", "armed") for tag in telling.scene.beside):
        return False
    told = [t for t in incident.tellings if t.located and t.located.reach in OWN]
    areas = all(t.located is not None and t.located.place.precision not in POINTS for t in told)
    return bool(told) and areas and ACLED_EVENT_OF[incident.best.kind.sub_event] == "Battles"


def _told_on(incident: Incident, telling: Telling) -> bool:
    """Without a place of its own and far from what was told last, only the lead's incident is told on."""
    if telling.located and telling.located.reach in OWN:
        return True
    gap = telling.scene.sentence.index - incident.tellings[-1].scene.sentence.index
    return gap <= FAR or any(t.lead for t in incident.tellings)


def _near(one: Place, two: Place) -> bool:
    if one.country != two.country:
        return False
    if _seat(one, two) or _seat(two, one):
        return True
    if one.precision in COARSE or two.precision in COARSE:
        return Precision.COUNTRY in (one.precision, two.precision) or one.admin1_code == two.admin1_code
    return kilometres(one, two) <= max(TOGETHER_KM, one.radius_km, two.radius_km)


def _seat(town: Place, place: Place) -> bool:
    """ "In Hakkari" ... "in the district of Çukurca in Hakkari": does the town's name stand for the province of the
    place?"""
    province = place.admin1 is not None and key(town.name) == key(place.admin1)
    return province and town.admin1 == place.admin1 and kilometres(town, place) <= PROVINCE_KM


def _finer(inner: Place, outer: Place) -> bool:
    return _PLACED.index(inner.precision) < _PLACED.index(outer.precision) and _near(inner, outer)


def _same_days(incident: Incident, telling: Telling) -> bool:
    a, b = incident.moment, telling.moment
    if _counts(telling) or a is None or b is None:
        return True
    if a.start is None or b.start is None or a.end is None or b.end is None:
        return True
    return (a.start - b.end).days <= 2 and (b.start - a.end).days <= 2
