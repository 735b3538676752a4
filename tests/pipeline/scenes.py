"""Hand-made filings for the tests of linking: a scene is said in one line, everything else is plain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from workers.pipeline.models import (
    ACLED_EVENT_OF,
    Actor,
    Claim,
    Claimant,
    Count,
    DatePrecision,
    Filing,
    Place,
    Precision,
    Realis,
    Report,
    Side,
    Stance,
    Status,
)

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The 2nd of March, at noon."""

PLACES = {
    "Altun Kupri": Place("Altun Kupri", 35.754, 44.136, Precision.EXACT, 3, "PPL", None, "IQ", "Kirkuk", "02"),
    "Perde": Place("Perde", 35.754, 44.136, Precision.EXACT, 3, "PPL", None, "IQ", "Kirkuk", "02"),
    "Kirkuk": Place("Kirkuk", 35.468, 44.392, Precision.EXACT, 5, "PPLA", 94787, "IQ", "Kirkuk", "02"),
    "Daquq": Place("Daquq", 35.139, 44.449, Precision.EXACT, 3, "PPL", None, "IQ", "Kirkuk", "02"),
    "K1 base": Place("K1 base", 35.51, 44.28, Precision.EXACT, 3, "MILB", None, "IQ", "Kirkuk", "02"),
    "Kirkuk province": Place("Kirkuk", 35.4, 44.3, Precision.ADMIN1, 80, "ADM1", 94786, "IQ", "Kirkuk", "02"),
    "Fish-Khabur": Place("Fish-Khabur", 37.066, 42.376, Precision.EXACT, 3, "PPL", None, "IQ", "Dihok", "08"),
    "Al-Qaim": Place("Al-Qaim", 34.369, 41.095, Precision.EXACT, 5, "PPL", None, "IQ", "Anbar", "01"),
    "Iraq": Place("Iraq", 33.0, 44.0, Precision.COUNTRY, 450, "PCLI", 99237, "IQ"),
    "Kherson": Place("Kherson", 46.64, 32.62, Precision.EXACT, 5, "PPLA", 706448, "UA", "Kherson", "08"),
    "Mogadishu": Place("Mogadishu", 2.04, 45.34, Precision.EXACT, 5, "PPLC", 53654, "SO", "Banaadir", "02"),
}


def filing(name: str, place: str | None = "Altun Kupri", hours: float = 0, **told: Any) -> Filing:
    """A filing called ``name``, published ``hours`` after Monday noon, of an incident on that day.

    ``told``: kind, sides (a dict role -> who, or a tuple), killed, injured, day (``None`` for undated), days,
    status, claims, article, family, origin, copy_of, language, alertable, confidence.
    """
    published = MONDAY + timedelta(hours=hours)
    kind = told.get("kind", "Armed clash")
    start = told["day"] if "day" in told else published.date()
    report = Report(
        event_type=ACLED_EVENT_OF[kind],
        sub_event_type=kind,
        realis=Realis.CURRENT,
        status=told.get("status", Status.UNCONTESTED),
        alertable=told.get("alertable", True),
        confidence=told.get("confidence", 0.9),
        place=PLACES[place] if place else None,
        start=start,
        end=start + timedelta(days=told.get("days", 1) - 1) if start else None,
        date_precision=DatePrecision.DAY if start else DatePrecision.UNKNOWN,
        sides=_sides(told.get("sides", ())),
        killed=_count(told.get("killed")),
        injured=_count(told.get("injured")),
        claims=tuple(told.get("claims", ())),
        evidence=((0, 100),),
    )
    family = told.get("family", name)
    return Filing(
        id=name,
        article=told.get("article", name),
        published=published,
        report=report,
        family=family,
        origin=told.get("origin", family),
        copy_of=told.get("copy_of"),
        language=told.get("language", "en"),
        quotes=(told.get("quote", "quoted"),),
    )


def claim(who: str | None, about: str = "killed", low: int | None = None, **told: Any) -> Claim:
    """``who`` is the id of a listed actor; with a space in it, it is nobody listed."""
    claimant = None
    if who is not None:
        claimant = Claimant(who, (0, len(who)), _listed(who))
    high = told.get("high", low)
    return Claim(about, told.get("stance", Stance.ASSERTS), (0, 10), claimant, low, high, told.get("whom"))


def day(number: int) -> date:
    """A day of March 2026; Monday is the 2nd."""
    return date(2026, 3, number)


def _sides(sides: dict[str, str] | tuple[str, ...]) -> tuple[Side, ...]:
    pairs = sides.items() if isinstance(sides, dict) else [("party", name) for name in sides]
    return tuple(Side(role, (Actor(name, (0, len(name)), _listed(name)),)) for role, name in pairs)


def _listed(name: str) -> str | None:
    return None if " " in name else name


def _count(number: int | tuple[int, int | None, int | None] | None) -> Count | None:
    if number is None:
        return None
    return Count(*number) if isinstance(number, tuple) else Count(number, number, number)
