"""What people read: what, where, when, who, how many according to whom, what changed, and why they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from incidents import (
    ALTUN_KUPRI,
    ERBIL,
    NOON,
    NYALA,
    SOMEWHERE_IN_IRAQ,
    clash,
    filing,
    people,
    revision,
    says,
)

from workers.pipeline.links import Act, Front, read
from workers.pipeline.message import Story, Style, render, superfluous, tidy
from workers.pipeline.message.words import _DUTCH_TYPES, _TABLE, LANGUAGES
from workers.pipeline.models import (
    ACLED_EVENT_OF,
    Ack,
    Alert,
    AlertKind,
    Area,
    Change,
    Clash,
    Count,
    Delivery,
    Message,
    Precision,
    Rule,
    Stance,
    Status,
)
from workers.pipeline.regions import build
from workers.pipeline.rules import Known, Watch, evaluate

FRONT = Front("https://watch.example/", b"k" * 32)
BAGHDAD = Style("en", ZoneInfo("Asia/Baghdad"), FRONT)
DUTCH = Style("nl", ZoneInfo("Europe/Amsterdam"))
WATCH = Watch(
    [Rule("kirkuk", "Fighting in Kirkuk", ("kirkuk",))],
    build({"kirkuk": Area("kirkuk", "Kirkuk province", admin1=frozenset({"IQ.13"}))}),
)
DELIVERY = Delivery("outbox:7:1", "outbox", 'clash="7"', 1, ())

CLAIMS = (
    says("a Peshmerga commander", "killed", "“We killed thirty of them”", low=30, high=30, whom="iraq-army"),
    says("the army", "killed", "nobody was hurt", low=0, high=0, at=NOON + timedelta(hours=1)),
    says(None, "control", "the bridge changed hands", stance=Stance.CANNOT_CONFIRM, article="a2"),
)


def fired(now: Clash, *changes: Change) -> tuple[Alert, ...]:
    known = frozenset({"kirkuk:7:new"}) if changes else frozenset()
    return evaluate(revision(2 if changes else 1, *changes, **fields(now)), WATCH, Known(known), NOON).alerts


def fields(now: Clash) -> dict[str, Any]:
    return {name: getattr(now, name) for name in now.__dataclass_fields__}


def written(now: Clash, *changes: Change, earlier: Message | None = None, style: Style = BAGHDAD) -> Message:
    filings = (filing("1"), filing("2", family="estafeta", language="es", url="https://estafeta.example/2"))
    alerts = fired(now, *changes) or fired(replace(now, place=ALTUN_KUPRI), *changes)
    return render(DELIVERY, Story(now, alerts, filings, earlier), style)


def lines(message: Message, label: str) -> list[str]:
    return [value for name, value in message.lines if name == label]


def test_a_message_says_everything_in_reading_order() -> None:
    message = written(clash(ledger=CLAIMS, killed=Count(2, None, None), origins=("nordwire", "estafeta")))
    assert message.title == "Armed clash near Altun Kupri, Iraq"
    assert message.summary == (
        "Iraqi forces (attacking); Peshmerga (attacked). 2 March 2026. Killed: at least 2. "
        "Unconfirmed: one side's claim."
    )
    assert message.lines == (
        ("What", "Armed clash"),
        ("Where", "near Altun Kupri, Kirkuk, Iraq (within 8 km)"),
        ("When", "2 March 2026"),
        ("Reported", "2 Mar 2026, 11:00 UTC (14:00 +03)"),
        ("Sides", "Iraqi forces (attacking); Peshmerga (attacked)"),
        ("Killed", "at least 2"),
        ("Status", "unconfirmed: one side's claim"),
        ("Claim", "a Peshmerga commander: 30 killed (Iraqi forces)"),
        ("Claim", "estafeta itself cannot confirm: who holds the place: “the bridge changed hands”"),
        ("Claim", "the army: nobody killed"),
        ("Sources", "2 independent (nordwire, estafeta); 1 article"),
        ("Why you see this", "rule “Fighting in Kirkuk” (kirkuk): the place lies in Kirkuk province"),
    )
    assert message.quotes == (
        ("en", "“We killed thirty of them”"),
        ("en", "nobody was hurt"),
    )
    assert message.links == (
        ("Clashwatch", "https://watch.example/clashes/7"),
        ("nordwire", "https://nordwire.example/1"),
        ("estafeta", "https://estafeta.example/2"),
    )
    assert message.changes == ()


def test_a_message_says_how_to_answer_it_by_links_that_act() -> None:
    found = written(clash()).actions
    assert [(act, label) for act, label, _ in found] == [
        ("acknowledge", "Acknowledge"),
        ("mute", "Mute for 4 hours"),
        ("wrong_place", "Wrong place"),
        ("not_a_clash", "Not a clash"),
    ]
    link = read(found[1][2].removeprefix("https://watch.example/links/"), b"k" * 32, NOON)
    assert (link.receiver, link.clash, link.act, link.expires) == ("outbox", "7", Act.MUTE, NOON + timedelta(days=14))


def test_a_message_says_how_to_answer_it_by_hand_where_no_page_can_be_reached() -> None:
    assert lines(written(clash(), style=DUTCH), "Antwoorden") == [
        "clashwatch ack add 7; clashwatch silence add 'clash=\"7\"'"
    ]


def test_a_message_says_who_is_on_it_until_when() -> None:
    ack = Ack("1", "7", "Desk two", "calling the mayor", NOON, NOON + timedelta(hours=12))
    message = render(DELIVERY, Story(clash(), fired(clash()), (filing(),), ack=ack), BAGHDAD)
    told = ["Desk two, until 3 Mar 2026, 00:00 UTC (03:00 +03): calling the mayor"]
    assert lines(message, "Acknowledged by") == told


def test_only_who_reads_alone_may_unsubscribe() -> None:
    assert [act for act, _, _ in written(clash(), style=replace(BAGHDAD, subscribed=True)).actions][-1] == "unsubscribe"


def test_the_same_in_dutch_with_names_and_quotes_as_they_were() -> None:
    message = written(clash(ledger=CLAIMS[:1], killed=people(3)), style=DUTCH)
    assert message.title == "Gevecht bij Altun Kupri, Irak"
    assert lines(message, "Waar") == ["bij Altun Kupri, Kirkuk, Irak (binnen 8 km)"]
    assert lines(message, "Gemeld") == ["2 mrt 2026, 11:00 UTC (12:00 CET)"]
    assert lines(message, "Claim") == ["a Peshmerga commander: 30 gedood (Iraqi forces)"]
    assert message.quotes == (("en", "“We killed thirty of them”"),)


def test_the_same_clash_gives_the_same_message() -> None:
    assert written(clash(ledger=CLAIMS)) == written(clash(ledger=CLAIMS))


@pytest.mark.parametrize(
    ("place", "words", "title"),
    [
        (ERBIL, "Erbil, Iraq (within 5 km)", "Armed clash at Erbil, Iraq"),
        (
            replace(ERBIL, precision=Precision.DISTRICT, radius_km=30),
            "in the area of Erbil, Iraq (within 30 km)",
            "Armed clash in Erbil, Iraq",
        ),
        (
            replace(ERBIL, precision=Precision.ADMIN1, radius_km=70),
            "somewhere in Erbil, Iraq; not known more closely (within 70 km)",
            "Armed clash in Erbil, Iraq",
        ),
        (SOMEWHERE_IN_IRAQ, "somewhere in Iraq; not known more closely", "Armed clash in Iraq"),
        (replace(ERBIL, country=None), "Erbil, at sea (within 5 km)", "Armed clash at Erbil, at sea"),
        (None, "no report says where", "Armed clash, place not known"),
        (
            replace(SOMEWHERE_IN_IRAQ, name="Black Sea", country=None),
            "somewhere in Black Sea; not known more closely",
            "Armed clash in Black Sea",
        ),
        (
            replace(ERBIL, name="Goma", country="CD", admin1="North Kivu"),
            "Goma, North Kivu, DR Congo (within 5 km)",
            "Armed clash at Goma, DR Congo",
        ),
    ],
)
def test_how_well_a_place_is_known_is_said_in_words_and_kilometres(place: Any, words: str, title: str) -> None:
    message = written(clash(place=place))
    assert lines(message, "Where") == [words]
    assert message.title == title


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Count(3, 3, 3), "3"),
        (Count(0, 0, 0), "nobody"),
        (Count(12, None, None), "at least 12"),
        (Count(2, None, 9), "2 to 9"),
    ],
)
def test_counts_keep_their_bounds(count: Count, words: str) -> None:
    assert lines(written(clash(killed=count)), "Killed") == [words]


def test_an_update_says_what_changed_since_these_readers_were_last_told() -> None:
    first = written(clash())
    later = clash(
        status=Status.CONTESTED,
        killed=people(12),
        ledger=CLAIMS[:1],
        origins=("nordwire", "estafeta"),
        last_reported=NOON,
    )
    message = written(later, Change.TOLL, Change.DENIED, earlier=first)
    assert message.kind is AlertKind.CORRECTION
    assert message.title == "Correction: Armed clash near Altun Kupri, Iraq"
    assert message.changes == (
        "Killed: 12",
        "Status: unconfirmed: one side's claim → contested: the sides contradict each other",
        "New independent source: estafeta",
        "New claim: a Peshmerga commander: 30 killed (Iraqi forces)",
    )


def test_a_corrected_place_shows_both_and_why_one_hears_of_it() -> None:
    message = written(clash(place=NYALA), Change.PLACE, earlier=written(clash()))
    assert message.changes[0] == (
        "Where: near Altun Kupri, Kirkuk, Iraq (within 8 km) → Nyala, South Darfur, Sudan (within 6 km)"
    )
    assert lines(message, "Why you see this") == [
        "rule “Fighting in Kirkuk” (kirkuk): the place now lies outside Kirkuk province"
    ]


def test_what_is_new_to_a_second_rule_is_an_update_to_a_thread_that_knows_the_clash() -> None:
    message = render(DELIVERY, Story(clash(), fired(clash()), (), written(clash())), BAGHDAD)
    assert (message.kind, message.changes) == (AlertKind.UPDATE, ())


def test_a_claim_that_changed_is_told_with_what_was_said_before() -> None:
    before = says("army", "killed", "three died", low=3, high=3)
    first = written(clash(ledger=(before,)))
    now = replace(before, claim=replace(before.claim, low=5, high=5), article="a2", at=NOON + timedelta(hours=2))
    later = written(clash(ledger=(before, now)), Change.TOLL, earlier=first)
    assert later.changes == ("Claim: army: 3 killed → army: 5 killed",)
    assert lines(later, "Claim") == ["army: 5 killed"]
    (claim,) = later.payload["claims"]
    assert (claim["before"]["claim"]["low"], claim["after"]["claim"]["low"], claim["after"]["article"]) == (3, 5, "a2")


def test_a_claim_repeated_by_several_articles_is_told_once() -> None:
    twice = (CLAIMS[0], replace(CLAIMS[0], article="a2", at=NOON + timedelta(hours=2)))
    assert len(lines(written(clash(ledger=twice)), "Claim")) == 1


def test_one_figure_that_several_outlets_print_is_one_claim_of_them_all() -> None:
    own = (says(None, "killed", "two died", low=2, high=2), says(None, "killed", "dos", low=2, high=2, article="a2"))
    assert lines(written(clash(ledger=own)), "Claim") == ["each of nordwire, estafeta: 2 killed"]


def test_another_outlet_that_says_the_same_is_no_new_claim() -> None:
    one = says(None, "killed", "two died", low=2, high=2)
    first = written(clash(ledger=(one,)))
    later = written(clash(ledger=(one, replace(one, article="a2"))), Change.TOLL, earlier=first)
    assert later.changes == ()


@pytest.mark.parametrize(
    ("spelled", "told"),
    [
        (("the governor", "Governor Sami", "governor"), ["Governor Sami: 2 killed"]),
        (("the army", "The Army"), ["the army: 2 killed"]),
        (("the army", "the rebels"), ["the army: 2 killed", "the rebels: 2 killed"]),
    ],
)
def test_one_claimant_spelled_differently_is_told_once_by_the_fullest_name(spelled: Any, told: list[str]) -> None:
    ledger = tuple(
        says(who, "killed", who, low=2, high=2, at=NOON + timedelta(minutes=at)) for at, who in enumerate(spelled)
    )
    assert lines(written(clash(ledger=ledger)), "Claim") == told


def test_long_lists_are_cut_and_say_so() -> None:
    many = tuple(says(f"speaker {n}", "killed", f"quote {n}", low=n, high=n) for n in range(1, 30))
    message = written(clash(ledger=many))
    assert len(lines(message, "Claim")) == 13
    assert lines(message, "Claim")[-1] == "and 17 more"
    assert len(message.quotes) == 6


HOSTILE = "Clash\r\nBcc: all@example.org\x00 \u202egnp.exe\u2066 <b>&\u2028end"


def test_untrusted_text_stays_on_its_line() -> None:
    place = replace(ALTUN_KUPRI, name=HOSTILE)
    message = written(clash(place=place, ledger=(says(HOSTILE, "killed", HOSTILE),)))
    texts = [message.title, message.summary, *sum(message.lines, ()), *sum(message.quotes, ())]
    assert not [text for text in texts if set(text) & set("\r\n\x00\u202e\u2066\u2028")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@everyone", "@\u2060everyone"),
        ("see https://evil.example/x", "see https:\u2060//evil.\u2060example/x"),
        ("www.evil.example", "www.\u2060evil.\u2060example"),
        ("<@U1> <!here> [BBC](x)", "<\u2060@\u2060U1> <\u2060!here> [BBC]\u2060(x)"),
        ("U.S. troops, 1.5 km. At 10:30, 3 died.", "U.S. troops, 1.5 km. At 10:30, 3 died."),
    ],
)
def test_no_program_makes_a_link_or_a_mention_of_what_others_wrote(text: str, told: str) -> None:
    message = written(clash(ledger=(says(None, "control", text),)))
    assert told in lines(message, "Claim")[0]


def test_tidy_cuts_at_a_word() -> None:
    assert tidy("one two three four", 12) == "one two…"


def test_only_web_addresses_become_links() -> None:
    filings = (filing("1", url="javascript:alert(1)"), filing("2", url="https://a b"), filing("3", url=None))
    assert render(DELIVERY, Story(clash(), fired(clash()), filings)).links == ()


def test_a_delivery_without_an_alert_is_an_error() -> None:
    with pytest.raises(ValueError, match="carries no alert"):
        render(DELIVERY, Story(clash(), ()))


def test_every_language_has_every_word_with_the_same_gaps() -> None:
    import string

    for row, columns in _TABLE.items():
        gaps = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in columns]
        assert len(columns) == len(LANGUAGES), row
        assert all(found == gaps[0] for found in gaps), row
    assert set(_DUTCH_TYPES) == set(ACLED_EVENT_OF)


def test_several_clashes_held_back_together_are_one_message_the_gravest_first() -> None:
    here, there = clash(), clash(id="8", place=NYALA, killed=people(18))
    alerts = fired(here)
    grave = tuple(replace(alert, clash="8", severity="critical") for alert in alerts)
    story = Story(here, alerts, (filing("1"),), None, (Story(there, grave, (filing("2"),)),))
    message = render(DELIVERY, story, DUTCH)
    assert (message.title, message.severity) == ("2 incidenten", "critical")
    assert [label for label, _ in message.lines] == ["Gevecht bij Nyala, Soedan", "Gevecht bij Altun Kupri, Irak"]
    assert message.lines[0][1].endswith("Gedood: 18. Onbevestigd: een claim van één partij.")
    assert [one["id"] for one in message.payload["clashes"]] == ["8", "7"]
    assert [alert["clash"] for alert in message.payload["alerts"]] == ["8", "7"]
    assert [url for _, url in message.links] == ["https://nordwire.example/2", "https://nordwire.example/1"]


def test_an_update_that_its_readers_know_already_is_superfluous() -> None:
    first = written(clash(killed=people(12)))
    known, risen = written(clash(killed=people(12)), Change.TOLL, earlier=first), clash(killed=people(13))
    assert superfluous(known, first)
    assert not superfluous(written(risen, Change.TOLL, earlier=first), first)
    assert not superfluous(first, None)


def test_what_a_second_rule_tells_for_the_first_time_is_never_superfluous() -> None:
    first = written(clash())
    assert not superfluous(written(clash(), earlier=first), first)


@pytest.mark.parametrize("kind", [AlertKind.RETRACTION, AlertKind.RESOLUTION])
def test_that_it_is_over_is_told_though_the_last_message_was_written_after_the_end(kind: AlertKind) -> None:
    first = written(clash())
    over = tuple(replace(alert, kind=kind) for alert in fired(clash()))
    assert not superfluous(render(DELIVERY, Story(clash(), over, (), first), BAGHDAD), first)
