"""A publication date as a feed or page spells it in, an aware ``datetime`` out; ``None`` when it says none.

One reader for every source, so that nothing depends on the clock: dateutil and dateparser (both reached by
fastfeedparser) fill what is missing from *today*, and feedparser reads CET, EET, MSK and TRT as UTC and knows
English month names only (measured, 2026-11). Here a date without day, month and year is no date.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

_LONGEST = 128
_MONTHS = (
    # en, nl, de, fr, es, tr, ru, uk (nominative and genitive), ar (Egypt/Gulf; Levant; Maghreb), without accents
    "january jan januari januar janner janvier janv enero ene ocak oca январь января янв січень січня січ "
    "يناير جانفي كانون_الثاني",
    "february feb februari februar feber fevrier fevr fev febrero subat sub февраль февраля фев февр лютий лютого лют "
    "فبراير شباط فيفري",
    "march mar maart mrt marz mars marzo mart март марта мар березень березня бер مارس اذار",
    "april apr avril avr abril abr nisan nis апрель апреля апр квітень квітня кві квіт ابريل نيسان افريل",
    "may mei mai mayo mayis май мая травень травня тра трав مايو ايار ماي",
    "june jun juni juin junio haziran haz июнь июня июн червень червня чер черв يونيو حزيران جوان",
    "july jul juli juillet juil julio temmuz tem июль июля июл липень липня лип يوليو تموز جويلية",
    "august aug augustus aout agosto ago agustos agu август августа авг серпень серпня сер серп اغسطس اب اوت",
    "september sep sept septembre septiembre eylul eyl сентябрь сентября сен сент вересень вересня вер سبتمبر ايلول",
    "october oct oktober okt octobre octubre ekim eki октябрь октября окт жовтень жовтня жов жовт اكتوبر تشرين_الاول",
    "november nov novembre noviembre kasim kas ноябрь ноября ноя нояб листопад листопада лис лист نوفمبر تشرين_الثاني",
    "december dec dezember dez decembre diciembre dic aralik ara декабрь декабря дек грудень грудня гру груд "
    "ديسمبر كانون_الاول",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_PHRASES = re.compile("|".join(name.replace("_", " ") for name in _MONTH_OF if "_" in name))
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2,
    "mest": 2, "mesz": 2, "eet": 2, "sast": 2, "eest": 3, "idt": 3, "msk": 3, "trt": 3, "мск": 3, "gst": 4, "pkt": 5,
    "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7,
}  # fmt: skip
"""Hours east. IST, IRST, AMT and AST mean several zones and stay out: the caller's ``zone`` decides."""
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})\s*(?::|(?<=\d)[.hu](?=\d\d\b)|h)\s*(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![\d.]*\.\d)"
    r"\s*(?:([ap]\.?m\b\.?)|([صم])\b)?"
)
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2}):?(\d{2})?\b")
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_WORDS = re.compile(r"\d+|[^\W\d_]+(?:_[^\W\d_]+)*")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_FRACTION = re.compile(r"(\.\d{6})\d+")


@lru_cache(maxsize=4096)
def moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """RFC 822, RFC 3339, W3CDTF, Unix seconds, or words in nine languages, in UTC.

    ``zone`` counts where the text names none or an ambiguous one (IST, AST). A missing time is midnight there.
    Impossible dates (31 February) are ``None``, never repaired.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        found = _iso(text) or _written(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if not text[:4].isdigit() or text[4:5] not in ("-", ""):
        return None
    try:
        return datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    plain = _fold(text)
    clock = _CLOCK.search(plain)
    rest = f"{plain[: clock.start()]} {plain[clock.end() :]}" if clock else plain
    day = _day(rest)
    if day is None:
        return None
    hour, minute, second = _time(clock) if clock else (0, 0, 0)
    found = datetime(*day, 0, minute, min(second, 59)) + timedelta(hours=hour)
    return found.replace(tzinfo=_zone(plain[clock.end() :] if clock else ""))


def _fold(text: str) -> str:
    """Lower case, ASCII digits, no accents: ``Août`` and ``٣ أغسطس`` become ``aout`` and ``3 اغسطس``."""
    lower = text.translate(_DIGITS).lower().replace("й", "\ue000").replace("ї", "\ue001").replace("ı", "i")
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return bare.replace("\ue000", "й").replace("\ue001", "ї").replace("\u2212", "-")


def _time(clock: re.Match[str]) -> tuple[int, int, int]:
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    half = (clock[4] or clock[5] or "")[:1]
    if half and not 1 <= hour <= 12:
        half = ""
    if half:
        hour = hour % 12 + (12 if half in ("p", "م") else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError("no such time")
    return hour, minute, second


def _day(text: str) -> tuple[int, int, int] | None:
    if match := _ISO_DAY.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DAY_FIRST.search(text):
        day, month = int(match[1]), int(match[2])
        # 10/16/2017 can only be American; everything else is read as eight of the nine languages write it
        return (_year(match[3]), day, month) if month > 12 >= day else (_year(match[3]), month, day)
    return _named_day(text)


def _named_day(text: str) -> tuple[int, int, int] | None:
    """A month's name with the numbers on either side; weekdays and articles fall away."""
    tokens = _WORDS.findall(_PHRASES.sub(lambda match: match[0].replace(" ", "_"), text))
    month = next((number for token in tokens if (number := _MONTH_OF.get(token))), None)
    numbers = [token for token in tokens if token.isdigit()]
    year = next((token for token in numbers if len(token) == 4), None)
    days = [token for token in numbers if len(token) <= 2]
    if month is None or not days:
        return None
    if year is None and len(days) < 2:
        return None
    return _year(year or days[1]), month, int(days[0])


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _zone(after: str) -> tzinfo | None:
    """The zone named behind the clock time; a bare number there is no offset."""
    if match := _OFFSET.search(after):
        minutes = int(match[2]) * 60 + int(match[3] or 0) if len(match[2]) < 3 else 0
        if minutes >= 24 * 60:
            raise ValueError("no such offset")
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    word = next((token for token in _WORDS.findall(after) if token in _ZONES), None)
    return timezone(timedelta(hours=_ZONES[word])) if word else None
