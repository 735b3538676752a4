"""The numbers that the fitted model weighs: which categories a scene shows, alone and together.

In: a ``Scene`` and the document's topics. Out: feature name -> value in 0..1. The features are categories,
not words, so that one set of weights serves every language (measured: such a model equals heavier
ones on English and carries over; notes in DESIGN.md). ``name~`` is a category shown by weak entries only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workers.pipeline.detect.lexicon import CONTEXT, ELSEWHERE, PEACEFUL, RELATIVE, TRIGGERS
from workers.pipeline.detect.reading import Reading
from workers.pipeline.detect.scenes import Scene
from workers.pipeline.detect.tagger import Tag
from workers.pipeline.detect.text import Text
from workers.pipeline.models import DatePrecision

_OWN = frozenset(TRIGGERS)
_AROUND = (
    *PEACEFUL,
    *ELSEWHERE,
    *CONTEXT,
    "recent",
    "report",
    "unconfirmed",
    "past",
    "hypothetical",
    "negation",
    "denied",
)
PAIRS = (
    ("viol", "actor"),
    ("viol", "casualty"),
    ("viol", "police"),
    ("viol", "protest"),
    ("viol", "riot"),
    ("viol", "mob"),
    ("viol", "disarm"),
    ("viol", "arrest"),
    ("viol", "trial"),
    ("viol", "agreement"),
    ("viol", "diplomacy"),
    ("viol", "politics"),
    ("viol", "crime"),
    ("viol", "sport"),
    ("viol", "culture"),
    ("viol", "attribution"),
    ("viol", "group"),
    ("viol", "handover"),
    ("viol", "withdraw"),
    ("viol", "disaster"),
    ("hint", "actor"),
    ("hint", "armed"),
    ("hint", "casualty"),
    ("hint", "weapon"),
    ("hint", "civilian"),
    ("hint", "damage"),
    ("hint", "front"),
    ("hint", "disaster"),
    ("hint", "disarm"),
    ("hint", "protest"),
    ("kill", "actor"),
    ("kill", "armed"),
    ("kill", "civilian"),
    ("kill", "police"),
    ("kill", "weapon"),
    ("viol", "property"),
    ("hint", "property"),
    ("hint", "talk"),
    ("viol", "talk"),
    ("murder", "armed"),
    ("murder", "crime"),
    ("murder", "trial"),
    ("place", "actor"),
    ("place", "handover"),
    ("casualty", "actor"),
    ("casualty", "armed"),
    ("casualty", "weapon"),
)
"""``viol`` any strong trigger, ``hint`` any weak one, ``actor`` army or armed group, ``place`` seize or regain."""


def features(scene: Scene, topics: Mapping[str, float], facts: Mapping[str, float]) -> dict[str, float]:
    """Features of one scene. ``topics``: what the document is about; ``facts``: what the sentence pins down."""
    strong = {tag.category for tag in scene.triggers if not tag.weak and tag.category in _OWN}
    weak = {tag.category for tag in scene.triggers if tag.weak and tag.category in _OWN} - strong
    around = {tag.category for tag in scene.tags}
    beside = {tag.category for tag in scene.beside if not tag.weak}
    found = dict.fromkeys(strong, 1.0) | {f"{category}~": 1.0 for category in weak}
    whole = beside | {tag.category for tag in scene.tags if not tag.weak and tag.category in ELSEWHERE}
    found.update((name, 1.0 if name in whole or name in CONTEXT else FAINT) for name in _AROUND if name in around)
    found.update(facts)
    groups = (
        around
        | strong
        | {
            name
            for name, present in (
                ("viol", strong - {"kill"}),
                ("hint", weak),
                ("actor", around & {"army", "armed"}),
                ("place", strong & {"seize", "regain"}),
            )
            if present
        }
    )
    found.update((f"{a} & {b}", 1.0) for a, b in PAIRS if a in groups and b in groups)
    if strong == {"kill"} and not weak and not around & {"armed", "weapon"}:
        found["bare kill"] = 1.0
    if len(strong) > 1:
        found["several"] = 1.0
    own = [tag for tag in scene.triggers if tag.category in _OWN]
    if own and all(tag.known for tag in own):
        found["known"] = 1.0
    elif own and all(tag.known or _of_known(tag, own, scene.tags) for tag in own):
        found["of known"] = 1.0
    found.update(topics)
    return found


def _of_known(trigger: Tag, own: Sequence[Tag], tags: Sequence[Tag]) -> bool:
    """Does "which" tell it of something known ("the attack that killed five")?"""
    known = [tag.last for tag in own if tag.known]
    return any(tag.category == RELATIVE and min(known, default=tag.last) <= tag.first < trigger.first for tag in tags)


def pinned(reading: Reading, scene: Scene) -> dict[str, float]:
    """A toll, a day, a victim: what tells an event from talk about violence."""
    sentence = scene.sentence
    found = {}
    if any(sentence.first <= f.words[0] < sentence.last and f.counted and f.low for f in reading.figures):
        found["toll"] = 1.0
    days = [m for m in reading.moments if sentence.first <= m.first < sentence.last and not m.ahead]
    if any(m.precision is DatePrecision.DAY for m in days):
        found["day"] = 1.0
    if any(t.category in _HARM for t in scene.triggers) and any(
        t.category == "civilian" and not t.weak for t in scene.tags
    ):
        found["victim"] = 1.0
    return found


_HARM = frozenset({"kill", "murder", "attack", "abduct", "ied", "sexual", "suicide"})


TOPICS = (
    "sport",
    "culture",
    "trial",
    "politics",
    "disaster",
    "crime",
    "exercise",
    "anniversary",
    "diplomacy",
    "metaphor",
    "disarm",
    "arrest",
    "agreement",
)
FAINT = 0.3
"""What a category counts that only weak entries or other clauses show."""
_TOLD = frozenset(TOPICS) | _OWN | {"armed"}
WHOLE = 4
"""Sentences of context that one sentence of a topic cannot outweigh: a share is of at least so many."""


def topics(text: Text, tags: Sequence[Tag]) -> dict[str, float]:
    """What the document is about: ``topic x`` is the share of its sentences that show x, ``title x`` whether
    its headline does. ``topic violence`` is how much of the rest tells of it too: nothing where one sentence does."""
    seen: dict[str, set[int]] = {}
    found: dict[str, float] = {}
    for tag in tags:
        if tag.category in _TOLD and not tag.weak:
            sentence = text.sentence_at(text.starts[tag.first])
            topic = tag.category if tag.category in TOPICS else "violence"
            seen.setdefault(topic, set()).add(sentence.index)
            if sentence.title and topic in TOPICS:
                found[f"title {topic}"] = 1.0
    whole = max(WHOLE, len(text.sentences))
    told = len(seen.pop("violence", ())) - 1
    shares = {f"topic {category}": len(where) / whole for category, where in seen.items()}
    return found | shares | ({"topic violence": told / whole} if told > 0 else {})
