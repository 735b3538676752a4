"""What a page tells, and which wall, void or flood stands where an article should."""

import gzip
import time
from datetime import UTC, datetime

import pytest

from workers.pipeline.extract import extract
from workers.pipeline.extract.agencies import origin
from workers.pipeline.extract.tidy import tidy
from workers.pipeline.models import Entry, Outcome, Page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORY = (
    "Two people were killed and five wounded when shells hit the market of the border town on Monday morning.",
    "The governor said that the fire came from the other bank of the river and lasted for about an hour.",
    "Residents spoke of a dozen explosions; the army on the other side denied that it had fired at the town.",
    "Ambulances carried the wounded to the provincial hospital, where a doctor said two of them were in danger.",
)


def page(html, url="https://example.org/news/1", **fields):
    body = html.encode() if isinstance(html, str) else html
    return Page(url, url, body, fields.get("content_type", "text/html"), fields.get("charset"), NOW)


def html(paragraphs=STORY, head="", before="", after="", lang="en"):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='{lang}'><head><title>Shells hit market - Daily</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a><a href='/s'>Sport</a></nav><main><article><h1>Shells hit market in border town</h1>"
        f"{before}{text}{after}</article></main><footer>© Daily 2026</footer></body></html>"
    )


LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle",
"headline": "Shells hit market in border town", "datePublished": "2026-03-02T09:15:00+01:00",
"dateModified": "2026-03-02T10:30:00+01:00", "author": {"@type": "Person", "name": "A. Reporter"}%s}]}</script>"""


def test_an_article_has_title_text_times_language_and_address():
    link = "<link rel='canonical' href='/news/1'>"
    article = extract(page(html(head=LD % "" + link), "https://example.org/news/1?utm_source=x"))
    assert article.outcome == Outcome.ARTICLE
    assert article.title == "Shells hit market in border town"
    assert article.text == "\n".join(STORY)
    assert article.published == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert article.modified == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert article.language == "en"
    assert article.canonical_url == "https://example.org/news/1"


def test_a_date_after_the_fetch_is_not_believed():
    head = "<meta property='article:published_time' content='2031-01-01T00:00:00Z'>"
    assert extract(page(html(head=head))).published is None


def test_an_article_without_a_date_is_still_an_article_and_takes_the_feeds():
    entry = Entry("1", "https://example.org/news/1", "Shells hit market", "", datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert extract(page(html())).published is None
    assert extract(page(html()), entry=entry).published == entry.published


def test_the_language_is_that_of_the_text_not_of_the_template():
    dutch = [
        "De beschieting van de grensstad duurde maandag ongeveer een uur, zegt de gouverneur van de provincie."
    ] * 1
    dutch += [
        "Twee mensen kwamen om het leven en vijf raakten gewond toen granaten op de markt vielen, melden bewoners."
    ]
    dutch += [
        "Het leger aan de overkant van de rivier ontkent dat het op de stad heeft geschoten en spreekt van leugens."
    ]
    assert extract(page(html(dutch, lang="en"))).language == "nl"


@pytest.mark.parametrize(
    ("encoding", "charset", "meta"),
    [("cp1251", "windows-1251", ""), ("cp1251", None, "<meta charset='windows-1251'>"), ("utf-8", "latin-1", "")],
)
def test_the_bytes_are_decoded_by_the_webs_rules(encoding, charset, meta):
    text = ["Два человека погибли и пятеро ранены при обстреле рынка в приграничном городе утром в понедельник."] * 1
    text += ["Губернатор сообщил, что огонь вёлся с другого берега реки и продолжался около часа, разрушены дома."]
    article = extract(page(html(text, head=meta).replace("©", "(c)").encode(encoding), charset=charset))
    assert article.text == "\n".join(text)
    assert article.language == "ru"


@pytest.mark.parametrize(
    "line",
    [
        "Lees ook: Leger ontkent beschieting",
        "Lees de analyse van onze correspondent",
        "Read more: What we know about the shelling",
        "Lesen Sie auch: Was wir wissen",
        "Auch interessant",
        "À lire aussi : ce que l'on sait",
        "Lea también: lo que se sabe",
        "اقرأ أيضا: ما نعرفه عن القصف",
        "Читайте также: что известно об обстреле",
        "Читайте також: що відомо про обстріл",
        "Ayrıca okuyun: bilinenler",
        "Pas je cookie instellingen aan om deze inhoud te zien",
        "Foto: Jan Janssens",
        "© Reuters",
        "Sign up for our newsletter",
        "Tags: shelling, border, river",
    ],
)
def test_what_the_site_says_around_an_article_goes(line):
    assert tidy("\n".join([*STORY[:2], line, *STORY[2:]]), "A title") == "\n".join(STORY)


def test_a_tag_list_goes_with_its_heading():
    assert tidy("\n".join([*STORY, "Meer over Armenië", "Armenië", "Azerbeidzjan", "Conflict"]), "") == "\n".join(STORY)


@pytest.mark.parametrize(
    "opening",
    [
        ["World"],
        ["Shells hit market"],
        ["Middle East", "Shells hit market", "2 March 2026, 09:15"],
        ["Shells hit market", "By Jan Janssens and An Peeters", "Updated at 10:30"],
        ["20 november 2026, 13.40 uur"],
    ],
)
def test_what_stands_above_the_first_paragraph_goes(opening):
    assert tidy("\n".join([*opening, *STORY]), "Shells hit market") == "\n".join(STORY)


def test_a_standfirst_above_the_headline_stays():
    assert tidy("\n".join([STORY[0], "Shells hit market", *STORY[1:]]), "Shells hit market").startswith(STORY[0])


@pytest.mark.parametrize(
    "line",
    [
        "“We need your support,” the president told the soldiers at the front on Monday.",
        "By noon three more people had died.",
        "Watch towers along the border were shelled as well, the ministry said in a statement.",
        "Related violence in the province killed nine people last week, according to the United Nations.",
        "Steun voor Oekraïne",
        "Meer over de grens wordt niet geschoten, zegt de generaal.",
        "Tagelang lag die Stadt unter Beschuss.",
    ],
)
def test_a_paragraph_is_not_lost_to_a_word_in_it(line):
    assert line in tidy("\n".join([STORY[0], line, STORY[1]]), "A title")


def test_the_standfirst_belongs_to_the_text():
    lead = "Shells killed two people in a border town on Monday, and both armies blame one another."
    shown = f"<div class='intro'>{lead}</div>"
    article = extract(page(html(head=f"<meta name='description' content='{lead}'>", before=shown)))
    assert article.text.split("\n")[0] == lead


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("KYIV, March 2 (Reuters) - Two people died in the east.", "Reuters"),
        ("BERLIN (dpa) - Zwei Menschen starben.", "dpa"),
        ("Madrid (EFE).- Dos personas murieron.", "EFE"),
        ("GAZA, March 2 (Xinhua) -- Two people died.", "Xinhua"),
        ("Twee mensen kwamen om.\nBron: Belga 32", "Belga"),
        ("Twee mensen kwamen om.\nBron: ANP", "ANP"),
        ("Deux personnes sont mortes.\n(AFP)", "AFP"),
        ("Twee doden, schrijft Reuters maandag.", "Reuters"),
        ("Deux morts, selon l'AFP.", "AFP"),
        ("قالت وكالة رويترز إن شخصين قتلا.", "Reuters"),
        ("قتل شخصان.\nالمصدر: الأناضول", "Anadolu"),
        ("دمشق-سانا: قتل شخصان", "SANA"),
        ("Погибли двое, сообщает ТАСС.", "TASS"),
        ("Двоє загинули, повідомляє Укрінформ.", "Ukrinform"),
        ("İki kişi öldü, DHA'nın haberine göre.", "DHA"),
        ("Two died, reported Interfax-Ukraine.", "Interfax-Ukraine"),
        ("Er is gevochten bij de brug, aldus AFP.", "AFP"),
        ("Er is gevochten bij de brug, meldt nieuwsagentschap AP.", "AP"),
        ("Two died near the bridge, The Associated Press reported.", "AP"),
        ("Two died near the bridge.\n— With files from The Associated Press", "AP"),
        ("Two died near the bridge.\nAFP contributed to this report.", "AFP"),
        ("Zwei starben, sagte ein Arzt der Nachrichtenagentur AFP.", "AFP"),
        ("Zwei starben, berichtete die Agentur Interfax.", "Interfax"),
        ("Deux personnes sont mortes, a déclaré un médecin à l’AFP.", "AFP"),
        ("Murieron dos personas, dijo a la AFP un médico.", "AFP"),
        ("ГОМА, 5 января. /ТАСС/. Погибли двое.", "TASS"),
        ("Москва. 5 января. INTERFAX.RU - Погибли двое.", "Interfax"),
        ("نقلت رويترز عن طبيب قوله إن شخصين قتلا.", "Reuters"),
        ("دمشق-سانا\nقتل شخصان.", "SANA"),
        ("A Reuters building was hit by two bombs, officials said.", None),
        ("The AP building was hit by two bombs, officials said.", None),
        ("Fighters reached Saba province, residents said.", None),
    ],
)
def test_the_wire_agency_is_the_origin(text, agency):
    assert origin(text) == agency


CONSENT = html(
    [
        "We value your privacy. We and our 842 partners store cookies.",
        "Accept all cookies or change your cookie settings.",
    ]
)
HOSTILE = {
    "consent page": (page(CONSENT), Outcome.CONSENT_WALL),
    "consent address": (page(html(), "https://myprivacy.example.org/consent?x=1"), Outcome.CONSENT_WALL),
    "privacy gate": (page(html(), "https://www.example.org/privacy-gate/accept"), Outcome.CONSENT_WALL),
    "robot check": (
        page("<html><title>Just a moment...</title><body>Checking your browser</body></html>"),
        Outcome.BOT_WALL,
    ),
    "captcha": (page("<html><title>News</title><div class='g-recaptcha'></div></html>"), Outcome.BOT_WALL),
    "not free": (page(html(STORY[:2], head=LD % ', "isAccessibleForFree": false')), Outcome.PAYWALL),
    "subscribers": (page(html(STORY[:2], after="<p>Subscribe to continue reading</p>")), Outcome.PAYWALL),
    "teaser": (page(html([STORY[0], "The governor said that the fire came from the …"])), Outcome.TEASER),
    "nothing": (page(""), Outcome.EMPTY),
    "blank": (page("<html><body><div id='app'></div></body></html>"), Outcome.EMPTY),
    "30 MB": (page(b"<html>" + b"x" * 30_000_000), Outcome.TOO_LARGE),
    "a picture": (page(b"\x89PNG\r\n\x1a\n" + bytes(200)), Outcome.NOT_ARTICLE),
    "a film as text": (page(b"abc\x00\x01\x02" * 100), Outcome.NOT_ARTICLE),
    "gzip inside": (page(gzip.compress(b"x" * 100)), Outcome.NOT_ARTICLE),
    "a PDF": (page(b"%PDF-1.7", content_type="application/pdf"), Outcome.NOT_ARTICLE),
    "JSON": (page("{}", content_type="application/json"), Outcome.NOT_ARTICLE),
    "200,000 nested elements": (page("<div>" * 200_000), Outcome.TOO_LARGE),
    "300,000 elements": (page("<p>x</p>" * 300_000), Outcome.TOO_LARGE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_every_page_ends_in_a_named_outcome_in_time(name):
    given, outcome = HOSTILE[name]
    started = time.process_time()
    article = extract(given)
    assert (article.outcome, bool(article.reason)) == (outcome, True)
    assert time.process_time() - started < 3


def test_behind_a_wall_the_feeds_own_text_stands_in_and_says_so():
    content = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    entry = Entry("1", "https://example.org/news/1", "Shells hit market", "Two died.", NOW, content=content)
    article = extract(page(CONSENT), entry=entry)
    assert article.outcome == Outcome.CONSENT_WALL
    assert article.text == "\n".join(STORY)
    assert "text from the feed" in article.reason
