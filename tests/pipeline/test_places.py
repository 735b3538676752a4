"""Names in a text: which are places, and which places they are."""

from __future__ import annotations

import pytest
from places import named, view

SENTENCES = {
    "en": ("Rebels shelled the town of Aleppo in northern Syria overnight.", [("Aleppo", "SY"), ("Syria", "SY")]),
    "nl": ("Bij Bachmoet in het oosten van Oekraïne wordt gevochten.", [("Bachmoet", "UA"), ("Oekraïne", "UA")]),
    "de": ("In Charkiw im Osten der Ukraine schlugen Raketen ein.", [("Charkiw", "UA"), ("Ukraine", "UA")]),
    "fr": ("Une voiture a explosé à Mossoul, dans le nord de l’Irak.", [("Mossoul", "IQ"), ("Irak", "IQ")]),
    "es": ("Una bomba estalló en Damasco, la capital de Siria.", [("Damasco", "SY"), ("Siria", "SY")]),
    "ar": ("قتل خمسة أشخاص في قصف بالموصل شمال العراق.", [("بالموصل", "IQ"), ("العراق", "IQ")]),
    "ru": ("В Харькове на востоке Украины прогремели взрывы.", [("Харькове", "UA"), ("Украины", "UA")]),
    "uk": ("Російські війська обстріляли околиці Бахмута на Донеччині.", [("Бахмута", "UA")]),
    "tr": ("Suriye'nin kuzeyindeki Halep'te patlama oldu.", [("Suriye", "SY"), ("Halep", "SY")]),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_places_are_found_in_every_language_with_their_case_endings(language: str) -> None:
    text, expected = SENTENCES[language]

    found = named(text, language)

    assert [place for place in found if place in expected] == expected


def test_the_country_after_a_comma_decides() -> None:
    assert named("Fighters left Rawa, Iraq, at dawn.")[0] == ("Rawa", "IQ")


def test_the_state_after_a_comma_decides_also_abbreviated() -> None:
    for container in ("Texas", "Tex.", "TX"):
        mention = view(f"A house burned in Paris, {container}, on Monday.").mentions[0]
        assert (mention.country, round(mention.lat)) == ("US", 34), container


def test_other_places_of_the_document_decide() -> None:
    alone = view("The trial begins in Tripoli on Monday.").mentions[0]
    beside = view("Lebanese troops went from Beirut to Tripoli. Sidon stayed calm.").mentions[-2]

    assert alone.country == "LY"
    assert (beside.text, beside.country) == ("Tripoli", "LB")


def test_the_people_named_in_the_document_decide() -> None:
    assert named("Jordanian and Syrian officers met in Ramtha.") == [("Ramtha", "JO")]


def test_one_name_means_one_place_throughout_a_document() -> None:
    found = named("Shells hit Rawa in Anbar province, Iraq. Later Rawa was quiet. Rawa had fallen in 2014.")

    assert {country for text, country in found if text == "Rawa"} == {"IQ"}


def test_a_province_is_meant_where_the_text_says_province() -> None:
    found = view("Troops entered Kirkuk province. The city of Kirkuk was quiet.").mentions

    assert [mention.feature for mention in found] == ["ADM1", "PPL"]


@pytest.mark.parametrize(
    "text",
    [
        "President Lincoln spoke and General Houston listened.",
        "“We are tired,” Jackson Florence, 34, said.",
        "The Washington Post and the Baghdad Times reported it.",
        "Unity was the most important factor, the Secretary said.",
        "The report on HIV and SOS calls was published in May.",
        "Most of the Media are against the Council.",
    ],
)
def test_persons_newspapers_and_words_are_no_places(text: str) -> None:
    assert named(text) == []


def test_a_surname_is_no_place_once_the_person_was_named_in_full() -> None:
    assert named("Robert Paris was arrested in Lyon. Paris denies everything.") == [("Lyon", "FR")]


def test_german_nouns_are_no_places_after_an_article() -> None:
    assert named("Die Heide brennt, und das Essen im Keller ist kalt.", "de") == []


def test_a_small_place_far_from_everything_else_is_not_believed() -> None:
    texts = [text for text, _ in named("Clashes in Mogadishu, Kismayo and Baidoa in Somalia. Warta fought on.")]

    assert texts == ["Mogadishu", "Kismayo", "Baidoa", "Somalia"]


def test_which_of_many_equals_is_meant_is_not_guessed() -> None:
    assert named("Police in Springfield made an arrest.") == []


def test_headlines_in_capitals_are_read() -> None:
    assert named("SHELLING KILLS FIVE IN ALEPPO AND HOMS") == [("ALEPPO", "SY"), ("HOMS", "SY")]


def test_altun_kupri_has_its_kurdish_turkish_and_arabic_names() -> None:
    rows = {view(f"Fighting in {name} near Kirkuk.").spotted[0].place.row for name in ("Altun Kupri", "Perde", "Pirde")}
    rows.add(view("Kerkük yakınlarındaki Altınköprü'de çatışma çıktı.", "tr").spotted[-1].place.row)
    rows.add(view("اشتباكات في آلتون كوبري قرب كركوك.", "ar").spotted[0].place.row)

    assert len(rows) == 1
