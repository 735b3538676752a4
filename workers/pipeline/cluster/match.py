"""Two reports in, the evidence that they tell one incident out: points, or the contradiction that bars it.

Place, day, sides, kind and figures, never words: the score that separated the pairs of notes on cross-language
linking used the same five. A contradiction in place or day bars whatever else agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workers.pipeline.cluster.card import Card
from workers.pipeline.cluster.geo import Lie, lie
from workers.pipeline.cluster.kinds import DIRECTED, FAMILY, fit
from workers.pipeline.cluster.parties import Allied, Meeting, Stand, stand
from workers.pipeline.models import Count


class Bar(StrEnum):
    """Why two reports can never be one incident."""

    PLACE = "another place"
    DAY = "another day"
    APART = "kept apart by an operator"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was compared, kept until somebody asks for words: most pairs are never explained."""

    where: Lie
    km: float
    days: str = ""
    sides: Meeting = Meeting.UNKNOWN
    other_attacker: bool = False
    kinds: tuple[str, str] = ("", "")
    tolls: str = ""

    def words(self) -> str:
        place = self.where.value if self.where is Lie.UNKNOWN else f"{self.where.value} ({self.km:.0f} km)"
        attacker = "other attacker" if self.other_attacker else ""
        kinds = " / ".join(dict.fromkeys(self.kinds))
        return ", ".join(part for part in (place, self.days, self.sides.value, attacker, kinds, self.tolls) if part)


@dataclass(frozen=True, slots=True)
class Match:
    """``points`` of evidence; ``bar`` when it is void; ``figures`` when tolls agree."""

    points: float
    evidence: Evidence | None = None
    bar: Bar | None = None
    figures: bool = False


JOIN = 4.0
"""Points from which two reports tell one incident: a town and a day, or less exact ones with both sides."""
_LIE = {
    Lie.SAME: 3.0,
    Lie.NEAR: 2.0,
    Lie.WITHIN: 1.0,
    Lie.REGION: 1.0,
    Lie.COUNTRY: 0.0,
    Lie.UNKNOWN: 0.0,
}
_MEETING = {
    Meeting.BOTH: 2.0,
    Meeting.ONE: 1.0,
    Meeting.MIXED: 0.0,
    Meeting.EACH: -0.3,
    Meeting.OTHER: -1.0,
    Meeting.NONE: -2.5,
    Meeting.UNKNOWN: 0.0,
}
_SAME_DAY, _SAME_WEEK, _MAYBE_DAY = 2.0, 0.7, 0.3
_DAY_OFF = {"ground": -1.0}
_DAY_OFF_ELSE = -2.2
"""A day too late is often the day of publication mistaken for that of the event. Fighting for ground goes on over
days; two shellings on two days are two unless their tolls agree."""
DAYS_OFF, _EACH_DAY_MORE = 2, 1.2
_OTHER_ATTACKER, _TURNED_ROUND = -1.5, -4.5
"""Another attacker may be the same one badly read; the same two with attacker and target exchanged are another attack
unless the tolls agree."""
_SPLIT_BY_AUTHOR, _TOLLS_APART = -2.0, 0.7
_LONG_DAYS = 4
_STALE_DAYS = 5
_FEW, _MANY, _A_WAR = 3, 10, 500
_AGREED = {_A_WAR: 0.0, _MANY: 2.5, _FEW: 1.5, 0: 0.5}
"""Points for one toll in both, from so many people on: the larger, the less it is chance; but what is told of hundreds
is mostly a war's total, which reports of all its incidents repeat."""


_ELSEWHERE, _ANOTHER_DAY = Match(0.0, bar=Bar.PLACE), Match(0.0, bar=Bar.DAY)


def match(a: Card, b: Card, allied: Allied) -> Match:
    """Symmetric evidence for two filings of one incident."""
    where, km = lie(a.place, b.place, (a.coarse, b.coarse))
    if where is Lie.APART:
        return _ELSEWHERE
    days, day_words = _days(a, b)
    if days is None:
        return _ANOTHER_DAY
    stood = stand(a.camp, b.camp, allied)
    sides, attackers = stood.meeting, _attackers(a, b, stood)
    tolls, toll_words, agree = _tolls(a, b)
    points = _LIE[where] + days + _MEETING[sides] + attackers + fit(a.kind, b.kind) + tolls + _author(a, b, where)
    evidence = Evidence(where, km, day_words, sides, attackers != 0, (a.kind, b.kind), toll_words)
    return Match(points, evidence, None, agree)


def _days(a: Card, b: Card) -> tuple[float | None, str]:
    gap = max(a.first, b.first) - min(a.last, b.last)
    if not (a.dated and b.dated):
        if gap > 0 or abs((a.published - b.published).days) > _STALE_DAYS:
            return None, ""
        return (_SAME_WEEK if a.dated or b.dated else _MAYBE_DAY), "dates allow it"
    if gap > 1 and not (gap <= DAYS_OFF and max(a, b, key=lambda one: one.first).fresh):
        return None, ""
    if gap >= 1:
        off = min(_DAY_OFF.get(FAMILY.get(one.kind, ""), _DAY_OFF_ELSE) for one in (a, b))
        return off - _EACH_DAY_MORE * (gap - 1), "the next day" if gap == 1 else f"dated {gap} days later"
    return (1.0 if min(a.last - a.first, b.last - b.first) >= _LONG_DAYS else _SAME_DAY), "same day"


def _attackers(a: Card, b: Card, stood: Stand) -> float:
    """Opposite attackers speak against one incident, unless it is a fight or the two sides accuse each other."""
    if not stood.against or a.contested or b.contested:
        return 0.0
    if FAMILY.get(a.kind) not in DIRECTED or FAMILY.get(b.kind) not in DIRECTED:
        return 0.0
    return _TURNED_ROUND if stood.turned else _OTHER_ATTACKER


def _author(a: Card, b: Card, where: Lie) -> float:
    """One author telling two things in one article mostly means two: other towns, or other tolls."""
    if a.article != b.article:
        return 0.0
    tolls = a.killed is not None and b.killed is not None and a.killed != b.killed
    return _SPLIT_BY_AUTHOR if tolls or where is Lie.NEAR else 0.0


def _tolls(a: Card, b: Card) -> tuple[float, str, bool]:
    """Equal tolls speak for one incident, the more the larger they are; wide gaps against it. Tolls do rise."""
    points, words, agree, apart = 0.0, [], False, False
    for name, one, other in (("killed", a.killed, b.killed), ("injured", a.injured, b.injured)):
        if one is None or other is None:
            continue
        x, y = _number(one), _number(other)
        if x == y:
            points += next(given for least, given in _AGREED.items() if x >= least)
            agree = agree or _FEW <= x < _A_WAR
            words.append(f"{x} {name} in both")
        elif max(x, y) > 4 * min(x, y) + 4:
            apart = True
            words.append(f"{x} or {y} {name}")
    return points - (_TOLLS_APART if apart else 0.0), ", ".join(words), agree


def _number(count: Count) -> int:
    return count.best if count.best is not None else count.low
