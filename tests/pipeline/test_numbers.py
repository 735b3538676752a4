"""Numbers in digits and words, alone and qualified."""

from __future__ import annotations

import pytest
from facts_of import account

from workers.pipeline.detect.numbers import compose, integer

WORDS: list[tuple[str, str, int]] = [
    ("en", "two hundred and thirty men", 230),
    ("en", "1,250 men", 1250),
    ("en", "three thousand five hundred men", 3500),
    ("nl", "drieëntwintig mannen", 23),
    ("nl", "tweehonderdtien mannen", 210),
    ("de", "dreiundzwanzig Männer", 23),
    ("de", "1.250 Männer", 1250),
    ("fr", "quatre-vingt-dix hommes", 90),
    ("fr", "30 000 hommes", 30000),
    ("es", "ciento veinte hombres", 120),
    ("ar", "ثلاثة وعشرون رجلا", 23),
    ("ar", "٤٦ رجلا", 46),
    ("ar", "اثنا عشر رجلا", 12),
    ("ru", "двадцать три человека", 23),
    ("ru", "двести пятьдесят человек", 250),
    ("uk", "дев'ятнадцять людей", 19),
    ("uk", "двоє людей", 2),
    ("tr", "yüz yirmi üç kişi", 123),
    ("tr", "on iki kişi", 12),
]


@pytest.mark.parametrize(("language", "text", "value"), WORDS)
def test_a_number_has_one_value_in_digits_and_words(language: str, text: str, value: int) -> None:
    found = account(text, language).numbers[0]

    assert (found.low, found.best, found.high) == (value, value, value)


@pytest.mark.parametrize(
    ("text", "low", "best", "high"),
    [
        ("at least 12 men", 12, 12, None),
        ("more than 40 men", 40, 40, None),
        ("about 20 men", 20, 20, 20),
        ("up to 20 men", 1, None, 20),
        ("dozens of men", 12, None, 99),
        ("10 to 15 men", 10, None, 15),
        ("20-25 men", 20, None, 25),
    ],
)
def test_qualifiers_open_and_close_the_range(text: str, low: int, best: int | None, high: int | None) -> None:
    found = account(text).numbers[0]

    assert (found.low, found.best, found.high) == (low, best, high)


@pytest.mark.parametrize("text", ["at 09:48", "12% of voters", "$30 for each", "a 12-year truce"])
def test_times_shares_money_and_compounds_count_nobody(text: str) -> None:
    assert account(text).numbers == []


def test_an_ordinal_is_no_number() -> None:
    assert account("Die 9. Division rückte vor.", "de").numbers == []


def test_words_compose_as_they_are_said() -> None:
    assert compose([(2, "unit"), (100, "times"), (30, "unit")]) == 230
    assert compose([(5, "unit"), (1000, "times"), (2, "unit"), (100, "times")]) == 5200


def test_digits_of_any_script_are_read() -> None:
    assert integer("٤٦") == 46
    assert integer("1.250") == 1250
    assert integer("2.5") is None
