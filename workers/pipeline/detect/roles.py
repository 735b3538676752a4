"""Who does what to whom, clause by clause.

In: one clause with its marks and parties. Out: ``Vote`` values: a party attacks, is attacked, or fights another.
Subjects and objects are told by order and by small words ("by", "on", "between"), which differ less between
languages than grammar does; the order of a language's verb (SVO, VSO, SOV) comes from its facts file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from workers.pipeline.detect.actors import Party
from workers.pipeline.detect.phrases import Hit, Marks
from workers.pipeline.detect.text import Text

NEAR = 9
"""Words between a verb and its subject or object."""
CLOSE = 2
VERB_LAST = "V2"
"""The order of Dutch and German: participles and the verbs of subordinate clauses stand after the object."""
VICTIMS = frozenset({"civilians", "protesters"})
WEAPONS = frozenset({"arms", "air"})


class Role(StrEnum):
    ATTACKER = "attacker"
    TARGET = "target"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Vote:
    """One clause's word on one party. ``foe`` is the other party of a fight."""

    role: Role
    party: Party
    weight: float
    foe: Party | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One clause: words ``first`` to ``last`` (exclusive)."""

    text: Text
    marks: Marks
    parties: tuple[Party, ...]
    first: int
    last: int

    def before(self, word: int, reach: int = NEAR) -> Party | None:
        near = [p for p in self.parties if p.last <= word and word - p.last <= reach]
        return near[-1] if near else None

    def after(self, word: int, reach: int = NEAR) -> Party | None:
        near = [p for p in self.parties if p.first >= word and p.first - word <= reach]
        return near[0] if near else None

    def hits(self, category: str, first: int | None = None, last: int | None = None) -> list[Hit]:
        begin = self.first if first is None else max(self.first, first)
        end = self.last if last is None else min(self.last, last)
        return self.marks.of(f"sides.{category}", begin, end)

    def joined(self, a: Party, b: Party) -> bool:
        """Do only "and" and the like stand between the two?"""
        between = range(a.last, b.first)
        if len(between) > 3:
            return False
        written = self.text.folded[b.first][:1] == "و" and not between
        return written or bool(self.hits("and", a.last, b.first)) or (not between and "," in self.text.between(b.first))


def read(scene: Scene) -> Iterator[Vote]:
    """All that one clause says, surest patterns first."""
    if mutual := [*_mutual(scene)]:
        yield from mutual
        return
    told = [*_between(scene), *_accused(scene), *_repelled(scene)]
    told += _clashes(scene) if not told else ()
    told += [*_taken(scene), *_named_so(scene)]
    for hit in {hit.first: hit for hit in scene.hits("attack")}.values():
        if scene.marks.at("sides.assault", hit.first) and not _governs(scene, hit):
            told += _assault(scene, hit)
        elif not any(other.first == hit.first for other in scene.hits("repelled")):
            told += _attack(scene, hit)
    yield from told


def _mutual(scene: Scene) -> Iterator[Vote]:
    """ "A and B shot at each other"."""
    for hit in scene.hits("mutual"):
        two = scene.before(hit.first, 2 * NEAR)
        one = scene.before(two.first, 5) if two else None
        if one and two and scene.joined(one, two):
            yield from _pair(one, two, 2.5)


def _named_so(scene: Scene) -> Iterator[Vote]:
    """ "The attackers", "штурмовики": the word itself says who attacked."""
    for party in scene.parties:
        if scene.hits("aggressor", party.first, party.last):
            yield Vote(Role.ATTACKER, party, 1.0)


def _governs(scene: Scene, hit: Hit) -> bool:
    """Is it a verb that stands right before whom it hits: "shelling army positions", not "shelling by"?"""
    return scene.marks.at("sides.verbal", hit.first) is not None and scene.after(hit.last, 0) is not None


def _between(scene: Scene) -> Iterator[Vote]:
    """ "between A and B"; Turkish puts the word after both."""
    for hit in scene.hits("between"):
        one = scene.after(hit.last, 6)
        ands = scene.hits("and", one.last, one.last + NEAR) if one else []
        two = scene.after(ands[0].last, 8) if ands else scene.after(one.last, 8) if one else None
        link = (
            one and two and (scene.hits("and", one.last, two.first + 1) or scene.hits("with", one.last, two.first + 1))
        )
        if one and two and (link or scene.joined(one, two)):
            yield from _pair(one, two, 3.0)
    for hit in scene.hits("between_after"):
        two = scene.before(hit.first, 4)
        one = scene.before(two.first, 6) if two else None
        if one and two:
            yield from _pair(one, two, 3.0)


def _pair(one: Party, two: Party, weight: float) -> Iterator[Vote]:
    yield Vote(Role.PARTY, one, weight, two)
    yield Vote(Role.PARTY, two, weight, one)


def _clashes(scene: Scene) -> Iterator[Vote]:
    """ "A clashed with B", "A and B fought", "gun battle with B"."""
    for hit in scene.hits("clash"):
        for word in scene.hits("with", hit.first - 7, hit.last + 7):
            other = scene.after(word.last, 5)
            mine = [p for p in scene.parties if other and p.last <= word.first and p != other]
            if other and mine:
                yield from _pair(mine[-1], other, 2.5)
                return
        one, two = scene.before(hit.first), scene.after(hit.last, 7)
        zero = scene.before(one.first, 5) if one else None
        three = scene.after(two.last, 5) if two else None
        if one and zero and scene.joined(zero, one):
            yield from _pair(zero, one, 2.0)
        elif two and three and scene.joined(two, three):
            yield from _pair(two, three, 2.0)
        elif one and two:
            yield from _pair(one, two, 1.5)


def _accused(scene: Scene) -> Iterator[Vote]:
    """ "A blamed B": B attacked, A was attacked, says A. "B denied": somebody said so."""
    for hit in scene.marks.of("claims.accuses", scene.first, scene.last):
        one, two = scene.before(hit.first), scene.after(hit.last, 6)
        if scene.marks.order == "VSO" and two and (three := scene.after(two.last, 4)):
            one, two = two, three
        elif scene.marks.order == "SOV" and one and (zero := scene.before(one.first)):
            one, two = zero, one
        if two and two.kind not in VICTIMS and (one is None or one.id != two.id or one.id is None):
            yield Vote(Role.ATTACKER, two, 2.0)
            if one:
                yield Vote(Role.TARGET, one, 0.7)
    for hit in scene.marks.of("claims.denies", scene.first, scene.last):
        one = scene.after(hit.last, 1) if scene.marks.order == "VSO" else scene.before(hit.first)
        fought = scene.hits("attack", hit.last) or scene.hits("attack", scene.first, hit.first)
        if one and fought:
            yield Vote(Role.ATTACKER, one, 0.8)


def _repelled(scene: Scene) -> Iterator[Vote]:
    """ "A repelled attacks by B": B attacked."""
    for hit in scene.hits("repelled"):
        near = scene.after(hit.last, CLOSE)
        defender = near if scene.marks.order == "VSO" and near else scene.before(hit.first)
        attacker = _by(scene, hit.last) or scene.after(defender.last if defender and defender == near else hit.last)
        if defender and defender.kind not in WEAPONS:
            yield Vote(Role.TARGET, defender, 2.5)
        if attacker and attacker != defender:
            yield Vote(Role.ATTACKER, attacker, 2.0)


def _taken(scene: Scene) -> Iterator[Vote]:
    """ "The airport fell to A": A took it; Turkish puts the word after A. What was in A's hands is another thing."""
    for hit in scene.hits("taken"):
        if scene.hits("passive", hit.first - 1, hit.first):
            continue
        holder = scene.before(hit.first, 1) if scene.marks.order == "SOV" else scene.after(hit.last, CLOSE)
        if holder and holder.kind not in VICTIMS:
            yield Vote(Role.ATTACKER, holder, 1.5)


def _by(scene: Scene, begin: int) -> Party | None:
    """The party of "by B" after the word."""
    for by in scene.hits("by", begin, begin + 2 * NEAR):
        party = scene.after(by.last, 3)
        if party:
            return party
    return None


def _by_inside(scene: Scene, end: int) -> Party | None:
    """The party of "werd door B aangevallen": "by" between the auxiliary and the participle."""
    for by in reversed(scene.hits("by", end - NEAR, end)):
        party = scene.after(by.last, 2)
        if party and party.last <= end:
            return party
    return None


def _by_after(scene: Scene, end: int) -> Party | None:
    """The party of Turkish "B tarafından" before the word."""
    for by in reversed(scene.hits("by_after", end - NEAR, end)):
        party = scene.before(by.first, 1)
        if party:
            return party
    return None


def _on(scene: Scene, begin: int, agent: Party | None) -> Party | None:
    """The party of "on A", "against A"."""
    for on in scene.hits("on", begin, begin + 2 * NEAR):
        party = scene.after(on.last, 3)
        if party and party != agent and party.kind not in WEAPONS:
            return party
    return None


def _assault(scene: Scene, hit: Hit) -> Iterator[Vote]:
    """A noun: "RSF attack on A", "attack by B", "Angriff der RSF auf A", "атака ВСУ на A"."""
    agent = _by(scene, hit.last)
    if agent is None:
        before, after = scene.before(hit.first, 1), scene.after(hit.last, CLOSE)
        led = after is not None and bool(scene.hits("on", hit.last, after.first + 1))
        agent = before if before and not scene.text.between(hit.first).strip() else None
        if agent is None and after and not led:
            agent = after
    if agent and agent.kind not in VICTIMS:
        yield Vote(Role.ATTACKER, agent, 2.0)
    target = _on(scene, hit.last, agent)
    if target:
        yield Vote(Role.TARGET, target, 2.0)


def _attack(scene: Scene, hit: Hit) -> Iterator[Vote]:
    """A verb: passive with "by", or active in the language's order."""
    passive = bool(scene.hits("passive", hit.first - 4, hit.first))
    agent = _by_after(scene, hit.first)
    if agent is None and passive:
        agent = _by_inside(scene, hit.first) or _by(scene, hit.last)
    if agent is not None:
        yield Vote(Role.ATTACKER, agent, 2.5)
        near = [p for p in scene.parties if p != agent and p.last <= hit.first and hit.first - p.last <= NEAR]
        if near:
            yield Vote(Role.TARGET, near[0] if scene.marks.order == "SOV" else near[-1], 2.0)
    elif passive:
        before = scene.before(hit.first)
        if before:
            yield Vote(Role.TARGET, before, 1.5)
    else:
        yield from _active(scene, hit)


def _parting(marks: Marks, i: int) -> bool:
    """Does a preposition or conjunction begin another phrase here ("killed as M23 closes in")?"""
    if marks.at("sides.article", i) or marks.at("sides.on", i):
        return False
    return marks.at("people.stop", i) is not None


def _active(scene: Scene, hit: Hit) -> Iterator[Vote]:
    before, after = scene.before(hit.first), scene.after(hit.last, 6)
    subject: Party | None
    thing: Party | None
    if scene.marks.order == "VSO" and after and after.first - hit.last <= 1:
        subject, thing = after, scene.after(after.last, 6)
    elif scene.marks.order == "SOV":
        near = [p for p in scene.parties if p.last <= hit.first and hit.first - p.last <= 2 * NEAR]
        subject, thing = (near[0], near[-1]) if len(near) > 1 else (near[0] if near else None, None)
    else:
        subject, thing = before, after
        zero = scene.before(before.first, 5) if before and not after and scene.marks.order == VERB_LAST else None
        if zero and before and not scene.joined(zero, before):
            subject, thing = zero, before
    if thing and thing.first > hit.last and any(map(partial(_parting, scene.marks), range(hit.last, thing.first))):
        thing = None
    killed = scene.marks.at("people.killed", hit.first) is not None
    if subject and thing is None and killed and scene.marks.order in ("SVO", VERB_LAST):
        yield Vote(Role.TARGET, subject, 1.0)
    elif subject and subject.kind not in VICTIMS and (subject.kind != "arms" or subject.id):
        spoken = scene.marks.at("claims.says", subject.last) is not None
        yield Vote(Role.ATTACKER, subject, 0.5 if spoken else 1.5 if thing else 1.2)
    if thing and thing != subject and thing.kind not in WEAPONS:
        yield Vote(Role.TARGET, thing, 1.5)
    elif subject and subject.kind in VICTIMS:
        yield Vote(Role.TARGET, subject, 1.0)
