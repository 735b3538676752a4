"""What people have been told, as the store knows it; the demo holds it against its truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, text

from workers.pipeline.models import Clash
from workers.pipeline.wire import decode

_TOLD = """
SELECT alerts.rule, clashes.clash,
       array(SELECT DISTINCT articles.url FROM memberships
             JOIN reports ON reports.id = report_id JOIN articles ON articles.id = article_id
             WHERE clash_id = clashes.id AND articles.url IS NOT NULL ORDER BY 1) AS urls
FROM alerts JOIN clashes ON clashes.id = alerts.clash_id
WHERE EXISTS (SELECT FROM delivery_alerts JOIN deliveries ON deliveries.id = delivery_id
              WHERE alert_id = alerts.id AND deliveries.state = 'sent')
ORDER BY alerts.id
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An alert that reached at least one receiver, its clash as it stands now, and that clash's articles."""

    rule: str
    clash: Clash
    urls: tuple[str, ...]


def delivered(engine: Engine) -> Iterator[Delivered]:
    """Oldest first."""
    with engine.connect() as connection:
        for row in connection.execute(text(_TOLD)):
            yield Delivered(row.rule, decode(Clash, row.clash), tuple(row.urls))
