"""A body's text in, the wire agency it credits out: the origin that corroboration counts by.

A hundred papers reprinting one dispatch are one source. Credits are looked for where newsrooms put them: a line of
its own at the end, the dateline, brackets, and "writes Reuters" near the top; deeper mentions are about the agency.
"""

from __future__ import annotations

import re

AGENCIES: dict[str, str] = {
    "Reuters": r"reuters|thomson reuters|رويترز|рейтер|рейтерс|reuter",
    "AFP": r"afp|agence france[- ]presse|france[- ]presse|أ\s?ف\s?ب|فرانس برس|وكالة فرانس برس|аfp|франс[- ]пресс",
    "AP": r"ap|associated press|أ\s?ب|أسوشيتد برس|أسوشييتد برس|ассошиэйтед пресс",
    "dpa": r"dpa(?:-afx)?|deutsche presse-agentur|د\s?ب\s?أ",
    "ANP": r"anp|algemeen nederlands persbureau",
    "Belga": r"belga",
    "EFE": r"efe|agencia efe|إفي",
    "Europa Press": r"europa press",
    "ANSA": r"ansa|agi ansa",
    "APA": r"apa",
    "Keystone-SDA": r"keystone-sda|sda|ats",
    "PA Media": r"pa media|press association",
    "TASS": r"tass|тасс|تاس",
    "Interfax-Ukraine": r"interfax[- ]ukraine|інтерфакс[- ]україна|интерфакс[- ]украина",
    "Interfax": r"interfax|интерфакс|إنترفاكس",
    "RIA Novosti": r"ria novosti|ria|риа новости|ріа новини|ريا نوفوستي|نوفوستي",
    "Ukrinform": r"ukrinform|укрінформ|укринформ",
    "UNIAN": r"unian|уніан|униан",
    "Ukrainska Pravda": r"ukrayinska pravda|ukrainska pravda",
    "Anadolu": r"anadolu(?: agency| ajansı)?|aa|وكالة الأناضول|الأناضول|анадолу",
    "DHA": r"dha|demirören haber ajansı",
    "İHA": r"iha|ihlas haber ajansı",
    "ANKA": r"anka(?: haber ajansı)?",
    "SANA": r"sana|سانا",
    "WAFA": r"wafa|وفا",
    "Petra": r"petra|بترا",
    "INA": r"ina|واع",
    "NNA": r"nna|الوكالة الوطنية للإعلام",
    "MENA": r"mena|أ\s?ش\s?أ",
    "SPA": r"spa|واس",
    "WAM": r"wam|وام",
    "QNA": r"qna|قنا",
    "Saba": r"saba|سبأ",
    "SUNA": r"suna|سونا",
    "IRNA": r"irna|ایرنا|إرنا|ирна",
    "Tasnim": r"tasnim|تسنيم",
    "Fars": r"fars(?: news)?|فارس",
    "ISNA": r"isna|ایسنا",
    "Mehr": r"mehr(?: news)?|مهر",
    "Xinhua": r"xinhua|شينخوا|синьхуа",
    "Kyodo": r"kyodo(?: news)?",
    "Yonhap": r"yonhap",
    "Azertac": r"azertac|azərtac|азертадж",
    "Armenpress": r"armenpress|арменпресс",
    "Bloomberg": r"bloomberg",
    "UPI": r"upi",
    "IANS": r"ians",
    "ANI": r"ani",
    "PTI": r"pti|press trust of india",
}
"""Agency -> its names as they are written, in lower case, as expressions. Short ones count only inside a credit."""

_ONE = rf"(?<!\w)(?P<agency>{'|'.join(AGENCIES.values())})(?!\w)"
_NAMES = {agency: re.compile(names, re.I) for agency, names in AGENCIES.items()}
_LABEL = (
    r"(?:bron|bronnen|quellen?|sources?|fuentes?|fonte|agencias?|المصدر|المصادر|وكالات|источники?|по материалам"
    r"|джерел[ао]|kaynak(?:lar)?|with|with (?:additional |agency )?(?:files|reporting|material|inputs?) (?:from|by)"
    r"|mit material von|met|avec|con información de|eigen berichtgeving)\s*[:\-–,]?\s*"
    r"(?:de\s|l['’]|das\s|die\s|the\s)?"
)
_SAYS = (
    r"(?:schrijft|meldt|melden|aldus|bericht(?:et|en|ete|eten)?|meldet(?:en)?|zitiert|reports?|reported|said|told|writes"
    r"|contributed|according to"
    r"|citing|selon|d['’]après|rapporte|indique|annonce|a déclaré à|según|informa|informó|reporta|recoge|reportó"
    r"|сообщает|сообщил[аио]?|передает|передаёт|пишет|со ссылкой на|по данным|цитирует|повідомляє|повідомляють"
    r"|передає|пише|з посиланням на|за даними|aktardı|bildirdi|haberine göre|göre"
    r"|ذكرت|أفادت|نقلت|نقلت عن|نقلا عن|نقلاً عن|قالت|بحسب|وفق|وفقا ل|حسب)"
)
_KIND = (
    r"(?P<kind>(?:het |the |die |der |l['’]|la |el |al )?(?:\w+ )?(?:persbureau|persagentschap|nieuwsagentschap"
    r"|news agency|nachrichtenagentur|agentur|agence"
    r"|agence de presse|agencia|agencia de noticias|wire service|агентство|агентству|агентства|информагентство"
    r"|інформагентство|агенція|агентстві|وكالة(?: الأنباء| أنباء)?|لوكالة|ajansı)?\s*(?:\w+ )?)?"
    r"[«\"“']?(?:l['’]|la |el |de |die |the |ل)?"
)
_TO = r"(?:tegen|aan|der|gegenüber|à|(?:dijo|declaró|explicó|contó|confirmó) a|агентству)"
_TAIL = re.compile(rf"^[\W_]*(?:{_LABEL})?{_ONE}(?:[\W\d_]+|$)(?P<rest>.*)$", re.I)
_LABELLED = re.compile(rf"(?<!\w)(?:{_LABEL}){_ONE}", re.I)
_BRACKETS = re.compile(rf"(?:[(\[]|(?<=\s)/)\s*(?:\w+[/,–-]\s?)?{_ONE}(?:\s*[/,;+&–-]\s*[\w. ]+)*\s*[)\]/]", re.I)
_DATELINE = re.compile(rf"^[^!?\n]{{2,60}}?[,.(\s/–-]+{_ONE}\)?(?:\.\w\w)?\.?\s*(?:[–—:]|-{{1,2}}(?!\w))", re.I)
_BYLINE = re.compile(rf"^[^\W\d][^.!?\n]{{1,30}}\s?[/–-]\s?{_ONE}$", re.I)
_WRITES = (
    re.compile(rf"(?<!\w){_SAYS}\s+{_KIND}{_ONE}", re.I),
    re.compile(rf"{_ONE}(?P<kind>)(?:['’]\w+)?\s+(?:{_SAYS}|muhabirinin|haber ajansı)(?!\w)", re.I),
    re.compile(rf"(?<!\w){_TO}\s+{_KIND}{_ONE}", re.I),
)
_TOP = 700
_AMBIGUOUS = frozenset({"AP", "APA", "Mehr", "Fars", "Petra", "INA", "SPA", "SANA", "Saba", "MENA", "ANI", "ANSA"})
"""Names that are words elsewhere (Saba, Fars, Petra): in running text only after a noun that says what they are."""


def origin(text: str) -> str | None:
    """The agency credited by ``text`` (paragraphs on lines of their own), ``None`` when none is."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return None
    for line in lines[-4:][::-1]:
        if len(line) <= 80 and (found := _tail(line)):
            return found
    for line in lines[:3]:
        credits = _DATELINE.search(line[:120]), _BYLINE.search(line), _BRACKETS.search(line[:200])
        if found := next(filter(None, map(_agency, credits)), None):
            return found
    closing = lines[-1][-40:]
    found = _agency(_BRACKETS.search(closing)) or _agency(_LABELLED.search(closing))
    return found or _written("\n".join(lines)[:_TOP])


def _tail(line: str) -> str | None:
    """A line that is nothing but a credit: ``Bron: Belga 32``, ``(AFP, dpa)``, ``Reuters/kve``."""
    match = _TAIL.match(line)
    if match is None or len(match["rest"]) > 40 or re.search(r"[a-zà-ž]{3,} [a-zà-ž]{3,} [a-zà-ž]{3,}", match["rest"]):
        return None
    found = _agency(match)
    labelled = _LABELLED.search(line) or line[:1] in "([–-"
    return found if labelled or len(line) <= 25 else None


def _written(top: str) -> str | None:
    for match in (match for pattern in _WRITES for match in pattern.finditer(top)):
        found = _agency(match)
        if found and (found not in _AMBIGUOUS or match["kind"] or " " in match["agency"]):
            return found
    return None


def _agency(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    return next(agency for agency, names in _NAMES.items() if names.fullmatch(match["agency"]))
