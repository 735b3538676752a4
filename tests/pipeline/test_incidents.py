"""What belongs to which incident of an article: its sides, its scenes, the claims about it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Claim, Document, Report, Stance

NOON = datetime(2024, 3, 18, 12, tzinfo=UTC)


def told(text: str, title: str | None = None) -> list[Report]:
    return list(detect(Document("d", text, title, NOON), knowledge.load()).reports)


def alerting(text: str, title: str | None = None) -> list[Report]:
    return [report for report in told(text, title) if report.alertable]


def parties(report: Report) -> set[str | None]:
    return {actor.id for side in report.sides for actor in side.actors}


def claimed(report: Report, about: str) -> list[Claim]:
    return [claim for claim in report.claims if claim.about == about]


CALLS: list[tuple[str, str]] = [
    ("en", "Kenya called for an immediate ceasefire in Goma, where heavy fighting broke out between M23 and the army."),
    (
        "nl",
        "Kenia riep op tot een staakt-het-vuren in Goma, waar zware gevechten zijn uitgebroken tussen M23 en leger.",
    ),
    ("de", "Kenia rief zu einer Waffenruhe in Goma auf, wo schwere Kämpfe zwischen der M23 und der Armee ausbrachen."),
    ("fr", "Le Kenya appelle à un cessez-le-feu à Goma, où de violents combats opposent le M23 à l'armée."),
    ("es", "Kenia pidió un alto el fuego en Goma, donde estallaron combates entre el M23 y el ejército."),
    ("ru", "Кения призвала к прекращению огня в Гоме, где начались тяжёлые бои между М23 и армией."),
    ("uk", "Кенія закликала до припинення вогню в Гомі, де почалися важкі бої між М23 та армією."),
    ("ar", "دعت كينيا إلى وقف إطلاق النار في غوما حيث اندلعت اشتباكات عنيفة بين مقاتلي حركة إم 23 والجيش الكونغولي."),
]


@pytest.mark.parametrize(("language", "sentence"), CALLS)
def test_the_fight_at_a_place_that_somebody_calls_for_a_truce_in_is_told(language: str, sentence: str) -> None:
    [report] = alerting(sentence)

    assert report.sub_event_type == "Armed clash"
    assert report.place is not None
    assert report.place.country == "CD"


def test_what_begins_with_if_is_hypothetical_to_its_end() -> None:
    found = told("If the army moves on Goma, officials fear a wider war, while M23 is fighting soldiers in Masisi.")

    assert not any(report.alertable for report in found)


def test_a_vague_word_after_a_semicolon_goes_on_with_what_could_be() -> None:
    found = told("This could be the start of a war in Masisi; a battle for the mines of the whole province.")

    assert not any(report.alertable for report in found)


def test_who_is_only_spoken_of_elsewhere_is_no_side() -> None:
    [report] = alerting(
        "M23 fighters attacked Congolese army positions in Masisi on Sunday, killing four soldiers.\n\n"
        "Rwanda and Uganda have called for talks. Islamic State claimed an attack in Uganda last year. "
        "The United States said Islamic State remained a threat."
    )

    assert parties(report) - {None} == {"m23", "cd-forces"}


def test_two_fights_in_one_article_have_their_own_sides() -> None:
    found = alerting(
        "Rapid Support Forces shelled army positions in El Fasher on Sunday, killing six soldiers.\n\n"
        "In Nigeria, Boko Haram fighters attacked a military base in Damboa on Sunday, killing nine soldiers."
    )

    assert [parties(report) & {"rsf", "boko-haram"} for report in found] == [{"rsf"}, {"boko-haram"}]


BACKED: list[tuple[str, str]] = [
    ("en", "Rwanda-backed M23 rebels attacked Congolese soldiers in Masisi on Sunday, killing five."),
    (
        "nl",
        "Door Rwanda gesteunde M23-rebellen vielen zondag Congolese soldaten aan in Masisi. Vijf doden.",
    ),
    (
        "fr",
        "Des rebelles du M23 soutenus par le Rwanda ont attaqué dimanche des soldats congolais à Masisi, tuant cinq.",
    ),
    (
        "es",
        "Rebeldes del M23 respaldados por Ruanda atacaron el domingo a soldados congoleños en Masisi, cinco muertos.",
    ),
]


@pytest.mark.parametrize(("language", "sentence"), BACKED)
def test_whoever_stands_behind_a_party_is_none_itself(language: str, sentence: str) -> None:
    [report] = alerting(sentence)

    assert "m23" in parties(report)
    assert "rw-forces" not in parties(report)


def test_a_town_shelled_beside_a_fight_over_the_region_is_told_apart() -> None:
    found = alerting(
        "Heavy fighting between the army and M23 rebels broke out in North Kivu on Sunday.\n\n"
        "Shells hit Sake on Sunday afternoon, residents said."
    )

    assert {report.sub_event_type for report in found} == {"Armed clash", "Shelling/artillery/missile attack"}
    assert {report.place.name for report in found if report.place} == {"North Kivu", "Sake"}


def test_guns_that_support_a_fight_in_a_town_are_part_of_it() -> None:
    [report] = alerting(
        "Heavy fighting between the army and M23 rebels broke out in Sake on Sunday.\n\n"
        "Artillery shelled rebel positions in Sake, residents said."
    )

    assert report.sub_event_type == "Armed clash"


def test_fighting_beside_a_base_taken_is_a_clash_and_the_base_a_claim() -> None:
    [report] = alerting(
        "The army launched an offensive against M23 rebels south of Sake late on Sunday.\n\n"
        "Soldiers captured a hill outside the town from the rebels, the army said.\n\n"
        "Heavy clashes were reported south of Sake."
    )

    assert report.sub_event_type == "Armed clash"
    assert claimed(report, "control")


def test_losses_told_further_down_are_claimed_of_the_incident() -> None:
    [report] = alerting(
        "Fighting between the Sudanese army and the Rapid Support Forces broke out in Babanusa on Sunday.\n\n"
        "Both sides accuse each other of having started the attack.\n\n"
        "The Rapid Support Forces said on Sunday that three drones had been shot down."
    )

    assert [claim.low for claim in claimed(report, "equipment")] == [3]
    assert claimed(report, "initiator")


COUNTERED: list[tuple[str, str, str]] = [
    (
        "en",
        "The army shelled Babanusa on Sunday. The ministry said the attack was in response to shelling.",
        "The ministry",
    ),
    (
        "nl",
        "Het leger beschoot zondag Babanusa. Het ministerie sprak van een tegenoffensief na een aanval.",
        "Het ministerie",
    ),
    (
        "de",
        "Die Armee beschoss am Sonntag Babanusa. Das Ministerium sprach von Vergeltung für einen Angriff.",
        "Das Ministerium",
    ),
    (
        "fr",
        "L'armée a bombardé Babanusa dimanche. Le ministère a dit que c'était une riposte à une attaque.",
        "Le ministère",
    ),
]


@pytest.mark.parametrize(("language", "text", "claimant"), COUNTERED)
def test_whoever_answers_an_attack_says_that_the_other_began(language: str, text: str, claimant: str) -> None:
    [report] = alerting(text)

    assert [claim.claimant.text for claim in claimed(report, "initiator") if claim.claimant] == [claimant]


def test_a_city_that_is_disputed_denies_nothing() -> None:
    [report] = alerting(
        "Rebels captured a hill near the disputed city of Abyei from the army on Sunday, killing two soldiers."
    )

    assert not any(claim.stance is Stance.DENIES for claim in report.claims)


def test_and_said_goes_on_with_the_same_claimant() -> None:
    [report] = alerting(
        "Fighting broke out in Babanusa on Sunday. The council accused the army of an attack and said rebels would "
        "resist. "
        "Rebels had destroyed four tanks used by the army, it added."
    )

    assert [(c.low, c.claimant.text) for c in claimed(report, "equipment") if c.claimant] == [(4, "The council")]


def test_guns_turned_on_fighters_in_a_town_are_part_of_the_fight() -> None:
    found = alerting(
        "Heavy fighting between the army and M23 rebels broke out in North Kivu on Sunday.\n\n"
        "Army artillery shelled rebel fighters at Sake."
    )

    assert [report.sub_event_type for report in found] == ["Armed clash"]


CASUALTIES: list[tuple[str, str]] = [
    ("en", "Shells hit Goma on Sunday. There are casualties among civilians, the mayor said."),
    ("nl", "Goma is zondag beschoten. Er zijn slachtoffers onder de burgers, zei de burgemeester."),
]


@pytest.mark.parametrize(("language", "text"), CASUALTIES)
def test_casualties_that_nobody_counts_are_a_claim_without_a_number(language: str, text: str) -> None:
    [report] = alerting(text)

    assert (report.killed, report.injured) == (None, None)
    assert [(c.low, c.high, c.whom) for c in claimed(report, "casualties")] == [(None, None, "civilians")]


def test_no_casualties_claim_none() -> None:
    [report] = alerting("Shells hit Goma on Sunday. There were no casualties, the mayor said.")

    assert not [claim for claim in claimed(report, "casualties") if claim.low is None]
