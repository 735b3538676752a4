"""How a clause presents what it tells: current, ongoing, background, planned, hypothetical or negated.

In: a clause, its tags and the age of the dates it names. Out: ``Stance`` with the cue that decided.
A cue is a veto, not a score (a scored "could be the opening moves of a civil war" reached .91;
measured), and it reaches no further than its clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.pipeline.detect.tagger import Tag
from workers.pipeline.detect.text import Text
from workers.pipeline.models import Realis, Span

NEAR = 4
"""Words between a negation and what it negates."""
DENIED = 6
"""Words between a denial and what is denied ("denied that its aircraft had bombed")."""
REACH = 9
"""Words between a plan or a possibility and what is planned or possible."""
AFTER = 5
"""Words by which such a cue may follow ("an attack is feared")."""
AT_ONCE = 1
"""Words between a word of purpose ("to", "pour") and the verb."""
CLOSE = 3
"""Words by which an anniversary or exercise may follow what it is of (Turkish: "saldırının yıl dönümü")."""
CRIMES = frozenset({"murder", "abduct", "ied", "suicide", "kill", "attack"})
"""Categories of which "the" one is an event that was told before."""
LONG_AGO = 30
"""Days: beside a word of history such a date outweighs a recent one ("on this day thirty years ago")."""
OLD = 3
"""Days; older than this is background (interfaces.md: 72 hours)."""


class Cause(StrEnum):
    TOLD_AS_NEWS = "told as news"
    GOES_ON = "goes on"
    OLD_DATE = "an older date"
    OLD_WORD = "a word of history"
    ANNIVERSARY = "an anniversary"
    EXERCISE = "an exercise"
    PLAN = "a plan"
    PURPOSE = "a purpose"
    POSSIBILITY = "a possibility"
    NEGATION = "a negation"
    DENIAL = "a denial"
    ASIDE = "an aside in other news"
    KNOWN = "spoken of as known"
    TOLD_ON = "told on from the past"


@dataclass(frozen=True, slots=True)
class Stand:
    """``cue`` is the span of the words that decided, ``None`` where nothing stood against news."""

    realis: Realis
    cause: Cause
    cue: Span | None = None


def judge(text: Text, tags: Sequence[Tag], trigger: Tag, age: int | None, oldest: int = 0) -> Stand:
    """The realis of one trigger. ``tags`` are the clause's; ``age`` in days of the date that the clause
    names (negative: the future), ``None`` if it names none; ``oldest`` that of the oldest of several."""

    def stand(realis: Realis, cause: Cause, tag: Tag | None = None) -> Stand:
        return Stand(realis, cause, text.span(tag.first, tag.last) if tag else None)

    by = _by_category(tags)
    by["negation"] = _unspent(by, trigger)
    if trigger.known and trigger.category in CRIMES and _doubted(by, trigger):
        return stand(Realis.BACKGROUND, Cause.KNOWN)
    if cue := _before(by["negation"], trigger, NEAR):
        return stand(Realis.NEGATED, Cause.NEGATION, cue)
    if cue := _closing(text, by["negation"], trigger, CLOSE):
        return stand(Realis.NEGATED, Cause.NEGATION, cue)
    if cue := _denied(by.get("denied", ()), trigger):
        return stand(Realis.NEGATED, Cause.DENIAL, cue)
    if cue := _around(by.get("hypothetical", ()), trigger):
        return stand(Realis.HYPOTHETICAL, Cause.POSSIBILITY, cue)
    if cue := _before(by.get("purpose", ()), trigger, AT_ONCE):
        return stand(Realis.PLANNED, Cause.PURPOSE, cue)
    if trigger.ahead:
        return stand(Realis.PLANNED, Cause.PLAN, trigger)
    if cue := _closing(text, by.get("planned", ()), trigger, 1):
        return stand(Realis.PLANNED, Cause.PLAN, cue)
    if cue := _before(by.get("planned", ()), trigger, REACH):
        return stand(Realis.PLANNED, Cause.PLAN, cue)
    for category, realis, cause in _OCCASIONS:
        if cue := _occasion(by.get(category, ()), trigger):
            return stand(realis, cause, cue)
    if age is not None and age < 0:
        return stand(Realis.PLANNED, Cause.PLAN)
    if age is not None and age > OLD:
        return stand(Realis.BACKGROUND, Cause.OLD_DATE)
    old = [tag for tag in by.get("past", ()) if not tag.weak]
    if old and (oldest > LONG_AGO or (age is None and not by.get("recent"))):
        return stand(Realis.BACKGROUND, Cause.OLD_WORD, old[0])
    if by.get("ongoing"):
        return stand(Realis.ONGOING, Cause.GOES_ON, by["ongoing"][0])
    return stand(Realis.CURRENT, Cause.TOLD_AS_NEWS)


def _doubted(by: dict[str, list[Tag]], trigger: Tag) -> bool:
    """Does a cue before the crime stand for something else: "denied any part in the murder", "may investigate it"?"""
    cues = [tag for category in _DOUBTS for tag in by.get(category, ()) if tag.last < trigger.first]
    return bool(cues)


_DOUBTS = ("negation", "denied", "hypothetical", "planned")
_HARM = ("casualty", "kill")
_OCCASIONS = (
    ("anniversary", Realis.BACKGROUND, Cause.ANNIVERSARY),
    ("exercise", Realis.PLANNED, Cause.EXERCISE),
)


def _by_category(tags: Sequence[Tag]) -> dict[str, list[Tag]]:
    by: dict[str, list[Tag]] = {}
    for tag in tags:
        by.setdefault(tag.category, []).append(tag)
    return by


def _unspent(by: dict[str, list[Tag]], trigger: Tag) -> list[Tag]:
    """Negations that do not stand by the harm: "nobody was hurt in the attack" denies no attack."""
    cues = by.get("negation", [])
    if not cues or trigger.category == "kill":
        return cues
    harm = [tag for category in _HARM for tag in by.get(category, ())]
    return [cue for cue in cues if not any(_between(cue, tag, trigger) for tag in harm)]


def _between(cue: Tag, harm: Tag, trigger: Tag) -> bool:
    """ "Nobody was *hurt* in the shelling"; "during the shelling *victims* there were none"."""
    if cue.first < trigger.first:
        return cue.first <= harm.first and harm.last <= trigger.first
    return trigger.last <= harm.first and harm.first <= cue.last


def _closing(text: Text, cues: Sequence[Tag], trigger: Tag, reach: int) -> Tag | None:
    """The cue that ends the clause or stands before a comma, less than ``reach`` words after the trigger: verbs stand
    last in Turkish, and often in Russian and Ukrainian ("of battles there were none")."""
    near = [c for c in cues if not c.weak and 0 <= c.first - trigger.last < reach]
    last = text.clause_at(text.starts[trigger.first]).last
    return next((c for c in near if c.last == last or "," in text.between(c.last)), None)


def _before(cues: Sequence[Tag], trigger: Tag, reach: int) -> Tag | None:
    """The nearest cue that ends at most ``reach`` words before the trigger; a weak one must be nearer."""
    found = [c for c in cues if 0 <= trigger.first - c.last <= (NEAR if c.weak else reach)]
    return found[-1] if found else None


def _denied(cues: Sequence[Tag], trigger: Tag) -> Tag | None:
    """ "Denied shelling the town", "a drone attack was ruled out"."""
    found = [c for c in cues if 0 <= trigger.first - c.last <= DENIED or 0 <= c.first - trigger.last < CLOSE]
    return found[0] if found else None


def _around(cues: Sequence[Tag], trigger: Tag) -> Tag | None:
    found = [
        c
        for c in cues
        if 0 <= trigger.first - c.last <= (NEAR if c.weak else REACH)
        or (not c.weak and 0 <= c.first - trigger.last <= AFTER)
    ]
    return found[0] if found else None


def _occasion(cues: Sequence[Tag], trigger: Tag) -> Tag | None:
    """ "Marked the anniversary of the shelling", not "shells hit a monument": the cue comes first, or right after."""
    found = [c for c in cues if not c.weak and (c.last <= trigger.first or c.first - trigger.last < CLOSE)]
    return found[0] if found else None
