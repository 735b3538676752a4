"""Times as a text names them, counted from the day of publication."""

from __future__ import annotations

from datetime import date

import pytest
from facts_of import account

from workers.pipeline.detect import when
from workers.pipeline.models import DatePrecision

THURSDAY = date(2017, 10, 26)

EXACT: list[tuple[str, str, str, str]] = [
    ("en", "Troops attacked late Sunday.", "2017-10-22", "2017-10-22"),
    ("en", "Troops attacked on Thursday.", "2017-10-26", "2017-10-26"),
    ("en", "Troops attacked overnight.", "2017-10-25", "2017-10-26"),
    ("en", "They fought on Monday and Tuesday.", "2017-10-23", "2017-10-24"),
    ("en", "They fought from 16 to 20 October.", "2017-10-16", "2017-10-20"),
    ("en", "On October 16, 2017 they fought.", "2017-10-16", "2017-10-16"),
    ("nl", "Zondagochtend vroeg werd gevochten.", "2017-10-22", "2017-10-22"),
    ("nl", "In de nacht van dinsdag op woensdag werd gevochten.", "2017-10-24", "2017-10-25"),
    ("de", "In der Nacht zum Mittwoch wurde gekämpft.", "2017-10-24", "2017-10-25"),
    ("de", "Am 16. Oktober 2017 wurde gekämpft.", "2017-10-16", "2017-10-16"),
    ("fr", "Ils se sont battus dans la nuit de mardi à mercredi.", "2017-10-24", "2017-10-25"),
    ("fr", "Hier, ils se sont battus.", "2017-10-25", "2017-10-25"),
    ("es", "Combatieron el 16 de octubre de 2017.", "2017-10-16", "2017-10-16"),
    ("es", "Combatieron el domingo por la noche.", "2017-10-22", "2017-10-22"),
    ("ar", "اندلعت الاشتباكات مساء الأحد.", "2017-10-22", "2017-10-22"),
    ("ar", "اندلعت الاشتباكات أمس.", "2017-10-25", "2017-10-25"),
    ("ru", "Бои начались в воскресенье.", "2017-10-22", "2017-10-22"),
    ("ru", "Бои начались 16 октября.", "2017-10-16", "2017-10-16"),
    ("uk", "Бої почалися у неділю.", "2017-10-22", "2017-10-22"),
    ("uk", "Бої почалися вчора.", "2017-10-25", "2017-10-25"),
    ("tr", "Çatışmalar pazartesi günü başladı.", "2017-10-23", "2017-10-23"),
    ("tr", "Çatışmalar 16 Ekim 2017'de başladı.", "2017-10-16", "2017-10-16"),
]


@pytest.mark.parametrize(("language", "sentence", "start", "end"), EXACT)
def test_days_are_found_in_every_language(language: str, sentence: str, start: str, end: str) -> None:
    found = account(sentence, language).moments(THURSDAY)[0]

    assert (found.start, found.end, found.precision) == (
        date.fromisoformat(start),
        date.fromisoformat(end),
        DatePrecision.DAY,
    )


OLD: list[tuple[str, str]] = [
    ("en", "The city fell in 2014."),
    ("en", "They came three years ago."),
    ("en", "They fought in the 1990s."),
    ("nl", "Drie jaar geleden viel de stad."),
    ("nl", "Bij het begin van de jaren 1990 was er oorlog."),
    ("de", "Vor drei Jahren fiel die Stadt."),
    ("fr", "La ville est tombée il y a trois ans."),
    ("es", "La ciudad cayó hace tres años."),
    ("ar", "سقطت المدينة قبل ثلاث سنوات."),
    ("ru", "Город пал три года назад."),
    ("uk", "Місто впало у 2014 році."),
    ("tr", "Şehir üç yıl önce düştü."),
]


@pytest.mark.parametrize(("language", "sentence"), OLD)
def test_the_past_is_told_by_its_age(language: str, sentence: str) -> None:
    found = account(sentence, language).moments(THURSDAY)[0]

    assert found.age is not None
    assert found.age > 700


def test_a_weekday_is_never_a_week_off_on_its_own_day() -> None:
    assert account("It happened on Thursday.").moments(THURSDAY)[0].start == THURSDAY
    assert account("It happened last Thursday.").moments(THURSDAY)[0].start == date(2017, 10, 19)


def test_what_lies_ahead_is_announced_and_has_no_date() -> None:
    for sentence in ("They will vote next Monday.", "They will vote on 30 October.", "They will vote tomorrow."):
        found = account(sentence).moments(THURSDAY)[0]
        assert (found.ahead, found.start) == (True, None), sentence


def test_since_is_told_apart() -> None:
    found = account("They have fought since 2014.").moments(THURSDAY)[0]

    assert found.since


def test_without_a_publication_date_a_weekday_is_unknown() -> None:
    found = account("It happened on Sunday.").moments(None)[0]

    assert (found.start, found.precision) == (None, DatePrecision.UNKNOWN)


def test_a_verb_is_no_month() -> None:
    assert account("They may march on the capital.").moments(THURSDAY) == ()


def test_the_nearest_exact_day_speaks_for_a_clause() -> None:
    told = account("After last month's vote, troops attacked on Sunday.")
    moment = when.resolve(told.moments(THURSDAY), (0, len(told.text.folded)))

    assert moment is not None
    assert moment.start == date(2017, 10, 22)
