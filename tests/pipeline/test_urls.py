"""One page, one key."""

import pytest
from ada_url import URL
from hypothesis import given as given_any
from hypothesis import strategies as st

from workers.pipeline import urls
from workers.pipeline.urls import absolute, canonical, entry_key, host


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HTTPS://Example.ORG:443/a/../b", "https://example.org/b"),
        ("https://example.org/n?utm_source=x&id=7&fbclid=q", "https://example.org/n?id=7"),
        ("https://example.org/n?ref=rss", "https://example.org/n"),
        ("https://example.org/n?ref=1023", "https://example.org/n?ref=1023"),
        ("https://example.org/n?a=1&a=2&b=", "https://example.org/n?a=1&a=2&b="),
        ("https://example.org/n#comments", "https://example.org/n"),
        ("https://user:secret@example.org/n", "https://example.org/n"),
        ("https://m.example.org/n", "https://www.example.org/n"),
        ("https://example.org/news/strike/amp/", "https://example.org/news/strike"),
        ("https://example.org/news/strike.amp.html", "https://example.org/news/strike"),
        ("https://www.google.com/amp/s/example.org/n", "https://example.org/n"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/n", "https://example.org/n"),
        ("https://пример.рф/новость", "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"),
    ],
)
def test_the_same_page_has_one_address(given, expected):
    assert canonical(given) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "given", ["javascript:alert(1)", "mailto:a@b.org", "/relative", "", "ftp://example.org/x", "http://"]
)
def test_what_is_no_http_address_is_refused(given):
    with pytest.raises(ValueError):
        canonical(given)


def test_a_relative_link_is_resolved_and_a_host_is_named():
    assert absolute(" ../b ", "https://example.org/a/c") == "https://example.org/b"
    assert host("https://Example.org:8443/x") == "example.org"


@pytest.mark.parametrize(
    ("url", "guid", "key"),
    [
        ("https://example.org/day?utm_source=x#noon", "https://example.org/day#noon", "https://example.org/day#noon"),
        ("https://example.org/day#comments", "4711", "https://example.org/day"),
        ("https://example.org/day#xtor=RSS-1", "https://example.org/day#xtor=RSS-1", "https://example.org/day"),
        ("nowhere", "4711", "nowhere"),
    ],
)
def test_entries_of_one_page_are_told_apart_by_an_anchor_that_their_guid_carries(url, guid, key):
    assert entry_key(url, guid) == key


_PIECES = ["/", ".", "..", "amp", "a", "B", "-", "--", "~", "_", "1", "m.", "%41", "?a=1", "#x", ":80", "@", "é"]
_HOSTS = ["example.org", "www.example.org/", "example.org/news/", "m.example.org/", "xn--a.org/", "1.0x7f/", ""]


@given_any(st.sampled_from(_HOSTS), st.lists(st.sampled_from(_PIECES), max_size=6))
def test_an_address_taken_for_plain_is_one_that_the_browsers_rules_leave_as_it_is(start, pieces):
    url = f"https://{start}{''.join(pieces)}"
    if urls._is_plain(url):
        parsed = URL(url)
        assert parsed.href == url
        assert (parsed.search, parsed.hash, parsed.username, parsed.port) == ("", "", "", "")
        assert urls._AMP_PATH.sub("", parsed.pathname) == parsed.pathname
        assert not urls._DEVICE_HOST.match(parsed.hostname)
        assert not urls._AMP_CACHE.match(url)
