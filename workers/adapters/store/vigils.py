"""What vigils ask of the store: when there was news of a region, of a publisher, of fights; and what was told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from workers.adapters.store.schema import alerts
from workers.pipeline.models import Alert, Place, Vigil
from workers.pipeline.regions import Fit, RegionIndex
from workers.pipeline.vigils import Subject, subjects_by_situation
from workers.pipeline.wire import decode

_ARTICLES = """
SELECT filing #> '{report,place}' AS place, array_agg(DISTINCT least(published, made_at)) AS moments
FROM reports JOIN articles ON articles.id = article_id
WHERE published >= :since AND jsonb_typeof(filing #> '{report,place}') = 'object' GROUP BY 1
"""
_CLASHES = """
SELECT clash -> 'place' AS place, clash ->> 'sub_event_type' AS sub_event_type, event_type, situation_id, first_reported
FROM clashes
WHERE first_reported >= :since AND merged_into IS NULL AND clash ->> 'status' NOT IN ('denied', 'retracted')
  AND (clash ->> 'alertable')::bool AND jsonb_typeof(clash -> 'place') = 'object'
"""
_ENTRIES = """
SELECT family, array_agg(DISTINCT seen_at ORDER BY seen_at) AS moments FROM entries
WHERE seen_at >= :since AND (:every OR family = ANY (:families)) GROUP BY family
"""
_LAST = """
SELECT DISTINCT ON (rule, alert -> 'labels' ->> 'subject') alert FROM alerts
WHERE clash_id IS NULL AND rule = ANY (:rules) ORDER BY rule, alert -> 'labels' ->> 'subject', id DESC
"""
_KEY = 7_231_003
Moments = dict[str, tuple[datetime, ...]]


def subjects(engine: Engine, regions: RegionIndex, vigil: Vigil, since: datetime) -> Iterator[Subject]:
    """What a vigil looks at, with everything that was heard of it since. ``regions`` hold those it watches."""
    if vigil.families:
        heard = entries_by_family(engine, vigil.families, since)
        yield from (Subject("family", family, family, moments) for family, moments in heard.items())
    elif vigil.absence:
        moments = articles_by_region(engine, regions, since)
        yield from (_region(regions, name, moments.get(name, ())) for name in vigil.regions)
    else:
        yield from _fights(engine, regions, vigil, since)


def _fights(engine: Engine, regions: RegionIndex, vigil: Vigil, since: datetime) -> Iterator[Subject]:
    found = clashes_by_region(engine, regions, since)
    for name in vigil.regions:
        fights = found.get(name, [])
        region = _region(regions, name, tuple(sorted(at for _, at in fights)))
        if vigil.activity and vigil.activity.per == "situation":
            yield from subjects_by_situation(region, [(situation, at) for situation, at in fights if situation])
        else:
            yield region


def _region(regions: RegionIndex, name: str, moments: tuple[datetime, ...]) -> Subject:
    return Subject("region", name, regions.regions[name].title or name, moments)


def articles_by_region(engine: Engine, regions: RegionIndex, since: datetime) -> Moments:
    """When articles told of something in each region; places known too coarsely to say are left out."""
    found: dict[str, set[datetime]] = defaultdict(set)
    with engine.connect() as connection:
        for row in connection.execute(text(_ARTICLES), {"since": since}):
            for region in _regions(row.place, regions):
                found[region].update(row.moments)
    return {region: tuple(sorted(moments)) for region, moments in found.items()}


def clashes_by_region(
    engine: Engine, regions: RegionIndex, since: datetime
) -> dict[str, list[tuple[str | None, datetime]]]:
    """(situation, first report) of every incident in each region."""
    found: dict[str, list[tuple[str | None, datetime]]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(text(_CLASHES), {"since": since}):
            for region in _regions(row.place, regions, (row.sub_event_type, row.event_type)):
                found[region].append((row.situation_id, row.first_reported))
    return found


def _regions(place: object, regions: RegionIndex, kinds: tuple[str, ...] = ()) -> Iterator[str]:
    fits = regions.fits(decode(Place, place), kinds)
    return (region for region, fit in fits.items() if fit > Fit.VAGUE)


def entries_by_family(engine: Engine, families: Collection[str], since: datetime) -> Moments:
    """When entries of each publisher family were first seen; ``*`` is every family."""
    asked = {"since": since, "every": "*" in families, "families": list(families)}
    with engine.connect() as connection:
        return {row.family: tuple(row.moments) for row in connection.execute(text(_ENTRIES), asked)}


def last_told(connection: Connection, rules: Collection[str]) -> dict[str, Alert]:
    """The last alert of these vigils on each subject. Locks: a second clock sees what the first one told."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})
    last = text(_LAST).columns(alerts.c.alert)
    return {alert.subject: alert for alert in connection.scalars(last, {"rules": list(rules)})}


def gathered(connection: Connection, receiver: str, group_key: str, at: datetime) -> bool:
    """Whether a digest of this time has something to tell."""
    held = text(
        """
        SELECT count(*) FROM deliveries JOIN threads ON threads.id = thread_id
        WHERE receiver = :receiver AND group_key LIKE :key AND held_for = 'digest' AND held_until = :at
        """
    )
    asked = {"receiver": receiver, "key": f"{group_key}%", "at": at}
    return bool(connection.execute(held, asked).scalar_one())
