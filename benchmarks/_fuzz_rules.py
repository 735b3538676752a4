"""Hostile input for rules: conditions, matchers, regions, and revisions of clashes held against them."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import cos, pi, sin

from benchmarks import _hostile as hostile
from workers.pipeline import regions, rules
from workers.pipeline.condition import SAMPLE, BadConditionError, compiled
from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import (
    ACLED_EVENT_OF,
    Area,
    Change,
    Clash,
    ClashState,
    Count,
    Place,
    Precision,
    Revision,
    Rule,
    Status,
)
from workers.pipeline.wire import encode

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

_EXPRESSIONS = (
    "killed >= 3",
    "country == 'IQ' && killed + injured > 2",
    "origins.exists(o, o == 'afp')",
    "hours < 3.5 || !toll_known",
    "actors.size() > 1",
    "confidence > 0.5 ? killed > 1 : injured > 1",
    "'x' in weapons",
    "place.matches('(a+)+$')",
    "admin1.startsWith('IQ')",
    "killed / articles > 1",
)
_MATCHERS = ('rule="kirkuk"', "severity=~crit.*|warn", 'country!~"AM|AZ"', "x!=y", 'place="a\\"b"')


def a_rule(chance: random.Random) -> str:
    """A condition, a matcher, and a revision held against a rule and a region with both."""
    when, outcome = hostile.text(chance, chance.choice(_EXPRESSIONS), 3), "read"
    compiled.cache_clear()
    try:
        compiled(when).refusal({**SAMPLE, "killed": chance.choice((0, 7, 2**63 - 1)), "place": hostile.word(chance)})
    except BadConditionError:
        when, outcome = "killed >= 0", "refused"
    with suppress(BadMatcherError):
        parse_matcher(hostile.text(chance, chance.choice(_MATCHERS), 3)).matches({"rule": hostile.word(chance)})
    try:
        built = regions.build({"r": _area(chance), "s": Area("s", include=("r",))})
    except regions.BadRegionError:
        return "refused"
    rule = Rule(
        "one",
        hostile.word(chance),
        ("r", "s"),
        when=when,
        min_killed=chance.choice((0, 5)),
        severity=hostile.word(chance),
    )
    known = rules.Known(since=chance.choice(({}, {"one": NOW})), primed=chance.random() < 0.1)
    found = rules.evaluate(_revision(chance), rules.Watch([rule], built), known, NOW)
    assert len(found.verdicts) >= 1
    json.dumps([encode(one) for one in (*found.alerts, *found.verdicts)])
    return outcome


def _degrees(chance: random.Random, most: float) -> float:
    return chance.choice((0.0, most, -most, chance.uniform(-most, most), chance.uniform(-1, 1), 1e-300))


def _area(chance: random.Random) -> Area:
    here = lambda: (_degrees(chance, 180), _degrees(chance, 90))  # noqa: E731
    corners = tuple(here() for _ in range(chance.randint(3, 9)))
    if chance.random() < 0.8:  # around a point, so that no two sides cross
        turns = sorted(chance.uniform(0, 2 * pi) for _ in range(chance.randint(3, 40)))
        lon, lat = here()
        corners = tuple((lon + 9 * cos(turn), max(-90, min(90, lat + 9 * sin(turn)))) for turn in turns)
    circle = (_degrees(chance, 90), _degrees(chance, 180), chance.choice((1e-9, 5.0, 900.0, 20_000.0)))
    west, south = here()
    east, north = here()
    return Area(
        "r",
        countries=frozenset({"IQ"} if chance.random() < 0.2 else ()),
        circles=(circle,) if chance.random() < 0.6 else (),
        boxes=((west, south, east, north),) if chance.random() < 0.3 else (),
        polygons=(((*corners, corners[0]),),) if chance.random() < 0.4 else (),
    )


def _revision(chance: random.Random) -> Revision:
    place = Place(
        hostile.word(chance),
        _degrees(chance, 90),
        _degrees(chance, 180),
        chance.choice(list(Precision)),
        chance.choice((0.0, 5.0, 20_000.0)),
        "PPL",
        None,
        chance.choice((None, "IQ", "\x00")),
    )
    sub = chance.choice(list(ACLED_EVENT_OF))
    then = NOW - timedelta(hours=chance.choice((0, 1, 100, 10**6)))
    clash = Clash(
        hostile.word(chance),
        (),
        (),
        ACLED_EVENT_OF[sub],
        sub,
        chance.choice(list(Status)),
        chance.choice(list(ClashState)),
        chance.random(),
        then,
        then,
        chance.choice((None, place, place)),
        killed=chance.choice((None, Count(3, 3, 3), Count(0, None, None))),
        origins=(hostile.word(chance),),
        languages=(hostile.word(chance),),
    )
    changes = tuple(chance.sample(list(Change), chance.randint(1, 3)))
    return Revision(clash, chance.choice((1, 2, 2**40)), changes, {})
