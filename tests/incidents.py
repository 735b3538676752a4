"""Hand-made clashes for the tests of rules, messages and channels: one is said in a line, the rest is plain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from workers.pipeline.models import (
    Actor,
    Change,
    Claim,
    Claimant,
    Clash,
    ClashState,
    Count,
    Filing,
    Ledger,
    Place,
    Precision,
    Realis,
    Report,
    Revision,
    Side,
    Stance,
    Status,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The 2nd of March 2026."""

ALTUN_KUPRI = Place("Altun Kupri", 35.75, 44.14, Precision.NEAR, 8, "PPL", 99_001, "IQ", "Kirkuk", "13")
ERBIL = Place("Erbil", 36.19, 44.01, Precision.EXACT, 5, "PPLA", 95_446, "IQ", "Erbil", "11")
SOMEWHERE_IN_IRAQ = Place("Iraq", 33.0, 44.0, Precision.COUNTRY, 480, "PCLI", 99_237, "IQ")
NYALA = Place("Nyala", 12.05, 24.88, Precision.EXACT, 6, "PPLA", 379_149, "SD", "South Darfur", "49")

ARMY = Actor("Iraqi forces", (0, 12), "iraq-army")
PESHMERGA = Actor("Peshmerga", (20, 29), "peshmerga")


def clash(**changed: Any) -> Clash:
    """A fight near Altun Kupri on the 2nd of March, told by one wire an hour before noon."""
    plain: dict[str, Any] = {
        "id": "7",
        "filings": ("f1",),
        "articles": ("a1",),
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "status": Status.UNCONFIRMED,
        "state": ClashState.OPEN,
        "confidence": 0.9,
        "first_reported": NOON - timedelta(hours=1),
        "last_reported": NOON - timedelta(hours=1),
        "place": ALTUN_KUPRI,
        "start": NOON.date(),
        "end": NOON.date(),
        "sides": (Side("attacker", (ARMY,)), Side("target", (PESHMERGA,))),
        "origins": ("nordwire",),
        "families": ("nordwire",),
        "languages": ("en",),
    }
    return Clash(**{**plain, **changed})


def revision(number: int = 1, *changes: Change, **changed: Any) -> Revision:
    return Revision(clash(**changed), number, changes or (Change.NEW,), {})


def people(number: int) -> Count:
    return Count(number, number, number)


def says(who: str | None, about: str, quote: str, **more: Any) -> Ledger:
    """One entry of the ledger; ``who`` is the claimant's words, ``None`` for the outlet itself."""
    article, at = more.pop("article", "a1"), more.pop("at", NOON)
    claimant = Claimant(who, (0, 5)) if who else None
    stance = more.pop("stance", Stance.ASSERTS)
    return Ledger(Claim(about, stance, (0, 9), claimant, **more), who, quote, article, at)


def filing(name: str = "1", **changed: Any) -> Filing:
    report = Report("Battles", "Armed clash", Realis.CURRENT, Status.UNCONFIRMED, True, 0.9)
    plain: dict[str, Any] = {
        "id": f"f{name}",
        "article": f"a{name}",
        "published": NOON,
        "report": report,
        "family": "nordwire",
        "origin": "nordwire",
        "language": "en",
        "title": "Fighting near Altun Kupri",
        "url": f"https://nordwire.example/{name}",
    }
    return Filing(**{**plain, **changed})
