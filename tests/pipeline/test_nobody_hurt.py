"""Nobody hurt is no denial of the attack, a target named makes an attack plain, and a bomb that kills is a bomb."""

from __future__ import annotations

import pytest

from tests.pipeline.test_aims import told

HARMLESS = [
    ("en", "Nobody was hurt when gunmen attacked a bus near Kidal on Monday. The driver escaped."),
    ("en", "There were no casualties in the rocket attack on the town of Sderot on Monday."),
    ("de", "Es gab keine Opfer bei dem Raketenangriff auf Sderot am Montag."),
    ("ru", "Никто не пострадал при обстреле Белгорода в понедельник."),
    ("tr", "Pazartesi günü Kilis'e düzenlenen roket saldırısında ölen ya da yaralanan olmadı."),
]
AIMED = [
    ("en", "Attack on police station in Maiduguri leaves two wounded"),
    ("es", "Ataque a una comisaría en Maiduguri deja dos heridos"),
    ("fr", "Une attaque contre un commissariat à Maiduguri fait deux blessés"),
    ("ru", "При нападении на полицейский участок в Майдугури ранены двое"),
    ("uk", "Внаслідок нападу на відділок поліції в Майдугурі поранено двох людей"),
    ("ar", "إصابة شخصين في هجوم على مخفر للشرطة في مايدوغوري"),
]


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_an_attack_that_hurt_nobody_is_news(language: str, text: str) -> None:
    assert any(report.alertable for report in told(text, language))


@pytest.mark.parametrize(("language", "text"), AIMED)
def test_an_attack_on_something_needs_no_plainer_word_and_its_wounded_are_no_dead(language: str, text: str) -> None:
    (report,) = [report for report in told(text, language) if report.alertable]
    assert report.killed is None
    assert report.injured is not None
    assert report.injured.low == 2


def test_harm_by_a_bomb_is_the_bombs() -> None:
    text = "One person was killed and two were hurt by the explosion of a truck passing the army barracks."
    assert [report.sub_event_type for report in told(text)] == ["Remote explosive/landmine/IED"]


def test_a_fight_denied_is_still_denied() -> None:
    assert not any(report.alertable for report in told("There was no shelling of Sderot on Monday, officials said."))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Боёв за сутки не было, на фронте тихо."),
        ("uk", "Боїв не було, на фронті тихо."),
        ("tr", "Gece boyunca çatışma yaşanmadı, cephe sakin."),
        ("tr", "ABD kartelleri bombalamayı planlıyor"),
        ("ar", "نفى الجيش أن تكون طائراته قد قصفت المخيم."),
        ("en", "The army will launch an offensive to retake the city next month."),
        ("fr", "Les États-Unis comptent bombarder les cartels."),
    ],
)
def test_a_verb_behind_it_denies_or_plans_a_fight_too(language: str, text: str) -> None:
    assert not any(report.alertable for report in told(text, language))
