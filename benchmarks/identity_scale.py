"""What copy look-up and clustering cost an article in PostgreSQL, however much is stored.

``python -m benchmarks.identity_scale [STORED ...]`` (default 10000 100000 1000000; a million takes 10 GB of disk).

The first articles of a generated stream go through the store's own code into a private PostgreSQL. For more, these are
multiplied by set-based SQL, each time twenty days further back: the news of a day stays as much as it is. At each size
the next articles of the stream are signed and kept, as detection does, and assigned in batches, as the cluster stage
does. Printed: milliseconds of CPU an article, of this process and the server's together, hence articles a second on
one core; and how well the stream was linked, with every article that came through the store's own code.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import process_time

from sqlalchemy import Engine, insert, select

from benchmarks._multiply import multiply
from benchmarks._stream import News, judged, stream
from workers.adapters import embedded
from workers.adapters.store import articles, assigning, filings
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.schema import articles as article_rows
from workers.adapters.store.schema import entries, feeds, memberships
from workers.pipeline import dedupe
from workers.pipeline.cluster import Context
from workers.pipeline.models import Article, Coding, Entry, Feed, Outcome
from workers.pipeline.models.publisher import Publishers

SIZES = (10_000, 100_000, 1_000_000)
BASE, SLICE, BATCH = 10_000, 1_000, 20
PER_DAY = 500
TICK = os.sysconf("SC_CLK_TCK")
NOBODY = Publishers({}, {}, {}, {})


class Desk:
    """The store's own road from a read article to its clash; ``ids`` are the stored articles' of the stream."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ids: dict[str, int] = {}
        self.news: list[News] = []
        with engine.begin() as connection:
            feed = Feed(slug="f", url="http://x/", family=None, language="en")
            self.feed = connection.scalar(insert(feeds).returning(feeds.c.id), {"slug": "f", "feed": feed})

    def receive(self, news: Sequence[News]) -> list[int]:
        """Articles as extraction leaves them."""
        with self.engine.begin() as connection:
            entry = Entry(guid="", url=None, title="t", summary="", published=None)
            rows = [{"feed_id": self.feed, "family": one.outlet, "fingerprint": "", "entry": entry} for one in news]
            made = connection.scalars(insert(entries).returning(entries.c.id, sort_by_parameter_order=True), rows).all()
            known = [
                {"feed_id": self.feed, "entry_id": number, "outcome": "article", "published": one.published}
                | {"article": Article(Outcome.ARTICLE, "", one.text, one.published)}
                for number, one in zip(made, news, strict=True)
            ]
            ordered = insert(article_rows).returning(article_rows.c.id, sort_by_parameter_order=True)
            ids = list(connection.scalars(ordered, known))
        self.ids.update((one.id, number) for one, number in zip(news, ids, strict=True))
        self.news += news
        return ids

    def take(self, news: Sequence[News], ids: Sequence[int]) -> None:
        """Sign, keep, look up and cluster: what is measured."""
        telling = []
        for known, one in zip(articles.load_all(self.engine, ids), news, strict=True):
            coding = Coding("en", (one.report,) if one.report else (), ())
            with self.engine.begin() as connection:
                found = filings.filings(known, [coding], NOBODY)
                kept = filings.tells(known, found)
                filings.keep(connection, [(known, found)])
                articles.sign(connection, {known.id: dedupe.sign(one.text) if kept else None})
            telling += [known.id] if kept else []
        for start in range(0, len(telling), BATCH):
            waiting = articles.load_all(self.engine, telling[start : start + BATCH])
            with self.engine.begin() as connection:
                assigning.assign(connection, waiting, lambda around: Context(pins=around.pins))

    def judged(self) -> dict[str, float]:
        """Of what came through here, against the stream's truth."""
        names = {str(number): name for name, number in self.ids.items()}
        with self.engine.connect() as connection:
            copied = select(article_rows.c.id, article_rows.c.copy_of).where(article_rows.c.copy_of.is_not(None))
            copies = {
                names[str(row.id)]: names[str(row.copy_of)]
                for row in connection.execute(copied)
                if str(row.id) in names
            }
            rows = connection.execute(select(memberships.c.report_id, memberships.c.clash_id))
            home = {names[one]: clash for report, clash in rows if (one := report.split(".")[0]) in names}
        return judged(self.news, copies, home)


def server_seconds(postmaster: int) -> float:
    """CPU that the server's processes have used, those that have ended included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / TICK


def measure(desk: Desk, news: Sequence[News], postmaster: int) -> dict[str, float]:
    ids = desk.receive(news)
    began = process_time(), server_seconds(postmaster)
    desk.take(news, ids)
    client, server = process_time() - began[0], server_seconds(postmaster) - began[1]
    each = 1000 * (client + server) / len(news)
    shares = {"client_ms": round(1000 * client / len(news), 2), "server_ms": round(1000 * server / len(news), 2)}
    return {"ms_an_article": round(each, 2), **shares, "articles_a_second": round(1000 / each, 1)}


def main(sizes: Sequence[int]) -> dict[str, object]:
    news = stream(int(1.3 * (BASE + SLICE * len(sizes))), per_day=PER_DAY)
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        state.chmod(0o711)
        with embedded.running(embedded.postgres(state), log_dir=state / "log") as (url,):
            migrate(url)
            engine = connect(url)
            postmaster = int((state / "postgresql" / "postmaster.pid").read_text().split()[0])
            desk = Desk(engine)
            base = list(islice(news, BASE))
            found["filling"] = measure(desk, base, postmaster)
            stored = BASE
            for size in sizes:
                stored = multiply(engine, stored, size, days=BASE // PER_DAY)
                found[str(stored)] = measure(desk, list(islice(news, SLICE)), postmaster)
                print(size, found[str(stored)], file=sys.stderr, flush=True)
            found |= desk.judged()
            engine.dispose()
    return {"benchmark": "identity_scale", "slice": SLICE, "batch": BATCH, **found}


if __name__ == "__main__":
    print(json.dumps(main([int(one) for one in sys.argv[1:]] or SIZES)))
