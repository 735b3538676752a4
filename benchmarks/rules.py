"""What one clash costs against 10,000 rules and regions, in CPU time. ``python -m benchmarks.rules``

1 % of the regions contain the clash, half are polygons of 120 corners (the others circles), 5 % of the rules
carry a condition in CEL. Target (issue 5): 5 ms for the geography and the gates, plus the conditions.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from math import cos, pi, sin
from statistics import median, quantiles
from time import process_time

from workers.pipeline.models import (
    Area,
    Change,
    Clash,
    ClashState,
    Place,
    Precision,
    Revision,
    Rule,
    Status,
)
from workers.pipeline.regions import build
from workers.pipeline.rules import Known, Watch, evaluate

REGIONS, CONTAINING, WITH_CONDITION, ROUNDS = 10_000, 0.01, 0.05, 300
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place("Altun Kupri", 35.75, 44.14, Precision.NEAR, 8, "PPL", 99_001, "IQ", "Kirkuk", "13")


def area(number: int, containing: int, chance: random.Random) -> Area:
    """A region that contains the place, as the first ``containing`` do, or one that lies at least ten degrees away."""
    if number < containing:
        lat, lon = PLACE.lat + chance.uniform(-0.3, 0.3), PLACE.lon + chance.uniform(-0.3, 0.3)
    else:
        lat, lon = chance.uniform(-60, 20), chance.uniform(-170, 170)
    if number % 2:
        return Area(f"r{number}", circles=((lat, lon, 100),))
    corners = [_corner(lat, lon, step, chance) for step in range(120)]
    return Area(f"r{number}", polygons=(((*corners, corners[0]),),))


def _corner(lat: float, lon: float, step: int, chance: random.Random) -> tuple[float, float]:
    turn, reach = 2 * pi * step / 120, chance.uniform(0.9, 1.3)
    return lon + reach * cos(turn), lat + reach * sin(turn)


def rule(number: int) -> Rule:
    condition = "killed >= 0 && country == 'IQ'" if number % round(1 / WITH_CONDITION) == 0 else None
    return Rule(f"rule{number}", f"Rule {number}", (f"r{number}",), when=condition)


def revision(number: int, chance: random.Random) -> Revision:
    place = Place("X", PLACE.lat + chance.uniform(-0.1, 0.1), PLACE.lon, Precision.NEAR, 8, "PPL", None, "IQ")
    clash = Clash(
        str(number), (), (), "Battles", "Armed clash", Status.UNCONTESTED, ClashState.OPEN, 0.9, NOW, NOW, place
    )
    return Revision(clash, 1, (Change.NEW,), {})


def measure(number: int = REGIONS, containing: int = int(REGIONS * CONTAINING)) -> dict[str, float]:
    """Milliseconds for one clash against so many rules, each with a region of its own."""
    chance = random.Random(1)
    regions = build({made.name: made for made in (area(one, containing, chance) for one in range(number))})
    started = process_time()
    watch = Watch([rule(one) for one in range(number)], regions)
    compiled = process_time() - started
    times, fired = [], 0
    for one in range(ROUNDS):
        revised = revision(one, chance)
        started = process_time()
        fired += len(evaluate(revised, watch, Known(), NOW).alerts)
        times.append((process_time() - started) * 1000)
    return {
        "rules": number,
        "median_ms": round(median(times), 2),
        "p99_ms": round(quantiles(times, n=100)[98], 2),
        "alerts_per_clash": fired / ROUNDS,
        "compile_ms": round(compiled * 1000, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
