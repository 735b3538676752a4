"""Troubles of the store's own: a clock that is set back, and refusals that no row is to blame for."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from workers.adapters.store import claims, clock, heartbeats, tallies
from workers.adapters.store.engine import connect, is_passing
from workers.adapters.store.schema import feeds
from workers.adapters.store.works import POLL
from workers.pipeline.models import Feed

HOUR = timedelta(hours=1)


def written_by_a_clock_an_hour_ahead(engine: Engine) -> int:
    """A feed that was due then, claimed by a worker that died, and a sign of life."""
    with engine.begin() as connection:
        row = {"slug": "a", "feed": Feed(slug="a", url="http://x/"), "stage": POLL.stage}
        made = connection.scalar(insert(feeds).returning(feeds.c.id), row)
        ahead = func.now() + HOUR
        connection.execute(update(feeds).values(due_at=ahead, lease_until=ahead + timedelta(seconds=45)))
        heartbeats.beat(connection, "beat", "here")
        connection.execute(text("UPDATE heartbeats SET at = now() + interval '1 hour'"))
    assert made is not None
    return int(made)


def test_what_was_due_before_the_clock_was_set_back_is_due_now(engine: Engine) -> None:
    row = written_by_a_clock_an_hour_ahead(engine)
    assert clock.mend(engine) == pytest.approx(3600, abs=5)
    assert [one.count for one in tallies.totals(engine) if one.stage == clock.CLOCK] == [1]
    with engine.connect() as connection:
        due, lease = connection.execute(select(feeds.c.due_at, feeds.c.lease_until)).one()
    assert due <= datetime.now(UTC)
    assert lease <= datetime.now(UTC) + timedelta(seconds=POLL.lease + 1)
    with engine.begin() as connection:
        connection.execute(update(feeds).values(lease_until=func.now()))
    assert len(claims.claim(engine, POLL, [row])) == 1


def test_a_clock_is_mended_once(engine: Engine) -> None:
    written_by_a_clock_an_hour_ahead(engine)
    clock.mend(engine)
    with engine.begin() as connection:
        connection.execute(update(feeds).values(due_at=func.now() + HOUR))
    assert clock.mend(engine) == 0
    with engine.connect() as connection:
        assert connection.scalar(select(feeds.c.due_at)) > datetime.now(UTC) + HOUR / 2, "this one is meant so"


def test_a_clock_that_runs_true_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        heartbeats.beat(connection, "beat", "here")
    assert clock.mend(engine) == 0


def refusal(engine: Engine, statement: str) -> DBAPIError:
    with engine.connect() as connection, pytest.raises(DBAPIError) as met:
        connection.execute(text(statement))
    return met.value


def test_a_lock_that_somebody_keeps_is_not_the_rows_fault(engine: Engine, database: str) -> None:
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE feeds IN ACCESS EXCLUSIVE MODE")
        met = refusal(engine, "SET LOCAL lock_timeout = '50ms'; SELECT * FROM feeds")
    assert is_passing(met)


def test_an_ended_session_is_not_the_rows_fault(engine: Engine) -> None:
    assert is_passing(refusal(engine, "SELECT pg_terminate_backend(pg_backend_pid())"))


def test_nobody_at_the_other_end_is_not_the_rows_fault() -> None:
    with pytest.raises(DBAPIError) as met, connect("postgresql://nobody@127.0.0.1:9/x").connect():
        pass
    assert is_passing(met.value)


@pytest.mark.parametrize(
    "statement", ["SELECT 1/0", "SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(1)", "SELECT 'x'::int"]
)
def test_what_a_row_makes_impossible_is_charged_to_it(engine: Engine, statement: str) -> None:
    assert not is_passing(refusal(engine, statement))
