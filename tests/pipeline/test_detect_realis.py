"""How a clause presents what it tells, and what that means for alerting: one sentence, one line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Coding, Document, Realis

NOON = datetime(2024, 3, 18, 12, tzinfo=UTC)


def told(text: str, title: str | None = None) -> Coding:
    return detect(Document("d", text, title, NOON), knowledge.load())


def alerts(text: str, title: str | None = None) -> bool:
    return any(report.alertable for report in told(text, title).reports)


@pytest.mark.parametrize(
    "text",
    [
        "Rebels ambushed an army convoy near Mosul on Sunday, killing seven soldiers.",
        "Artillerievuur kostte zondag drie burgers in Altun Kupri het leven.",
        "Bei Gefechten zwischen der Armee und Rebellen nahe Goma sind am Sonntag elf Soldaten gefallen.",
        "Une frappe de drone a tué neuf personnes dimanche à El Fasher.",
        "Hombres armados mataron a tiros a nueve campesinos el domingo cerca de Tumaco.",
        "قتل سبعة جنود في اشتباكات مع مسلحين قرب الموصل الأحد.",
        "В результате обстрела Херсона в воскресенье погибли три мирных жителя.",
        "Унаслідок обстрілу Херсона в неділю загинули троє мирних жителів.",
        "Pazar günü Musul yakınlarında çıkan çatışmada yedi asker öldü.",
    ],
)
def test_fighting_told_as_news_alerts_in_every_language(text: str) -> None:
    assert alerts(text)


@pytest.mark.parametrize(
    ("text", "realis"),
    [
        ("In 2014 the militants attacked the city and killed hundreds of soldiers.", Realis.BACKGROUND),
        ("The city marked the anniversary of the shelling that killed 40 soldiers. Schools closed.", Realis.BACKGROUND),
        ("The president ordered the army to recapture the disputed territory.", Realis.PLANNED),
        ("Soldiers repelled a simulated attack in a NATO exercise.", Realis.PLANNED),
        ("The militia threatened to shell the port.", Realis.HYPOTHETICAL),
        ("The operation could lead to heavy fighting in Kirkuk.", Realis.HYPOTHETICAL),
        ("No clashes were reported along the line of contact on Sunday.", Realis.NEGATED),
        ("De president dreigt de haven te beschieten.", Realis.HYPOTHETICAL),
        ("Er zijn zondag geen gevechten gemeld.", Realis.NEGATED),
    ],
)
def test_what_is_not_new_does_not_alert_and_says_why(text: str, realis: Realis) -> None:
    coding = told(text)
    assert not any(report.alertable for report in coding.reports)
    assert realis in {report.realis for report in coding.reports}


def test_a_headline_survives_a_cue_of_another_clause() -> None:
    assert alerts(
        "Azerbeidzjan is zondag gestart met bombardementen tegen Armeense separatisten in Nagorno-Karabach.",
        "Azerbeidzjan bombardeert Nagorno-Karabach: Rusland roept op tot staakt-het-vuren",
    )


def test_but_ends_the_reach_of_a_negation() -> None:
    text = (
        'Baghdad said the Peshmerga had withdrawn "without fighting", however many clashes were reported near Kirkuk.'
    )
    assert Realis.CURRENT in {r.realis for r in told(text).reports if r.sub_event_type == "Armed clash"}


def test_old_violence_in_the_body_of_other_news_is_an_aside() -> None:
    assert not alerts(
        "A bus and a fuel lorry collided near Mosul on Sunday. Sixteen people died. Police ruled out an attack.\n\n"
        "The army and rebels fought for the same road.",
        "Sixteen dead as bus hits fuel lorry",
    )


def test_territory_without_resistance_is_no_battle() -> None:
    kinds = {r.sub_event_type for r in told("Iraqi troops entered Kirkuk without resistance on Sunday.").reports}
    assert kinds == {"Non-violent transfer of territory"}


def test_letters_that_put_an_arabic_verb_in_the_future_make_a_plan_of_it() -> None:
    assert alerts("قصفت القوات مواقع المسلحين قرب الموصل يوم الأحد وقتلت سبعة منهم.")
    assert not alerts("ستقصف القوات مواقع المسلحين قرب الموصل.")
