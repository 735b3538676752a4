"""An operator merges and splits: ids redirect, histories stay, later reports follow, the latest decision holds."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from tests.adapters.test_store_identity import FIGHT, GAO, NOW, add_article, assign, detect, edit, homes, tell
from workers.adapters.store import decisions, views
from workers.adapters.store.decisions import Decision, NoSuchClashError
from workers.adapters.store.neighbourhood import Neighbourhood
from workers.adapters.store.schema import clashes, revisions
from workers.pipeline.cluster import Context
from workers.pipeline.models import Change

FAR = replace(FIGHT, place=GAO)


def linking(around: Neighbourhood) -> Context:
    return Context(pins=around.pins)


def merge(engine: Engine, one: str, other: str) -> str:
    return decisions.merge(engine, Decision("merge", (one, other), "desk", "one convoy"), linking)


def split(engine: Engine, clash: str, *articles: int) -> str:
    said = Decision("split", (clash,), "desk", "two convoys")
    return decisions.split(engine, said, [str(article) for article in articles], linking)


def home(engine: Engine, article: int) -> str:
    return homes(engine)[str(article)]


def changes(engine: Engine, clash: str) -> list[tuple[Change, ...]]:
    chosen = select(revisions.c.revision).where(revisions.c.clash_id == clash).order_by(revisions.c.number)
    with engine.connect() as connection:
        return [revision.changes for revision in connection.scalars(chosen)]


def test_two_clashes_become_one_and_the_other_id_leads_to_it(engine: Engine) -> None:
    kirkuk, again, gao = tell(engine, "one", FIGHT), tell(engine, "two", FIGHT, family="weekly"), tell(engine, "x", FAR)
    kept, gone = home(engine, kirkuk), home(engine, gao)
    assert merge(engine, gone, kept) == kept
    assert {home(engine, article) for article in (kirkuk, again, gao)} == {kept}
    with engine.connect() as connection:
        assert connection.scalar(select(clashes.c.merged_into).where(clashes.c.id == gone)) == kept
    assert changes(engine, gone) == [(Change.NEW,)]
    assert Change.MERGED in changes(engine, kept)[-1]
    shown = views.clash(engine, kept)
    assert shown is not None
    assert any("joined by an operator" in line for line in shown["why"])


def test_what_is_reported_later_of_either_part_joins_the_merged_clash(engine: Engine) -> None:
    kept = merge(engine, home(engine, tell(engine, "one", FIGHT)), home(engine, tell(engine, "two", FAR)))
    assert home(engine, tell(engine, "three", FIGHT, family="c")) == kept
    assert home(engine, tell(engine, "four", FAR, family="d")) == kept


def test_one_clash_becomes_two_and_both_say_so(engine: Engine) -> None:
    one, two, three = (tell(engine, name, FIGHT, family=name) for name in ("a", "b", "c"))
    kept = home(engine, one)
    parted = split(engine, kept, three)
    assert parted != kept
    assert [home(engine, article) for article in (one, two, three)] == [kept, kept, parted]
    assert Change.SPLIT in changes(engine, kept)[-1]
    assert Change.SPLIT in changes(engine, parted)[-1]


def test_a_merge_is_taken_back_by_a_split_and_the_old_id_comes_back(engine: Engine) -> None:
    near, far = tell(engine, "one", FIGHT), tell(engine, "two", FAR)
    first, second = home(engine, near), home(engine, far)
    kept = merge(engine, first, second)
    (gone,) = {first, second} - {kept}
    assert split(engine, kept, far if kept == first else near) == gone
    assert (home(engine, near), home(engine, far)) == (first, second)


def test_a_split_is_taken_back_by_a_merge(engine: Engine) -> None:
    one, two = tell(engine, "a", FIGHT, family="a"), tell(engine, "b", FIGHT, family="b")
    kept = home(engine, one)
    parted = split(engine, kept, two)
    assert merge(engine, kept, parted) == home(engine, one) == home(engine, two)


def test_an_edited_article_stays_where_the_operator_put_it(engine: Engine) -> None:
    near, far = tell(engine, "one", FIGHT), tell(engine, "two", FAR)
    kept = merge(engine, home(engine, near), home(engine, far))
    edit(engine, far)
    detect(engine, far, FAR)
    assign(engine, far)
    assert {home(engine, near), home(engine, far)} == {kept}


def test_the_tick_finds_what_a_decision_changed(engine: Engine) -> None:
    merge(engine, home(engine, tell(engine, "one", FIGHT)), home(engine, tell(engine, "two", FAR)))
    with engine.connect() as connection:
        waiting = select(revisions.c.stage).where(revisions.c.hinted_at.is_(None))
        assert connection.scalars(waiting).all() == ["evaluate"]


def test_decisions_are_kept_with_author_and_note(engine: Engine) -> None:
    one, two = home(engine, tell(engine, "one", FIGHT)), home(engine, tell(engine, "two", FAR))
    merge(engine, one, two)
    (kept,) = decisions.made(engine)
    assert (kept.what, kept.subject, kept.author, kept.note) == ("merge", (one, two), "desk", "one convoy")


def test_what_cannot_be_decided_says_why_and_changes_nothing(engine: Engine) -> None:
    one = tell(engine, "one", FIGHT)
    with pytest.raises(NoSuchClashError, match="no clash c-nowhere"):
        merge(engine, home(engine, one), "c-nowhere")
    with pytest.raises(NoSuchClashError, match="told by articles"):
        split(engine, home(engine, one), one)
    assert decisions.made(engine) == []


def test_a_timeline_tells_a_situation_as_it_became_known(engine: Engine) -> None:
    first = tell(engine, "one", FIGHT, ago=80)
    later = replace(FIGHT, start=NOW.date(), end=NOW.date(), sub_event_type="Attack")
    article = add_article(engine, NOW, "two", "weekly")
    detect(engine, article, later)
    assign(engine, article)
    rows = views.timeline(engine, home(engine, first))
    assert {row["clash"] for row in rows} == {home(engine, first), home(engine, article)}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert rows[0]["changes"] == ["new"]
    assert rows[0]["place"] == "Kirkuk"
