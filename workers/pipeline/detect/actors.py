"""Who is named in a text: armies, armed groups, police, gunmen, states, with the ids of ``knowledge/actors``.

In: a ``Text``, its marks, the actors known, the nations that the places found. Out: ``Party`` values.
A generic word beside a nation is that state's ("Iraqi army", "الجيش السوداني", "armée rwandaise"): all of a
state's forces share one id ("iq-forces"), so that reports which call them differently still meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from workers.pipeline.detect.facts import listed
from workers.pipeline.detect.phrases import Marks, Phrases, compile_phrases
from workers.pipeline.detect.places import PlaceView
from workers.pipeline.detect.places_cues import PEOPLE
from workers.pipeline.detect.places_locate import Role
from workers.pipeline.detect.text import Text
from workers.pipeline.models import Actor

NATIONAL = "national"
"""Generic words that are a party only beside a nation: "Russian groups", "the Ukrainian side"."""
STATE = frozenset({"army", "air", "arms", "government", NATIONAL})
"""Generic words that, beside a nation, mean its forces."""
_ACTING = (Role.ACTOR, Role.BARE)
_BOUNDS = frozenset(
    {f"sides.{word}" for word in ("article", "and", "between", "passive", "attack", "clash", "with")}
    | {f"claims.{verb}" for verb in ("says", "denies", "accuses", "counts", "control")}
    | {"people.stop"}
)
"""What may stand on either side of a people's name that is no adjective."""
_PARTING = ("sides.and", "claims.says")
"""What parts a nation from the word beside it: "Ukraine says units", "Ukraine and rebels"."""
_PROCLITICS = {"ar": ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "ال", "وال", "بال", "لل", "ولل", "فال", "كال", "وبال")}


_BEHIND = 4
"""Words back to the first of "soutenues par l'" before a nation."""


_COMPOSED = ("-forces", "-police")
"""After a country's code: its forces, its police, listed or not."""


class ActorsError(ValueError):
    """An entry that cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Known:
    """One actor of ``knowledge/actors``. ``code`` is ACLED's interaction code, 1 to 8; ``allies`` are ids."""

    id: str
    name: str
    country: str | None
    code: int
    allies: frozenset[str] = frozenset()
    state: bool = False
    """These are the country's own forces: "the army" of that country means them."""


@dataclass(frozen=True)
class Actors:
    """All known actors, with an index of their names per language, made when first needed."""

    known: Mapping[str, Known]
    names: tuple[tuple[str, str], ...]
    """(alias, id)."""
    _indexes: dict[str, Phrases] = field(default_factory=dict)

    def index(self, language: str) -> Phrases:
        """The names, folded as the language folds."""
        made = self._indexes.get(language)
        if made is None:
            entries = [(name, "actor", (actor, _acronym(name))) for name, actor in self.names]
            made = compile_phrases(entries, language, _PROCLITICS.get(language, ()))
            self._indexes[language] = made
        return made

    def forces(self, country: str) -> str:
        """The id of a country's armed forces."""
        return self._forces.get(country, f"{country.lower()}-forces")

    def code(self, id: str) -> int | None:
        """ACLED's interaction code of an id, composed ones included."""
        if id in self.known:
            return self.known[id].code
        return 1 if id.endswith(_COMPOSED) else None

    def country(self, id: str) -> str | None:
        """Where an id belongs, as its ISO 3166-1 alpha-2 code; ``None`` for who belongs to no one country."""
        if id in self.known:
            return self.known[id].country
        return id.partition("-")[0].upper() if id.endswith(_COMPOSED) else None

    def allied(self, a: str, b: str) -> bool:
        """Do two ids stand on one side?"""
        if a == b:
            return True
        first, second = self.known.get(a), self.known.get(b)
        if a[:3] == b[:3] and {a[2:], b[2:]} == {"-forces", "-police"}:
            return True
        return bool((first and b in first.allies) or (second and a in second.allies))

    @cached_property
    def _forces(self) -> dict[str, str]:
        return {actor.country: actor.id for actor in self.known.values() if actor.state and actor.country}


class Nation(NamedTuple):
    """Words ``first`` to ``last`` (exclusive) name a country, its adjective or its people."""

    first: int
    last: int
    country: str
    people: bool
    acts: bool = True
    """False for a country that only says where something is."""


@dataclass(frozen=True, slots=True)
class Party:
    """Words ``first`` to ``last`` (exclusive) name an actor.

    ``kind`` is ``named``, ``nation`` or a generic kind of the facts file (army, police, rebels, gunmen …).
    """

    first: int
    last: int
    kind: str
    actor: Actor
    country: str | None = None

    @property
    def id(self) -> str | None:
        return self.actor.id


def compile_actors(files: Iterable[Mapping[str, Any]]) -> Actors:
    """The parsed ``knowledge/actors/*.yml``. Raises ``ActorsError`` on a repeated id or a missing field."""
    known: dict[str, Known] = {}
    names: list[tuple[str, str]] = []
    for raw in files:
        for id, entry in raw.get("actors", {}).items():
            if id in known or "name" not in entry or "code" not in entry:
                raise ActorsError(f"actor {id!r}: repeated, or without name or code")
            allies = frozenset(listed(entry.get("allies")))
            known[id] = Known(
                id, entry["name"], entry.get("country"), int(entry["code"]), allies, bool(entry.get("state"))
            )
            names += [(name, id) for name in (entry["name"], *listed(entry.get("aliases")))]
    return Actors(known, tuple(names))


def _acronym(name: str) -> bool:
    """Names such as IS, RSF, YPG count only as written in capitals."""
    return len(name) <= 6 and name.upper() == name and name.lower() != name and " " not in name


def find(text: Text, marks: Marks, actors: Actors, nations: Sequence[Nation]) -> tuple[Party, ...]:
    """Every actor named in the document, in order, none overlapping: known names, then generic words, then nations."""
    shouting = text.full.isupper()
    found: list[Party] = []
    taken: set[int] = set()
    nations = [nation for nation in nations if not _backing(text, marks, nation)]
    near = _by_word(nations)
    steps = (
        _named(text, actors, shouting),
        _generic(text, marks, actors, near),
        _nations(text, marks, actors, nations),
    )
    for party in (party for step in steps for party in step):
        words = range(party.first, party.last)
        if taken.isdisjoint(words):
            found.append(party)
            taken.update(words)
    return tuple(sorted(found, key=lambda party: party.first))


def _backing(text: Text, marks: Marks, nation: Nation) -> bool:
    """ "US-trained forces", "milices soutenues par l'Iran": it stands behind a party and is none itself."""
    after = marks.at("sides.backed", nation.last)
    if after and not text.between(nation.last).strip(" -‐‑'’"):
        return True
    before = marks.of("sides.backed_by", nation.first - _BEHIND, nation.first)
    return bool(before) and nation.first - before[-1].last <= 1 and not _parted(text, before[-1].last, nation.first)


def _parted(text: Text, first: int, last: int) -> bool:
    """Does punctuation part the words?"""
    return any(text.between(i).strip(" '’") for i in range(first, last + 1))


def _named(text: Text, actors: Actors, shouting: bool) -> Iterator[Party]:
    for hit in actors.index(text.language).find(text.folded):
        if not isinstance(hit.value, tuple):
            continue
        id, acronym = hit.value
        if acronym and not shouting and not text.word(hit.first)[:2].isupper():
            continue
        yield _party(text, (hit.first, hit.last), "named", id, actors.known[id].country)


def _generic(text: Text, marks: Marks, actors: Actors, near: Mapping[int, Nation]) -> Iterator[Party]:
    for hit in marks.of("generic"):
        kind = str(hit.value)
        if kind in ("arms", "air") and marks.at("sides.assault", hit.first):
            continue
        nation = _beside(text, near, hit.first, hit.last, marks)
        if kind == NATIONAL and nation is None:
            continue
        first, last = (min(hit.first, nation.first), max(hit.last, nation.last)) if nation else (hit.first, hit.last)
        id = None
        if nation and kind in STATE:
            id = actors.forces(nation.country)
        elif nation and kind == "police":
            id = f"{nation.country.lower()}-police"
        yield _party(text, (first, last), kind, id, nation.country if nation else None)


def _beside(text: Text, near: Mapping[int, Nation], first: int, last: int, marks: Marks) -> Nation | None:
    """The nation just before or after the words, one filler word ("'s", "of", "federal") allowed."""
    for at in (first - 1, last, first - 2, last + 1, last + 2):
        nation = near.get(at)
        if nation is None or (nation.first < last and first < nation.last):
            continue
        begin, end = (nation.last, first) if nation.last <= first else (last, nation.first)
        clean = not any(text.between(i).strip(" \n-\u00a0'’") for i in range(begin, end + 1))
        genitive = nation.first < last or nation.people is False or end == begin
        if clean and genitive and not any(marks.at(label, i) for label in _PARTING for i in range(begin, end)):
            return nation
    return None


def _nations(text: Text, marks: Marks, actors: Actors, nations: Sequence[Nation]) -> Iterator[Party]:
    """A country stands for its state; of an adjective and its people only what is no adjective of another noun."""
    for nation in nations:
        if nation.acts and (not nation.people or _alone(text, marks, nation)):
            yield _party(text, (nation.first, nation.last), "nation", actors.forces(nation.country), nation.country)


def _alone(text: Text, marks: Marks, nation: Nation) -> bool:
    """ "the Azerbaijanis attacked", not "the Sudanese city"."""
    before, after = nation.first - 1, nation.last
    led = before < 0 or bool(text.between(nation.first).strip()) or _bounds(marks, before)
    ends = after >= len(text.folded) or bool(text.between(after).strip()) or _bounds(marks, after)
    return led and ends


def _bounds(marks: Marks, i: int) -> bool:
    labels = {hit.label for hit in marks.starting(i)}
    return bool(labels & _BOUNDS)


def _by_word(nations: Sequence[Nation]) -> dict[int, Nation]:
    words: dict[int, Nation] = defaultdict()
    for nation in nations:
        for word in range(nation.first, nation.last):
            words[word] = nation
    return words


def _party(text: Text, words: tuple[int, ...], kind: str, id: str | None, country: str | None) -> Party:
    span = text.span(words[0], words[1])
    return Party(words[0], words[1], kind, Actor(text.quote(span), span, id), country)


def nations(view: PlaceView) -> tuple[Nation, ...]:
    """The countries, their adjectives and peoples that the places of a document name."""
    text = view.text
    people = [Nation(hit.first, hit.last, str(hit.value), True) for hit in view.marks.hits if hit.label == PEOPLE]
    countries = [
        Nation(text.word_at(m.span[0]), text.word_at(m.span[1] - 1) + 1, m.country, False, role in _ACTING)
        for m in view.mentions
        for role in [view.role(m.span[0])]
        if m.country and m.feature.startswith("PCL")
    ]
    return tuple(sorted(people + countries))
