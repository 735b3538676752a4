"""Told once, to those who watch the place, again only when something material changes, and never without a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from incidents import ERBIL, NOON, NYALA, PESHMERGA, SOMEWHERE_IN_IRAQ, people, revision, says

from workers.pipeline.models import (
    AlertKind,
    Area,
    Change,
    Count,
    Inhibition,
    Realis,
    Reason,
    Revision,
    Rule,
    Side,
    Silence,
    Status,
    Verdict,
)
from workers.pipeline.regions import build
from workers.pipeline.rules import Evaluation, Known, Quiet, Watch, evaluate, hush, told_keys
from workers.pipeline.rules.backtest import backtest

AREAS = {
    "kirkuk": Area("kirkuk", title="Kirkuk province", admin1=frozenset({"IQ.13"})),
    "iraq": Area("iraq", countries=frozenset({"IQ"})),
    "darfur": Area("darfur", admin1=frozenset({"SD.49"})),
    "ring": Area("ring", circles=((35.75, 44.14, 4),)),
}
REGIONS = build(AREAS)


def rule(id: str = "kirkuk", regions: tuple[str, ...] = ("kirkuk",), **more: Any) -> Rule:
    return Rule(id, id.title(), regions, **more)


def watch(*rules: Rule) -> Watch:
    return Watch(rules or (rule(),), REGIONS)


def answer(revised: Revision, *rules: Rule, **more: Any) -> Evaluation:
    now = more.pop("now", NOON)
    return evaluate(revised, watch(*rules), Known(**more), now)


def reason(revised: Revision, *rules: Rule, **more: Any) -> Reason:
    return answer(revised, *rules, **more).verdicts[0].reason


TOLD = told_keys(answer(revision(1)).alerts)
"""What the rule told of the first revision."""


def test_a_fight_in_the_region_fires_the_rule_and_says_why() -> None:
    (alert,) = answer(revision()).alerts
    assert (alert.key, alert.rule, alert.kind, alert.severity) == ("kirkuk:7:new", "kirkuk", AlertKind.NEW, "warning")
    assert alert.reason == "Altun Kupri (within 8 km) lies in Kirkuk province"
    assert alert.labels == {
        "rule": "kirkuk", "region": "kirkuk", "country": "IQ", "admin1": "IQ.13", "event_type": "Battles",
        "sub_event_type": "Armed clash", "severity": "warning", "status": "unconfirmed", "clash": "7", "kind": "new",
    }  # fmt: skip


def test_every_rule_gives_a_verdict_in_the_rules_order() -> None:
    verdicts = answer(revision(), rule("d", ("darfur",)), rule("k"), rule("x", status="experimental")).verdicts
    assert [(v.rule, v.reason) for v in verdicts] == [
        ("d", Reason.OUTSIDE_REGION),
        ("k", Reason.FIRED),
        ("x", Reason.EXPERIMENTAL),
    ]
    assert verdicts[0].detail == "the place lies outside darfur"


# told once


def test_the_same_revision_is_told_once_however_often_it_is_evaluated() -> None:
    assert answer(revision(1), told=TOLD).alerts == ()
    again = revision(2, Change.TOLL)
    told = TOLD | told_keys(answer(again, told=TOLD).alerts)
    assert answer(again, told=told).alerts == ()
    assert reason(again, told=told) is Reason.ALREADY_TOLD


def test_alert_keys_do_not_depend_on_when_or_in_what_company_they_are_made() -> None:
    later = answer(revision(), rule("k"), rule("iraq", ("iraq",)), now=NOON + timedelta(hours=5)).alerts
    assert [alert.key for alert in later] == ["k:7:new", "iraq:7:new"]


def test_a_rule_that_never_told_of_a_clash_tells_it_as_new_whatever_changed() -> None:
    (alert,) = answer(revision(4, Change.TOLL)).alerts
    assert (alert.kind, alert.key) == (AlertKind.NEW, "kirkuk:7:new")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ((Change.TOLL,), AlertKind.UPDATE),
        ((Change.ORIGIN, Change.CONFIRMED), AlertKind.UPDATE),
        ((Change.TOLL, Change.ESCALATED), AlertKind.ESCALATION),
        ((Change.CLAIM, Change.DENIED), AlertKind.CORRECTION),
        ((Change.CORRECTED, Change.ESCALATED), AlertKind.CORRECTION),
        ((Change.RETRACTED, Change.CLAIM), AlertKind.RETRACTION),
    ],
)
def test_what_changed_decides_how_it_is_told(changes: tuple[Change, ...], kind: AlertKind) -> None:
    (alert,) = answer(revision(2, *changes), told=TOLD).alerts
    assert (alert.kind, alert.key) == (kind, "kirkuk:7:2")


def test_that_a_clash_is_closed_is_not_told() -> None:
    assert reason(revision(2, Change.CLOSED), told=TOLD) is Reason.KIND


def test_a_rule_tells_only_the_kinds_it_names() -> None:
    quiet = rule(on=frozenset({AlertKind.NEW, AlertKind.RETRACTION}))
    assert reason(revision(2, Change.TOLL), quiet, told=TOLD) is Reason.KIND
    assert reason(revision(2, Change.RETRACTED), quiet, told=TOLD) is Reason.FIRED


def test_a_retraction_reaches_those_who_were_told_though_it_would_fire_nobody_anew() -> None:
    taken_back = revision(2, Change.RETRACTED, status=Status.RETRACTED, confidence=0.1, alertable=False)
    assert [alert.kind for alert in answer(taken_back, told=TOLD).alerts] == [AlertKind.RETRACTION]
    assert reason(taken_back) is Reason.NOT_ALERTABLE


def test_a_place_corrected_out_of_the_region_is_told_as_a_correction() -> None:
    moved = revision(2, Change.PLACE, place=NYALA)
    (alert,) = answer(moved, told=TOLD).alerts
    assert (alert.kind, alert.labels["country"]) == (AlertKind.CORRECTION, "SD")
    assert alert.reason == "Nyala (within 6 km) lies outside Kirkuk province"


def test_what_follows_after_a_clash_turned_out_to_lie_elsewhere_is_not_told() -> None:
    assert reason(revision(3, Change.TOLL, place=NYALA), told=TOLD) is Reason.OUTSIDE_REGION


# where


def test_a_clash_outside_the_region_stays_outside() -> None:
    assert reason(revision(place=ERBIL)) is Reason.OUTSIDE_REGION
    assert reason(revision(place=NYALA)) is Reason.OUTSIDE_REGION


def test_inside_wants_all_of_the_clashs_area_touch_is_content_with_some() -> None:
    assert reason(revision(), rule("r", ("ring",))) is Reason.FIRED
    strict = answer(revision(), rule("r", ("ring",), within="inside"))
    assert strict.verdicts[0].reason is Reason.OUTSIDE_REGION
    assert strict.verdicts[0].detail == "Altun Kupri (within 8 km) only touches ring"


def test_an_unknown_place_reaches_no_watcher_and_goes_to_the_unlocated_branch() -> None:
    told = answer(revision(place=None), rule("k"), rule("d", ("darfur",)))
    assert [v.reason for v in told.verdicts] == [Reason.UNLOCATED, Reason.UNLOCATED]
    (alert,) = told.alerts
    assert (alert.rule, alert.labels["region"], alert.key) == ("unlocated", "unlocated", "unlocated:7:new")
    assert "country" not in alert.labels


def test_a_place_known_only_by_its_country_is_unlocated_for_a_part_of_it() -> None:
    told = answer(revision(place=SOMEWHERE_IN_IRAQ))
    assert told.verdicts[0].reason is Reason.UNLOCATED
    assert told.verdicts[0].detail == "known only as somewhere in Iraq, of which kirkuk is a part"
    assert [(alert.rule, alert.labels["country"]) for alert in told.alerts] == [("unlocated", "IQ")]


def test_a_clash_that_some_rule_tells_is_not_unlocated() -> None:
    told = answer(revision(place=SOMEWHERE_IN_IRAQ), rule("k"), rule("iraq", ("iraq",)))
    assert [alert.rule for alert in told.alerts] == ["iraq"]


def test_the_unlocated_branch_hears_of_a_clash_once_and_only_of_what_a_rule_wants() -> None:
    lost = revision(place=None)
    told = told_keys(answer(lost).alerts)
    assert answer(lost, told=told).alerts == ()
    assert answer(lost, rule(min_killed=10)).alerts == ()
    assert answer(lost, primed=True).alerts == ()


def test_a_clash_told_as_unlocated_is_told_to_its_region_once_its_place_is_known() -> None:
    told = told_keys(answer(revision(place=None)).alerts)
    (alert,) = answer(revision(2, Change.PLACE), told=told).alerts
    assert (alert.rule, alert.kind) == ("kirkuk", AlertKind.NEW)


# what


@pytest.mark.parametrize(
    ("changed", "asked", "expected"),
    [
        ({"status": Status.DENIED}, {}, Reason.NOT_ALERTABLE),
        ({"alertable": False}, {}, Reason.NOT_ALERTABLE),
        ({"event_type": "Protests", "sub_event_type": "Peaceful protest"}, {}, Reason.TYPE),
        ({"event_type": "Riots", "sub_event_type": "Mob violence"}, {}, Reason.TYPE),
        ({"event_type": "Riots", "sub_event_type": "Mob violence", "killed": people(2)}, {}, Reason.FIRED),
        (
            {"event_type": "Protests", "sub_event_type": "Peaceful protest"},
            {"event_types": frozenset({"Protests"})},
            Reason.FIRED,
        ),
        ({}, {"sub_event_types": frozenset({"Grenade"})}, Reason.TYPE),
        ({}, {"sides": frozenset({"peshmerga"})}, Reason.FIRED),
        ({"sides": (Side("party", (PESHMERGA,)),)}, {"sides": frozenset({"isis"})}, Reason.SIDES),
        ({"realis": (Realis.BACKGROUND,)}, {"realis": frozenset({"current"})}, Reason.REALIS),
        ({"realis": (Realis.BACKGROUND, Realis.ONGOING)}, {"realis": frozenset({"current", "ongoing"})}, Reason.FIRED),
        ({"confidence": 0.4}, {"min_confidence": 0.5}, Reason.CONFIDENCE),
        ({}, {"min_killed": 1}, Reason.CASUALTIES),
        ({"killed": Count(9, None, None)}, {"min_killed": 10}, Reason.CASUALTIES),
        ({"killed": Count(8, 12, 15)}, {"min_killed": 10}, Reason.FIRED),
        ({}, {"min_origins": 2}, Reason.ORIGINS),
        ({"origins": ("nordwire", "estafeta")}, {"min_origins": 2}, Reason.FIRED),
        ({}, {"languages": frozenset({"ar"})}, Reason.LANGUAGE),
    ],
)
def test_each_condition_of_a_rule_is_a_gate_with_its_own_reason(
    changed: dict[str, Any], asked: dict[str, Any], expected: Reason
) -> None:
    assert reason(revision(**changed), rule(**asked)) is expected


def test_a_verdict_names_the_value_that_failed() -> None:
    assert answer(revision(confidence=0.42), rule(min_confidence=0.5)).verdicts[0].detail == "0.42 < 0.50"


# when


def test_old_news_is_recorded_and_not_told() -> None:
    old = revision(last_reported=NOON - timedelta(hours=73), end=(NOON - timedelta(hours=73)).date())
    verdict = answer(old).verdicts[0]
    assert verdict.reason is Reason.STALE
    assert verdict.detail == "last reported 2026-02-27 11:00, longer than 72 h ago"


def test_a_fresh_article_about_an_old_incident_is_no_news() -> None:
    assert reason(revision(start=None, end=(NOON - timedelta(days=9)).date())) is Reason.STALE


def test_a_correction_of_what_was_told_comes_however_old_the_incident() -> None:
    much_later = revision(2, Change.CORRECTED, end=(NOON - timedelta(days=9)).date())
    assert reason(much_later, told=TOLD) is Reason.FIRED


def test_what_a_feeds_first_fetch_brings_is_recorded_and_not_told() -> None:
    assert reason(revision(), primed=True) is Reason.PRIMING
    assert answer(revision(), primed=True).alerts == ()


def test_an_experimental_rule_is_evaluated_and_sends_nothing() -> None:
    told = answer(revision(), rule(status="experimental"))
    assert told.alerts == ()
    assert told.verdicts[0].detail == "would have been told: Altun Kupri (within 8 km) lies in Kirkuk province"


def test_a_rules_own_labels_join_the_built_in_ones() -> None:
    (alert,) = answer(revision(), rule(labels={"team": "north", "severity": "none"})).alerts
    assert (alert.labels["team"], alert.labels["severity"]) == ("north", "warning")


def test_a_story_from_first_report_to_retraction() -> None:
    """Reported by one side, confirmed by the other, the toll rises, the place is corrected, all is withdrawn."""
    told: frozenset[str] = frozenset()
    kinds = []
    for number, (changes, changed) in enumerate(
        [
            ((Change.NEW,), {}),
            ((Change.CONFIRMED, Change.ORIGIN), {"status": Status.UNCONTESTED}),
            ((Change.TOLL,), {"killed": people(12)}),
            ((Change.PLACE, Change.CORRECTED), {"place": ERBIL}),
            ((Change.RETRACTED,), {"place": ERBIL, "status": Status.RETRACTED}),
        ],
        start=1,
    ):
        for _ in range(2):  # everything may be evaluated twice
            alerts = answer(revision(number, *changes, **changed), told=told).alerts
            told |= told_keys(alerts)
            kinds += [alert.kind for alert in alerts]
    assert kinds == ["new", "update", "update", "correction", "retraction"]


def test_who_was_told_hears_more_even_when_the_place_is_no_longer_known() -> None:
    assert reason(revision(2, Change.TOLL, place=None), told=TOLD) is Reason.FIRED


def test_what_was_told_of_a_clash_counts_for_the_one_it_was_merged_into_but_not_its_revisions() -> None:
    absorbed = answer(revision(3, Change.TOLL, id="5"), told=told_keys(answer(revision(1, id="5")).alerts)).alerts
    told = told_keys(replace(alert, clash="7") for alert in absorbed)
    (alert,) = answer(revision(3, Change.MERGED), told=told).alerts
    assert (alert.key, alert.kind) == ("kirkuk:7:3", AlertKind.UPDATE)


@pytest.mark.parametrize(
    ("when", "fires"),
    [
        ("killed >= 10 || 'peshmerga' in actors", True),
        ("killed >= 10", False),
        ("origins.size() > 1", False),
        ("country == 'IQ' && precision != 'country' && hours < 2.0", True),
        ("claimants.exists(who, who.startsWith('a '))", False),
    ],
)
def test_a_condition_says_what_matching_cannot(when: str, fires: bool) -> None:
    verdict = answer(revision(), rule(when=when)).verdicts[0]
    assert verdict.reason is (Reason.FIRED if fires else Reason.CONDITION)
    assert fires or verdict.detail == f"not: {when}"


def test_a_condition_that_cannot_be_answered_does_not_fire() -> None:
    assert reason(revision(languages=()), rule(when="languages[0] == 'en'")) is Reason.CONDITION


# who asked for quiet

AN_HOUR = Silence("s1", ('region="kirkuk"',), "ana", "exercise", NOON - timedelta(minutes=1), NOON + timedelta(hours=1))
GRAVER = Inhibition(('severity="critical"',), ('severity="warning"',), ("country",))


def test_a_silence_withholds_what_it_fits_and_says_by_whom_until_when_and_why() -> None:
    hushed = hush(answer(revision(), rule("k"), rule("iraq", ("iraq",))), Quiet([AN_HOUR]), NOON)
    assert [alert.rule for alert in hushed.alerts] == ["iraq"]
    assert [verdict.reason for verdict in hushed.verdicts] == [Reason.SILENCED, Reason.FIRED]
    assert hushed.verdicts[0].detail == "by ana until 2026-03-02 13:00 UTC: exercise (s1)"


@pytest.mark.parametrize("shift", [timedelta(hours=1), timedelta(hours=-1)], ids=["over", "not begun"])
def test_a_silence_holds_only_while_it_lasts(shift: timedelta) -> None:
    assert len(hush(answer(revision()), Quiet([AN_HOUR]), NOON + shift).alerts) == 1


def test_what_was_silenced_is_told_as_new_afterwards() -> None:
    told = told_keys(hush(answer(revision()), Quiet([AN_HOUR]), NOON).alerts)
    (alert,) = answer(revision(2, Change.TOLL), told=told).alerts
    assert alert.kind is AlertKind.NEW


def test_the_unlocated_branch_can_be_silenced_too() -> None:
    everything = replace(AN_HOUR, matchers=())
    hushed = hush(answer(revision(place=None)), Quiet([everything]), NOON)
    assert hushed.alerts == ()
    assert [(v.rule, v.reason) for v in hushed.verdicts] == [
        ("kirkuk", Reason.UNLOCATED),
        ("unlocated", Reason.SILENCED),
    ]


def test_a_graver_alert_of_the_clash_makes_a_lesser_one_superfluous() -> None:
    both = answer(revision(), rule("k"), rule("iraq", ("iraq",), severity="critical"))
    hushed = hush(both, Quiet(inhibitions=[GRAVER]), NOON)
    assert [alert.rule for alert in hushed.alerts] == ["iraq"]
    assert hushed.verdicts[0] == replace(
        hushed.verdicts[0], reason=Reason.INHIBITED, detail="rule iraq tells the same clash"
    )


def test_an_alert_known_from_before_inhibits_as_well() -> None:
    known = answer(revision(), rule("iraq", ("iraq",), severity="critical")).alerts
    assert hush(answer(revision()), Quiet(inhibitions=[GRAVER], known=known), NOON).alerts == ()
    elsewhere = [replace(alert, labels={**alert.labels, "country": "SD"}) for alert in known]
    assert len(hush(answer(revision()), Quiet(inhibitions=[GRAVER], known=elsewhere), NOON).alerts) == 1


def test_an_alert_does_not_inhibit_its_like() -> None:
    all_of_them = Inhibition(('country="IQ"',), ('country="IQ"',))
    both = answer(revision(), rule("k"), rule("iraq", ("iraq",)))
    assert len(hush(both, Quiet(inhibitions=[all_of_them]), NOON).alerts) == 2


def test_a_clash_that_became_part_of_another_is_told_under_that_ones_name_only() -> None:
    hushed = hush(answer(revision()), Quiet(merged_into="c-2"), NOON)
    assert hushed.alerts == ()
    assert hushed.verdicts[0] == Verdict("kirkuk", Reason.MERGED, "part of c-2 by now, which tells it")


ONE_SIDE = says("saa", "killed", "we lost two", low=2, high=2)
ONE_CIVILIAN = says(None, "injured", "a farmer was hurt", low=1, high=1, whom="civilians")


@pytest.mark.parametrize(
    ("asked", "fits", "fits_not", "why"),
    [
        ({"weapons": frozenset({"artillery"})}, {"weapons": ("artillery",)}, {"weapons": ("rifle",)}, Reason.WEAPONS),
        ({"min_injured": 3}, {"injured": people(3)}, {"injured": people(2)}, Reason.CASUALTIES),
        ({"civilians": True}, {"civilian_targeting": True}, {}, Reason.CASUALTIES),
        ({"civilians": True}, {"ledger": (ONE_CIVILIAN,)}, {"ledger": (ONE_SIDE,)}, Reason.CASUALTIES),
        (
            {"statuses": frozenset({"uncontested"})},
            {"status": Status.UNCONTESTED},
            {"status": Status.CONTESTED},
            Reason.AGREEMENT,
        ),
        ({"publishers": frozenset({"nordwire"})}, {}, {"families": ("other",)}, Reason.PUBLISHER),
        ({"situations": frozenset({"s-1"})}, {"situation": "s-1"}, {}, Reason.SITUATION),
    ],
)
def test_a_rule_may_ask_for_more_than_a_place(
    asked: dict[str, Any], fits: dict[str, Any], fits_not: dict[str, Any], why: Reason
) -> None:
    assert reason(revision(**fits), rule(**asked)) is Reason.FIRED
    assert reason(revision(**fits_not), rule(**asked)) is why


def test_a_rule_may_ask_who_attacked_and_that_the_other_side_says_so_too() -> None:
    attacker, target = (side.actors[0].id for side in revision().clash.sides)
    assert reason(revision(), rule(attackers=frozenset({attacker}), targets=frozenset({target}))) is Reason.FIRED
    assert reason(revision(), rule(attackers=frozenset({target}))) is Reason.SIDES
    both = tuple(says(name, "occurrence", "it happened") for name in (attacker, target))
    assert reason(revision(ledger=both), rule(min_confirming=2)) is Reason.FIRED
    assert reason(revision(ledger=both[:1]), rule(min_confirming=2)) is Reason.CONFIRMING


def test_severity_rises_with_what_happens_and_the_tree_sees_it() -> None:
    raising = rule(raises=(("critical", "killed >= 10"),))
    few, many = answer(revision(killed=people(9)), raising), answer(revision(killed=people(10)), raising)
    assert [alert.severity for alert in (*few.alerts, *many.alerts)] == ["warning", "critical"]
    assert many.alerts[0].labels["severity"] == "critical"


def test_that_a_clash_is_over_is_told_to_who_asks() -> None:
    asks = rule(on=frozenset(AlertKind))
    (alert,) = answer(revision(2, Change.CLOSED), asks, told=TOLD).alerts
    assert alert.kind is AlertKind.RESOLUTION


# for how long


LASTING = rule(lasts=timedelta(hours=2))


def later(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_a_rule_with_a_for_waits_and_says_since_when_it_holds() -> None:
    waits = answer(revision(), LASTING)
    assert waits.alerts == ()
    assert waits.verdicts[0] == Verdict("kirkuk", Reason.PENDING, "holds since 2026-03-02 12:00 UTC, wanted for 2 h")
    assert (waits.holds, waits.due) == ({"kirkuk": NOON}, later(2))


def test_what_held_for_long_enough_is_told_as_new() -> None:
    (alert,) = answer(revision(), LASTING, since={"kirkuk": NOON}, again=True, now=later(2)).alerts
    assert (alert.kind, alert.key) == (AlertKind.NEW, "kirkuk:7:new")
    assert answer(revision(), LASTING, since={"kirkuk": NOON}, now=later(1.9)).alerts == ()


def test_what_held_no_longer_begins_anew() -> None:
    over = answer(revision(2, Change.DENIED, status=Status.DENIED), LASTING, since={"kirkuk": NOON}, now=later(1))
    assert (over.holds, over.due) == ({}, None)


def test_once_told_what_follows_is_told_at_once() -> None:
    assert reason(revision(2, Change.TOLL), LASTING, told=TOLD) is Reason.FIRED


def test_looking_again_asks_only_the_rules_that_wait() -> None:
    hourly = rule("hourly", when="hours >= 2.0")
    assert answer(revision(), hourly, now=later(3)).alerts, "it would fire by now"
    again = answer(revision(), hourly, LASTING, since={"kirkuk": NOON}, again=True, now=later(3))
    assert [alert.rule for alert in again.alerts] == ["kirkuk"]


def test_a_rule_on_trial_waits_as_it_would_in_earnest() -> None:
    trial = rule(lasts=timedelta(hours=2), status="experimental")
    assert reason(revision(), trial) is Reason.PENDING
    assert reason(revision(), trial, since={"kirkuk": NOON}, now=later(2)) is Reason.EXPERIMENTAL


def test_a_first_fetch_and_old_news_wait_for_nothing() -> None:
    assert answer(revision(), LASTING, primed=True).due is None
    assert answer(revision(end=(NOON - timedelta(days=9)).date()), LASTING).due is None


def test_what_is_silenced_when_its_time_comes_is_told_at_once_afterwards() -> None:
    fired = answer(revision(), LASTING, since={"kirkuk": NOON}, again=True, now=later(2))
    quiet = hush(fired, Quiet(silences=[Silence("1", (), "ana", "drill", NOON, later(3))]), later(2))
    assert (quiet.alerts, quiet.holds) == ((), {"kirkuk": NOON})
    assert reason(revision(2, Change.TOLL), LASTING, since=quiet.holds, now=later(4)) is Reason.FIRED


def test_a_history_is_told_by_the_clock_of_its_time() -> None:
    happened = [
        (NOON, revision(1), False),
        (later(1), revision(2, Change.TOLL), False),
        (later(5), revision(3, Change.TOLL), False),
        (later(5), revision(1, id="8"), False),
        (later(6), revision(2, Change.DENIED, id="8", status=Status.DENIED), False),
        (later(7), revision(1, id="9"), False),
    ]
    told = list(backtest(happened, watch(LASTING), later(8)))
    assert [(alert.clash, str(alert.kind), alert.at) for alert in told] == [
        ("7", "new", later(2)),
        ("7", "update", later(5)),
    ]
    assert [alert.clash for alert in backtest(happened, watch(LASTING), later(9))] == ["7", "7", "9"]
