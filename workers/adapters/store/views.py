"""What the API shows: newest first, a page at a time, as JSON values.

Pages are cut by a key of the rows themselves (``before``), so that a page stays the same page while news arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from workers.adapters.store import yields
from workers.pipeline.health import Vitals, judge
from workers.pipeline.models import Outcome

_CLASHES = """
SELECT id, clash, state, situation_id, merged_into, changed_at FROM clashes
WHERE merged_into IS NULL
  AND (CAST(:country AS text) IS NULL OR country = :country)
  AND (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:since AS timestamptz) IS NULL OR last_reported >= :since)
  AND (CAST(:before AS timestamptz) IS NULL OR last_reported < :before)
ORDER BY last_reported DESC LIMIT :limit
"""
_CLASH = "SELECT id, clash, state, situation_id, merged_into, changed_at FROM clashes WHERE id = :id"
_REVISIONS = """
SELECT number, revision -> 'changes' AS changes, revision -> 'diff' AS diff, made_at
FROM revisions WHERE clash_id = :id ORDER BY number
"""
_ARTICLES = """
SELECT DISTINCT articles.id, articles.url, articles.article ->> 'title' AS title, articles.published, articles.copy_of,
       articles.article ->> 'language' AS language, articles.article ->> 'origin' AS origin, feeds.slug AS feed
FROM memberships JOIN reports ON reports.id = report_id JOIN articles ON articles.id = reports.article_id
JOIN feeds ON feeds.id = articles.feed_id WHERE clash_id = :id ORDER BY articles.published
"""
_TIMELINE = """
SELECT made_at AS at, clash_id AS clash, number, revision -> 'changes' AS changes, revision -> 'diff' AS diff,
       revision #>> '{clash,sub_event_type}' AS kind, revision #>> '{clash,place,name}' AS place,
       revision #>> '{clash,start}' AS day, revision #>> '{clash,status}' AS status,
       revision #> '{clash,killed}' AS killed
FROM revisions JOIN clashes ON clashes.id = clash_id
WHERE situation_id = :id OR situation_id = (SELECT situation_id FROM clashes WHERE id = :id)
ORDER BY made_at, revisions.id
"""
_VERDICTS = """
SELECT revisions.number AS revision, rule, reason, detail
FROM verdicts JOIN revisions ON revisions.id = revision_id WHERE clash_id = :id ORDER BY 1, 2
"""
_ALERTS = """
SELECT id, alert, at FROM alerts WHERE (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit
"""
_FEEDS = """
SELECT slug, feed ->> 'url' AS url, feed ->> 'family' AS family, feed ->> 'language' AS language, outcome, answered_at,
       entry_at, feeds.due_at, pushes.hub, pushes.state AS push, expires_at AS pushed_until
FROM feeds LEFT JOIN pushes ON feed_id = feeds.id WHERE active ORDER BY slug
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which clashes. ``before`` and ``since`` are times of the last report."""

    country: str | None = None
    state: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    limit: int = 50


def clashes(engine: Engine, wanted: Wanted) -> list[dict[str, Any]]:
    given = {name: getattr(wanted, name) for name in ("country", "state", "since", "before", "limit")}
    return [_flat(row) for row in _rows(engine, _CLASHES, **given)]


def clash(engine: Engine, clash_id: str) -> dict[str, Any] | None:
    """The clash with its history: revisions, articles, and each rule's verdict. A merged one names its heir."""
    found = _rows(engine, _CLASH, id=clash_id)
    if not found:
        return None
    parts = {"revisions": _REVISIONS, "articles": _ARTICLES, "verdicts": _VERDICTS}
    return _flat(found[0]) | {name: _rows(engine, query, id=clash_id) for name, query in parts.items()}


def timeline(engine: Engine, situation: str) -> list[dict[str, Any]]:
    """How a situation went on: every revision of its clashes, also of those merged since, as they became known.

    ``situation`` may be the id of one of its clashes.
    """
    return _rows(engine, _TIMELINE, id=situation)


def alerts(engine: Engine, before: int | None, limit: int) -> list[dict[str, Any]]:
    return [{"id": row["id"], **row["alert"]} for row in _rows(engine, _ALERTS, before=before, limit=limit)]


def feeds(engine: Engine, now: datetime) -> list[dict[str, Any]]:
    """Every feed that is polled: what its last poll ended in, when it brought what, and how it does."""
    known = yields.vitals(engine)
    return [row | _health(known[row["slug"]], now) for row in _rows(engine, _FEEDS) if row["slug"] in known]


def _health(vitals: Vitals, now: datetime) -> dict[str, Any]:
    found = judge(vitals, now)
    return {
        "state": str(found.state),
        "reason": found.reason,
        "expected_gap": vitals.gap,
        "new_per_day": round(vitals.brought.get("new", 0) / yields.DAYS, 2),
        "outcomes": {str(one): vitals.brought[one] for one in Outcome if one in vitals.brought},
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {**row["clash"], **{name: value for name, value in row.items() if name != "clash"}}


def _rows(engine: Engine, query: str, **values: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query), values).mappings()]
