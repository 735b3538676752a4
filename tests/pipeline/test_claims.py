"""Who says what."""

from __future__ import annotations

import pytest
from facts_of import account

from workers.pipeline.models import Stance

SPEAKERS: list[tuple[str, str, str]] = [
    ("en", "A military spokesman said three soldiers were killed.", "A military spokesman"),
    ("en", "Three soldiers were killed, according to a doctor at the hospital.", "a doctor at the hospital"),
    ("en", '"Three soldiers were killed," said Omar Hadad, a village elder.', "Omar Hadad"),
    ("en", "Damascus put the toll at 40.", "Damascus"),
    ("en", "The governor, who spoke by telephone, said three soldiers were killed.", "The governor"),
    ("nl", "Volgens het ministerie zijn drie soldaten gedood.", "het ministerie"),
    ("nl", "Drie soldaten zijn gedood, zei een woordvoerder.", "een woordvoerder"),
    ("de", "Nach Angaben eines Offiziers wurden drei Soldaten getötet.", "eines Offiziers"),
    ("de", "Drei Soldaten seien getötet worden, teilte das Ministerium mit.", "das Ministerium"),
    ("fr", "Selon le gouverneur, trois soldats ont été tués.", "le gouverneur"),
    ("fr", "Trois soldats ont été tués, a annoncé le ministère.", "le ministère"),
    ("es", "Según el gobernador, murieron tres soldados.", "el gobernador"),
    ("es", "Murieron tres soldados, informó el Ejército.", "el Ejército"),
    ("ar", "قال متحدث عسكري إن ثلاثة جنود قتلوا.", "متحدث عسكري"),
    ("ar", "قتل ثلاثة جنود بحسب مصدر طبي.", "مصدر طبي"),
    ("ru", "По словам губернатора, погибли трое солдат.", "губернатора"),
    ("ru", "Погибли трое солдат, сообщил губернатор.", "губернатор"),
    ("uk", "За словами командира, загинули троє бійців.", "командира"),
    ("uk", "Троє бійців загинули, повідомила прокуратура.", "прокуратура"),
    ("tr", "Bakanlık, üç askerin öldüğünü açıkladı.", "Bakanlık"),
    ("tr", "Valiye göre üç asker öldü.", "Valiye"),
]


@pytest.mark.parametrize(("language", "sentence", "claimant"), SPEAKERS)
def test_the_claimant_is_found_in_every_language(language: str, sentence: str, claimant: str) -> None:
    killed = [claim for claim in account(sentence, language).claims if claim.about == "killed"]

    assert [claim.claimant.text for claim in killed if claim.claimant] == [claimant]


def test_what_nobody_says_the_outlet_says() -> None:
    claim = account("Three soldiers were killed on Sunday.").claims[0]

    assert (claim.claimant, claim.low, claim.high) == (None, 3, 3)


def test_he_added_carries_the_claimant_on() -> None:
    told = account("The mayor said two people died. He added that five were wounded.")

    assert [claim.claimant.text for claim in told.claims if claim.about == "injured" and claim.claimant] == [
        "The mayor"
    ]


def test_own_losses_are_the_claimant_s() -> None:
    told = account("The peshmerga said five of their own fighters were killed.")

    assert [claim.whom for claim in told.claims if claim.about == "killed"] == ["peshmerga"]


def test_civilians_are_named_as_such() -> None:
    assert account("Shelling killed three civilians.").claims[0].whom == "civilians"


STANCES: list[tuple[str, str, str, Stance]] = [
    ("en", "The army denied that it had shelled the town.", "occurrence", Stance.DENIES),
    ("en", "Authorities did not confirm the fighting.", "occurrence", Stance.CANNOT_CONFIRM),
    ("en", "The ministry said the units had withdrawn without fighting.", "occurrence", Stance.DENIES),
    ("nl", "Het leger ontkent de aanval.", "occurrence", Stance.DENIES),
    ("de", "Die Armee bestreitet den Angriff.", "occurrence", Stance.DENIES),
    ("fr", "L'armée dément l'attaque.", "occurrence", Stance.DENIES),
    ("es", "El ejército niega el ataque.", "occurrence", Stance.DENIES),
    ("ru", "Минобороны опровергло обстрел.", "occurrence", Stance.DENIES),
]


@pytest.mark.parametrize(("language", "sentence", "about", "stance"), STANCES)
def test_denial_and_doubt_are_stances(language: str, sentence: str, about: str, stance: Stance) -> None:
    assert stance in {claim.stance for claim in account(sentence, language).claims if claim.about == about}


def test_equipment_lost_is_a_claim_with_its_number() -> None:
    told = account("The council said the peshmerga destroyed five tanks.")

    assert [(claim.low, claim.high) for claim in told.claims if claim.about == "equipment"] == [(5, 5)]


def test_control_and_initiator_are_claims() -> None:
    assert "control" in {c.about for c in account("The statement said units had taken control of the base.").claims}
    assert "initiator" in {c.about for c in account("The ministry accused the rebels of launching an attack.").claims}


def test_every_claim_points_at_its_words() -> None:
    told = account("A spokesman said three soldiers were killed.")

    assert [told.text.quote(claim.span) for claim in told.claims if claim.about == "killed"] == [
        "three soldiers were killed"
    ]


@pytest.mark.parametrize(
    ("language", "sentence", "whole"),
    [
        ("en", "A media assistant to the rebel leader said three soldiers were killed.",
         "A media assistant to the rebel leader"),
        ("es", "La fiscalía regional informó de la muerte de tres soldados.", "La fiscalía regional"),
        ("nl", "Een arts van een nabijgelegen kliniek zei dat drie soldaten waren gedood.",
         "Een arts van een nabijgelegen kliniek"),
        ("fr", "Les autorités de l’enclave ont annoncé la mort de trois soldats.", "Les autorités de l’enclave"),
    ],
)  # fmt: skip
def test_a_claimant_is_named_by_all_its_words_before_the_verb(language: str, sentence: str, whole: str) -> None:
    assert [claim.claimant.text for claim in account(sentence, language).claims if claim.claimant] == [whole]


QUOTED: list[tuple[str, str, str]] = [
    ("en", '"We came under fire at dawn. Two of our guards were killed," said a spokesman of the mine.', "a spokesman"),
    (
        "nl",
        '"Wij werden beschoten bij de brug. Drie soldaten zijn gedood", aldus een woordvoerder.',
        "een woordvoerder",
    ),
    ("ru", "«Нас обстреляли утром. Погибли трое солдат», — сообщил губернатор.", "губернатор"),
]


@pytest.mark.parametrize(("language", "text", "claimant"), QUOTED)
def test_a_speech_of_several_sentences_is_whoever_s_is_named_behind_it(language: str, text: str, claimant: str) -> None:
    told = account(text, language)

    assert {said.claimant.text.split(" of ")[0] for said in told.said} == {claimant}
    assert len(told.said) == 2


def test_but_ends_what_a_claimant_says() -> None:
    told = account("The army said it had met no resistance, but two soldiers were killed.")

    assert [claim.claimant for claim in told.claims if claim.about == "killed"] == [None]


def test_each_teller_of_who_holds_a_place_is_kept() -> None:
    told = account(
        "The army said it had taken control of the base, and many reports state that rebels captured the airport."
    )

    held = [claim.claimant.text for claim in told.claims if claim.about == "control" and claim.claimant]
    assert held == ["The army", "many reports"]
