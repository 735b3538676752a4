"""Articles read anew with newer knowledge: what would change, and the change itself, told to nobody twice.

A recoded article is its next version, so its reports take the places of those before by the same way as an edited
article's. Revisions of clashes that somebody was told of are kept and never told; others meet the rules as any news.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, select, text

from workers.adapters.store import articles, assigning, filings
from workers.adapters.store.articles import Known
from workers.adapters.store.assigning import Linking
from workers.adapters.store.schema import articles as table
from workers.adapters.store.schema import reports
from workers.pipeline import dedupe
from workers.pipeline.models import Article, Filing, Outcome, Report


@dataclass(frozen=True, slots=True)
class Anew:
    """An article as it is read now; ``known`` is as the store has it."""

    known: Known
    article: Article
    filings: tuple[Filing, ...]
    """Of the next version."""


@dataclass(frozen=True, slots=True)
class Recoded:
    """``revised`` maps clashes to what would change of them, or has changed."""

    edited: bool
    gone: tuple[Report, ...]
    come: tuple[Report, ...]
    revised: dict[str, tuple[str, ...]]


def since(engine: Engine, start: datetime) -> Iterator[tuple[int, int | None]]:
    """Articles published since, the oldest first, that no worker holds, each with its page while that is kept."""
    chosen = select(table.c.id, table.c.page_id).where(table.c.published >= start, table.c.stage.is_(None))
    readable = chosen.where(table.c.outcome != Outcome.NOT_ARTICLE.value).order_by(table.c.published, table.c.id)
    with engine.connect().execution_options(yield_per=500) as connection:
        for row in connection.execute(readable):
            yield row.id, row.page_id


def recode(engine: Engine, anew: Anew, linking: Linking, *, dry_run: bool) -> Recoded | None:
    """Bring an article's reports and clashes up to date; with ``dry_run`` the transaction is taken back.

    ``None`` when nothing changes, or a worker has taken the article up meanwhile.
    """
    with engine.connect() as connection:
        before, after = _reports(connection, anew.known), [filing.report for filing in anew.filings]
        edited = anew.article != anew.known.article
        if before == after and not edited:
            return None
        assigning.lock(connection)
        if not articles.renew(connection, anew.known, anew.article):
            return None
        revised = _assign(connection, anew, linking)
        if dry_run:
            connection.rollback()
        else:
            connection.commit()
    gone = tuple(report for report in before if report not in after)
    come = tuple(report for report in after if report not in before)
    return Recoded(edited, gone, come, revised)


def _reports(connection: Connection, known: Known) -> list[Report]:
    mine = (reports.c.article_id == known.id) & (reports.c.version == known.version)
    chosen = select(reports.c.filing).where(mine).order_by(reports.c.ordinal)
    return [filing.report for filing in connection.scalars(chosen)]


def _assign(connection: Connection, anew: Anew, linking: Linking) -> dict[str, tuple[str, ...]]:
    """Everything that the detect and cluster stages do, in one transaction."""
    now = replace(anew.known, version=anew.known.version + 1, article=anew.article)
    filings.keep(connection, [(now, anew.filings)])
    articles.sign(connection, {now.id: dedupe.sign(now.article.text, now.article.title)})
    made = assigning.assign(connection, [now], linking)
    rows: Sequence[RowMapping] = connection.execute(text(_HUSH), {"ids": made}).mappings().all()
    return {row["clash_id"]: tuple(row["changes"]) for row in rows}


_HUSH = """
WITH RECURSIVE same AS (
    SELECT clash_id AS id, clash_id AS root FROM revisions WHERE id = ANY(:ids)
    UNION SELECT clashes.id, root FROM clashes JOIN same ON merged_into = same.id)
UPDATE revisions
SET hinted_at = NULL,
    primed = primed OR EXISTS (
        SELECT FROM alerts JOIN same ON alerts.clash_id = same.id WHERE root = revisions.clash_id)
WHERE id = ANY(:ids) RETURNING clash_id, revision -> 'changes' AS changes
"""
