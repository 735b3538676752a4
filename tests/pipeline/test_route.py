"""Alertmanager's routing tree: the same matchers, the same order, the same receivers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from incidents import NOON

from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import Alert, AlertKind, Change, Digest, Escalation, Hold, Route, Stretch
from workers.pipeline.route import Target, route


def alert(kind: AlertKind = AlertKind.NEW, **labels: str) -> Alert:
    known = {"clash": "7", **labels}
    return Alert("k", "r", "7", 1, kind, "warning", "", (Change.NEW,), known, {}, NOON)


def receivers(tree: Route, **labels: str) -> list[str]:
    return [target.receiver for target in route(alert(**labels), tree)]


@pytest.mark.parametrize(
    ("matcher", "labels", "fits"),
    [
        ('region="kirkuk"', {"region": "kirkuk"}, True),
        ("region=kirkuk", {"region": "kirkuk"}, True),
        (' region = "kirkuk" ', {"region": "kirkuk"}, True),
        ('region="kirkuk"', {"region": "Kirkuk"}, False),
        ('region="kirkuk"', {}, False),
        ('region=""', {}, True),
        ('region!="kirkuk"', {}, True),
        ('region!=""', {}, False),
        ('region=~"kir.*"', {"region": "kirkuk"}, True),
        ('region=~"kir"', {"region": "kirkuk"}, False),
        ('region=~"a|b"', {"region": "b"}, True),
        ('region=~"a|b"', {"region": "bb"}, False),
        ('region=~".*"', {}, True),
        ('region!~"a|b"', {"region": "c"}, True),
        ('region!~"a|b"', {"region": "a"}, False),
        (r'title="say \"no\""', {"title": 'say "no"'}, True),
        (r'title="a\\b"', {"title": r"a\b"}, True),
    ],
)
def test_a_matcher_follows_alertmanagers_grammar(matcher: str, labels: dict[str, str], fits: bool) -> None:
    assert parse_matcher(matcher).matches(labels) is fits


@pytest.mark.parametrize("text", ["region", 'region~"x"', '="x"', 'region=~"("', 'region="x', 'region=x"', "1a=b", ""])
def test_anything_else_is_a_bad_matcher(text: str) -> None:
    with pytest.raises(BadMatcherError):
        parse_matcher(text)


TREE = Route(
    "root",
    routes=(
        Route("caucasus", ('country=~"AM|AZ"',), routes=(Route("urgent", ('severity="critical"',)),)),
        Route("archive", continue_=True),
        Route("iraq", ('country="IQ"',), group_by=("region",)),
        Route(None, ('country="SD"',)),
    ),
)


def test_the_first_child_that_fits_takes_the_alert() -> None:
    assert receivers(TREE, country="AM") == ["caucasus"]


def test_a_childs_child_takes_it_from_its_parent() -> None:
    assert receivers(TREE, country="AZ", severity="critical") == ["urgent"]


def test_continue_lets_the_next_ones_have_it_too() -> None:
    assert receivers(TREE, country="IQ") == ["archive", "iraq"]


def test_the_root_takes_what_no_branch_takes() -> None:
    assert receivers(Route("root", routes=(Route("x", ('a="b"',)),)), a="c") == ["root"]


def test_a_branch_without_a_receiver_has_its_parents() -> None:
    assert receivers(TREE, country="SD") == ["archive", "root"]


def test_a_thread_is_a_clash_unless_the_route_groups_otherwise() -> None:
    assert route(alert(country="IQ", region="kirkuk"), TREE) == (
        Target("archive", 'clash="7"'),
        Target("iraq", 'region="kirkuk"'),
    )


def test_grouping_is_inherited_and_dots_group_by_every_label() -> None:
    tree = Route("root", group_by=("...",), routes=(Route("x", ('a="b"',)),))
    assert route(alert(a="b"), tree) == (Target("x", 'a="b",clash="7"'),)
    assert route(alert(), Route("root", group_by=())) == (Target("root", ""),)


def test_one_thread_is_told_once_however_many_branches_lead_to_it() -> None:
    tree = Route("root", routes=(Route("x", continue_=True), Route("x")))
    assert receivers(tree) == ["x"]


def test_whoever_was_told_of_a_clash_hears_what_follows_wherever_the_tree_leads_now() -> None:
    told = (Target("iraq", 'region="kirkuk"'),)
    assert [target.receiver for target in route(alert(country="SD"), TREE, told)] == ["archive", "root", "iraq"]


NIGHT = Stretch(times=((22 * 60, 24 * 60), (0, 7 * 60)), zone=ZoneInfo("Europe/Amsterdam"))
MIDNIGHT = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Half past one at night in Amsterdam."""


def held(tree: Route, now: datetime = MIDNIGHT, **labels: str) -> dict[str, datetime | None]:
    return {target.receiver: target.held_until for target in route(alert(**labels), tree, (), now)}


QUIET = Route(
    "root",
    routes=(Route("desk", ('severity="critical"',)), Route("desk", mute=(NIGHT,), continue_=True), Route("archive")),
)


def test_what_arrives_in_quiet_hours_is_held_until_they_end_and_not_dropped() -> None:
    assert held(QUIET) == {"desk": datetime(2026, 3, 2, 6, tzinfo=UTC), "archive": None}
    assert held(QUIET, NOON) == {"desk": None, "archive": None}


def test_a_branch_above_can_let_the_urgent_through() -> None:
    assert held(QUIET, severity="critical") == {"desk": None}


def test_a_thread_that_two_branches_lead_to_is_held_only_if_both_hold_it() -> None:
    both = Route("root", routes=(Route("desk", mute=(NIGHT,), continue_=True), Route("desk")))
    assert held(both) == {"desk": None}


def test_quiet_hours_are_not_inherited_as_in_alertmanager() -> None:
    assert held(Route("root", routes=(Route("x", mute=(NIGHT,), routes=(Route("y"),)),))) == {"y": None}


def test_a_receiver_hears_of_a_clash_in_the_thread_where_it_first_did() -> None:
    told = (Target("archive", 'clash="5"'),)
    assert route(alert(country="IQ"), TREE, told) == (told[0], Target("iraq", 'region=""'))


HALF_AN_HOUR = timedelta(minutes=30)
DUTY = Route("root", routes=(Route("desk", escalation=Escalation("officer", HALF_AN_HOUR)),))


def holds(tree: Route, one: Alert, *told: Target) -> dict[str, tuple[datetime | None, Hold | None]]:
    return {target.receiver: (target.held_until, target.held_for) for target in route(one, tree, told, NOON)}


def test_what_nobody_acknowledges_goes_further_up_after_a_while() -> None:
    assert holds(DUTY, alert()) == {"desk": (None, None), "officer": (NOON + HALF_AN_HOUR, Hold.ESCALATION)}


def test_only_what_is_new_or_graver_escalates() -> None:
    assert holds(DUTY, alert(AlertKind.RETRACTION)) == {"desk": (None, None)}
    assert "officer" in holds(DUTY, alert(AlertKind.ESCALATION))


def test_who_was_woken_hears_what_follows_at_once() -> None:
    assert holds(DUTY, alert(AlertKind.UPDATE), Target("officer", 'clash="7"'))["officer"] == (None, None)


MORNING = Digest((7 * 60, 19 * 60), zone=ZoneInfo("Europe/Amsterdam"))
PAPER = Route("root", routes=(Route("desk", ('severity="critical"',)), Route("desk", digest=MORNING), Route("archive")))
GATHERED = Target("desk", "digest")


def test_a_digest_gathers_all_in_a_thread_of_its_own_until_its_next_time() -> None:
    (target,) = route(alert(), PAPER, (), NOON)
    assert (target, target.held_for) == (GATHERED, Hold.DIGEST)
    assert target.held_until == datetime(2026, 3, 2, 18, tzinfo=UTC)


def test_a_digest_can_be_one_for_each_region() -> None:
    tree = Route("root", routes=(Route("desk", group_by=("region",), digest=MORNING),))
    assert route(alert(region="kirkuk"), tree, (), NOON) == (Target("desk", 'digest:region="kirkuk"'),)


def test_what_became_urgent_is_told_at_once_and_the_digest_still_comes_in_its_time() -> None:
    urgent = route(alert(AlertKind.ESCALATION, severity="critical"), PAPER, (GATHERED,), NOON)
    assert {(target.group_key, target.held_until) for target in urgent} == {
        ('clash="7"', None),
        ("digest", datetime(2026, 3, 2, 18, tzinfo=UTC)),
    }


def test_a_threads_pace_is_inherited_and_a_digest_keeps_its_own() -> None:
    minute = timedelta(minutes=1)
    tree = Route("root", group_wait=minute, routes=(Route("desk", group_interval=HALF_AN_HOUR, continue_=True),
                                                    Route("paper", digest=MORNING)))  # fmt: skip
    desk, paper = route(alert(), tree, (), NOON)
    assert (desk.group_wait, desk.group_interval) == (minute, HALF_AN_HOUR)
    assert (paper.group_wait, paper.group_interval) == (None, None)


def test_what_became_another_receivers_wakes_nobody_where_it_was_told_before() -> None:
    """The severity rose: the branch that is awake takes it, and the sleeping one hears of it in the morning."""
    tree = Route(
        "root",
        routes=(Route("pager", ('severity="critical"',)), Route("mail", mute=(Stretch(times=((720, 780),)),))),
    )
    told = (Target("mail", 'clash="7"'),)
    pager, mail = route(alert(AlertKind.ESCALATION, severity="critical"), tree, told, NOON)
    assert (pager.receiver, pager.held_until) == ("pager", None)
    assert (mail.held_until, mail.held_for) == (NOON + timedelta(hours=1), Hold.QUIET_HOURS)
