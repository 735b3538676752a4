"""What a text counts beside an incident's own dead: years, hours, wars, withdrawn counts; and whom it adds to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Count, Document

PUBLISHED = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday

NOT_PEOPLE = [
    ("en", "The deadliest attack since 2015 killed 23 soldiers in Kidal on Sunday.", 23),
    ("en", "The strike cost the firm $80 million. A bomb killed three workers of the mine near Gao on Sunday.", 3),
    ("es", "Un niño de 9 años murió el domingo en un bombardeo en Gao.", 1),
    ("nl", "De dodelijkste aanslag sinds 2015 kostte zondag 23 mensen het leven in Kaboel.", 23),
    ("es", "El ataque más mortífero desde 2015 mató el domingo a 23 personas en Kabul.", 23),
    ("ru", "Самая кровавая атака с 2015 года: в воскресенье в Кабуле погибли 23 человека.", 23),
    ("en", "A WOMAN WAS MURDERED BY GUNMEN IN BOGOTA AT 1620 THIS AFTERNOON.", 1),
    ("en", "A woman was shot dead by gunmen in Bogota at about 1500 (2000 GMT) on Sunday.", 1),
    ("en", "TWO POLICEMEN GUARDING THE ECUADORAN CONSULATE IN MEDELLIN WERE KILLED TODAY BY GUNMEN.", 2),
]

OF_A_WAR = [
    ("en", "A grenade killed one soldier in Gao on Sunday, in a civil war in which over 70,000 people have died.", 1),
    (
        "en",
        "Rebels killed three soldiers in Gao on Sunday. More than 11 soldiers have been killed there since 2021.",
        3,
    ),
    ("en", "At least 30 people were killed in Gao over the past six months; on Sunday gunmen killed four there.", 4),
    ("fr", "Dimanche, une attaque a tué cinq soldats près de Gao. Ces dix derniers mois, 60 soldats ont été tués.", 5),
    ("de", "Bei Beschuss in Donezk starben am Sonntag drei Zivilisten. Seit 2014 wurden 900 Zivilisten getötet.", 3),
    ("en", "A war that has left over 70,000 dead in nine years. On Sunday a grenade killed two soldiers in Gao.", 2),
    ("uk", "У неділю обстріл Донецька вбив трьох мирних жителів. З 2014 року загинули 900 людей.", 3),
]

WITHDRAWN = [
    "A local charity, which reported 40 dead after the shelling of Gao on Friday, has since retracted the figure. Nine"
    " people were killed in the shelling, the hospital said.",
]

TOGETHER = [
    ("Rodrigo Gaspar, his son, and 15 others were killed by gunmen in Cali on Sunday.", 17),
    ("Gunmen killed the mayor in Cali on Sunday. Two of the mayor's bodyguards were also killed in the attack.", 3),
    (
        "Pablo Perez, a former mayor, was murdered by gunmen in Cali on Sunday. The driver of the car was also killed.",
        2,
    ),
    ("Gunmen killed Hector Olmos, leader of the National Movement, and lawyer Gilda Flor in Cali on Sunday.", 2),
]


def told(language: str, text: str) -> set[Count | None]:
    coding = detect(Document("one", text, published=PUBLISHED, language=language), knowledge.load())
    return {report.killed for report in coding.reports if report.killed}


@pytest.mark.parametrize(("language", "text", "killed"), NOT_PEOPLE)
def test_a_year_an_hour_or_a_house_is_nobody(language: str, text: str, killed: int) -> None:
    assert told(language, text) == {Count(killed, killed, killed)}


@pytest.mark.parametrize(("language", "text", "killed"), OF_A_WAR)
def test_the_total_of_a_war_is_no_incident_s(language: str, text: str, killed: int) -> None:
    assert told(language, text) == {Count(killed, killed, killed)}


@pytest.mark.parametrize("text", WITHDRAWN)
def test_a_figure_whose_teller_withdrew_it_does_not_count(text: str) -> None:
    assert told("en", text) == {Count(9, 9, 9)}


@pytest.mark.parametrize(("text", "killed"), TOGETHER)
def test_who_is_told_together_counts_together(text: str, killed: int) -> None:
    assert told("en", text) == {Count(killed, killed, killed)}
