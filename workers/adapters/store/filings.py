"""Reports as the store keeps them: with where they come from, where they lie and when, so that neighbours are found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, text

from workers.adapters.store.articles import Known
from workers.adapters.store.nearby import cell_of
from workers.adapters.store.schema import reports
from workers.pipeline import urls
from workers.pipeline.cluster import card, filed, reach
from workers.pipeline.dedupe import Copy
from workers.pipeline.models import Coding, Document, Filing
from workers.pipeline.models.publisher import Publishers


def documents(known: Known) -> tuple[Document, ...]:
    """What detection is given of an article: the whole of it, or each part of a live blog or digest by itself.

    Spans in a part's reports count in that part.
    """
    whole = document(known)
    return tuple(
        replace(whole, title=part.title or None, text=part.text, published=part.published or whole.published)
        for part in known.article.parts
    ) or (whole,)


def document(known: Known) -> Document:
    """An article as one document."""
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


def filings(known: Known, codings: Sequence[Coding], publishers: Publishers) -> tuple[Filing, ...]:
    """Every report of an article, with its origin: the credited agency, else the publisher, each with its one voice.

    ``codings`` are those of ``documents``, in order. A family that only the operator's configuration names speaks for
    itself; an outlet without one corroborates nothing.
    """
    told = [
        (one, coding.language, report)
        for one, coding in zip(documents(known), codings, strict=True)
        for report in coding.reports
    ]
    family = _family(known, publishers)
    origin = publishers.origin(family, known.article.origin) or family
    return tuple(
        Filing(
            id=f"{known.id}.{known.version}.{ordinal}",
            article=str(known.id),
            published=one.published or known.published,
            report=report,
            family=family,
            origin=origin,
            copy_of=str(known.copy_of) if known.copy_of else None,
            language=language,
            title=known.article.title,
            url=known.url,
            version=known.version,
            quotes=tuple(one.full[start:end] for start, end in report.evidence),
        )
        for ordinal, (one, language, report) in enumerate(told)
    )


def _family(known: Known, publishers: Publishers) -> str | None:
    """The feed's, else that of the address: an aggregator's feed links to many publishers."""
    if known.feed.family or not known.url:
        return known.feed.family
    listed = publishers.of_host(urls.host(known.url))
    return listed.family if listed else None


def tells(known: Known, found: Sequence[Filing]) -> bool:
    """Whether an article version's reports leave something to cluster: its own, or those of versions before."""
    return known.version > 1 or any(filed(filing.report).yes for filing in found)


def keep(connection: Connection, coded: Sequence[tuple[Known, Sequence[Filing]]]) -> None:
    """Keep the reports of article versions.

    Earlier versions' reports stay until the cluster stage takes them out of their clashes.
    """
    of = {"ids": [known.id for known, _ in coded], "versions": [known.version for known, _ in coded]}
    connection.execute(text(_FORGET), of)
    rows = [_report(known, ordinal, filing) for known, found in coded for ordinal, filing in enumerate(found)]
    if rows:
        connection.execute(insert(reports), rows)


_FORGET = """
DELETE FROM reports
USING unnest(CAST(:ids AS bigint[]), CAST(:versions AS int[])) AS coded (id, number)
WHERE article_id = coded.id AND version = coded.number
"""


def _report(known: Known, ordinal: int, filing: Filing) -> dict[str, Any]:
    where, one, kind = filing.report.place, card(filing), filed(filing.report)
    days = reach(one)
    return {
        "id": filing.id,
        "article_id": known.id,
        "version": known.version,
        "ordinal": ordinal,
        "filed": kind.value,
        "is_filing": kind.yes,
        "filing": filing,
        "card": one,
        "first_day": days.first,
        "last_day": days.last,
        "cell": cell_of(where),
        "country": where.country if where else None,
        "coarse": one.coarse,
    }


def credit(connection: Connection, found: Mapping[int, Copy | None]) -> None:
    """Write into the filings of articles whose copy each is, or that it is nobody's."""
    origins = {number: copy.origin if copy else None for number, copy in found.items()}
    rows = [
        {"id": number, "origin": json.dumps(origin), "root": json.dumps(origin or str(number))}
        for number, origin in origins.items()
    ]
    if rows:
        connection.execute(text(_CREDIT), rows)


_CREDIT = """
UPDATE reports
SET filing = jsonb_set(filing, '{copy_of}', CAST(:origin AS jsonb)),
    card = jsonb_set(card, '{root}', CAST(:root AS jsonb))
WHERE article_id = :id
"""
