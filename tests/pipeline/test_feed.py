"""What a feed says, whatever it is written in; and what is no feed."""

import gzip
import time
from datetime import UTC, datetime

import pytest

from workers.pipeline.feed import NotAFeed, Reason, parse

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def read(text, **options):
    return parse(text.encode() if isinstance(text, str) else text, now=NOW, **options)


def rss(items, head="", version="2.0"):
    channel = f"<channel><title>Wire</title>{head}{items}</channel>"
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="{version}">{channel}</rss>'


def item(title="Shelling near the river", link="https://example.org/1", extra=""):
    return f"<item><title>{title}</title><link>{link}</link>{extra}</item>"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="uk"><title>Хроніка</title>
<entry><id>tag:example.org,2026:1</id><title>Обстріл</title><link href="https://example.org/1"/>
<updated>2026-03-02T10:00:00+02:00</updated><summary>Двоє поранених.</summary></entry></feed>"""
ATOM03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old</title>
<entry><id>x</id><title>One</title><link rel="alternate" href="https://example.org/1"/>
<issued>2026-03-02T08:00:00Z</issued></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org"><title>RDF</title></channel>
<item rdf:about="https://example.org/1"><title>One</title><link>https://example.org/1</link>
<dc:date>2026-03-02T08:00:00Z</dc:date></item></rdf:RDF>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "nl", "items": [
{"id": 7, "url": "/1", "title": "Beschieting", "content_html": "<p>Twee doden.</p>",
"date_published": "2026-03-02T08:00:00Z"}]}"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://example.org/1</loc><news:news><news:publication><news:name>Paper</news:name>
<news:language>fr</news:language>
</news:publication><news:publication_date>2026-03-02T08:00:00Z</news:publication_date>
<news:title>Frappe</news:title></news:news></url></urlset>"""


@pytest.mark.parametrize(
    ("document", "format"),
    [
        (rss(item(extra="<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>")), "rss20"),
        (rss(item(extra="<pubDate>Mon, 02 Mar 2026 09:00 CET</pubDate>"), version="0.91"), "rss091"),
        (ATOM, "atom10"),
        (ATOM03, "atom03"),
        (RDF, "rss10"),
        (JSON, "json1"),
        (SITEMAP, "sitemap"),
    ],
)
def test_every_format_yields_an_entry_with_title_address_and_date(document, format):
    feed = read(document, url="https://example.org/feed")
    assert feed.format == format
    (entry,) = feed.entries
    assert entry.title
    assert entry.url == "https://example.org/1"
    assert entry.published == datetime(2026, 3, 2, 8, tzinfo=UTC)


def sitemap_index(*parts):
    listed = "".join(f"<sitemap><loc>{loc}</loc><lastmod>{day}</lastmod></sitemap>" for loc, day in parts)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'


def test_an_index_of_sitemaps_leads_to_those_with_news():
    index = sitemap_index(("/authors.xml", "2026-03-02"), ("/news-1.xml", "2026-03-01"), ("/news-2.xml", "2026-03-02"))
    found = read(index, url="https://example.org/sitemap.xml")
    assert (found.format, found.entries) == ("sitemap_index", ())
    assert found.parts == ("https://example.org/news-2.xml", "https://example.org/news-1.xml")


def test_an_index_without_such_names_leads_to_what_changed_last():
    index = sitemap_index(*((f"https://example.org/{day}.xml", f"2026-02-{day:02}") for day in range(1, 29)))
    assert read(index).parts[0] == "https://example.org/28.xml"
    assert len(read(index).parts) == 5


@pytest.mark.parametrize("body", ["<sitemapindex><sitemap/></sitemapindex>", "<sitemapindex"])
def test_an_index_that_leads_nowhere_says_so(body):
    assert read(body).problems == ("an index of no sitemaps",)


def test_a_sitemap_is_read_for_the_last_days_only():
    old = SITEMAP.replace("2026-03-02T08", "2026-02-02T08")
    assert read(old).entries == ()
    assert read(old).problems == ("older than 3 days and left out: 1",)


def test_an_entry_carries_the_language_of_its_feed():
    assert read(ATOM).entries[0].language == "uk"
    assert read(SITEMAP).entries[0].language == "fr"
    assert read(rss(item(), "<language>en-us</language>")).entries[0].language == "en-US"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<![CDATA[<b>Two</b> killed &amp; one hurt]]>", "Two killed & one hurt"),
        ("Strike &amp;#8217;near&amp;#8217; town", "Strike ’near’ town"),
        ("Toll rises: 2 &lt; 3", "Toll rises: 2 < 3"),
        ("  two \n lines ", "two lines"),
        ("Record, replay & measure", "Record, replay & measure"),
    ],
)
def test_markup_in_a_title_is_cleaned(given, shown):
    assert read(rss(item(given))).entries[0].title == shown


def test_a_summary_is_plain_text_and_the_full_text_stays_markup():
    extra = "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;</description>"
    assert read(rss(item(extra=extra))).entries[0].summary == "One.\nTwo."
    assert read(JSON).entries[0].content == "<p>Twee doden.</p>"


def test_an_entry_without_guid_link_and_date_is_known_again():
    once, again = (read(rss(f"<item><title>Alarm</title><description>{text}</description></item>")) for text in "aa")
    assert once.entries[0].guid == again.entries[0].guid
    assert once.entries[0].url is None
    assert once.entries[0].published is None
    assert any("without a guid" in problem for problem in once.problems)


def test_a_number_for_a_guid_is_no_date():
    assert read(rss(item(extra="<guid isPermaLink='false'>1508147280</guid>"))).entries[0].published is None


def test_a_date_in_the_future_is_dropped_and_told():
    feed = read(rss(item(extra="<pubDate>Mon, 02 Mar 2036 08:00:00 GMT</pubDate>")))
    assert feed.entries[0].published is None
    assert feed.problems == (
        "1 entry without a guid: told apart by address or text",
        "1 entry dated in the future: date dropped",
    ) or ("1 entry dated in the future: date dropped" in feed.problems)


def test_a_link_that_runs_code_is_no_link():
    assert read(rss(item(link="javascript:alert(1)"))).entries[0].url is None


def test_relative_links_are_resolved_against_the_feed():
    assert read(rss(item(link="/a?b=1")), url="https://example.org/feed/").entries[0].url == "https://example.org/a?b=1"


@pytest.mark.parametrize(
    ("encoding", "label", "charset"),
    [
        ("cp1251", "windows-1251", None),
        ("koi8-u", None, "koi8-u"),
        ("utf-8", "ISO-8859-1", None),
        ("utf-16", "UTF-16", None),
        ("cp1251", "UTF-8", None),
    ],
)
def test_the_bytes_are_decoded_whatever_the_labels_say(encoding, label, charset):
    title = "Обстріл села біля Харкова: двоє поранених, пошкоджено будинки"
    declaration = f'<?xml version="1.0" encoding="{label}"?>' if label else "<?xml version='1.0'?>"
    entry = item(title, extra=f"<description>{'Поліція повідомила про вибух. ' * 20}</description>")
    body = f"{declaration}<rss version='2.0'><channel><title>W</title>{entry}</channel></rss>".encode(encoding)
    assert read(body, charset=charset).entries[0].title == title


def test_a_gzipped_file_is_read_and_a_gzip_bomb_is_not():
    assert len(read(gzip.compress(rss(item()).encode())).entries) == 1
    with pytest.raises(NotAFeed) as refusal:
        read(gzip.compress(b" " * 50_000_000))
    assert refusal.value.reason == Reason.TOO_LARGE


def test_the_publishers_wishes_are_read():
    assert read(rss(item(), "<ttl>30</ttl>")).ttl == 1800
    assert read(rss(item(), "<skipHours><hour>0</hour><hour>23</hour></skipHours>")).skip_hours == {0, 23}
    skipped = "<skipDays><day>Sunday</day><day>saturday</day><day>Someday</day></skipDays>"
    assert read(rss(item(), skipped)).skip_days == {5, 6}
    period = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert read(rss(item(), period)).ttl == 21_600


def test_a_feed_without_news_is_a_feed():
    assert read(rss("")).entries == ()


@pytest.mark.parametrize("word", ["\x00", "&#0;", "&#x00;", "&#xD83D;&#xdE00;", "&#55357;&#56832;", "&#57343;"])
def test_what_is_no_character_costs_no_entry(word):
    feed = read(rss(item(f"Shelling{word} near the river") + item("Floods")))
    assert [entry.title for entry in feed.entries] == ["Shelling near the river", "Floods"]


def test_numbers_around_those_that_are_no_characters_are_read():
    assert read(rss(item("&#55295;&#57344;&#xE000;&#1110;&#x456;"))).entries[0].title == "\ud7ff\ue000\ue000іі"


def test_a_malformed_feed_is_read_as_far_as_possible():
    feed = read(rss(item(), "").replace("</channel></rss>", "<item><title>Cut of"))
    assert feed.entries[0].title == "Shelling near the river"
    assert any("malformed" in problem for problem in feed.problems)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \r\n\xef\xbb\xbf", Reason.EMPTY),
        (b"<!DOCTYPE html><html><title>Before you continue</title></html>", Reason.HTML),
        (b"\n<!-- cached --><html><body>captcha</body></html>", Reason.HTML),
        (b"%PDF-1.7\n\x00\x01\x02\x03", Reason.BINARY),
        (bytes(range(256)) * 20, Reason.BINARY),
        (b"\x1f\x8b\x08\x00broken", Reason.BINARY),
        (b"Service unavailable", Reason.TEXT),
        (b'{"error": "forbidden"}', Reason.JSON),
        (b'{"items": 3}', Reason.UNREADABLE),
        (b'{"items": [', Reason.UNREADABLE),
        (b"<rss><channel><item><title>x</title><image></width></image></item></channel>", Reason.UNREADABLE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.XML),
        (b"<rss>" + b" " * 8_000_001, Reason.TOO_LARGE),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(body, reason):
    with pytest.raises(NotAFeed) as refusal:
        read(body)
    assert refusal.value.reason == reason


HOSTILE = {
    "deep": item(extra="<b>" * 200_000),
    "comment storm": item(extra=f"<description><![CDATA[{'<!--' * 500_000}]]></description>"),
    "comments in the channel": "<!--" * 500_000 + item(),
    "author without end": f"<item><title>a</title><author>{'a-' * 500_000}</author></item>",
    "80,000 entries": item() * 80_000,
    "60,000 entries without a link": "<item><title>a</title></item>" * 60_000,
    "categories": f"<item><title>a</title>{'<category>x</category>' * 200_000}</item>",
    "attributes": "<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "><title>a</title></item>",
    "namespaces": "<item><title>a</title>" + "".join(f'<x{n}:a xmlns:x{n}="u"/>' for n in range(50_000)) + "</item>",
    "brackets": "<![" * 500_000,
    "angle brackets": item(extra="<" * 1_000_000),
    "ampersands": item(extra=f"<description>{'&' * 1_000_000}</description>"),
    "entities": item() + "<item><title>a</title><description>" + "&amp;" * 500_000 + "</description></item>",
}


def outcome(document):
    try:
        return "read" if len(read(document).entries) <= 5000 else "unlimited"
    except NotAFeed as refusal:
        return refusal.reason


@pytest.mark.parametrize("name", HOSTILE)
def test_no_feed_costs_more_than_two_seconds(name):
    started = time.process_time()
    assert outcome(rss(HOSTILE[name])) in ("read", Reason.TOO_COMPLEX)
    assert time.process_time() - started < 2


def test_entities_do_not_explode():
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><rss version="2.0"><channel>{item("&l9;")}</channel></rss>'
    assert sum(len(entry.title) for entry in read(bomb).entries) < 10_000


def test_a_file_named_by_a_feed_is_not_read():
    thief = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + rss(item("&f;")).partition("?>")[2]
    assert all("root:" not in entry.title for entry in read(thief).entries)
    with pytest.raises(NotAFeed):
        read("/etc/passwd")
