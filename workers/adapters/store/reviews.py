"""What reviewers said of what was told, and the articles behind it as test cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, text

from workers.adapters.store.schema import alerts
from workers.adapters.store.upkeep import reviews
from workers.pipeline.models import Article, Clash, Judgement, Review
from workers.pipeline.wire import decode


@dataclass(frozen=True, slots=True)
class Case:
    """A reviewed clash with one of its original articles, copies left out."""

    review: Review
    clash: Clash
    article_id: int
    article: Article
    published: str
    country: str | None
    source: str | None


_CASES = """
SELECT reviews.id AS review, clashes.clash, articles.id AS article_id, articles.article, articles.published,
       feeds.feed ->> 'country' AS country, feeds.feed ->> 'family' AS family
FROM reviews JOIN clashes ON clashes.id = reviews.clash_id
JOIN memberships ON memberships.clash_id = clashes.id JOIN reports ON reports.id = report_id
JOIN articles ON articles.id = reports.article_id JOIN feeds ON feeds.id = articles.feed_id
WHERE articles.copy_of IS NULL
GROUP BY reviews.id, clashes.id, articles.id, feeds.id ORDER BY reviews.id, articles.id
"""


def add(connection: Connection, review: Review) -> str:
    """Keep a review; its ``id`` is given here and returned."""
    row = {"clash_id": review.clash, "judgement": review.judgement.value}
    row |= {name: getattr(review, name) for name in ("rule", "author", "note", "at")}
    return str(connection.execute(insert(reviews).values(row).returning(reviews.c.id)).scalar_one())


def listed(engine: Engine) -> list[Review]:
    """The oldest first."""
    with engine.connect() as connection:
        return [_review(row) for row in connection.execute(select(reviews).order_by(reviews.c.id))]


def told(engine: Engine) -> list[tuple[str, str]]:
    """(rule, clash) of every alert."""
    with engine.connect() as connection:
        return [
            (row.rule, row.clash_id) for row in connection.execute(select(alerts.c.rule, alerts.c.clash_id).distinct())
        ]


def cases(engine: Engine) -> Iterator[Case]:
    """Every reviewed clash's articles, by the order of the reviews."""
    known = {int(review.id): review for review in listed(engine)}
    with engine.connect() as connection:
        for row in connection.execute(text(_CASES)):
            yield _case(row, known[row.review])


def _case(row: Row[Any], review: Review) -> Case:
    clash, article = decode(Clash, row.clash), decode(Article, row.article)
    published = row.published.isoformat()
    return Case(review, clash, row.article_id, article, published, row.country, row.family)


def _review(row: Row[Any]) -> Review:
    return Review(str(row.id), row.clash_id, Judgement(row.judgement), row.author, row.note, row.at, row.rule)
