"""A clash's ledger in, claims side by side with who makes them out; what several say alike is said once.

Twelve papers that print one figure, or one spokesman spelled three ways, are one line to a reader: the line names
all who say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workers.pipeline.message.facts import Style, amount, outlet, tidy
from workers.pipeline.models import Clash, Filing, Ledger, Side

WITHOUT_NUMBER = frozenset({"control", "initiator", "occurrence"})
"""Claims that only their quote can tell."""
_MOST_OUTLETS = 6
_ARTICLES = frozenset(
    {"a", "an", "the", "de", "het", "een", "le", "la", "les", "l", "un", "une", "el", "los", "las", "una", "der",
     "die", "das", "ein", "eine", "il", "lo", "gli", "o", "os", "as", "um", "uma"}
)  # fmt: skip
Fact = tuple[object, ...]
"""What is claimed, whoever claims it."""


@dataclass(slots=True)
class _Voice:
    """One claimant of one fact. ``outlets`` are those that assert it themselves, where there is no claimant."""

    entry: Ledger
    names: frozenset[str]
    outlets: dict[str, None] = field(default_factory=dict)


def claims(clash: Clash, filings: Sequence[Filing], style: Style) -> list[str]:
    """Every claim that stands, once, in the order in which they were first made: a figure that its claimant has since
    replaced is history."""
    voices = _voices(clash, {filing.article: outlet(filing) for filing in filings})
    last = [one for at, one in enumerate(voices) if not any(_replaces(later, one) for later in voices[at:])]
    return [_line(voice, clash, style) for voice in last]


def _replaces(later: _Voice, one: _Voice) -> bool:
    """Another figure on the same, not one more of the same text."""
    counted = one.entry.claim.about not in WITHOUT_NUMBER
    elsewhere = (later.entry.article, later.entry.version) != (one.entry.article, one.entry.version)
    return counted and elsewhere and _goes_back_on(later, one)


def new_claims(before: Clash, now: Clash, filings: Sequence[Filing], style: Style) -> Iterator[tuple[str, str]]:
    """The lines that are new since ``before``, each after what the claimant said until then, empty where it is the
    first word. Another outlet that says the same is no new claim."""
    outlets = {filing.article: outlet(filing) for filing in filings}
    known = _voices(before, outlets)
    for voice in _voices(now, outlets):
        if not any(_fact(one.entry) == _fact(voice.entry) and _same(voice, one) for one in known):
            until = next((one for one in reversed(known) if _goes_back_on(voice, one)), None)
            yield (_line(until, before, style) if until else ""), _line(voice, now, style)


def _goes_back_on(voice: _Voice, known: _Voice) -> bool:
    """Does a claimant now say something else on what it spoke of before? Outlets are not each other's claimant."""
    about, before = voice.entry.claim, known.entry.claim
    same = (about.about, about.whom) == (before.about, before.whom)
    return same and voice.entry.who is not None and _same(voice, known)


def _voices(clash: Clash, outlets: Mapping[str, str]) -> list[_Voice]:
    voices: list[_Voice] = []
    by_fact: dict[Fact, list[_Voice]] = {}
    for entry in sorted(clash.ledger, key=lambda entry: (entry.at, entry.article, entry.claim.span)):
        heard = _Voice(entry, _names(entry))
        if heard.entry.who is None and (name := outlets.get(entry.article)):
            heard.outlets[name] = None
        alike = by_fact.setdefault(_fact(entry), [])
        known = next((voice for voice in alike if _same(voice, heard)), None)
        if known is None:
            alike.append(heard)
            voices.append(heard)
        else:
            _join(known, heard)
    return voices


def _fact(entry: Ledger) -> Fact:
    claim = entry.claim
    told = tidy(entry.quote, 160) if claim.about in WITHOUT_NUMBER else ""
    return claim.about, claim.stance, claim.low, claim.high, claim.whom, told


def _same(one: _Voice, other: _Voice) -> bool:
    """One claimant: both the outlets' own, the same actor, or the same words, of which one may leave some out."""
    ours, theirs = one.entry.who, other.entry.who
    if ours is None or theirs is None or ours == theirs:
        return ours == theirs
    return bool(one.names and other.names) and (one.names <= other.names or other.names <= one.names)


def _names(entry: Ledger) -> frozenset[str]:
    text = entry.claim.claimant.text if entry.claim.claimant else entry.who or ""
    return frozenset(re.findall(r"\w+", text.casefold())) - _ARTICLES


def _join(known: _Voice, heard: _Voice) -> None:
    """The fullest spelling stays; outlets line up."""
    known.outlets |= heard.outlets
    if len(heard.names) > len(known.names):
        known.entry, known.names = heard.entry, heard.names


def _line(voice: _Voice, clash: Clash, style: Style) -> str:
    entry, claim, words = voice.entry, voice.entry.claim, style.words
    who = tidy(claim.claimant.text if claim.claimant else entry.who or "", 80) or _own(tuple(voice.outlets), style)
    none = claim.about == "equipment" and claim.high == 0
    about = words(f"about.{claim.about}", count="0" if none else amount(claim.low, claim.high, style))
    if claim.whom and (whom := _whom(claim.whom, clash.sides, style)):
        about = f"{about} ({whom})"
    if claim.about in WITHOUT_NUMBER and entry.quote:
        about = words("about.quoted", about=about, quote=tidy(entry.quote, 160).strip('“”"'))
    return words(f"stance.{claim.stance}", who=who, about=about)


def _own(outlets: Sequence[str], style: Style) -> str:
    if len(outlets) < 2:
        return style.words("outlet", name=outlets[0]) if outlets else style.words("unnamed")
    named = ", ".join(outlets[:_MOST_OUTLETS])
    left = len(outlets) - _MOST_OUTLETS
    return style.words("outlets", names=f"{named}, {style.words('more', count=left)}" if left > 0 else named)


def _whom(whom: str, parties: Iterable[Side], style: Style) -> str:
    """By the words the reports use for it; empty where none does: an actor's id says nothing to a reader."""
    if whom == "civilians":
        return style.words("civilians")
    names = [actor.text for side in parties for actor in side.actors if actor.id == whom]
    return tidy(names[0], 60) if names else ""
