"""The sides of one incident: who attacked whom, or who fought whom.

In: a ``Text``, its marks and parties, the clauses of a report. Out: ``Side`` values: an attacker and a target,
or two parties; a further belligerent that the text sets against them is a party of its own. What a clause
says comes from ``roles``; here its votes are added up over the document, the report's own clauses first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from workers.pipeline.detect.actors import Actors, Party
from workers.pipeline.detect.phrases import Marks
from workers.pipeline.detect.roles import VICTIMS, WEAPONS, Role, Scene, Vote, read
from workers.pipeline.detect.text import Text
from workers.pipeline.models import Actor, Side

ELSEWHERE = 0.35
"""What a clause outside the report's own weighs."""
ENOUGH = 0.9
"""Votes from which a party attacked or was attacked."""
LEAD = 0.7
"""Votes by which one party of a fight must be ahead to be its attacker."""
FORMS = 3
"""Ways of naming a party that a side lists at most."""
_STATE = frozenset({"army", "government", "police"})
_IRREGULAR = frozenset({"rebels", "militia", "militants", "separatists", "mercenaries", "cartel", "settlers"})
_GROUP = (2, 3, 4)
"""ACLED's codes of rebels and militias."""
_SALIENT = 2
"""Mentions from which one is a side that nobody's votes made."""


@dataclass(frozen=True)
class Cast:
    """Who the parties of a text are."""

    actors: Actors
    key: Mapping[int, str]
    """Each party's identity, by its first word."""
    forms: Mapping[str, Sequence[Party]]
    """How the text names each."""
    weapons: frozenset[str]
    victims: frozenset[str]

    def only(self, keys: Container[str]) -> Cast:
        """Those parties alone."""
        return replace(self, forms={key: named for key, named in self.forms.items() if key in keys})

    def weapon(self, key: str) -> bool:
        return key in self.weapons

    def victim(self, key: str) -> bool:
        return key in self.victims

    def known(self, key: str) -> bool:
        """Has the party a name of its own? "The police" that told what gunmen did to farmers is no belligerent."""
        return any(party.id for party in self.forms[key])

    def named(self, key: str) -> list[Actor]:
        """The party's names in the text, known ones and longer ones first."""
        order = sorted(self.forms[key], key=lambda p: (p.kind != "named", p.id is None, -len(p.actor.text)))
        return list({p.actor.text.casefold(): p.actor for p in reversed(order)}.values())[::-1][:FORMS]


@dataclass
class Ballot:
    """Votes on one report."""

    attack: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    target: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    fight: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))

    def add(self, vote: Vote, cast: Cast, weight: float) -> None:
        key, foe = cast.key[vote.party.first], cast.key[vote.foe.first] if vote.foe else None
        if key not in cast.forms or (foe and foe not in cast.forms):
            return
        if vote.role is Role.ATTACKER:
            self.attack[key] += vote.weight * weight
        elif vote.role is Role.TARGET:
            self.target[key] += vote.weight * weight
        elif foe and foe != key:
            self.fight[key, foe] += vote.weight * weight


@dataclass(frozen=True)
class Debate:
    """What every sentence of a document says on who fought whom, read once for all its reports."""

    text: Text
    cast: Cast
    votes: tuple[tuple[Vote, ...], ...]
    """By sentence."""

    def sides(self, clauses: Sequence[tuple[int, int]], foreign: Container[int] = ()) -> tuple[Side, ...]:
        """The sides of one report; empty when the text names nobody. ``clauses``: its own, as word ranges;
        ``foreign``: sentences about something in another country.

        Whom its own sentences name are its sides; others of the document only where these name no two."""
        own = {self._sentence(first) for first, _ in clauses}
        here = {key for index, key in self._named if index in own}
        told = self._settled(self.cast.only(here), own)
        if _opposed(told):
            return told
        near = {key for index, key in self._named if index not in foreign}
        return self._settled(self.cast.only(here | near), own)

    @cached_property
    def _named(self) -> frozenset[tuple[int, str]]:
        """Which sentence names whom."""
        return frozenset((self._sentence(first), key) for first, key in self.cast.key.items())

    def _sentence(self, word: int) -> int:
        return self.text.sentence_at(self.text.starts[word]).index

    def _settled(self, cast: Cast, own: Container[int]) -> tuple[Side, ...]:
        ballot = Ballot()
        for index, votes in enumerate(self.votes):
            for vote in votes:
                ballot.add(vote, cast, 1.0 if index in own else ELSEWHERE)
        return _settle(ballot, cast)


def debate(text: Text, marks: Marks, parties: Sequence[Party], actors: Actors, home: str | None = None) -> Debate:
    """The votes of all sentences that name a party. ``home``: the country in which most of the text's towns lie."""
    votes = []
    for sentence in text.sentences:
        inside = tuple(p for p in parties if sentence.first <= p.first < sentence.last)
        scene = Scene(text, marks, inside, sentence.first, sentence.last)
        votes.append(tuple(read(scene)) if inside else ())
    return Debate(text, _cast(text, parties, actors, home), tuple(votes))


def _cast(text: Text, parties: Sequence[Party], actors: Actors, home: str | None) -> Cast:
    """ "The army" is the state's that the sentence named before it, else that of the land where it happens, if the
    text names it, else the state's named last; "the rebels" the group."""
    state, group = _first(parties, actors, (1,)), _first(parties, actors, _GROUP)
    own = actors.forces(home) if home and actors.forces(home) in {p.id for p in parties} else None
    keys: dict[int, str] = {}
    forms: dict[str, list[Party]] = defaultdict(list)
    said = -1
    for party in parties:
        sentence = text.sentence_at(text.starts[party.first]).index
        if party.id and actors.code(party.id) == 1:
            state, said = party.id, sentence
        elif party.id and actors.code(party.id) in _GROUP:
            group = party.id
        army = state if said == sentence else own or state
        who = party.id or (army if party.kind in _STATE else group if party.kind in _IRREGULAR else None)
        keys[party.first] = who or party.actor.text.casefold()
        forms[keys[party.first]].append(party)
    weapons = (key for key, named in forms.items() if all(p.kind in WEAPONS and not p.id for p in named))
    victims = (key for key, named in forms.items() if all(p.kind in VICTIMS for p in named))
    return Cast(actors, keys, forms, frozenset(weapons), frozenset(victims))


def _first(parties: Sequence[Party], actors: Actors, codes: Container[int]) -> str | None:
    return next((p.id for p in parties if p.id and actors.code(p.id) in codes), None)


def _opposed(sides: Sequence[Side]) -> bool:
    """Are two known belligerents told apart, or who attacked whom?"""
    known = sum(any(actor.id for actor in side.actors) for side in sides)
    return known > 1 or (known == 1 and {"attacker", "target"} <= {side.role for side in sides})


def _settle(ballot: Ballot, cast: Cast) -> tuple[Side, ...]:
    net = {key: ballot.attack[key] - ballot.target[key] for key in (*ballot.attack, *ballot.target)}
    attackers = sorted(
        (k for k in net if net[k] >= ENOUGH and not cast.victim(k)), key=lambda k: (cast.weapon(k), -net[k])
    )
    ranked = sorted(ballot.fight, key=ballot.fight.__getitem__, reverse=True)
    fights = [pair for pair in ranked if not any(map(cast.weapon, pair))]
    best = ballot.fight[fights[0]] if fights else 0.0
    if attackers and net[attackers[0]] * 1.2 >= best and not (cast.weapon(attackers[0]) and fights):
        return _attacked(ballot, cast, attackers, net)
    if fights:
        return _fought(cast, fights, net)
    targets = sorted((k for k in net if net[k] <= -ENOUGH), key=lambda k: net[k])[:2]
    if len(targets) == 2 and not cast.actors.allied(*targets) and not any(map(cast.victim, targets)):
        return _sides(cast, [("party", targets[:1]), ("party", targets[1:])])
    first = _others(cast, targets)
    second = _others(cast, first) if not targets else []
    fought = targets and not any(map(cast.victim, targets))
    return _sides(cast, [("target", targets), ("attacker" if fought else "party", first), ("party", second)])


def _attacked(ballot: Ballot, cast: Cast, attackers: list[str], net: dict[str, float]) -> tuple[Side, ...]:
    lead, allied = attackers[0], cast.actors.allied
    foes = [b for a, b in ballot.fight if a == lead]
    mine = [k for k in attackers if k == lead or (allied(k, lead) and k not in foes)]
    targets = [k for k in sorted(net, key=net.__getitem__) if net[k] < 0 and not allied(k, lead)]
    targets += [k for k in foes if k not in targets and not allied(k, lead)]
    targets = [k for k in targets if k not in mine and not cast.weapon(k)]
    rest = _others(cast, [*mine, *targets])
    if not targets:
        return _sides(cast, [("attacker", mine), ("target", rest)])
    return _sides(cast, [("attacker", mine), ("target", targets[:3]), ("party", [k for k in rest if cast.known(k)])])


def _fought(cast: Cast, fights: list[tuple[str, str]], net: dict[str, float]) -> tuple[Side, ...]:
    """Two parties of a fight; the one told as attacking clearly more than the other is the attacker."""
    one, two = [fights[0][0]], [fights[0][1]]
    for a, b in fights[1:]:
        for x, y in ((a, b), (b, a)):
            if x in one and y not in (*one, *two):
                two.append(y)
            elif x in two and y not in (*one, *two):
                one.append(y)
    for side in (one, two):
        side += [k for k in cast.forms if k not in (*one, *two) and any(cast.actors.allied(k, x) for x in side)]
    lead = sum(net.get(k, 0.0) for k in one) - sum(net.get(k, 0.0) for k in two)
    if abs(lead) >= LEAD:
        attackers, targets = (one, two) if lead > 0 else (two, one)
        return _sides(cast, [("attacker", attackers[:3]), ("target", targets[:3])])
    return _sides(cast, [("party", one[:3]), ("party", two[:3])])


def _others(cast: Cast, used: Sequence[str]) -> list[str]:
    """The belligerent named most often that no side has."""
    salient = [key for key, found in cast.forms.items() if len(found) >= _SALIENT]
    free = [
        key
        for key in salient
        if not cast.weapon(key)
        and not cast.victim(key)
        and not any(k == key or cast.actors.allied(k, key) for k in used)
    ]
    return [max(free, key=lambda key: len(cast.forms[key]))] if free else []


def _sides(cast: Cast, roles: Iterable[tuple[str, list[str]]]) -> tuple[Side, ...]:
    sides = []
    for role, keys in roles:
        members = [actor for key in keys for actor in cast.named(key)]
        if members:
            sides.append(Side(role, tuple(members)))
    return tuple(sides)
