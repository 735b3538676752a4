"""A clash over time: its id, its revisions, its claims, its end, and the situation it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.pipeline.scenes import MONDAY, claim, day, filing
from workers.pipeline.cluster import Clustering, Context, Limits, Span, age, cluster
from workers.pipeline.models import Change, Clash, ClashState, Count, Filing, Revision, Stance, Status

FIGHT = ("iraq-army", "peshmerga")


def told(*filings: Filing, previous: tuple[Clash, ...] = (), now: datetime = MONDAY) -> Clustering:
    return cluster(filings, previous, now, context=Context(lambda one, other: (one, other) == ("pmf", "iraq-army")))


def changes(before: Clustering, after: Clustering) -> tuple[Change, ...]:
    return tuple(change for revision in after.revisions for change in revision.changes)


def then(first: tuple[Filing, ...], second: tuple[Filing, ...]) -> tuple[Change, ...]:
    """What changes when ``second`` come after ``first``."""
    before = told(*first)
    return changes(before, told(*first, *second, previous=before.clashes))


# -- ids -------------------------------------------------------------------------------------------------------


def test_an_id_depends_on_the_first_filing_alone() -> None:
    alone, both = told(filing("a")), told(filing("b", hours=1), filing("a"))
    assert alone.clashes[0].id == both.clashes[0].id
    assert alone.clashes[0].id.startswith("c-")


def test_a_late_report_that_was_published_first_leaves_the_id() -> None:
    before = told(filing("b", hours=2))
    after = told(filing("a"), filing("b", hours=2), previous=before.clashes)
    assert after.clashes[0].id == before.clashes[0].id
    assert after.clashes[0].filings == ("a", "b")


def test_when_two_clashes_turn_out_to_be_one_the_larger_keeps_its_id_and_the_other_is_redirected() -> None:
    one = told(filing("a", "Kirkuk", sides=FIGHT))
    two = told(filing("c", "K1 base", 2, sides=FIGHT), filing("d", "K1 base", 3, sides=FIGHT))
    known = (*one.clashes, *two.clashes)
    everything = [
        filing("a", "Kirkuk", sides=FIGHT),
        filing("c", "K1 base", 2, sides=FIGHT),
        filing("d", "K1 base", 3, sides=FIGHT),
    ]
    merged = told(*everything, previous=known)
    assert [clash.id for clash in merged.clashes] == [two.clashes[0].id]
    assert merged.redirects == {one.clashes[0].id: two.clashes[0].id}
    assert Change.MERGED in merged.revisions[0].changes
    assert merged.revisions[0].diff["merged"] == (None, [one.clashes[0].id])


def test_a_clash_that_falls_apart_leaves_its_id_to_the_larger_part_and_says_so_in_both() -> None:
    wrong = told(filing("a"), filing("b", hours=1), filing("c", hours=2))
    mended = told(filing("a"), filing("b", hours=1), filing("c", "Kherson", 2), previous=wrong.clashes)
    kept, new = mended.clashes
    assert (kept.id, kept.filings, new.filings) == (wrong.clashes[0].id, ("a", "b"), ("c",))
    assert all(Change.SPLIT in revision.changes for revision in mended.revisions)


def test_the_same_filings_again_change_nothing() -> None:
    before = told(filing("a", killed=3), filing("b", hours=1))
    again = told(filing("a", killed=3), filing("b", hours=1), previous=before.clashes)
    assert again.clashes == before.clashes
    assert again.revisions == ()


# -- revisions -------------------------------------------------------------------------------------------------


def test_a_new_clash_is_revision_one() -> None:
    found = told(filing("a"))
    assert [(revision.number, revision.changes) for revision in found.revisions] == [(1, (Change.NEW,))]
    assert found.clashes[0].revision == 1


def test_numbers_follow_what_was_known_before() -> None:
    before = told(filing("a", killed=3))
    after = told(filing("a", killed=3), filing("b", hours=2, killed=5), previous=before.clashes)
    assert [(revision.number, revision.clash.revision) for revision in after.revisions] == [(2, 2)]
    assert after.revisions[0].diff["killed"] == (
        {"low": 3, "best": 3, "high": 3},
        {"low": 3, "best": 5, "high": 5},
    )


def test_a_revision_names_the_claim_that_is_another_one_now() -> None:
    army, doctor = claim("iraq-army", low=3, whom="peshmerga"), claim("a doctor", low=4)
    first = filing("a", killed=3, claims=[army, doctor])
    more = filing("b", hours=2, killed=5, claims=[claim("iraq-army", low=5, whom="peshmerga"), doctor])
    (revision,) = told(first, more, previous=told(first).clashes).revisions
    ((was,), (now,)) = revision.diff["claims"]
    assert (was["who"], was["claim"]["about"], was["claim"]["whom"]) == ("iraq-army", "killed", "peshmerga")
    assert (was["claim"]["low"], was["article"], now["claim"]["low"], now["article"]) == (3, "a", 5, "b")
    assert (now["version"], now["claim"]["span"]) == (1, [0, 10])


def test_the_first_revision_has_every_claim_with_nothing_before_it() -> None:
    (revision,) = told(filing("a", claims=[claim("iraq-army", low=3)])).revisions
    assert [len(side) for side in revision.diff["claims"]] == [1, 1]
    assert revision.diff["claims"][0] == [None]


def test_an_edited_article_that_drops_a_claim_says_so() -> None:
    before = told(filing("a", killed=3, claims=[claim("iraq-army", low=3)]))
    edited = replace(filing("a", killed=4), version=2)
    ((was,), (now,)) = told(edited, previous=before.clashes).revisions[0].diff["claims"]
    assert (was["claim"]["low"], now) == (3, None)


def test_another_paper_with_the_same_facts_is_no_revision() -> None:
    known = filing("a", killed=3, family="afp"), filing("b", hours=1, killed=3, family="bbc")
    assert then(known, (filing("c", hours=2, killed=3, family="dpa"),)) == ()


def test_a_second_origin_is_a_revision_once() -> None:
    assert then((filing("a", family="afp"),), (filing("b", family="bbc"),)) == (Change.ORIGIN,)


def test_a_town_after_a_province_refines_the_place() -> None:
    assert Change.PLACE in then((filing("a", "Kirkuk province", sides=FIGHT),), (filing("b", hours=1, sides=FIGHT),))


def test_an_assault_after_the_shelling_escalates() -> None:
    shelling = filing("a", kind="Shelling/artillery/missile attack", sides=FIGHT)
    assert Change.ESCALATED in then((shelling,), (filing("b", hours=2, sides=FIGHT),))


def test_the_other_side_confirming_is_told() -> None:
    one = filing("a", sides=FIGHT, claims=[claim("peshmerga", "occurrence")], status=Status.UNCONFIRMED)
    other = filing("b", hours=2, sides=FIGHT, claims=[claim("iraq-army", "occurrence")], status=Status.UNCONFIRMED)
    assert Change.CONFIRMED in then((one,), (other,))
    assert told(one).clashes[0].status is Status.UNCONFIRMED
    assert told(one, other).clashes[0].status is Status.UNCONTESTED


def test_a_party_that_speaks_for_the_first_time_makes_a_claim() -> None:
    other = filing("b", hours=1, sides=FIGHT, killed=9, claims=[claim("peshmerga", low=9)])
    assert Change.CLAIM in then((filing("a", sides=FIGHT, killed=9),), (other,))


def test_a_denial_a_correction_and_a_retraction_are_told() -> None:
    first = filing("a", sides=FIGHT, claims=[claim("iraq-army", low=26, whom="peshmerga")])
    denied = filing("b", hours=1, sides=FIGHT, claims=[claim("peshmerga", "occurrence", stance=Stance.DENIES)])
    assert Change.DENIED in then((first,), (denied,))
    fewer = filing("c", hours=2, sides=FIGHT, claims=[claim("iraq-army", low=12, whom="peshmerga")])
    assert Change.CORRECTED in then((first,), (fewer,))
    withdrawn = filing("d", hours=3, sides=FIGHT, family="a", status=Status.RETRACTED, alertable=False)
    assert Change.RETRACTED in then((first,), (withdrawn,))


def test_one_outlet_taking_it_back_does_not_undo_what_another_reports() -> None:
    stands = filing("a", sides=FIGHT), filing("b", hours=1, sides=FIGHT)
    assert told(*stands, filing("c", hours=2, sides=FIGHT, family="a", status=Status.RETRACTED)).clashes[0].status is (
        Status.CONTESTED
    )


# -- claims and counts -----------------------------------------------------------------------------------------


def test_figures_of_one_voice_replace_each_other_and_of_two_stand_side_by_side() -> None:
    early, late = filing("a", family="afp", killed=3), filing("b", hours=4, family="afp", killed=5)
    assert told(early, late).clashes[0].killed == Count(5, 5, 5)
    assert told(early, filing("c", hours=4, family="bbc", killed=5)).clashes[0].killed == Count(3, 5, 5)


def test_an_open_end_stays_open_and_nothing_is_added_up() -> None:
    found = told(filing("a", killed=(10, 10, None)), filing("b", hours=1, killed=12)).clashes[0]
    assert found.killed == Count(10, 12, None)
    assert told(filing("a")).clashes[0].killed is None


def test_the_ledger_keeps_every_claim_with_its_quote_and_repeats_none() -> None:
    one = filing("a", claims=[claim("peshmerga", low=9)], quote="nine of ours")
    again = filing("b", hours=1, claims=[claim("peshmerga", low=9), claim("a doctor", low=11)])
    rows = told(one, again).clashes[0].ledger
    assert [(row.who, row.claim.low, row.quote, row.article) for row in rows] == [
        ("peshmerga", 9, "nine of ours", "a"),
        ("a doctor", 11, "quoted", "b"),
    ]
    assert {(row.version, row.span) for row in rows} == {(1, one.report.evidence[0])}


def test_ten_papers_that_print_one_agency_are_one_origin() -> None:
    papers = [filing(f"p{n}", hours=n, origin="reuters", family=f"paper-{n}") for n in range(10)]
    clash = told(*papers).clashes[0]
    assert clash.origins == ("reuters",)
    assert len(clash.families) == 10


def test_copies_and_unlisted_outlets_corroborate_nothing() -> None:
    first = filing("a", family="gazette")
    copy = filing("b", hours=1, family="courier", copy_of="a")
    unlisted = filing("c", hours=1, family=None, origin=None)
    assert told(first, copy, unlisted).clashes[0].origins == ("gazette",)


def test_independent_origins_raise_confidence_and_copies_do_not() -> None:
    alone = told(filing("a", confidence=0.7)).clashes[0].confidence
    two = told(filing("a", confidence=0.7), filing("b", confidence=0.7)).clashes[0].confidence
    copied = told(filing("a", confidence=0.7), filing("b", confidence=0.7, copy_of="a")).clashes[0].confidence
    assert (alone, two, copied) == (0.7, 0.91, 0.7)


# -- life ------------------------------------------------------------------------------------------------------


def test_a_clash_is_open_then_quiet_then_closed() -> None:
    states = [told(filing("a"), now=MONDAY + timedelta(hours=h)).clashes[0].state for h in (1, 30, 100)]
    assert states == [ClashState.OPEN, ClashState.QUIET, ClashState.CLOSED]


def test_the_times_are_set_per_type() -> None:
    limits = Limits(by_type={"Armed clash": Span(timedelta(hours=2), timedelta(hours=4))})
    found = cluster([filing("a")], (), MONDAY + timedelta(hours=3), context=Context(limits=limits))
    assert found.clashes[0].state is ClashState.QUIET


def test_a_closed_clash_that_is_told_again_is_reopened() -> None:
    closed = told(filing("a"), now=MONDAY + timedelta(days=6)).clashes
    again = told(
        filing("a"),
        filing("b", hours=150, day=day(2), killed=4),
        previous=closed,
        now=MONDAY + timedelta(hours=151),
    ).clashes
    assert [(clash.id, clash.state) for clash in again] == [(closed[0].id, ClashState.REOPENED)]


def test_time_alone_closes_a_clash_with_a_revision_and_quietens_it_without() -> None:
    clash = told(filing("a")).clashes[0]
    quiet = age(clash, MONDAY + timedelta(hours=30))
    assert isinstance(quiet, Clash)
    assert quiet.state is ClashState.QUIET
    closed = age(quiet, MONDAY + timedelta(hours=100))
    assert isinstance(closed, Revision)
    assert (closed.changes, closed.number, closed.clash.state) == ((Change.CLOSED,), 2, ClashState.CLOSED)
    assert age(closed.clash, MONDAY + timedelta(hours=200)) is closed.clash


# -- situations ------------------------------------------------------------------------------------------------


def test_the_same_sides_nearby_within_a_fortnight_are_one_situation_of_many_clashes() -> None:
    found = told(
        filing("a", "Kirkuk", sides=FIGHT),
        filing("b", "Altun Kupri", 96, sides=("pmf", "peshmerga")),
        filing("c", "Altun Kupri", 24 * 10, sides=FIGHT),
    )
    assert len(found.clashes) == 3
    assert len(found.situations) == 1


def test_other_sides_a_far_place_or_a_month_between_make_another_situation() -> None:
    first = filing("a", "Kirkuk", sides=FIGHT)
    for other in (
        filing("b", "Al-Qaim", 24, sides=("iraq-army", "is")),
        filing("b", "Fish-Khabur", 24, sides=FIGHT),
        filing("b", "Kirkuk", 24 * 30, sides=FIGHT),
    ):
        assert len(told(first, other).situations) == 2


def test_what_one_article_tells_of_two_sides_on_two_fronts_is_one_situation() -> None:
    near = (
        filing("a", "Altun Kupri", sides=FIGHT, article="one"),
        filing("b", "Fish-Khabur", sides=FIGHT, article="one"),
    )
    other = filing("c", "Al-Qaim", sides=("iraq-army", "is"), article="one")

    assert len(told(*near).clashes) == 2
    assert len(told(*near).situations) == 1
    assert len(told(*near, other).situations) == 2


def test_clashes_known_before_outside_the_neighbourhood_lend_their_situation() -> None:
    before = told(filing("a", "Kirkuk", sides=FIGHT))
    after = told(filing("b", "Altun Kupri", 96, sides=FIGHT), previous=before.clashes)
    assert [clash.filings for clash in after.clashes] == [("b",)]
    assert after.clashes[0].situation == before.situations[0].id
    assert len(after.situations[0].clashes) == 2
