"""Cards in, what the store holds around them out: filings that may tell the same incidents, and clashes beside them.

One statement for all cards of a look-up. Rows are found by one-degree squares and days, so the cost depends on the
news of those days around those places and not on how much is stored: scalar subqueries and ``OFFSET 0`` keep the
planner, which cannot know how few rows a JSON text holds, from reading whole tables instead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache, partial
from math import cos, floor, radians
from typing import NamedTuple

from sqlalchemy import Connection, text

from workers.adapters.store.works import CLUSTER
from workers.pipeline import wire
from workers.pipeline.cluster import Card, Reach, Scene, reach
from workers.pipeline.models import Place

_MOST_PLACED, _MOST_UNPLACED = 1000, 150
"""Filings found around one card at most."""
_SITUATION_KM = 100.0
_FORTNIGHT = timedelta(days=14)
_KM_PER_DEGREE = 111.0
_ALL_CELLS = 4000
_READ = 1 << 13
"""Nouns remembered by what is written of them: what lies around one article mostly lies around the next."""


class Found(NamedTuple):
    """A filing's card, and the clash that it belongs to, if any yet."""

    card: Card
    clash: str | None


class Beside(NamedTuple):
    """A clash's scene, and the situation that it is in."""

    scene: Scene
    situation: str | None


def cell(lat: float, lon: float) -> int:
    """The number of the one-degree square that holds a point."""
    return (floor(lat) + 90) * 360 + (floor(lon) + 180) % 360


def cells(lat: float, lon: float, km: float) -> list[int] | None:
    """The squares within ``km`` of a point; ``None`` when they are too many to name."""
    north = km / _KM_PER_DEGREE
    east = km / (_KM_PER_DEGREE * max(0.05, cos(radians(min(89.0, abs(lat) + north)))))
    if (2 * north + 1) * (2 * east + 1) > _ALL_CELLS:
        return None
    rows = range(floor(max(-90.0, lat - north)), floor(min(89.9, lat + north)) + 1)
    columns = range(floor(lon - east), floor(lon + east) + 1)
    return [cell(row, column) for row in rows for column in columns]


def cell_of(place: Place | None) -> int | None:
    return cell(place.lat, place.lon) if place else None


def filings(connection: Connection, own: Sequence[Card], touched: Collection[str]) -> Iterator[Found]:
    """The ``own`` cards, the filings that may tell the same incidents, and all others of the clashes that hold any of
    these or are ``touched``.

    ``reports`` keeps each filing's own days with their slack, so plain overlap is enough. What names no place meets
    everything of its days, nearest in time first; there the number is what bounds the work.
    """
    around = json.dumps([_reach(one) for one in dict.fromkeys(map(reach, own))])
    given = {"around": around, "own": [card.id for card in own], "touched": sorted(touched), "stage": CLUSTER.stage}
    limits = {"placed": _MOST_PLACED, "unplaced": _MOST_UNPLACED}
    for card, clash in connection.execute(_FILINGS, given | limits).all():
        yield Found(_card(card), clash)


def _reach(around: Reach) -> dict[str, object]:
    days = {"first": around.first.isoformat(), "last": around.last.isoformat(), "country": around.country}
    if around.lat is None or around.lon is None:
        return days | {"placed": False}
    return days | {"placed": True, "cells": cells(around.lat, around.lon, around.km)}


_HAD_ITS_TURN = """
((SELECT clash_id FROM memberships WHERE report_id = reports.id) IS NOT NULL
 OR (SELECT stage FROM articles WHERE articles.id = article_id) IS DISTINCT FROM :stage)
"""
"""Not a filing that nobody has assigned yet. What lies around it may lie outside of this neighbourhood, so that here it
would found a clash of its own, be told as one, and be merged away a moment later in its own turn."""
_OF_THOSE_DAYS = f"""
SELECT id, last_day, article_id FROM reports
WHERE is_filing AND first_day <= around.last AND last_day >= around.first AND {_HAD_ITS_TURN}
"""
_NEAREST = "ORDER BY abs(last_day - around.last), article_id DESC"


def _met(which: str, where: str, limit: str) -> str:
    return f"""
    UNION SELECT found.id FROM around CROSS JOIN LATERAL (
        SELECT id FROM ({where}) AS known {_NEAREST} LIMIT {limit}) AS found
    WHERE {which}
    """


_WIDE = f"{_OF_THOSE_DAYS} AND country = around.country AND coarse"
_FILINGS = text(
    f"""
    WITH around AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:around AS jsonb))
        AS around (first date, last date, placed boolean, cells int[], country text)),
    near AS (
        SELECT unnest(CAST(:own AS text[])) AS id
        {_met("cells IS NOT NULL", f"{_OF_THOSE_DAYS} AND cell = ANY(around.cells) UNION {_WIDE}", ":placed")}
        {_met("placed AND cells IS NULL", f"{_OF_THOSE_DAYS} AND cell IS NOT NULL", ":placed")}
        {_met("placed", f"{_OF_THOSE_DAYS} AND cell IS NULL", ":unplaced")}
        {_met("NOT placed", _OF_THOSE_DAYS, ":unplaced")}),
    homes AS MATERIALIZED (
        SELECT id, (SELECT clash_id FROM memberships WHERE report_id = id) AS clash_id FROM near),
    touched AS (
        SELECT clash_id FROM homes WHERE clash_id IS NOT NULL UNION SELECT unnest(CAST(:touched AS text[])))
    SELECT CAST(card AS text), clash_id FROM touched CROSS JOIN LATERAL (
        SELECT card FROM memberships JOIN reports ON id = report_id
        WHERE memberships.clash_id = touched.clash_id AND is_filing OFFSET 0) AS member
    UNION ALL
    SELECT CAST(card AS text), NULL FROM homes CROSS JOIN LATERAL (
        SELECT card FROM reports WHERE reports.id = homes.id AND is_filing OFFSET 0) AS alone
    WHERE clash_id IS NULL
    """
)


def scenes(connection: Connection, own: Iterable[Card]) -> Iterator[Beside]:
    """Clashes that may belong to the same situation."""
    around = json.dumps([_beside(card, card.place) for card in own if card.place])
    for scene, situation in connection.execute(_SCENES, {"around": around}).all():
        yield Beside(_scene(scene), situation)


def _beside(card: Card, place: Place) -> dict[str, object]:
    since, until = card.published - _FORTNIGHT, card.published + _FORTNIGHT
    squares = cells(place.lat, place.lon, _SITUATION_KM) or []
    return {"cells": squares, "since": since.isoformat(), "until": until.isoformat()}


_SCENES = text(
    """
    WITH around AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:around AS jsonb))
        AS around (cells int[], since timestamptz, until timestamptz)),
    beside AS (
        SELECT DISTINCT id FROM around JOIN clashes
        ON cell = ANY(cells) AND last_reported >= since AND first_reported <= until AND merged_into IS NULL)
    SELECT CAST(scene AS text), situation_id FROM beside CROSS JOIN LATERAL (
        SELECT scene, situation_id FROM clashes WHERE clashes.id = beside.id OFFSET 0) AS known
    """
)

_card = lru_cache(_READ)(partial(wire.loads, Card))
_scene = lru_cache(_READ)(partial(wire.loads, Scene))
