"""What a place name does in its clause.

In: the resolved mentions of a document and the cues around them. Out: a role for each: "Baghdad said"
is an actor, "the road from Kirkuk" a reference, "talks in Geneva" a venue, "12 km south of" is near.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workers.pipeline.detect.places_cues import PEOPLE, TYPES, Cues, Marks
from workers.pipeline.detect.places_distance import VAGUE_KM, Distances
from workers.pipeline.detect.places_match import Name, Sign
from workers.pipeline.detect.places_names import key
from workers.pipeline.detect.text import Text
from workers.pipeline.models.gazetteer import Toponym
from workers.pipeline.models.report import Mention

_UNKNOWN_KM = 25.0
"""Reach of a town that only says where an unknown village lies."""
_APPOSED = 9
"""Words of the longest apposition."""
_SAYS = 3
"""Words between an institution and the verb by which it speaks."""


class Role(StrEnum):
    """What a mention does in its clause."""

    LOCATION = "location"
    NEAR = "near"
    TOWARD = "toward"
    BARE = "bare"
    """No word says where; not an actor either ("shelling hit Sarmin")."""
    CONTAINER = "container"
    """Says where the place before it lies ("Rawa, Iraq")."""
    ACTOR = "actor"
    VENUE = "venue"
    REFERENCE = "reference"
    ORIGIN = "origin"


_BESIDE = frozenset({Role.NEAR, Role.TOWARD})
_SHARED = frozenset({Role.LOCATION, Role.NEAR, Role.TOWARD, Role.ORIGIN, Role.REFERENCE, Role.VENUE})
"""Roles that the next names of a list have too."""


@dataclass(frozen=True)
class Spotted:
    """A mention, the place behind it, and its role. ``reach_km`` widens the radius ("10 km south of")."""

    mention: Mention
    place: Toponym
    name: Name
    role: Role = Role.BARE
    reach_km: float = 0.0


def grand(place: Toponym) -> bool:
    """Countries and capitals: their names stand for governments too."""
    return place.feature.startswith(("PCL", "PPLC"))


@dataclass(frozen=True)
class Surveyor:
    """Gives mentions their roles. One per document."""

    text: Text
    cues: Cues
    marks: Marks
    distances: Distances

    def role(self, mention: Mention, place: Toponym, name: Name, before: Spotted | None) -> tuple[Role, float]:
        """The role and, for distances, kilometres."""
        dateline = self.text.dateline
        if dateline and dateline[0] <= mention.span[0] < dateline[1]:
            return Role.VENUE, 0.0
        if before and name.signs & Sign.AFTER_COMMA:
            holds = place.row in (before.place.region, before.place.district)
            if holds or (place.feature == "PCLI" and place.country == before.place.country):
                return Role.CONTAINER, 0.0
        if name.signs & Sign.LONE or (name.signs & Sign.BRACKETED and not self._after(before, name)):
            return Role.LOCATION, (_UNKNOWN_KM if place.feature.startswith("PPL") else 0.0)
        role, reach = self._by_words(place, name)
        if name.signs & Sign.ORGANISATION and role is Role.BARE:
            return Role.ACTOR, 0.0
        if before and role in _BESIDE and self._describes(before.name, name):
            return Role.REFERENCE, 0.0
        if before and role in (Role.BARE, Role.ACTOR) and before.role in _SHARED and self._listed(before.name, name):
            return before.role, before.reach_km
        return role, reach

    def _after(self, before: Spotted | None, name: Name) -> bool:
        """Does a place stand right before the brackets or comma, and not a name that was refused?"""
        return before is not None and name.first - before.name.last <= (1 if before.name.type else 0)

    def _describes(self, before: Name, name: Name) -> bool:
        """ "Pirde, a river town 50 km south of Erbil": says which Pirde is meant, not where something happens."""
        gap = self.text.full[self.text.ends[before.last - 1] : self.text.starts[name.first]].lstrip()
        if not gap.startswith((",", "(")) or any(c in gap[1:] for c in ",.;:!?") or name.first - before.last > _APPOSED:
            return False
        between = range(before.last, name.first)
        return any(self.marks.starting(i, "unit", *TYPES) for i in between)

    def _listed(self, before: Name, name: Name) -> bool:
        """ "in Baquba, Mosul and Erbil": does only a comma or an "and" stand between?"""
        gap = self.text.full[self.text.ends[before.last - 1] : self.text.starts[name.first]]
        joined = [key(self.text.word(i)) for i in range(before.last, name.first)]
        return len(gap) <= 8 and not set(gap) & set(".;:!?()") and all(word in self.cues.ands for word in joined)

    def _by_words(self, place: Toponym, name: Name) -> tuple[Role, float]:
        government = grand(place)
        kept: tuple[Role, float] | None = None
        for i in self._positions(name):
            if self.marks.ending(i, "reference"):
                return Role.REFERENCE, 0.0
            if self._speaking(i, name):
                return Role.VENUE, 0.0
            if self.marks.ending(i, "toward"):
                kept = Role.TOWARD, VAGUE_KM
                break
            if self.marks.ending(i, "side", "near"):
                wide = place.feature.startswith(("PCL", "ADM1"))
                kept = (Role.LOCATION, 0.0) if wide else (Role.NEAR, self.distances.before(i))
                break
            if self.marks.ending(i, "from"):
                return Role.ORIGIN, 0.0
            if hit := self.marks.ending(i, "in"):
                kept = (Role.VENUE if self._announced(place, name, hit.first) else Role.LOCATION), 0.0
                break
            if self.marks.ending(i, "aim"):
                kept = (Role.BARE if government else Role.LOCATION), 0.0
                break
            if self.marks.ending(i, "of") and not place.feature.startswith("PCL"):
                kept = Role.BARE, 0.0
        kept = kept or self._behind(name)
        if kept is None:
            return (Role.ACTOR, 0.0) if government and not self._topic(name) else (Role.BARE, 0.0)
        return (Role.VENUE, 0.0) if self._venue(name) else kept

    def _speaking(self, i: int, name: Name) -> bool:
        """ "The ministry in Damascus said": an institution that speaks is not where something happens."""
        seat = self.marks.ending(i, "seat")
        if seat is None:
            return False
        after, before = range(name.last, name.last + _SAYS), range(seat.first - _SAYS, seat.first)
        return any(self.marks.starting(word, "speech") for word in (*after, *before))

    def _announced(self, place: Toponym, name: Name, before: int) -> bool:
        """ "The minister said in Berlin", "maakte het in Brussel bekend": does the verb stand right beside it?"""
        if place.feature != "PPLC":
            return False
        after = self.marks.starting(name.last, "speech") and not self.text.between(name.last).strip()
        return bool(after or self.marks.ending(before, "speech"))

    def _positions(self, name: Name) -> Iterator[int]:
        """Word positions before the name where a preposition may end: before its articles and nouns too."""
        i = name.first
        for _ in range(6):
            yield i
            hit = self.marks.ending(i, "part", PEOPLE, *TYPES)
            if hit:
                i = hit.first
            elif i and key(self.text.word(i - 1)) in self.cues.linkers and self.text.between(i).isspace():
                i -= 1
            else:
                return
            if i <= 0:
                return

    def _behind(self, name: Name) -> tuple[Role, float] | None:
        """Case endings and postpositions right after the name or its noun (Turkish)."""
        i = name.last
        for _ in range(5):
            ending = self._ending(i)
            if ending == "in_after":
                return Role.LOCATION, 0.0
            if ending == "from_after":
                return Role.ORIGIN, 0.0
            if ending:
                i += 1
            if self.marks.starting(i, "near_after"):
                return Role.NEAR, self.distances.before(i)
            if self.marks.starting(i, "reference_after"):
                return Role.REFERENCE, 0.0
            if self.marks.starting(i, "toward_after"):
                return Role.TOWARD, VAGUE_KM
            if self.marks.starting(i, "from_after"):
                return Role.ORIGIN, 0.0
            if self.marks.starting(i, "in_after"):
                return Role.LOCATION, 0.0
            step = self.marks.starting(i, "case_after", "unit", "mile", *TYPES)
            if step:
                i = step.last
            elif i < len(self.text.folded) and self._measured(i):
                i += 1
            else:
                return None
        return None

    def _measured(self, i: int) -> bool:
        """The number of "Bahmut'un 10 kilometre güneyinde"?"""
        return any(self.marks.starting(i + 1, label) for label in ("unit", "mile"))

    def _ending(self, i: int) -> str | None:
        if not self.cues.endings or i >= len(self.text.folded) or self.text.folded[i][0] != "'":
            return None
        return self.cues.endings.get(self.text.folded[i][1:])

    def _venue(self, name: Name) -> bool:
        """Do the words before it speak of talks, visits, statements?"""
        clause = self.text.clause_at(self.text.starts[name.first])
        return any(
            hit.label == "venue" and max(clause.first, name.first - 6) <= hit.first < name.first
            for hit in self.marks.hits
        )

    def _topic(self, name: Name) -> bool:
        """ "Iraq: fighting near …" begins a headline."""
        return self.text.full[self.text.ends[name.last - 1] :].lstrip(" \u00a0").startswith(":")
