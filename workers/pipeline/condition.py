"""A rule's ``when:``: an expression in CEL (https://cel.dev) over a clash's facts, compiled and tried when loaded.

Matchers say nine rules in ten; this is for the tenth. CEL cannot loop, import or reach out, and a compiled
expression takes 13 microseconds (measured; the alternatives 70 to 400). What fails to evaluate does not fire.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from workers.pipeline.models import Clash, Count

Facts = dict[str, Any]

SAMPLE: Facts = {
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "status": "uncontested",
    "confidence": 0.9,
    "civilian_targeting": False,
    "killed": 0,
    "injured": 0,
    "toll_known": False,
    "place": "",
    "country": "",
    "admin1": "",
    "precision": "",
    "radius_km": 0.0,
    "lat": 0.0,
    "lon": 0.0,
    "actors": ["", ""],
    "weapons": [""],
    "origins": [""],
    "families": [""],
    "languages": [""],
    "realis": ["current"],
    "claimants": [""],
    "articles": 1,
    "hours": 0.0,
}
"""Every name an expression may use, with a value of its type. ``hours`` is the time since the first report."""

_BOUND = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")
"""The names that CEL's macros bind themselves: ``origins.exists(o, o == 'afp')``."""


_UNANSWERED = (RuntimeError, ValueError, TypeError, LookupError, ArithmeticError)
"""What the library raises when an expression has no answer, as ``injured / killed`` where nobody was killed."""


class BadConditionError(ValueError):
    """An expression that does not parse, uses an unknown name, or does not answer true or false."""


@dataclass(frozen=True)
class Condition:
    """A compiled expression."""

    text: str
    program: Any

    def refusal(self, facts: Facts) -> str | None:
        """``None`` when it holds; else why not, in words."""
        try:
            return None if self.program.execute(facts) is True else f"not: {self.text}"
        except _UNANSWERED as error:
            return f"cannot be answered ({error}): {self.text}"


@cache
def compiled(text: str) -> Condition:
    """Raises ``BadConditionError`` in words."""
    try:
        # Lazily: the library brings a command line of its own, 0.15 s that only a `when:` should cost.
        program = import_module("cel").compile(text)
    except ValueError as error:
        raise BadConditionError(_in_one_line(error)) from None
    if strange := sorted(set(program.variables()) - SAMPLE.keys() - set(_BOUND.findall(text))):
        raise BadConditionError(f"unknown name '{strange[0]}'; known are {', '.join(SAMPLE)}")
    try:
        answer = program.execute(SAMPLE)
    except _UNANSWERED as error:
        raise BadConditionError(str(error)) from None
    if not isinstance(answer, bool):
        raise BadConditionError(f"must answer true or false, not {answer!r}")
    return Condition(text, program)


def _in_one_line(error: ValueError) -> str:
    """Of the library's drawing with a caret, the line that says what is wrong and where."""
    return next((line for line in str(error).splitlines() if line.strip()), "").split("ERROR: ")[-1].strip()


def facts_of(clash: Clash, now: datetime) -> Facts:
    """A clash as an expression sees it. What is not known is empty or 0; ``toll_known`` tells 0 from unknown."""
    place = clash.place
    located = (
        {
            "place": place.name,
            "country": place.country or "",
            "admin1": f"{place.country}.{place.admin1_code}" if place.admin1_code else "",
            "precision": str(place.precision),
            "radius_km": place.radius_km,
            "lat": place.lat,
            "lon": place.lon,
        }
        if place
        else {}
    )
    return {
        **SAMPLE,
        **located,
        "event_type": clash.event_type,
        "sub_event_type": clash.sub_event_type,
        "status": str(clash.status),
        "confidence": clash.confidence,
        "civilian_targeting": clash.civilian_targeting,
        "killed": estimate(clash.killed),
        "injured": estimate(clash.injured),
        "toll_known": clash.killed is not None,
        "actors": [name for side in clash.sides for actor in side.actors for name in (actor.id, actor.text) if name],
        "weapons": list(clash.weapons),
        "origins": list(clash.origins),
        "families": list(clash.families),
        "languages": list(clash.languages),
        "realis": [str(realis) for realis in clash.realis],
        "claimants": [entry.who for entry in clash.ledger if entry.who],
        "articles": len(clash.articles),
        "hours": (now - clash.first_reported).total_seconds() / 3600,
    }


def estimate(count: Count | None) -> int:
    """The best number, else the lowest; 0 when nobody counted."""
    if count is None:
        return 0
    return count.low if count.best is None else count.best
