"""Who pushes a feed, what to ask of it, and whether what it pushes is genuine."""

import hmac
from datetime import UTC, datetime

import pytest

from workers.pipeline import websub
from workers.pipeline.feed import parse
from workers.pipeline.models import Hub

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAPER = "http://paper.example/feed"


@pytest.mark.parametrize(
    ("values", "hub"),
    [
        (['<http://hub.example/>; rel="hub"'], Hub("http://hub.example/")),
        (["<http://hub.example/>; rel=hub, </feed>; rel=self"], Hub("http://hub.example/", PAPER)),
        (['</hub>; title="a"; rel="preload hub"', f"<{PAPER}>; rel=self"], Hub("http://paper.example/hub", PAPER)),
        (["<http://a.example/>; rel=hub, <http://b.example/>; rel=hub"], Hub("http://a.example/")),
        (["<javascript:alert(1)>; rel=hub"], None),
        ([f"<{PAPER}>; rel=self"], None),
        (["hub", ""], None),
    ],
)
def test_headers_name_a_hub(values, hub):
    assert websub.by_headers(values, PAPER) == hub


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel><atom:link rel='hub' href='http://hub.example/'/><atom:link href='/feed' rel='self'/>"
        "<item><title>x</title><link>http://paper.example/1</link></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="http://hub.example/"/>'
        f'<link href="{PAPER}" rel="self"/><entry><title>x</title><link href="http://paper.example/1"/></entry></feed>',
        '{"version": "https://jsonfeed.org/version/1.1", "feed_url": "http://paper.example/feed", '
        '"hubs": [{"type": "WebSub", "url": "http://hub.example/"}], "items": []}',
    ],
)
def test_a_feed_names_a_hub(document):
    assert parse(document.encode(), url=PAPER, now=NOW).hub == Hub("http://hub.example/", PAPER)


def test_what_an_entry_links_to_is_no_hub():
    told = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title><link rel='hub' href='http://x.y/'/></entry></feed>"
    assert parse(told.encode(), url=PAPER, now=NOW).hub is None


@pytest.mark.parametrize("written", ["", "ten days", "-1", "9" * 50, "²"])
def test_a_lease_that_cannot_be_read_is_the_one_asked_for(written):
    assert websub.lease(written) == websub.LEASE


@pytest.mark.parametrize(("written", "seconds"), [("1", 300), ("86400", 86_400), ("99999999999", 30 * 86_400)])
def test_a_lease_is_believed_within_reason(written, seconds):
    assert websub.lease(written) == seconds


def test_only_who_asks_to_begin_tells_the_secret():
    assert "s3cret" in dict(websub.question("subscribe", PAPER, "http://us.example/push/x", "s3cret")).values()
    assert "s3cret" not in dict(websub.question("unsubscribe", PAPER, "http://us.example/push/x", "s3cret")).values()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_what_was_signed_with_the_secret_is_genuine_and_nothing_else(method):
    signature = f"{method}={hmac.new(b'secret', b'body', method).hexdigest()}"
    assert websub.genuine(b"body", "secret", signature)
    assert websub.genuine(b"body", "secret", signature.replace("=", "= ").upper().replace(method.upper(), method))
    assert not websub.genuine(b"Body", "secret", signature)
    assert not websub.genuine(b"body", "Secret", signature)


@pytest.mark.parametrize("header", ["", "sha256=", "sha256", "md5=00", "=", "none=x", "sha256=é", "blake2b=00"])
def test_what_is_not_signed_is_not_genuine(header):
    assert not websub.genuine(b"body", "secret", header)
