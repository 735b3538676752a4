"""Reports as the store keeps them: with where they come from, where they lie and when, so that neighbours are found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, text

from workers.adapters.store.articles import Known
from workers.adapters.store.clashes import cell_of
from workers.adapters.store.schema import reports
from workers.pipeline import urls
from workers.pipeline.cluster import filed, reach
from workers.pipeline.cluster.geo import coarse
from workers.pipeline.models import Coding, Document, Filing
from workers.pipeline.models.publisher import Publishers


def document(known: Known) -> Document:
    """What detection is given of an article."""
    article, feed = known.article, known.feed
    return Document(
        id=str(known.id),
        text=article.text,
        title=article.title or None,
        published=known.published,
        language=article.language or feed.language,
        country=feed.country,
        source=feed.family,
    )


def filings(known: Known, coding: Coding, publishers: Publishers) -> tuple[Filing, ...]:
    """Every report of an article, with its origin: the credited agency, else the publisher, each with its one voice.

    A family that only the operator's configuration names speaks for itself; an outlet without one corroborates nothing.
    """
    full, family = document(known).full, _family(known, publishers)
    origin = publishers.origin(family, known.article.origin) or family
    return tuple(
        Filing(
            id=f"{known.id}.{known.version}.{ordinal}",
            article=str(known.id),
            published=known.published,
            report=report,
            family=family,
            origin=origin,
            copy_of=str(known.copy_of) if known.copy_of else None,
            language=coding.language,
            title=known.article.title,
            url=known.url,
            quotes=tuple(full[start:end] for start, end in report.evidence),
        )
        for ordinal, report in enumerate(coding.reports)
    )


def _family(known: Known, publishers: Publishers) -> str | None:
    """The feed's, else that of the address: an aggregator's feed links to many publishers."""
    if known.feed.family or not known.url:
        return known.feed.family
    listed = publishers.of_host(urls.host(known.url))
    return listed.family if listed else None


def keep(connection: Connection, known: Known, found: Sequence[Filing]) -> bool:
    """Keep an article version's reports; whether there is something to cluster.

    Earlier versions' reports stay until the cluster stage takes them out of their clashes.
    """
    connection.execute(delete(reports).where(reports.c.article_id == known.id, reports.c.version == known.version))
    rows = [_report(known, ordinal, filing) for ordinal, filing in enumerate(found)]
    if rows:
        connection.execute(insert(reports), rows)
    return known.version > 1 or any(row["is_filing"] for row in rows)


def _report(known: Known, ordinal: int, filing: Filing) -> dict[str, Any]:
    where, days, kind = filing.report.place, reach(filing), filed(filing.report)
    return {
        "id": filing.id,
        "article_id": known.id,
        "version": known.version,
        "ordinal": ordinal,
        "filed": kind.value,
        "is_filing": kind.yes,
        "filing": filing,
        "first_day": days.first,
        "last_day": days.last,
        "cell": cell_of(where),
        "country": where.country if where else None,
        "coarse": coarse(where),
    }


def credit(connection: Connection, article_id: int, origin: int | None) -> None:
    """Write into an article's filings whose copy it is, or that it is nobody's."""
    connection.execute(text(_CREDIT), {"id": article_id, "origin": json.dumps(str(origin) if origin else None)})


_CREDIT = """
UPDATE reports SET filing = jsonb_set(filing, '{copy_of}', CAST(:origin AS jsonb)) WHERE article_id = :id
"""
