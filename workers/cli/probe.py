"""The dry run behind ``feeds check`` and ``feeds add``: one real fetch, everything it taught, nothing kept."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.adapters.web import Answer, Fetcher, Policy, Request
from workers.pipeline import schedule
from workers.pipeline.feed import NotAFeed, Reason, parse
from workers.pipeline.feed.discovery import discover
from workers.pipeline.models import Entry, FeedDocument
from workers.settings.service import Fetch


def probe(url: str, fetch: Fetch) -> dict[str, Any]:
    """Names and values in reading order; ``format`` is missing when there is no feed."""
    policy = Policy(fetch.user_agent, fetch.contact, fetch.timeout, spacing=0, robots=False, allow=fetch.allow)
    answer = Fetcher(policy).fetch([Request(url, feed=True)])[0]
    learnt = _of_answer(answer)
    if answer.page is None:
        return _told(learnt)
    now = answer.page.fetched
    try:
        document = parse(answer.page.body, charset=answer.page.charset, url=answer.page.final_url, now=now)
    except NotAFeed as error:
        learnt["not a feed"] = str(error)
        if error.reason is Reason.HTML:
            learnt["announces"] = list(discover(answer.page.body, answer.page.final_url))
        return _told(learnt)
    return _told(learnt | _of_document(document) | _of_rhythm(document, answer, fetch, now))


def _of_answer(answer: Answer) -> dict[str, Any]:
    page = answer.page
    return {
        "url": answer.request.url,
        "outcome": str(answer.outcome),
        "status": answer.status,
        "detail": answer.detail,
        "final url": page.final_url if page and page.final_url != answer.request.url else None,
        "moved to": answer.moved_to,
        "content type": page.content_type if page else None,
        "bytes": len(page.body) if page else None,
        "etag": answer.etag,
        "last modified": answer.last_modified,
        "max age": answer.max_age,
        "retry after": answer.retry_after,
    }


def _of_document(document: FeedDocument) -> dict[str, Any]:
    languages = sorted({entry.language for entry in document.entries if entry.language})
    return {
        "format": document.format,
        "title": document.title,
        "language": languages[0] if languages else None,
        "ttl": document.ttl,
        "skip hours": ", ".join(map(str, sorted(document.skip_hours))),
        "skip days": ", ".join(calendar.day_name[day] for day in sorted(document.skip_days)),
        "entries": len(document.entries),
        "leads to": list(document.parts),
        "hub": document.hub.url if document.hub else None,
        "with text": sum(bool(entry.content) for entry in document.entries),
        "problems": list(document.problems),
        "newest": [f"{entry.published or 'undated'}  {entry.title}" for entry in _newest(document.entries)[:5]],
    }


def _of_rhythm(document: FeedDocument, answer: Answer, fetch: Fetch, now: datetime) -> dict[str, Any]:
    """How often it publishes, and when it would be asked again."""
    recent = [entry for entry in document.entries if entry.published and now - entry.published < timedelta(days=7)]
    hints = schedule.Hints(answer.retry_after, answer.max_age, document.ttl, document.skip_hours, document.skip_days)
    due = schedule.due(now, fetch.interval.total_seconds(), 0.5, hints, schedule.History())
    return {"last 7 days": len(recent), "next poll": f"in {due.seconds:.0f} s ({due.because})"}


def _newest(entries: Sequence[Entry]) -> list[Entry]:
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.published or never, reverse=True)


def _told(learnt: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in learnt.items() if value not in (None, "", [])}
