"""Append-only counts for metrics, written in each stage's own commit.

In: (stage, outcome, subject, seconds). Out: totals that only rise: ``compact`` folds what was appended into
``tally_totals`` in one transaction, so a reader sees each count exactly once, before or after.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 120, 600, 1800, 7200, 43200)
"""Upper bounds of the duration buckets, in seconds; the last bucket is open. From a parse to half a day's latency."""

UNTIMED = -1
"""The bucket of what has no duration."""

_COMPACTING = 7_231_002


@dataclass(frozen=True, slots=True)
class Tally:
    """``count`` outcomes of a stage that took ``seconds`` in all (``None``: no duration worth counting).

    ``subject`` is a name of which there are few: a feed's slug, a rule, a receiver.
    """

    stage: str
    outcome: str
    subject: str = ""
    seconds: float | None = None
    count: int = 1

    @property
    def bucket(self) -> int:
        return UNTIMED if self.seconds is None else bisect_left(BOUNDS, self.seconds / self.count)


@dataclass(frozen=True, slots=True)
class Total:
    """``bucket`` indexes ``BOUNDS`` (``len(BOUNDS)``: longer than all), or is ``UNTIMED``."""

    stage: str
    outcome: str
    subject: str
    bucket: int
    count: int
    seconds: float


def add(connection: Connection, *counted: Tally) -> None:
    """Append, as part of the caller's transaction."""
    if not counted:
        return
    names = ("stage", "outcome", "subject", "bucket", "count")
    rows: dict[str, list[object]] = {name: [getattr(tally, name) for tally in counted] for name in names}
    connection.execute(text(_ADD), rows | {"seconds": [tally.seconds or 0.0 for tally in counted]})


_ADD = """
INSERT INTO tallies (stage, outcome, subject, bucket, count, seconds)
SELECT * FROM unnest(CAST(:stage AS text[]), CAST(:outcome AS text[]), CAST(:subject AS text[]),
                     CAST(:bucket AS smallint[]), CAST(:count AS bigint[]), CAST(:seconds AS float8[]))
"""


def compact(engine: Engine) -> None:
    """Fold appended tallies into the totals. Harmless when several do it at once: one works, the others leave."""
    with engine.begin() as connection:
        if connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _COMPACTING}).scalar_one():
            connection.execute(text(_COMPACT))


def totals(engine: Engine) -> list[Total]:
    """Everything ever counted; one statement, so one snapshot."""
    with engine.connect() as connection:
        return [Total(*row) for row in connection.execute(text(_TOTALS))]


_COMPACT = """
WITH folded AS (DELETE FROM tallies RETURNING stage, outcome, subject, bucket, count, seconds)
INSERT INTO tally_totals AS total (stage, outcome, subject, bucket, count, seconds)
SELECT stage, outcome, subject, bucket, sum(count), sum(seconds) FROM folded GROUP BY 1, 2, 3, 4
ON CONFLICT (stage, outcome, subject, bucket)
DO UPDATE SET count = total.count + excluded.count, seconds = total.seconds + excluded.seconds
"""

_TOTALS = """
SELECT stage, outcome, subject, bucket, sum(count)::bigint, sum(seconds)
FROM (SELECT stage, outcome, subject, bucket, count, seconds FROM tally_totals
      UNION ALL SELECT stage, outcome, subject, bucket, count, seconds FROM tallies) AS every
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
