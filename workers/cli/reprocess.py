"""``clashwatch reprocess``: stored pages read again with the knowledge of today, and what that changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit
from workers.pipeline.models import Report

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from workers.adapters.store.articles import Known
    from workers.adapters.store.recoding import Anew, Recoded

app = typer.Typer()


@app.command()
def reprocess(
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Published since (UTC).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would change.")] = False,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Extract and code again, the oldest first. Clashes that somebody was told of change without being told again."""
    from workers.adapters import knowledge
    from workers.adapters.store import recoding
    from workers.services import linking

    engine = engine_or_exit(config)
    known, limits = knowledge.load(), settings_or_exit(config).life.limits()
    again, read, changed = _reader(engine, known), 0, 0
    for article, page in recoding.since(engine, since.replace(tzinfo=UTC)):
        anew = again(article, page)
        found = recoding.recode(engine, anew, linking(known.actors.allied, limits), dry_run=dry_run)
        read += 1
        if found is not None:
            changed += 1
            told = json.dumps(_plain(anew.known, found), ensure_ascii=False) if as_json else _words(anew.known, found)
            typer.echo(told)
    typer.echo(f"{read} articles read, {changed} {'would change' if dry_run else 'changed'}", err=True)


def _reader(engine: Engine, known: Any) -> Callable[[int, int | None], Anew]:
    """How an article is read anew: from its page while that is kept, else from the text extracted then."""
    from workers.adapters import publishers, reading
    from workers.adapters.store import articles, filings, pages
    from workers.adapters.store.recoding import Anew
    from workers.pipeline.detect import detect

    def again(article_id: int, page_id: int | None) -> Anew:
        before = articles.load(engine, article_id)
        article = before.article
        if page_id is not None:
            fresh = reading.article(pages.load(engine, page_id))
            article = fresh if articles.readable(fresh) else article
        now = replace(before, version=before.version + 1, article=article)
        codings = [detect(document, known) for document in filings.documents(now)]
        return Anew(before, article, filings.filings(now, codings, publishers.load()))

    return again


def _plain(known: Known, found: Recoded) -> dict[str, Any]:
    return {
        "article": known.id,
        "title": known.article.title,
        "text": "edited" if found.edited else "same",
        "gone": [_in_short(report) for report in found.gone],
        "come": [_in_short(report) for report in found.come],
        "clashes": {clash: list(changes) for clash, changes in found.revised.items()},
    }


def _words(known: Known, found: Recoded) -> str:
    lines = [f"article {known.id}: {known.article.title}{' (text extracted anew)' if found.edited else ''}"]
    lines += [f"  - {_in_short(report)}" for report in found.gone]
    lines += [f"  + {_in_short(report)}" for report in found.come]
    lines += [f"  clash {clash}: {', '.join(changes)}" for clash, changes in found.revised.items()]
    return "\n".join(lines)


def _in_short(report: Report) -> str:
    place = report.place.name if report.place else "place not told"
    killed = f", {report.killed.low} killed" if report.killed else ""
    day = f", {report.start}" if report.start else ""
    return f"{report.sub_event_type} at {place}{day}{killed} ({report.realis}, {report.confidence:.2f})"
