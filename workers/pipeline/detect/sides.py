"""The sides of one incident: who attacked whom, or who fought whom.

In: a ``Text``, its marks and parties, the clauses of a report. Out: ``Side`` values: an attacker and a target,
or two parties; a further belligerent that the text sets against them is a party of its own. What a clause
says comes from ``roles``; here its votes are added up over the document, the report's own clauses first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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


@dataclass
class Cast:
    """Who the parties of a document are: "the army" is the state's named before it, "the rebels" the group."""

    parties: Sequence[Party]
    actors: Actors
    key: dict[int, str] = field(default_factory=dict)
    """Each party's identity, by its first word."""
    forms: dict[str, list[Party]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        state, group = self._first(True), self._first(False)
        for party in self.parties:
            if party.id:
                if self.actors.code(party.id) == 1:
                    state = party.id
                elif self.actors.code(party.id) in _GROUP:
                    group = party.id
            who = party.id or (state if party.kind in _STATE else group if party.kind in _IRREGULAR else None)
            key = who or party.actor.text.casefold()
            self.key[party.first] = key
            self.forms[key].append(party)

    def _first(self, state: bool) -> str | None:
        codes = (1,) if state else _GROUP
        return next((p.id for p in self.parties if p.id and self.actors.code(p.id) in codes), None)

    def weapon(self, key: str) -> bool:
        return all(p.kind in WEAPONS and not p.id for p in self.forms[key])

    def victim(self, key: str) -> bool:
        return all(p.kind in VICTIMS for p in self.forms[key])

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
        key = cast.key[vote.party.first]
        if vote.role is Role.ATTACKER:
            self.attack[key] += vote.weight * weight
        elif vote.role is Role.TARGET:
            self.target[key] += vote.weight * weight
        elif vote.foe and cast.key[vote.foe.first] != key:
            self.fight[key, cast.key[vote.foe.first]] += vote.weight * weight


@dataclass(frozen=True)
class Debate:
    """What every sentence of a document says on who fought whom, read once for all its reports."""

    text: Text
    cast: Cast
    votes: tuple[tuple[Vote, ...], ...]
    """By sentence."""

    def sides(self, clauses: Sequence[tuple[int, int]]) -> tuple[Side, ...]:
        """The sides of one report; empty when the text names nobody. ``clauses``: its own, as word ranges."""
        own = {self.text.sentence_at(self.text.starts[first]).index for first, _ in clauses}
        ballot = Ballot()
        for index, votes in enumerate(self.votes):
            for vote in votes:
                ballot.add(vote, self.cast, 1.0 if index in own else ELSEWHERE)
        return _settle(ballot, self.cast, self.cast.actors)


def debate(text: Text, marks: Marks, parties: Sequence[Party], actors: Actors) -> Debate:
    """The votes of all sentences that name a party."""
    votes = []
    for sentence in text.sentences:
        inside = tuple(p for p in parties if sentence.first <= p.first < sentence.last)
        scene = Scene(text, marks, inside, sentence.first, sentence.last)
        votes.append(tuple(read(scene)) if inside else ())
    return Debate(text, Cast(parties, actors), tuple(votes))


def _settle(ballot: Ballot, cast: Cast, actors: Actors) -> tuple[Side, ...]:
    net = {key: ballot.attack[key] - ballot.target[key] for key in (*ballot.attack, *ballot.target)}
    attackers = sorted(
        (k for k in net if net[k] >= ENOUGH and not cast.victim(k)), key=lambda k: (cast.weapon(k), -net[k])
    )
    ranked = sorted(ballot.fight, key=ballot.fight.__getitem__, reverse=True)
    fights = [pair for pair in ranked if not any(map(cast.weapon, pair))]
    best = ballot.fight[fights[0]] if fights else 0.0
    if attackers and net[attackers[0]] * 1.2 >= best and not (cast.weapon(attackers[0]) and fights):
        return _attacked(ballot, cast, actors, attackers, net)
    if fights:
        return _fought(cast, actors, fights, net)
    targets = sorted((k for k in net if net[k] <= -ENOUGH), key=lambda k: net[k])[:2]
    if len(targets) == 2 and not actors.allied(*targets) and not any(map(cast.victim, targets)):
        return _sides(cast, [("party", targets[:1]), ("party", targets[1:])])
    first = _others(cast, actors, targets)
    second = _others(cast, actors, first) if not targets else []
    return _sides(cast, [("target", targets), ("party", first), ("party", second)])


def _attacked(
    ballot: Ballot, cast: Cast, actors: Actors, attackers: list[str], net: dict[str, float]
) -> tuple[Side, ...]:
    lead = attackers[0]
    foes = [b for a, b in ballot.fight if a == lead]
    mine = [k for k in attackers if k == lead or (actors.allied(k, lead) and k not in foes)]
    targets = [k for k in sorted(net, key=net.__getitem__) if net[k] < 0 and not actors.allied(k, lead)]
    targets += [k for k in foes if k not in targets and not actors.allied(k, lead)]
    targets = [k for k in targets if k not in mine and not cast.weapon(k)]
    rest = _others(cast, actors, [*mine, *targets])
    return _sides(cast, [("attacker", mine), ("target", targets[:3]), ("party", rest)])


def _fought(cast: Cast, actors: Actors, fights: list[tuple[str, str]], net: dict[str, float]) -> tuple[Side, ...]:
    """Two parties of a fight; the one told as attacking clearly more than the other is the attacker."""
    one, two = [fights[0][0]], [fights[0][1]]
    for a, b in fights[1:]:
        for x, y in ((a, b), (b, a)):
            if x in one and y not in (*one, *two):
                two.append(y)
            elif x in two and y not in (*one, *two):
                one.append(y)
    one += [k for k in cast.forms if k not in (*one, *two) and any(actors.allied(k, x) for x in one)]
    two += [k for k in cast.forms if k not in (*one, *two) and any(actors.allied(k, x) for x in two)]
    lead = sum(net.get(k, 0.0) for k in one) - sum(net.get(k, 0.0) for k in two)
    if abs(lead) >= LEAD:
        attackers, targets = (one, two) if lead > 0 else (two, one)
        return _sides(cast, [("attacker", attackers[:3]), ("target", targets[:3])])
    return _sides(cast, [("party", one[:3]), ("party", two[:3])])


def _others(cast: Cast, actors: Actors, used: Sequence[str]) -> list[str]:
    """The belligerent named most often that no side has."""
    counts = Counter(
        {
            key: len(found)
            for key, found in cast.forms.items()
            if not cast.weapon(key)
            and not cast.victim(key)
            and not any(k == key or actors.allied(k, key) for k in used)
        }
    )
    top = counts.most_common(1)
    return [top[0][0]] if top and top[0][1] >= _SALIENT else []


def _sides(cast: Cast, roles: Iterable[tuple[str, list[str]]]) -> tuple[Side, ...]:
    sides = []
    for role, keys in roles:
        members = [actor for key in keys for actor in cast.named(key)]
        if members:
            sides.append(Side(role, tuple(members)))
    return tuple(sides)
