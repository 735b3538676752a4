"""What is work: every stage that claims rows, in pipeline order, on one screen.

A row moves from stage to stage by its ``stage`` column, and from table to table when a stage's
commit inserts the next noun. A lease is the stage's hard time limit plus five seconds; the limits
are Celery's (``workers.celery``), so a claim never outlives the process that could still finish it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from workers.adapters.store.schema import articles, deliveries, entries, feeds, pages, revisions
from workers.adapters.store.upkeep import pushes

HARD_LIMIT = {"fetch": 40, "process": 15, "notify": 30}
"""Seconds until a queue's task is killed."""


@dataclass(frozen=True, slots=True)
class Work:
    """One stage: whose rows, on which queue, how many ids in a hint, and how often before giving up."""

    stage: str
    table: Table
    queue: str
    batch: int
    max_attempts: int
    backoff: float
    """Seconds before the second attempt; doubles with each further one."""
    along: int = 0
    """Other ready rows that are taken along with those of a hint, where many together cost little more than one."""
    apart: bool = True
    """Rows that were tried before are claimed one by one: they may have taken their worker with them."""

    @property
    def lease(self) -> float:
        """Seconds."""
        return HARD_LIMIT[self.queue] + 5.0


POLL = Work("poll", feeds, "fetch", batch=200, max_attempts=8, backoff=60)
SUBSCRIBE = Work("subscribe", pushes, "fetch", batch=20, max_attempts=8, backoff=600, apart=False)
PARSE = Work("parse", pages, "process", batch=25, max_attempts=3, backoff=5)
FETCH = Work("fetch", entries, "fetch", batch=200, max_attempts=5, backoff=60, apart=False)
EXTRACT = Work("extract", pages, "process", batch=10, max_attempts=3, backoff=5)  # the last without the page
DETECT = Work("detect", articles, "process", batch=10, max_attempts=3, backoff=5)
CLUSTER = Work("cluster", articles, "process", batch=10, max_attempts=5, backoff=2, along=20)
EVALUATE = Work("evaluate", revisions, "process", batch=10, max_attempts=5, backoff=5)
SEND = Work("send", deliveries, "notify", batch=5, max_attempts=10, backoff=5)
SHOW = Work("show", deliveries, "notify", batch=5, max_attempts=5, backoff=5)

WORKS = (POLL, SUBSCRIBE, PARSE, FETCH, EXTRACT, DETECT, CLUSTER, EVALUATE, SEND, SHOW)
BY_STAGE = {work.stage: work for work in WORKS}
QUEUES = tuple(HARD_LIMIT)
