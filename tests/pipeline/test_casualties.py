"""Figures of people harmed: the conventions of interfaces.md, in nine languages."""

from __future__ import annotations

import pytest
from facts_of import account

from workers.pipeline.models import Count

Figures = list[tuple[str, int, int | None, int | None]]

SENTENCES: list[tuple[str, str, Figures]] = [
    (
        "en",
        "At least 12 people were killed and 30 others wounded.",
        [("killed", 12, 12, None), ("injured", 30, 30, None)],
    ),
    ("en", "Gunmen killed 12 soldiers and 3 civilians.", [("killed", 12, 12, 12), ("killed", 3, 3, 3)]),
    ("en", "12 killed, 30 wounded in market blast", [("killed", 12, 12, 12), ("injured", 30, 30, 30)]),
    ("en", "A soldier was killed and two others were injured.", [("killed", 1, 1, 1), ("injured", 2, 2, 2)]),
    ("en", "Between 10 and 15 militants were killed.", [("killed", 10, None, 15)]),
    ("en", "The death toll of Sunday's attack on the town rose to 31, up from 16.", [("killed", 31, 31, 31)]),
    ("en", "Two hundred and thirty villagers were abducted.", [("captured", 230, 230, 230)]),
    (
        "nl",
        "Minstens 17 mensen kwamen om het leven en 30 anderen raakten gewond.",
        [("killed", 17, 17, None), ("injured", 30, 30, None)],
    ),
    (
        "nl",
        "Bij de aanval vielen drieëntwintig doden en tientallen gewonden.",
        [("killed", 23, 23, 23), ("injured", 10, None, 99)],
    ),
    ("nl", "De beschieting kostte vijf burgers het leven.", [("killed", 5, 5, 5)]),
    ("nl", "Het leger meldt twee gedode militairen.", [("killed", 2, 2, 2)]),
    (
        "de",
        "Bei dem Angriff starben dreiundzwanzig Zivilisten, dutzende wurden verletzt.",
        [("killed", 23, 23, 23), ("injured", 12, None, 99)],
    ),
    ("de", "Drei Bewaffnete haben zwei Soldaten getötet.", [("killed", 2, 2, 2)]),
    ("de", "Ein Soldat und zwölf Milizionäre seien getötet worden.", [("killed", 1, 1, 1), ("killed", 12, 12, 12)]),
    (
        "fr",
        "L'attaque a fait vingt-trois morts et une centaine de blessés.",
        [("killed", 23, 23, 23), ("injured", 100, 100, 100)],
    ),
    ("fr", "Un officier a reconnu la mort d’un soldat.", [("killed", 1, 1, 1)]),
    (
        "fr",
        "Des hommes armés ont tué deux policiers et blessé quatre civils.",
        [("killed", 2, 2, 2), ("injured", 4, 4, 4)],
    ),
    (
        "es",
        "El ataque dejó treinta y tres muertos y decenas de heridos.",
        [("killed", 33, 33, 33), ("injured", 10, None, 99)],
    ),
    ("es", "Fueron asesinados seis jesuitas y dos mujeres.", [("killed", 6, 6, 6), ("killed", 2, 2, 2)]),
    (
        "es",
        "Guerrilleros mataron a dos soldados e hirieron a cuatro civiles.",
        [("killed", 2, 2, 2), ("injured", 4, 4, 4)],
    ),
    ("ar", "قُتل 12 شخصا على الأقل وأصيب 30 آخرون في الهجوم.", [("killed", 12, 12, None), ("injured", 30, 30, 30)]),
    ("ar", "مقتل جندي وإصابة جنديين.", [("killed", 1, 1, 1), ("injured", 2, 2, 2)]),
    (
        "ar",
        "أسفر القصف عن مقتل ثلاثة وعشرين مدنيا وإصابة العشرات.",
        [("killed", 23, 23, 23), ("injured", 10, None, 99)],
    ),
    ("ru", "Погибли двое мирных жителей, ещё трое ранены.", [("killed", 2, 2, 2), ("injured", 3, 3, 3)]),
    ("ru", "Армия потеряла двадцать три бойца.", [("killed", 23, 23, 23)]),
    ("ru", "Число погибших возросло до 31.", [("killed", 31, 31, 31)]),
    (
        "uk",
        "Дванадцятеро окупантів убито, троє наших бійців загинули, семеро поранені.",
        [("killed", 12, 12, 12), ("killed", 3, 3, 3), ("injured", 7, 7, 7)],
    ),
    ("uk", "Водій загинув.", [("killed", 1, 1, 1)]),
    ("tr", "Saldırıda en az 12 kişi öldü, 30 kişi yaralandı.", [("killed", 12, 12, None), ("injured", 30, 30, 30)]),
    ("tr", "On altı asker şehit oldu.", [("killed", 16, 16, 16)]),
    ("tr", "Ölü sayısı 31'e yükseldi.", [("killed", 31, 31, 31)]),
]


@pytest.mark.parametrize(("language", "sentence", "expected"), SENTENCES)
def test_people_harmed_are_counted_in_every_language(language: str, sentence: str, expected: Figures) -> None:
    found = [figure for figure in account(sentence, language).figures if not figure.superseded]

    assert [(figure.state, figure.low, figure.best, figure.high) for figure in found] == expected


NOBODY = {
    "en": "No one was killed.",
    "nl": "Er vielen geen slachtoffers.",
    "de": "Verletzt wurde niemand.",
    "fr": "Les obus sont tombés dans un champ sans faire de victimes.",
    "es": "No hubo víctimas.",
    "ar": "لم يصب أحد بأذى.",
    "ru": "Никто не пострадал.",
    "uk": "Ніхто не постраждав.",
    "tr": "Ölen ya da yaralanan olmadı.",
}


@pytest.mark.parametrize("language", NOBODY)
def test_nobody_is_zero_where_the_text_says_nobody(language: str) -> None:
    assert account(NOBODY[language], language).count("killed") == Count(0, 0, 0)


UNCLEAR = {
    "en": "It was not clear whether anyone was killed.",
    "nl": "Het is niet duidelijk of er doden zijn gevallen of dat er mensen gewond zijn geraakt.",
    "de": "Es ist unklar, ob es Tote gab.",
    "fr": "On ignore si des personnes ont été tuées.",
    "es": "No está claro si hubo muertos.",
    "ru": "Есть ли погибшие, неизвестно.",
}


@pytest.mark.parametrize("language", UNCLEAR)
def test_unclear_is_unknown_and_not_zero(language: str) -> None:
    assert account(UNCLEAR[language], language).count("killed") is None


def test_equipment_is_never_people() -> None:
    found = account("The army destroyed five tanks and killed more than 40 fighters.").figures

    assert [(figure.state, figure.low, figure.high) for figure in found] == [("killed", 40, None)]


def test_the_killers_are_not_the_killed() -> None:
    assert account("Twelve gunmen killed three soldiers.").count("killed") == Count(3, 3, 3)


def test_a_part_of_a_total_is_not_added() -> None:
    assert account("Twelve people, including three children, were killed.").count("killed") == Count(12, 12, 12)
    assert account("Thirty were wounded, five of them seriously.").count("injured") == Count(30, 30, 30)


def test_different_people_of_one_account_are_added() -> None:
    assert account("Gunmen killed 12 soldiers and 3 civilians.").count("killed") == Count(15, 15, 15)


def test_a_running_toll_is_not_the_incident_s() -> None:
    assert account("Five people died, bringing the death toll to 145.").count("killed") == Count(5, 5, 5)
    assert account("Some 2,500 people have been killed since the start of the war.").count("killed") is None


def test_words_without_dead_in_them_are_casualties_only() -> None:
    assert account("Forty militants were neutralised.").count("killed") is None
    assert account("Askerler 40 teröristi etkisiz hale getirdi.", "tr").count("killed") is None


def test_claimants_are_not_added_up() -> None:
    same = account("The hospital said 40 people died. The mayor said 36 people died.")
    different = account("The army said two soldiers died. The mayor said three civilians died.")

    assert same.count("killed") == Count(36, 36, 36)
    assert different.count("killed") == Count(3, 3, 3)


def test_a_named_victim_counts_one() -> None:
    assert account("Omar Hadad, 65, died. Gunmen killed Omar Hadad on Sunday.").count("killed") == Count(1, 1, 1)
    assert account("The murder of Samir Haddad and Omar Zaki shocked the town.").count("killed") == Count(2, 2, 2)


def test_dates_and_ages_are_no_figures() -> None:
    assert account("The mayor was killed on 25 January.").count("killed") == Count(1, 1, 1)
