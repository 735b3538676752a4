"""How long one scrape takes with a million articles stored. ``python -m benchmarks.scrape``

A private PostgreSQL is filled by set-based SQL: a million pages, entries and articles whose work is done, 2,000
feeds, 300,000 clashes of which 2,000 are open, 100,000 deliveries, tallies of every stage, and a few thousand rows
that wait. Target (issue 2): under 200 ms.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine, text

from workers.adapters import embedded
from workers.adapters.metrics import StoreCollector
from workers.adapters.store import tallies
from workers.adapters.store.engine import connect, migrate

ARTICLES, FEEDS, ROUNDS = 1_000_000, 2_000, 30

FILL = (
    f"""INSERT INTO feeds (slug, feed, stage, due_at, outcome, answered_at, entry_at)
        SELECT 'feed-' || n, '{{}}', 'poll', now() + n * interval '1 second', 'ok', now(), now()
        FROM generate_series(1, {FEEDS}) AS n""",
    f"""INSERT INTO entries (feed_id, family, url_key, guid_key, fingerprint, entry)
        SELECT 1 + n % {FEEDS}, 'f', 'u' || n, 'g' || n, 'x', '{{}}' FROM generate_series(1, {ARTICLES}) AS n""",
    f"""INSERT INTO pages (kind, feed_id, entry_id, url, final_url, fetched, body, stage)
        SELECT 'article', 1 + n % {FEEDS}, n, 'u', 'u', now(), '\\x00', CASE WHEN n % 1000 = 0 THEN 'extract' END
        FROM generate_series(1, {ARTICLES}) AS n""",
    f"""INSERT INTO articles (feed_id, entry_id, outcome, article, url, url_key, published, stage)
        SELECT 1 + n % {FEEDS}, n, 'article', '{{}}', 'u', 'u' || n, now(), CASE WHEN n % 1000 = 0 THEN 'detect' END
        FROM generate_series(1, {ARTICLES}) AS n""",
    """INSERT INTO clashes (id, clash, scene, state, event_type, first_reported, last_reported)
        SELECT 'c' || n, '{}', '{}', CASE WHEN n % 150 = 0 THEN 'open' ELSE 'closed' END, 'Battles', now(), now()
        FROM generate_series(1, 300000) AS n""",
    "INSERT INTO threads (receiver, group_key) SELECT 'r' || n % 50, 'g' || n FROM generate_series(1, 100000) AS n",
    """INSERT INTO deliveries (thread_id, sequence, key, state, stage)
        SELECT n, 1, 'd' || n, 'sent', CASE WHEN n % 1000 = 0 THEN 'send' END FROM generate_series(1, 100000) AS n""",
    """INSERT INTO tallies (stage, outcome, subject, bucket, count, seconds)
        SELECT (ARRAY['poll','parse','fetch','extract','detect','cluster','evaluate','send'])[1 + n % 8], 'ok',
               CASE WHEN n % 8 IN (0, 2) THEN 'feed-' || n % 2000 ELSE '' END, n % 12, 1, 0.1
        FROM generate_series(1, 200000) AS n""",
    "ANALYZE",
)


def fill(engine: Engine) -> None:
    for statement in FILL:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text(statement))
    tallies.compact(engine)


def main() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        state.chmod(0o711)
        with embedded.running(embedded.postgres(state), log_dir=state / "log") as (url,):
            migrate(url)
            engine = connect(url)
            fill(engine)
            registry = CollectorRegistry()
            registry.register(StoreCollector(engine))
            seconds = []
            for _ in range(ROUNDS):
                began = perf_counter()
                size = len(generate_latest(registry))
                seconds.append(perf_counter() - began)
            engine.dispose()
    milliseconds = [1000 * one for one in seconds]
    shown = {"median_ms": round(median(milliseconds), 1), "p95_ms": round(quantiles(milliseconds, n=20)[-1], 1)}
    return {"benchmark": "scrape", "articles": ARTICLES, "feeds": FEEDS, "bytes": size, "n": ROUNDS, **shown}


if __name__ == "__main__":
    print(json.dumps(main()))
