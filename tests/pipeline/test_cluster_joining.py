"""Which reports tell one incident, which do not, and that their order cannot matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.scenes import MONDAY, PLACES, day, filing
from workers.pipeline.cluster import Context, Filed, Pins, cluster, filed, reach
from workers.pipeline.models import Clash, DatePrecision, Filing, Realis, Status

FIGHT = ("iraq-army", "peshmerga")
IRAQ = {"iraq-army", "pmf", "iraq-police"}


def allied(one: str, other: str) -> bool:
    return {one, other} <= IRAQ


def groups(*filings: Filing, pins: Pins | None = None) -> set[frozenset[str]]:
    found = cluster(filings, (), MONDAY, context=Context(allied, pins or Pins()))
    return {frozenset(clash.filings) for clash in found.clashes}


def apart(*filings: Filing) -> bool:
    return all(len(group) == 1 for group in groups(*filings))


def together(*filings: Filing) -> bool:
    return len(groups(*filings)) == 1


def test_one_fight_told_in_two_languages_under_two_names_of_the_town_is_one_clash() -> None:
    assert together(filing("nl", "Altun Kupri", sides=FIGHT, language="nl"), filing("ar", "Perde", sides=FIGHT))


def test_a_town_and_a_day_are_enough_when_nobody_names_the_sides() -> None:
    assert together(filing("a", "Kherson"), filing("b", "Kherson", 5))


def test_the_base_outside_the_town_is_the_same_fight() -> None:
    assert together(filing("a", "Kirkuk", sides=FIGHT), filing("b", "K1 base", sides=FIGHT))


def test_another_town_is_another_clash_whatever_else_agrees() -> None:
    assert apart(filing("a", "Altun Kupri", sides=FIGHT, killed=9), filing("b", "Kirkuk", sides=FIGHT, killed=9))


def test_what_an_article_repeats_without_town_side_or_toll_is_no_clash_of_its_own() -> None:
    shelling = "Shelling/artillery/missile attack"
    town = filing("a1", "Kherson", article="a", kind=shelling, killed=5)
    assert groups(town, filing("a2", "Iraq", article="a", kind=shelling)) == {frozenset({"a1"})}
    assert apart(town, filing("b", "Iraq", kind=shelling))


def test_a_later_attack_at_the_same_place_is_another_clash() -> None:
    assert apart(filing("a", sides=FIGHT), filing("b", hours=48, sides=FIGHT))
    assert apart(filing("a", kind="Air/drone strike"), filing("b", hours=24, kind="Air/drone strike"))
    assert apart(filing("a"), filing("b", hours=24))


def test_fighting_for_ground_that_is_told_anew_the_next_day_is_the_same_battle() -> None:
    assert together(filing("a", sides=FIGHT), filing("b", hours=30, sides=FIGHT))


def test_two_shellings_of_one_town_on_two_days_are_two_unless_their_tolls_agree() -> None:
    kind = "Shelling/artillery/missile attack"
    first = filing("a", "Kherson", kind=kind, sides=("russia-army",), killed=3)
    assert apart(first, filing("b", "Kherson", 24, kind=kind, sides=("russia-army",), killed=4))
    assert together(first, filing("b", "Kherson", 24, kind=kind, sides=("russia-army",), killed=3))


def test_what_an_article_denies_is_what_it_reports_wherever_the_denial_was_spoken() -> None:
    report = filing("a1", "Kherson", article="a")
    assert together(report, filing("a2", "Mogadishu", article="a", status=Status.DENIED))
    assert apart(report, filing("b", "Mogadishu", status=Status.DENIED))


def test_a_denial_bars_nothing_that_the_report_it_answers_may_join() -> None:
    fight, retold = filing("a1", article="a", sides=FIGHT), filing("b", hours=22, sides=FIGHT)
    denial = filing("a2", article="a", day=None, sides=FIGHT, status=Status.DENIED)
    assert together(fight, denial, retold)


def test_a_follow_up_two_days_later_is_known_by_the_toll_that_it_repeats() -> None:
    kind = "Air/drone strike"
    first = [filing(f"a{n}", hours=n, kind=kind, sides=FIGHT, killed=killed) for n, killed in enumerate((31, 36, 30))]
    assert together(*first, filing("b", hours=48, kind=kind, sides=FIGHT, killed=36))
    assert not together(*first, filing("b", hours=48, kind=kind, sides=FIGHT, killed=12))


def test_a_total_of_thousands_is_a_wars_and_joins_nothing() -> None:
    kind, war = "Air/drone strike", 14000
    assert apart(
        filing("a", kind=kind, sides=FIGHT, killed=war), filing("b", hours=24, kind=kind, sides=FIGHT, killed=war)
    )


def test_a_day_of_doubt_is_bridged_by_the_same_toll() -> None:
    assert together(filing("a", sides=FIGHT, killed=11), filing("b", hours=9, day=day(3), sides=FIGHT, killed=11))


def test_a_report_that_still_speaks_of_it_three_days_later_belongs_to_it() -> None:
    assert together(filing("a", sides=FIGHT), filing("b", hours=70, day=day(2), sides=FIGHT))


def test_two_attacks_on_one_day_in_one_town_by_different_sides_stay_apart() -> None:
    bomb = {"attacker": "al-shabaab", "target": "somalia-army"}
    shooting = {"attacker": "somalia-opposition", "target": "somalia-police"}
    assert apart(
        filing("bomb", "Mogadishu", kind="Remote explosive/landmine/IED", sides=bomb),
        filing("shooting", "Mogadishu", kind="Attack", sides=shooting),
    )


def test_a_car_bomb_and_a_gunfight_in_one_town_on_one_day_are_two() -> None:
    bomb = filing("bomb", "Mogadishu", kind="Suicide bomb", killed=8)
    assert apart(bomb, filing("fight", "Mogadishu", kind="Armed clash", killed=5))


def test_shelling_by_either_side_of_one_town_is_two_unless_each_blames_the_other() -> None:
    ours = {"attacker": "russia-army", "target": "ukraine-army"}
    theirs = {"attacker": "ukraine-army", "target": "russia-army"}
    kind = "Shelling/artillery/missile attack"
    assert together(
        filing("a", "Kherson", kind=kind, sides=ours, status=Status.CONTESTED),
        filing("b", "Kherson", kind=kind, sides=theirs, status=Status.CONTESTED),
    )
    assert apart(filing("a", "Kherson", kind=kind, sides=ours), filing("b", "Kherson", kind=kind, sides=theirs))


def test_a_shelling_and_the_assault_it_prepared_are_one_clash_with_two_phases() -> None:
    shelling = filing("a", kind="Shelling/artillery/missile attack", sides=FIGHT)
    assert together(shelling, filing("b", hours=3, kind="Armed clash", sides=FIGHT))


def test_allies_count_as_the_same_side() -> None:
    assert together(
        filing("a", "Kirkuk", sides=("iraq-army", "peshmerga")), filing("b", "K1 base", sides=("pmf", "peshmerga"))
    )


def test_a_party_that_is_not_listed_neither_joins_nor_parts() -> None:
    assert together(filing("a", sides=("some gunmen",)), filing("b", sides=("peshmerga",)))


def test_a_report_that_names_the_province_joins_the_one_fight_there() -> None:
    assert together(filing("town", sides=FIGHT), filing("province", "Kirkuk province", 2, sides=FIGHT))


def test_in_kirkuk_may_mean_the_province_or_its_capital() -> None:
    shelling = "Shelling/artillery/missile attack"
    assert together(filing("town", "Kirkuk"), filing("province", "Kirkuk province", 2, kind=shelling))
    assert apart(filing("town", "Altun Kupri"), filing("province", "Kirkuk province", 2, kind=shelling))


def test_a_report_that_names_the_province_joins_neither_of_two_fights_there() -> None:
    towns = filing("a", "Altun Kupri", sides=FIGHT), filing("b", "Daquq", sides=FIGHT)
    assert len(groups(*towns, filing("province", "Kirkuk province", 2, sides=FIGHT))) == 3


def test_unless_it_repeats_the_toll_of_one_of_them() -> None:
    a, b = filing("a", "Altun Kupri", sides=FIGHT, killed=9), filing("b", "Daquq", sides=FIGHT, killed=26)
    province = filing("province", "Kirkuk province", 2, sides=FIGHT, killed=26)
    assert groups(a, b, province) == {frozenset({"a"}), frozenset({"b", "province"})}


def test_a_vague_report_joins_what_it_repeats_before_it_joins_other_vague_ones() -> None:
    town = filing("town", "Fish-Khabur", sides=FIGHT, killed=16)
    repeated, elsewhere = (
        filing("repeated", "Iraq", 2, sides=FIGHT, killed=16),
        filing("elsewhere", "Kirkuk province", 3, sides=FIGHT),
    )
    assert groups(town, repeated, elsewhere) == {frozenset({"town", "repeated"}), frozenset({"elsewhere"})}


def test_days_guessed_from_publication_reach_as_far_back_as_news() -> None:
    kind = "Shelling/artillery/missile attack"
    guessed = filing("guessed", hours=48, kind=kind, day=day(3), days=2)
    guessed = replace(guessed, report=replace(guessed.report, date_precision=DatePrecision.WEEK))
    assert together(filing("dated", kind=kind), guessed)


def test_one_author_telling_two_tolls_in_one_town_tells_two_incidents() -> None:
    kind = "Shelling/artillery/missile attack"
    assert apart(
        filing("a1", "Kherson", kind=kind, article="a", killed=3), filing("a2", "Kherson", article="a", killed=11)
    )


def test_a_copy_joins_its_origin_even_where_detection_missed_the_sides_and_the_day() -> None:
    assert together(filing("a", sides=FIGHT), filing("b", None, 30, day=None, copy_of="a"))


def test_a_copy_does_not_join_what_it_contradicts() -> None:
    assert apart(filing("a", "Altun Kupri"), filing("b", "Kherson", copy_of="a"))


def test_an_operator_joins_and_parts_and_the_reason_says_so() -> None:
    a, b = filing("a", sides=FIGHT), filing("b", "Kirkuk", sides=FIGHT)
    pair = frozenset({frozenset({"a", "b"})})
    assert len(groups(a, b, pins=Pins(together=pair))) == 1
    assert len(groups(a, filing("b", sides=FIGHT), pins=Pins(apart=pair))) == 2
    joined = cluster([a, b], (), MONDAY, context=Context(pins=Pins(together=pair)))
    assert joined.clashes[0].why == ("b: joined by an operator",)


def test_every_join_is_explained() -> None:
    found = cluster([filing("a", sides=FIGHT, killed=9), filing("b", hours=2, sides=FIGHT, killed=9)], (), MONDAY)
    assert found.clashes[0].why == (
        "b with a: same place (0 km), same day, both sides, Armed clash, 9 killed in both: 9.5 points",
    )


def test_what_is_filed_and_why_not() -> None:
    report = filing("a").report
    kind = type(report)
    changed = {name: getattr(report, name) for name in kind.__dataclass_fields__}
    assert filed(report) is Filed.NEWS
    assert filed(kind(**{**changed, "realis": Realis.BACKGROUND})) is Filed.RECALLED
    assert filed(kind(**{**changed, "realis": Realis.BACKGROUND, "update": True})) is Filed.UPDATE
    assert filed(kind(**{**changed, "alertable": False})) is Filed.WEAK
    assert filed(kind(**{**changed, "alertable": False, "confidence": 0.2})) is Filed.UNLIKELY
    assert filed(kind(**{**changed, "status": Status.RETRACTED, "alertable": False})) is Filed.CORRECTION
    assert filed(kind(**{**changed, "sub_event_type": "Arrests"})) is Filed.NOT_VIOLENT
    assert filed(report).yes
    assert not Filed.RECALLED.yes


def test_a_weak_report_adds_to_what_others_report_and_founds_nothing() -> None:
    weak = filing("weak", hours=2, sides=FIGHT, alertable=False, confidence=0.6)
    assert together(filing("a", sides=FIGHT), weak)
    assert groups(weak, filing("weaker", hours=3, sides=FIGHT, alertable=False, confidence=0.5)) == set()


def test_a_denial_of_what_nobody_reports_founds_nothing() -> None:
    assert groups(filing("denial", status=Status.DENIED, alertable=False)) == set()


def test_the_neighbourhood_of_a_filing_holds_everything_that_it_may_join() -> None:
    around = reach(filing("a", "Altun Kupri"))
    assert (around.first, around.last, around.country) == (day(1), day(3), "IQ")
    assert around.km >= 35
    assert reach(filing("b", None)).lat is None


# -- any order -------------------------------------------------------------------------------------------------

_FILINGS = st.builds(
    filing,
    st.uuids(version=4).map(str),
    st.sampled_from([*PLACES, None]),
    st.integers(0, 90),
    kind=st.sampled_from(
        ["Armed clash", "Shelling/artillery/missile attack", "Suicide bomb", "Attack", "Air/drone strike"]
    ),
    sides=st.sampled_from([(), FIGHT, ("iraq-army",), ("is", "iraq-army"), ("al-shabaab", "police"), ("some gunmen",)]),
    killed=st.sampled_from([None, 1, 9, 26]),
    alertable=st.sampled_from([True, True, False]),
    day=st.sampled_from([None, day(2), day(3), day(4)]),
    copy_of=st.sampled_from([None, None, None, "first"]),
)


_NEWS = st.lists(_FILINGS, max_size=12, unique_by=lambda one: one.id)


@given(_NEWS, st.randoms())
def test_any_order_of_the_same_filings_gives_the_same_clashes(filings: list[Filing], chance: Random) -> None:
    shuffled = chance.sample(filings, len(filings))
    late = MONDAY + timedelta(days=5)
    assert cluster(filings, (), late) == cluster(shuffled, (), late)


@given(_NEWS, st.randoms())
def test_filings_that_come_one_by_one_in_any_order_end_in_the_same_partition(
    filings: list[Filing], chance: Random
) -> None:
    known: list[Clash] = []
    shuffled = chance.sample(filings, len(filings))
    for number in range(len(shuffled)):
        known = list(cluster(shuffled[: number + 1], known, MONDAY).clashes)
    at_once = cluster(filings, (), MONDAY).clashes
    assert {c.filings for c in known} == {c.filings for c in at_once}
