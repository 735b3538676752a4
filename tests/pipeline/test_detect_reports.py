"""What a whole article becomes: incidents, places, days, tolls, status."""

from __future__ import annotations

from datetime import UTC, date, datetime

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import DatePrecision, Document, Report, Status

NOON = datetime(2024, 3, 18, 12, tzinfo=UTC)


def alerting(text: str, title: str | None = None, published: datetime | None = NOON) -> list[Report]:
    coding = detect(Document("d", text, title, published), knowledge.load())
    return [report for report in coding.reports if report.alertable]


def test_one_incident_told_in_several_sentences_is_one_report() -> None:
    [report] = alerting(
        "Shells hit the market of Kherson on Sunday, killing five people.\n\n"
        "The shelling wounded eleven others, the governor said. Artillery fire went on for an hour.",
        "Shelling kills five in Kherson",
    )
    assert report.sub_event_type == "Shelling/artillery/missile attack"
    assert report.place is not None
    assert report.place.country == "UA"
    assert (report.start, report.end) == (date(2024, 3, 17), date(2024, 3, 17))
    assert report.killed is not None
    assert report.killed.low == 5


def test_attacks_on_two_towns_far_apart_are_two_reports() -> None:
    found = alerting(
        "Peshmerga repelled three attacks by Iraqi forces on Sunday, two in the direction of Fish-Khabur "
        "and one in Altun Kupri, a spokesman said.",
        "Peshmerga repel attacks by Iraqi forces",
    )
    assert {r.place.name for r in found if r.place} == {"Fish-Khabur", "Altun Kupri"}


def test_an_attack_that_everybody_denies_is_denied() -> None:
    coding = detect(
        Document("d", "Reports of a drone strike on Mosul are untrue, the army said on Sunday.", None, NOON),
        knowledge.load(),
    )
    assert not any(report.alertable for report in coding.reports)


def test_what_the_other_side_cannot_confirm_is_unconfirmed() -> None:
    [report] = alerting(
        "Kurdish forces repelled an attack by Iraqi forces in Altun Kupri on Sunday, a Kurdish official said. "
        "Iraqi authorities did not confirm this account."
    )
    assert report.status is Status.UNCONFIRMED


def test_without_a_publication_date_weekdays_stay_unknown() -> None:
    [report] = alerting("Rebels ambushed an army convoy near Mosul on Sunday, killing seven soldiers.", None, None)
    assert (report.start, report.end, report.date_precision) == (None, None, "unknown")


def test_a_text_may_end_in_a_year_of_the_past() -> None:
    assert alerting("Rebels shelled the market of Goma in 2017", None) == []


def test_what_goes_on_without_a_day_goes_on_that_day_and_what_happened_may_have_been_the_day_before() -> None:
    [going_on] = alerting("Fighting between the army and rebels is continuing in Goma. Residents are fleeing.")
    assert (going_on.start, going_on.end, going_on.date_precision) == (NOON.date(), NOON.date(), DatePrecision.DAY)
    [happened] = alerting("Rebels clashed with the army in Goma. Residents fled.")
    assert (happened.start, happened.end) == (date(2024, 3, 17), NOON.date())
    assert happened.date_precision is DatePrecision.WEEK


def test_every_report_says_what_decided() -> None:
    [report] = alerting("Rebels ambushed an army convoy near Mosul on Sunday, killing seven soldiers.")
    assert report.why[0][0] == "trigger"
    assert report.why[0][1] == "ambushed"


def test_an_empty_text_says_nothing() -> None:
    assert alerting("") == []
    assert alerting("...") == []
