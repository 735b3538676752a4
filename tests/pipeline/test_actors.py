"""Who is named, and who fought whom."""

from __future__ import annotations

import pytest
from facts_of import KNOWN, account

NAMES: list[tuple[str, str, str]] = [
    ("en", "The Rapid Support Forces shelled the market.", "rsf"),
    ("nl", "Islamitische Staat eiste de aanval op.", "is"),
    ("de", "Die Hisbollah feuerte Raketen ab.", "hezbollah"),
    ("fr", "Les Forces de soutien rapide ont bombardé le marché.", "rsf"),
    ("es", "El Clan del Golfo atacó a la patrulla.", "agc"),
    ("ar", "هاجمت قوات الدعم السريع البلدة.", "rsf"),
    ("ru", "Талибан напал на пост.", "taliban"),
    ("uk", "ЗСУ відбили атаку.", "ua-forces"),
    ("tr", "PKK saldırıyı üstlendi.", "pkk"),
]


@pytest.mark.parametrize(("language", "sentence", "id"), NAMES)
def test_groups_are_known_by_their_names_in_every_language(language: str, sentence: str, id: str) -> None:
    assert id in {party.id for party in account(sentence, language).parties}


STATES: list[tuple[str, str, tuple[str, str], str]] = [
    ("en", "Kenyan soldiers crossed the river.", ("Kenyan", "KE"), "Kenyan soldiers"),
    ("nl", "Het Keniaanse leger trok op.", ("Keniaanse", "KE"), "Keniaanse leger"),
    ("fr", "L'armée kényane a avancé.", ("kényane", "KE"), "armée kényane"),
    ("es", "El ejército keniano avanzó.", ("keniano", "KE"), "ejército keniano"),
    ("ar", "تقدم الجيش الكيني.", ("الكيني", "KE"), "الجيش الكيني"),
    ("ru", "Кенийские военные наступали.", ("Кенийские", "KE"), "Кенийские военные"),
]


@pytest.mark.parametrize(("language", "sentence", "nation", "name"), STATES)
def test_an_army_beside_a_nation_is_that_state_s(
    language: str, sentence: str, nation: tuple[str, str], name: str
) -> None:
    assert (name, "ke-forces") in {(p.actor.text, p.id) for p in account(sentence, language, nation).parties}


GROUPS: list[tuple[str, str, tuple[str, str], str]] = [
    ("en", "Kenyan groups crossed the river.", ("Kenyan", "KE"), "Kenyan groups"),
    ("nl", "Keniaanse groepen staken de rivier over.", ("Keniaanse", "KE"), "Keniaanse groepen"),
    ("de", "Kenianische Gruppen überquerten den Fluss.", ("Kenianische", "KE"), "Kenianische Gruppen"),
    ("fr", "Des éléments kényans ont traversé le fleuve.", ("kényans", "KE"), "éléments kényans"),
    ("es", "Grupos kenianos cruzaron el río.", ("kenianos", "KE"), "Grupos kenianos"),
    ("ru", "Кенийские штурмовики перешли реку.", ("Кенийские", "KE"), "Кенийские штурмовики"),
    ("uk", "Кенійські групи перейшли річку.", ("Кенійські", "KE"), "Кенійські групи"),
    ("ar", "عبرت مجموعات كينية النهر.", ("كينية", "KE"), "مجموعات كينية"),
]


@pytest.mark.parametrize(("language", "sentence", "nation", "name"), GROUPS)
def test_groups_of_a_nation_are_its_forces(language: str, sentence: str, nation: tuple[str, str], name: str) -> None:
    assert (name, "ke-forces") in {(p.actor.text, p.id) for p in account(sentence, language, nation).parties}


def test_groups_of_nobody_are_no_party() -> None:
    assert account("Two groups crossed the river.").parties == ()


def test_short_names_count_only_in_capitals() -> None:
    assert account("This is a market.").parties == ()
    assert [party.id for party in account("Fighters of IS attacked.").parties] == [None, "is"]


def test_an_adjective_of_another_noun_is_no_actor() -> None:
    assert "nation" not in {
        p.kind for p in account("Shells fell on the Sudanese city.", "en", ("Sudanese", "SD")).parties
    }


SIDES: list[tuple[str, str, dict[str, list[str]]]] = [
    ("en", "Boko Haram attacked the peshmerga on Sunday.", {"attacker": ["Boko Haram"], "target": ["peshmerga"]}),
    ("en", "The peshmerga were attacked by Boko Haram.", {"attacker": ["Boko Haram"], "target": ["peshmerga"]}),
    ("en", "The peshmerga repelled attacks by Boko Haram.", {"attacker": ["Boko Haram"], "target": ["peshmerga"]}),
    ("en", "Boko Haram began shelling peshmerga lines.", {"attacker": ["Boko Haram"], "target": ["peshmerga"]}),
    ("en", "The peshmerga were driven from the town.", {"target": ["peshmerga"]}),
    ("en", "The airport fell to Boko Haram on Sunday.", {"attacker": ["Boko Haram"]}),
    ("fr", "L'aéroport est tombé aux mains de Boko Haram.", {"attacker": ["Boko Haram"]}),
    ("en", "Hamas and Hezbollah shot at each other.", {"party": ["Hamas", "Hezbollah"]}),
    ("nl", "Hamas en Hezbollah schoten op elkaar.", {"party": ["Hamas", "Hezbollah"]}),
    ("de", "Hamas und Hisbollah schossen aufeinander.", {"party": ["Hamas", "Hisbollah"]}),
    ("ru", "Хамас и Хезболла стреляли друг в друга.", {"party": ["Хамас", "Хезболла"]}),
    ("en", "Clashes between Hamas and Hezbollah erupted.", {"party": ["Hamas", "Hezbollah"]}),
    ("en", "Hamas clashed with Hezbollah.", {"party": ["Hamas", "Hezbollah"]}),
    ("nl", "Er waren gevechten tussen Hamas en Hezbollah.", {"party": ["Hamas", "Hezbollah"]}),
    ("nl", "Hezbollah werd door Hamas aangevallen.", {"attacker": ["Hamas"], "target": ["Hezbollah"]}),
    ("de", "Bei Gefechten zwischen Hamas und Hisbollah gab es Tote.", {"party": ["Hamas", "Hisbollah"]}),
    ("fr", "Des combats ont opposé le Hamas au Hezbollah.", {"party": ["Hamas", "Hezbollah"]}),
    ("es", "Hubo combates entre Hamás y Hezbolá.", {"party": ["Hamás", "Hezbolá"]}),
    ("ar", "اندلعت اشتباكات بين حماس وحزب الله.", {"party": ["حماس", "وحزب الله"]}),
    ("ru", "ХАМАС атаковал Хезболлу.", {"attacker": ["ХАМАС"], "target": ["Хезболлу"]}),
    ("uk", "ХАМАС атакував Хезболлу.", {"attacker": ["ХАМАС"], "target": ["Хезболлу"]}),
    ("tr", "Hamas ile Hizbullah arasında çatışma çıktı.", {"party": ["Hamas", "Hizbullah"]}),
]


@pytest.mark.parametrize(("language", "sentence", "expected"), SIDES)
def test_the_sides_are_told_apart(language: str, sentence: str, expected: dict[str, list[str]]) -> None:
    assert account(sentence, language).sides == expected


def test_a_text_that_names_nobody_has_no_sides() -> None:
    assert account("Shells fell on the town.").sides == {}


def test_at_least_four_hundred_actors_are_known_and_their_allies_too() -> None:
    assert len(KNOWN.known) >= 400
    assert {ally for actor in KNOWN.known.values() for ally in actor.allies} <= set(KNOWN.known)
    assert {actor.code for actor in KNOWN.known.values()} <= set(range(1, 9))


def test_a_composed_state_has_acled_s_code_one() -> None:
    assert KNOWN.code("ke-forces") == 1
    assert KNOWN.code("rsf") == 2
    assert KNOWN.allied("ke-forces", "ke-police")


def test_in_a_fight_the_party_that_attacked_is_the_attacker() -> None:
    told = account("Rebels attacked the garrison at dawn. Soldiers and rebels fought until noon.")

    assert {role: set(names) & {"Rebels", "Soldiers"} for role, names in told.sides.items()} == {
        "attacker": {"Rebels"},
        "target": {"Soldiers"},
    }


def test_a_fight_without_a_first_attack_has_two_parties() -> None:
    assert set(account("Soldiers and rebels fought until noon.").sides) == {"party"}


def test_who_only_tells_of_it_is_no_belligerent() -> None:
    told = account("Gunmen attacked farmers near the forest, police said. Police are searching the forest.")

    assert set(told.sides) == {"attacker", "target"}
