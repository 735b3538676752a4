"""A stream of news that never was: incidents, outlets, independent reports, reprints and noise, with the truth.

Everything is drawn from one seed. Reports err as detection does: a province for a town, the day of publication for
that of the event, one side for two, a neighbouring kind, an early toll. The rates are assumptions, stated here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workers.pipeline.models import (
    ACLED_EVENT_OF,
    Actor,
    Count,
    DatePrecision,
    Place,
    Precision,
    Realis,
    Report,
    Side,
    Status,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNTRIES, TOWNS, OUTLETS = 12, 60, 150
PER_INCIDENT, REPRINTS, NOISE = 3.0, 0.25, 0.2
PROVINCE, COUNTRY, NOWHERE = 0.06, 0.03, 0.02
FRESH, UNDATED = 0.08, 0.04
ONE_SIDE, NO_SIDE, OTHER_KIND, TOLD = 0.25, 0.15, 0.1, 0.6
KINDS = ("Armed clash", "Shelling/artillery/missile attack", "Air/drone strike", "Attack", "Suicide bomb")
NEXT_TO = dict(zip(KINDS, (*KINDS[1:3], KINDS[1], KINDS[0], KINDS[3]), strict=True))


@dataclass(frozen=True, slots=True)
class Incident:
    number: int
    place: Place
    at: datetime
    kind: str
    sides: tuple[str, str]
    killed: int


@dataclass(frozen=True, slots=True)
class News:
    """``incident`` and ``copies`` are the truth; ``report`` is ``None`` for noise."""

    id: str
    published: datetime
    outlet: str
    text: str
    report: Report | None
    incident: int | None
    copies: str | None = None


def stream(articles: int, seed: int = 1, per_day: int = 500) -> Iterator[News]:
    """About ``articles`` of them, in the order of their publication."""
    chance = random.Random(seed)
    towns = [_town(number, chance) for number in range(COUNTRIES * TOWNS)]
    words = ["".join(chance.choices("abdeiklmnorstu", k=chance.randint(3, 9))) for _ in range(6000)]
    days = max(1, articles // per_day)
    fresh_each_day = int(per_day * (1 - NOISE) / PER_INCIDENT / (1 + REPRINTS))
    made: list[News] = []
    for day in range(days):
        for number in range(fresh_each_day):
            incident = _incident(day * fresh_each_day + number, day, chance.choice(towns), chance)
            made += _told(incident, words, chance)
        made += [_noise(f"n{day}.{number}", day, words, chance) for number in range(int(per_day * NOISE))]
    yield from sorted(made, key=lambda news: (news.published, news.id))[:articles]


def judged(news: Sequence[News], copies: Mapping[str, str], home: Mapping[str, str]) -> dict[str, float]:
    """How well copies were found, and how well pairs of articles share a clash when they tell one incident.

    ``copies`` and ``home`` map an article to what it was found to copy, and to its clash.
    """
    told = [one for one in news if one.incident is not None and one.id in home]
    truth, mine, both = Counter(o.incident for o in told), Counter(home[o.id] for o in told), Counter[object]()
    both.update((one.incident, home[one.id]) for one in told)
    hits, wanted, given = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in (both, truth, mine))
    planted = {one.id for one in news if one.copies}
    return {
        "copies": len(planted),
        "copies_found": round(len(planted & copies.keys()) / len(planted), 4),
        "copies_invented": len(copies.keys() - planted),
        "precision": round(hits / given, 4),
        "recall": round(hits / wanted, 4),
        "clashes_per_incident": round(len(mine) / len(truth), 3),
    }


def _town(number: int, chance: random.Random) -> Place:
    country, province = number // TOWNS, number % TOWNS // 10
    lat, lon = (
        -30 + 6.0 * country + chance.uniform(-2, 2),
        20 + 9.0 * (country % 4) + province + chance.uniform(-0.5, 0.5),
    )
    code = chr(65 + country) * 2
    return Place(
        f"town {number}", lat, lon, Precision.EXACT, 4, "PPL", number, code, f"{code}{province}", str(province)
    )


def _incident(number: int, day: int, town: Place, chance: random.Random) -> Incident:
    at = START + timedelta(days=day, hours=chance.uniform(0, 24))
    parties = [f"{town.country}-{party}" for party in ("army", "rebels", "militia")]
    one, other = chance.sample(parties, 2)
    return Incident(number, town, at, chance.choice(KINDS), (one, other), chance.choice((0, 1, 2, 3, 5, 9, 14, 31)))


def _told(incident: Incident, words: list[str], chance: random.Random) -> Iterator[News]:
    quote = " ".join(chance.choices(words, k=30))
    for number in range(1 + int(chance.expovariate(1 / (PER_INCIDENT - 1)))):
        name = f"i{incident.number}.{number}"
        published = incident.at + timedelta(hours=2 + chance.expovariate(1 / 9))
        text = _text(words, quote, chance)
        report = _report(incident, published, chance)
        yield News(name, published, f"o{chance.randrange(OUTLETS)}", text, report, incident.number)
        if chance.random() < REPRINTS:
            later = published + timedelta(hours=chance.uniform(0.5, 12))
            outlet = f"o{chance.randrange(OUTLETS)}"
            yield News(f"{name}.r", later, outlet, _reprint(text, chance), report, incident.number, name)


def _text(words: list[str], quote: str, chance: random.Random) -> str:
    lengths = [chance.randint(25, 45) for _ in range(chance.randint(4, 9))]
    paragraphs = [" ".join(chance.choices(words, k=length)).capitalize() + "." for length in lengths]
    return "\n\n".join([*paragraphs[:2], f'"{quote}," a witness said.', *paragraphs[2:]])


def _reprint(text: str, chance: random.Random) -> str:
    paragraphs = text.split("\n\n")
    kept = paragraphs[: max(3, len(paragraphs) - chance.randint(0, 3))]
    edited = [" ".join(word for word in part.split() if chance.random() > 0.03) for part in kept]
    return "CITY (Wire) - " + "\n\n".join(edited)


def _report(incident: Incident, published: datetime, chance: random.Random) -> Report:
    kind = NEXT_TO[incident.kind] if chance.random() < OTHER_KIND else incident.kind
    start = _day(incident, published, chance)
    return Report(
        event_type=ACLED_EVENT_OF[kind],
        sub_event_type=kind,
        realis=Realis.CURRENT,
        status=Status.UNCONTESTED,
        alertable=True,
        confidence=0.8,
        place=_place(incident.place, chance),
        start=start,
        end=start,
        date_precision=DatePrecision.DAY if start else DatePrecision.UNKNOWN,
        sides=_sides(incident, chance),
        killed=_toll(incident, chance),
    )


def _day(incident: Incident, published: datetime, chance: random.Random) -> date | None:
    drawn = chance.random()
    if drawn < UNDATED:
        return None
    return published.date() if drawn < UNDATED + FRESH else incident.at.date()


def _place(town: Place, chance: random.Random) -> Place | None:
    drawn = chance.random()
    if drawn < NOWHERE:
        return None
    if drawn < NOWHERE + COUNTRY:
        return Place(town.country or "", town.lat, town.lon, Precision.COUNTRY, 500, "PCLI", None, town.country)
    if drawn < NOWHERE + COUNTRY + PROVINCE:
        name = town.admin1 or ""
        return Place(name, town.lat, town.lon, Precision.ADMIN1, 90, "ADM1", None, town.country, name, town.admin1_code)
    return town


def _sides(incident: Incident, chance: random.Random) -> tuple[Side, ...]:
    drawn = chance.random()
    named = () if drawn < NO_SIDE else incident.sides[:1] if drawn < NO_SIDE + ONE_SIDE else incident.sides
    roles = ("attacker", "target")
    return tuple(Side(role, (Actor(name, (0, 1), name),)) for role, name in zip(roles, named, strict=False))


def _toll(incident: Incident, chance: random.Random) -> Count | None:
    if chance.random() > TOLD:
        return None
    early = int(incident.killed * chance.choice((0.7, 1, 1, 1)))
    return Count(early, early, early)


def _noise(name: str, day: int, words: list[str], chance: random.Random) -> News:
    published = START + timedelta(days=day, hours=chance.uniform(0, 24))
    quote = " ".join(chance.choices(words, k=30))
    return News(name, published, f"o{chance.randrange(OUTLETS)}", _text(words, quote, chance), None, None)
