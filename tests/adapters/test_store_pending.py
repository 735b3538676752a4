"""A rule with a ``for``: what waits lies in the store and is looked at again when its time has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from incidents import ALTUN_KUPRI, revision
from sqlalchemy import Engine, select, text, update

from workers.adapters.store import alerts, claims, clashes, ready
from workers.adapters.store.claims import Done
from workers.adapters.store.schema import revisions, verdicts
from workers.adapters.store.upkeep import pending
from workers.adapters.store.works import EVALUATE
from workers.pipeline.models import Area, Change, Revision, Rule, Status
from workers.pipeline.regions import build
from workers.pipeline.rules import Watch, evaluate

NOW = datetime.now(UTC)
TWO_HOURS = timedelta(hours=2)
WATCH = Watch(
    (Rule("at-once", "At once", ("kirkuk",)), Rule("lasting", "Lasting", ("kirkuk",), lasts=TWO_HOURS)),
    build({"kirkuk": Area("kirkuk", admin1=frozenset({"IQ.13"}))}),
)
FRESH = {"first_reported": NOW, "last_reported": NOW, "start": NOW.date(), "end": NOW.date(), "place": ALTUN_KUPRI}


def happens(engine: Engine, revised: Revision) -> int:
    with engine.begin() as c:
        clashes.keep(c, [revised.clash])
        (made,) = clashes.revise(c, [revised], primed=False)
    return made


def look(engine: Engine, row: int, now: datetime = NOW) -> list[str]:
    """The evaluate stage on a row that is due; the rules that told something."""
    (held,) = claims.claim(engine, EVALUATE, [row])
    found = alerts.revision(engine, row)
    judged = evaluate(found.revision, WATCH, found.known, now)
    with engine.begin() as c:
        claims.finish(c, held, Done("looked", then=EVALUATE if judged.due else None, due=judged.due))
        alerts.judge(c, row, judged)
        alerts.tell(c, row, [(alert, []) for alert in judged.alerts])
    return [alert.rule for alert in judged.alerts]


def due(engine: Engine) -> tuple[int, ...]:
    """What the tick would hint."""
    return ready.hint(engine, EVALUATE, 10, 0).ids


def time_passes(engine: Engine) -> None:
    with engine.begin() as c:
        c.execute(update(revisions).values(due_at=text("now()")).where(revisions.c.stage == EVALUATE.stage))


def reasons(engine: Engine, row: int) -> dict[str, str]:
    with engine.connect() as c:
        rows = c.execute(select(verdicts.c.rule, verdicts.c.reason).where(verdicts.c.revision_id == row))
        return {row.rule: row.reason for row in rows}


@pytest.fixture
def waiting(engine: Engine) -> int:
    """A clash that one rule told at once and another waits to tell."""
    row = happens(engine, revision(1, **FRESH))
    assert look(engine, row) == ["at-once"]
    assert reasons(engine, row) == {"at-once": "fired", "lasting": "pending"}
    return row


def test_what_waits_is_not_due_before_its_time(engine: Engine, waiting: int) -> None:
    assert due(engine) == ()
    with engine.connect() as c:
        assert c.execute(select(revisions.c.due_at).where(revisions.c.id == waiting)).scalar_one() == NOW + TWO_HOURS
        assert c.execute(select(pending.c.rule, pending.c.since)).all() == [("lasting", NOW)]


def test_when_its_time_has_come_it_is_told_once_and_what_others_said_stays(engine: Engine, waiting: int) -> None:
    time_passes(engine)
    assert due(engine) == (waiting,)
    assert look(engine, waiting, NOW + TWO_HOURS) == ["lasting"]
    assert reasons(engine, waiting) == {"at-once": "fired", "lasting": "fired"}
    assert due(engine) == ()


def test_a_worker_that_dies_on_it_costs_nothing(engine: Engine, waiting: int) -> None:
    time_passes(engine)
    claims.claim(engine, EVALUATE, [waiting])  # and is never seen again
    with engine.begin() as c:
        c.execute(update(revisions).values(lease_until=text("now() - interval '1 second'")))
    assert look(engine, waiting, NOW + TWO_HOURS) == ["lasting"]


def test_a_newer_revision_goes_on_with_the_time_that_passed_and_the_older_one_waits_no_more(
    engine: Engine, waiting: int
) -> None:
    newer = happens(engine, revision(2, Change.TOLL, **FRESH))
    assert look(engine, newer, NOW + TWO_HOURS / 2) == ["at-once"]
    time_passes(engine)
    assert set(due(engine)) == {waiting, newer}
    assert look(engine, waiting, NOW + TWO_HOURS) == []
    assert look(engine, newer, NOW + TWO_HOURS) == ["lasting"]


def test_what_ceases_to_hold_is_not_told(engine: Engine, waiting: int) -> None:
    denied = happens(engine, revision(2, Change.DENIED, status=Status.DENIED, **FRESH))
    look(engine, denied, NOW + TWO_HOURS / 2)
    time_passes(engine)
    assert look(engine, waiting, NOW + TWO_HOURS) == []
    with engine.connect() as c:
        assert c.execute(select(pending)).all() == []
