"""What an article costs without a service around it: the bare parts, and the same stages without Celery.

CPU seconds an article. The bare parts are what nobody can do without (issue 7): trafilatura on the page, detection on
its text, and the inserts of page and article, PostgreSQL's own CPU included. They are done in as many processes at once
as the machine has cores, since the service keeps all of them busy too: cores that share caches and memory slow one
another down.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import Engine
from trafilatura import bare_extraction

from benchmarks._paper import Tale, page
from benchmarks._running import Running
from benchmarks.polling import cpu_of
from workers import celery, hints, services, tasks
from workers.adapters import knowledge
from workers.adapters.store import feeds, ready
from workers.adapters.store.works import CLUSTER, DETECT, EVALUATE, EXTRACT, FETCH, PARSE, POLL, SEND
from workers.pipeline import extract
from workers.pipeline.detect import detect
from workers.pipeline.models import Article, Document, Outcome
from workers.pipeline.wire import dumps
from workers.settings import load

STAGES = {POLL: tasks.poll, PARSE: tasks.parse, FETCH: tasks.fetch, EXTRACT: tasks.extract, DETECT: tasks.detect,
          CLUSTER: tasks.cluster, EVALUATE: tasks.evaluate, SEND: tasks.send}  # fmt: skip
_TABLES = """
CREATE TABLE IF NOT EXISTS bare_pages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, url text, body bytea);
CREATE TABLE IF NOT EXISTS bare_articles (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, url text, article jsonb);
"""


def bare(one: Running, tales: Sequence[Tale]) -> dict[str, float]:
    """Milliseconds of CPU an article."""
    cores, data = os.cpu_count() or 1, one.state / "postgresql"
    with psycopg.connect(one.store.server.url, autocommit=True) as connection:
        connection.execute(_TABLES)
    before = cpu_of(data)
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        found = pool.starmap(_bare, [(one.store.server.url, tales)] * cores, chunksize=1)
    spent = {name: statistics.fmean(each[name] for each in found) for name in found[0]}
    spent["inserts"] += (cpu_of(data) - before) / cores
    return {name: round(1000 * seconds / len(tales), 2) for name, seconds in spent.items()}


def _bare(store: str, tales: Sequence[Tale]) -> dict[str, float]:
    """CPU seconds of this process for all of them."""
    day, known = datetime.now(UTC), knowledge.load(["en"])
    pages = [page(tale, day) for tale in tales]
    bare_extraction(pages[0].decode()), detect(Document("x", "Fighting.", "Fighting", day, "en"), known)
    spent = {"trafilatura": 0.0, "detection": 0.0, "inserts": 0.0}
    texts = []
    for tale, html in zip(tales, pages, strict=True):
        began = time.process_time()
        found = bare_extraction(html.decode())
        read = time.process_time()
        detect(Document(str(tale.number), found.text, tale.title, day, "en"), known)
        spent["trafilatura"] += read - began
        spent["detection"] += time.process_time() - read
        texts.append(found.text)
    spent["inserts"] = _inserts(store, list(zip(pages, texts, strict=True)), day)
    return spent


def _inserts(store: str, found: Sequence[tuple[bytes, str]], day: datetime) -> float:
    """A commit each for page and article."""
    with psycopg.connect(store, autocommit=True) as connection:
        began = time.process_time()
        for html, words in found:
            article = dumps(Article, Article(Outcome.ARTICLE, "t", words, day))
            connection.execute("INSERT INTO bare_pages (url, body) VALUES (%s, %s)", ["u", html])
            connection.execute("INSERT INTO bare_articles (url, article) VALUES (%s, %s)", ["u", article])
        return time.process_time() - began


def without_celery(one: Running, articles: int) -> dict[str, float]:
    """Milliseconds of CPU an article of every stage, called directly in one process; PostgreSQL's not included.

    The service must be at rest, and its workers gone: nobody else may take the work.
    """
    slugs = one.press.release(articles)
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_work_off, args=(one, slugs, theirs))
    child.start()
    spent = ours.recv()
    child.join()
    return {stage: round(1000 * seconds / articles, 2) for stage, seconds in spent.items()}


def _work_off(one: Running, slugs: set[str], pipe: Any) -> None:
    one.engine.dispose(close=False)
    env = {"CLASHWATCH_DATABASE_URL": one.store.server.url, "CLASHWATCH_REDIS_URL": one.broker.server.url}
    settings = load(one.fleet.config, env | {"CLASHWATCH_FETCH_PER_HOST": "50"})
    celery.configure(settings)
    services.configured(settings)
    services.knowledge()
    extract.warm()
    hints._hinter()._silent_until = float("inf")  # nobody would hear
    engine = services.services().engine
    feeds.poll_now(engine, slugs)
    pipe.send(_round(engine, 4))


def _round(engine: Engine, times: int) -> dict[str, float]:
    """Everything that is ready, stage by stage, in the batches of the service; again, for what became ready late."""
    spent = dict.fromkeys((work.stage for work in STAGES), 0.0)
    for _ in range(times):
        for work, run in STAGES.items():
            while ids := ready.hint(engine, work, work.batch, 0.0).ids:
                began = time.process_time()
                run(list(ids))
                spent[work.stage] += time.process_time() - began
    return spent
