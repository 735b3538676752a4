"""Eight workers racing through one stream of news find what one worker finds, on PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine, select, text, update

from tests.adapters.test_store_identity import FIGHT, GAO, KIRKUK, NOW, WORDS, add_article, detect
from workers.adapters.store.articles import load_all
from workers.adapters.store.assigning import assign
from workers.adapters.store.engine import connect
from workers.adapters.store.schema import articles, clashes, memberships, reports
from workers.pipeline.cluster import Context
from workers.pipeline.models import Count, Place, Precision, Report

PROVINCE = Place("Kirkuk", 35.4, 44.3, Precision.ADMIN1, 80, "ADM1", 94786, "IQ", "Kirkuk", "02")
ARTICLES, WORKERS = 40, 8

Found = tuple[frozenset[frozenset[str]], dict[int, int | None]]


def news(chance: Random) -> tuple[str, Report]:
    """A report as detection might read it, in words of its own or in those that many print."""
    day = (NOW - timedelta(days=chance.choice((0, 0, 1, 2)))).date()
    killed = chance.choice((None, Count(3, 3, 3), Count(9, 9, 9)))
    told = replace(FIGHT, place=chance.choice((KIRKUK, KIRKUK, GAO, PROVINCE, None)), start=day, end=day, killed=killed)
    own = " ".join(chance.choices([f"word{n}" for n in range(200)], k=120))
    return chance.choice((own, own, f"{WORDS} {chance.random()}")), told


@pytest.fixture
def crowd(database: str) -> Iterator[Engine]:
    """Connections for every worker at once."""
    engine = connect(database, size=WORKERS)
    yield engine
    engine.dispose()


def wait_for_their_turn(engine: Engine, ids: list[int]) -> None:
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE memberships, clashes, situations CASCADE"))
        connection.execute(text("UPDATE reports SET filing = jsonb_set(filing, '{copy_of}', 'null')"))
        connection.execute(update(articles).where(articles.c.id.in_(ids)).values(stage="cluster", copy_of=None))


def take_turn(engine: Engine, *ids: int) -> None:
    with engine.begin() as connection:
        connection.execute(update(articles).where(articles.c.id.in_(ids)).values(stage=None))
    waiting = load_all(engine, ids)
    with engine.begin() as connection:
        assign(connection, waiting, lambda around: Context(pins=around.pins))


def found(engine: Engine) -> Found:
    groups: dict[str, set[str]] = defaultdict(set)
    with engine.connect() as connection:
        for row in connection.execute(select(memberships)):
            groups[row.clash_id].add(row.report_id)
        living = set(connection.scalars(select(clashes.c.id).where(clashes.c.merged_into.is_(None))))
        copies = {row.id: row.copy_of for row in connection.execute(select(articles.c.id, articles.c.copy_of))}
    assert groups.keys() <= living
    return frozenset(map(frozenset, groups.values())), copies


def test_eight_workers_find_what_one_finds(crowd: Engine) -> None:
    chance = Random(11)
    ids = []
    for number in range(ARTICLES):
        words, report = news(chance)
        ids.append(add_article(crowd, NOW - timedelta(minutes=chance.randrange(4000)), words, f"paper-{number}"))
        detect(crowd, ids[-1], report)
    wait_for_their_turn(crowd, ids)
    for article in ids:
        take_turn(crowd, article)
    alone = found(crowd)
    assert len(alone[0]) > 3
    assert any(alone[1].values())
    for together in (1, 5):
        wait_for_their_turn(crowd, ids)
        mixed = chance.sample(ids, len(ids))
        turns = [mixed[start : start + together] for start in range(0, len(mixed), together)]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda turn: take_turn(crowd, *turn), turns))
        assert found(crowd) == alone
    with crowd.connect() as connection:
        assert connection.scalar(select(reports.c.id).where(~reports.c.id.in_(select(memberships.c.report_id)))) is None
