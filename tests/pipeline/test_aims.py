"""At whom violence is aimed: attacks on people and property beside a fight, and mentions of crimes already known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.models import Document, Realis, Report

TUESDAY = datetime(2025, 3, 4, 12, tzinfo=UTC)


def told(text: str, language: str = "en") -> list[Report]:
    return list(detect(Document("d", text, None, TUESDAY, language), knowledge.load()).reports)


MURDERS_BESIDE_A_FIGHT: list[tuple[str, str]] = [
    (
        "en",
        "Heavy fighting between the army and rebels went on near Goma on Monday, the army said.\n\n"
        "In Goma itself gunmen murdered two nurses on Monday, the hospital said.",
    ),
    (
        "de",
        "Bei Goma lieferten sich am Montag Armee und Rebellen heftige Gefechte, teilte die Armee mit.\n\n"
        "In Goma ermordeten Bewaffnete am Montag zwei Krankenschwestern, berichtete das Krankenhaus.",
    ),
    (
        "fr",
        "De violents combats ont opposé lundi l'armée aux rebelles près de Goma, selon l'armée.\n\n"
        "À Goma, des hommes armés ont assassiné lundi deux infirmières, a indiqué l'hôpital.",
    ),
    (
        "es",
        "El ejército y los rebeldes libraron el lunes fuertes combates cerca de Goma, informó el ejército.\n\n"
        "En Goma, hombres armados asesinaron el lunes a dos enfermeras, informó el hospital.",
    ),
    (
        "nl",
        "Bij Goma vochten het leger en rebellen maandag een zware veldslag uit, aldus het leger.\n\n"
        "In Goma vermoordden gewapende mannen maandag twee verpleegsters, meldde het ziekenhuis.",
    ),
    (
        "ru",
        "В понедельник под Гомой шли тяжёлые бои между армией и повстанцами, сообщила армия.\n\n"
        "В Гоме боевики в понедельник убили двух медсестёр, сообщили в больнице.",
    ),
    (
        "uk",
        "У понеділок під Гомою точилися важкі бої між армією та повстанцями, повідомила армія.\n\n"
        "У Гомі бойовики в понеділок вбили двох медсестер, повідомили в лікарні.",
    ),
    (
        "tr",
        "Pazartesi günü Goma yakınlarında ordu ile isyancılar arasında şiddetli çatışmalar yaşandı.\n\n"
        "Goma'da silahlı kişiler pazartesi günü iki hemşireyi öldürdü, hastane açıkladı.",
    ),
    (
        "ar",
        "اندلعت معارك عنيفة بين الجيش والمتمردين قرب غوما يوم الاثنين.\n\n"
        "وفي غوما قتل مسلحون ممرضتين يوم الاثنين، بحسب المستشفى.",
    ),
]


@pytest.mark.parametrize(("language", "text"), MURDERS_BESIDE_A_FIGHT)
def test_civilians_murdered_in_the_town_that_is_fought_for_are_an_attack_of_their_own(language: str, text: str) -> None:
    fight, murder = told(text, language)

    assert (fight.sub_event_type, murder.sub_event_type) == ("Armed clash", "Attack")
    assert fight.alertable
    assert murder.alertable


def test_property_blown_up_beside_a_fight_is_an_event_of_its_own() -> None:
    fight, blast = told(
        "Soldiers and rebels fought in Goma on Monday; six soldiers were killed.\n\n"
        "In Goma rebels blew up two power pylons and a bank on Monday night, the mayor said."
    )

    assert fight.killed is not None
    assert fight.killed.best == 6
    assert blast.sub_event_type == "Remote explosive/landmine/IED"
    assert blast.killed is None


def test_civilians_who_die_in_a_fight_are_its_dead() -> None:
    [fight] = told(
        "Soldiers and rebels fought in Goma on Monday, the army said.\n\nA woman was killed, and two of her children."
    )

    assert fight.sub_event_type == "Armed clash"
    assert fight.killed is not None


def test_an_attack_on_policemen_is_a_fight_and_one_on_reporters_is_not() -> None:
    [fight] = told("Police said gunmen attacked a police post near Goma on Monday and killed two policemen.")
    [murder] = told("Soldiers killed two reporters at a checkpoint near Goma on Monday, their newspaper said.")

    assert fight.sub_event_type == "Armed clash"
    assert murder.sub_event_type == "Attack"


DOUBTED: list[tuple[str, str]] = [
    ("en", "The rebels denied any part in the murder of the bishop. They said the army was to blame."),
    ("de", "Die Rebellen bestritten jede Beteiligung an der Ermordung des Bischofs. Sie beschuldigten die Armee."),
    ("fr", "Les rebelles ont nié toute participation à l'assassinat de l'évêque. Ils ont accusé l'armée."),
    ("es", "Los rebeldes negaron toda participación en el asesinato del obispo. Acusaron al ejército."),
    ("nl", "De rebellen ontkenden elke rol in de moord op de bisschop. Zij beschuldigden het leger."),
]


@pytest.mark.parametrize(("language", "text"), DOUBTED)
def test_who_denies_a_part_in_a_known_murder_does_not_deny_the_murder(language: str, text: str) -> None:
    found = [report for report in told(text, language) if report.sub_event_type == "Attack"]

    assert [report.realis for report in found] == [Realis.BACKGROUND]


def test_a_murder_that_an_arrest_is_about_is_told_as_background() -> None:
    arrest, murder = told(
        "Police arrested three men in Cali on Monday over the murder of two judges. They had fled to the hills.\n\n"
        "A judge will hear them on Friday."
    )

    assert arrest.event_type == "Strategic developments"
    assert (murder.sub_event_type, murder.realis, murder.alertable) == ("Attack", Realis.BACKGROUND, False)
