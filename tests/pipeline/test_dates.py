"""Publication dates as feeds and pages write them, in nine languages."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from workers.pipeline.dates import moment


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon, 16 Oct 2017 09:48:12 +0200", at(2017, 10, 16, 7, 48, 12)),
        ("Mon, 16 Oct 2017 09:48 CEST", at(2017, 10, 16, 7, 48)),
        ("Mon, 16 Oct 2017 09:48 MSK", at(2017, 10, 16, 6, 48)),
        ("Mon, 16 Oct 2017 09:48 TRT", at(2017, 10, 16, 6, 48)),
        ("Mon, 16 Oct 17 09:48:00 EST", at(2017, 10, 16, 14, 48)),
        ("Mon, 16 Oct 2017 24:00:00 GMT", at(2017, 10, 17)),
        ("Mon Oct 16 09:48:00 UTC 2017", at(2017, 10, 16, 9, 48)),
        ("2017-10-16T09:48:00.1234567Z", at(2017, 10, 16, 9, 48, 0, 123456)),
        ("2017-10-16T09:48:00+0300", at(2017, 10, 16, 6, 48)),
        ("2017-10-16", at(2017, 10, 16)),
        ("1508147280", at(2017, 10, 16, 9, 48)),
        ("16/10/2017 09:48", at(2017, 10, 16, 9, 48)),
        ("10/16/2017 09:48 PM", at(2017, 10, 16, 21, 48)),
        ("16.10.2017 09.48 Uhr", at(2017, 10, 16, 9, 48)),
        ("ma, 16 okt 2017 9:05", at(2017, 10, 16, 9, 5)),
        ("Montag, 16. März 2020", at(2020, 3, 16)),
        ("October 16th, 2017 9:48 am EDT", at(2017, 10, 16, 13, 48)),
        ("16 août 2017 à 9h48", at(2017, 8, 16, 9, 48)),
        ("16 de agosto de 2017", at(2017, 8, 16)),
        ("16 Ağustos 2017 Çarşamba 09:48", at(2017, 8, 16, 9, 48)),
        ("16 октября 2017, 09:48", at(2017, 10, 16, 9, 48)),
        ("16 жовтня 2017 р. о 09:48", at(2017, 10, 16, 9, 48)),
        ("١٦ تشرين الأول ٢٠١٧", at(2017, 10, 16)),
        ("16 كانون الثاني 2020 03:10 م", at(2020, 1, 16, 15, 10)),
    ],
)
def test_a_date_is_read_as_it_was_meant(written, meant):
    assert moment(written) == meant


@pytest.mark.parametrize(
    "written", ["", "today", "10:30", "Thu, 31 Feb 2017 10:00:00 GMT", "May 2017", "16" * 200, "0000-00-00"]
)
def test_what_names_no_possible_day_is_no_date(written):
    assert moment(written) is None


def test_an_ambiguous_zone_is_left_to_the_caller():
    baghdad = timezone(timedelta(hours=3))
    assert moment("Mon, 16 Oct 2017 09:48:00 AST", baghdad) == at(2017, 10, 16, 6, 48)
