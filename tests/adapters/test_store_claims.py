"""Work is claimed, finished, retried, hinted and given up as DESIGN.md says."""

import multiprocessing
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select, text, update

from workers.adapters.store import claims, ready, tallies
from workers.adapters.store.claims import Done, Held, LeaseLostError
from workers.adapters.store.engine import connect
from workers.adapters.store.schema import feeds
from workers.adapters.store.upkeep import quarantine
from workers.adapters.store.works import POLL, WORKS
from workers.pipeline.models import Feed


def add_feeds(engine: Engine, number: int) -> list[int]:
    rows = [
        {"slug": f"f{n}", "feed": Feed(slug=f"f{n}", url="http://x/"), "stage": "poll", "hinted_at": None}
        for n in range(number)
    ]
    with engine.begin() as connection:
        return list(connection.scalars(insert(feeds).returning(feeds.c.id), rows))


def claim_one(engine: Engine, row_id: int) -> Held:
    (held,) = claims.claim(engine, POLL, [row_id])
    return held


def finish(engine: Engine, held: Held, done: Done) -> None:
    with engine.begin() as connection:
        claims.finish(connection, held, done)


def let_lease_run_out(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(feeds).values(lease_until=func.now()))


def counted(engine: Engine) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for total in tallies.totals(engine):
        totals[total.outcome] += total.count
    return dict(totals)


def test_a_claimed_row_is_not_claimed_again(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    assert len(claims.claim(engine, POLL, [row])) == 1
    assert claims.claim(engine, POLL, [row]) == []


def test_attempts_rise_in_the_claim_so_that_a_crash_counts(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    claim_one(engine, row)
    let_lease_run_out(engine)
    assert claim_one(engine, row).attempts == 2


def test_a_finished_row_moves_on_and_its_attempts_start_over(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    finish(engine, claim_one(engine, row), Done("ok", then=POLL))
    assert claim_one(engine, row).attempts == 1
    assert counted(engine) == {"ok": 1}


def test_a_row_is_not_claimed_before_it_is_due(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    finish(engine, claim_one(engine, row), Done("ok", then=POLL, due=datetime.now(UTC) + timedelta(hours=1)))
    assert claims.claim(engine, POLL, [row]) == []


def test_who_lost_the_lease_commits_nothing_over_the_successor(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    slow = claim_one(engine, row)
    let_lease_run_out(engine)
    successor = claim_one(engine, row)
    with pytest.raises(LeaseLostError):
        finish(engine, slow, Done("ok"))
    finish(engine, successor, Done("ok"))
    assert counted(engine) == {"ok": 1}


def test_a_failure_is_retried_later_and_given_up_after_the_last_attempt(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    for attempt in range(1, POLL.max_attempts + 1):
        assert claims.fail(engine, claim_one(engine, row), "boom") == (attempt == POLL.max_attempts)
        assert claims.claim(engine, POLL, [row]) == []
        with engine.begin() as connection:
            connection.execute(update(feeds).values(due_at=func.now()))
    with engine.connect() as connection:
        given_up = connection.execute(select(quarantine)).one()
    assert (given_up.stage, given_up.row_id, given_up.error) == ("poll", row, "boom")
    assert counted(engine) == {"failed": POLL.max_attempts - 1, "quarantined": 1}


def test_what_retrying_cannot_help_is_given_up_at_once(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    assert claims.fail(engine, claim_one(engine, row), "never", retry=False)


def test_a_row_that_kills_every_worker_is_buried(engine: Engine) -> None:
    poison, _ = add_feeds(engine, 2)
    for _ in range(POLL.max_attempts):
        claim_one(engine, poison)
        let_lease_run_out(engine)
    assert claims.claim(engine, POLL, [poison]) == []
    assert claims.bury(engine, POLL) == 1
    assert claims.bury(engine, POLL) == 0
    with engine.connect() as connection:
        assert connection.scalar(select(quarantine.c.row_id)) == poison


def test_a_released_row_is_not_charged(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    claims.release(engine, claim_one(engine, row))
    assert claim_one(engine, row).attempts == 1


def test_hints_name_ready_rows_once_and_no_more_than_asked(engine: Engine) -> None:
    rows = add_feeds(engine, 5)
    first = ready.hint(engine, POLL, 3, unanswered_after=30)
    second = ready.hint(engine, POLL, 3, unanswered_after=30)
    assert sorted(first.ids + second.ids) == rows
    assert ready.hint(engine, POLL, 3, unanswered_after=30).ids == ()
    assert first.rescued == second.rescued == 0


def test_one_question_tells_which_stages_stir(engine: Engine) -> None:
    assert ready.stirring(engine, WORKS, 30) == set()
    add_feeds(engine, 1)
    assert ready.stirring(engine, WORKS, 30) == {"poll"}
    ready.hint(engine, POLL, 9, unanswered_after=30)
    assert ready.stirring(engine, WORKS, 30) == set()
    assert ready.stirring(engine, WORKS, 0) == {"poll"}


def test_a_hint_that_nobody_answered_is_repeated_and_counted_as_a_rescue(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    ready.hint(engine, POLL, 9, unanswered_after=30)
    assert ready.hint(engine, POLL, 9, unanswered_after=None).ids == ()
    again = ready.hint(engine, POLL, 9, unanswered_after=0)
    assert (again.ids, again.rescued) == ((row,), 1)
    assert counted(engine) == {"rescued": 1}


def test_a_row_whose_worker_died_is_hinted_when_its_lease_is_over(engine: Engine) -> None:
    (row,) = add_feeds(engine, 1)
    claim_one(engine, row)
    assert ready.hint(engine, POLL, 9, unanswered_after=0).ids == ()
    let_lease_run_out(engine)
    found = ready.hint(engine, POLL, 9, unanswered_after=30)
    assert (found.ids, found.rescued, found.abandoned) == ((row,), 0, 1)


def _work_through(url: str, rows: list[int], rounds: int) -> None:
    engine = connect(url)
    for _ in range(rounds):
        for held in claims.claim(engine, POLL, rows, limit=7):
            with engine.begin() as connection:
                claims.finish(connection, held, Done("ok", then=POLL))
                # Read, add, write: loses counts unless the claim excludes everybody else.
                seen = connection.scalar(text("SELECT (memory->>'n')::int FROM feeds WHERE id = :id"), {"id": held.id})
                connection.execute(update(feeds).where(feeds.c.id == held.id).values(memory={"n": (seen or 0) + 1}))
    engine.dispose()


def test_four_processes_on_the_same_rows_lose_and_double_nothing(engine: Engine, database: str) -> None:
    rows = add_feeds(engine, 20)
    engine.dispose()
    fork = multiprocessing.get_context("spawn")
    workers = [fork.Process(target=_work_through, args=(database, rows, 40)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    with engine.connect() as connection:
        increments = connection.scalar(text("SELECT sum((memory->>'n')::int) FROM feeds"))
        tokens = connection.scalar(select(func.sum(feeds.c.token)))
    assert increments == tokens == counted(engine)["ok"]
    assert increments > 500


def test_compacting_tallies_changes_no_total_even_while_others_count(engine: Engine) -> None:
    for row in add_feeds(engine, 10):
        finish(engine, claim_one(engine, row), Done("ok"))
    before = tallies.totals(engine)
    tallies.compact(engine)
    assert tallies.totals(engine) == before
    tallies.compact(engine)
    assert sum(total.count for total in tallies.totals(engine)) == 10


def test_a_connection_that_died_is_replaced(engine: Engine, database: str) -> None:
    (row,) = add_feeds(engine, 1)
    killer = create_engine(engine.url)
    with killer.begin() as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    killer.dispose()
    assert claim_one(engine, row).id == row
