"""URLs in, one canonical form out, so that the same article is known again under another address.

ada-url applies the browser's own rules (WHATWG: case, default ports, dot segments, punycode) at half a
million addresses a second but keeps trackers; courlan's strict mode and w3lib either drop the ``?id=`` that
tells two articles apart or keep ``utm_*`` (measured, 2026-11). Hence ada-url plus the short list below.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from ada_url import URL, URLSearchParams, join_url

_TRACKER_PREFIXES = ("utm_", "at_", "mtm_", "pk_", "hsa_", "ns_", "_hs", "matomo_", "piwik_", "stm_")
_TRACKER_NAMES = """
fbclid gclid gbraid wbraid dclid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid ocid cmpid cmp icid ito
xtor ftag smid taid spm sc_cid s_cid s_kwcid cvid trk vero_id oly_enc_id oly_anon_id ncid nr_email_referer
__twitter_impression mkt_tok wt_mc wt_zmc echobox sref guccounter guce_referrer guce_referrer_sig
feature_id outputtype amp rss traffic_source
"""
_TRACKERS = frozenset(_TRACKER_NAMES.split())
_SOURCES = frozenset({"rss", "feed", "rssfeed", "twitter", "facebook", "share", "newsletter", "amp"})
"""``ref=`` and its kin are dropped only with these values: elsewhere they choose the page."""
_SOURCE_KEYS = frozenset({"ref", "source", "src", "from", "partner", "cid", "via"})
_AMP_PATH = re.compile(r"(?:/amp/?|\.amp(?:\.html)?)$|^/amp(?=/)")
_AMP_CACHE = re.compile(r"^https?://(?:(?:www\.)?google\.[a-z.]+/amp|[^/]+\.cdn\.ampproject\.org/[cv])/(s/)?(.+)$")
_DEVICE_HOST = re.compile(r"^(?:m|mobile|amp)\.(?=[^.]+\.[^.]+)")

_PLAIN = re.compile(
    r"https?://(?!m\.|mobile\.|amp\.|[^/]*ampproject\.)(?:[a-z0-9](?:-?[a-z0-9])*\.)+[a-z]{2,}/"
    r"(?:(?!amp(?:/|\Z))[\w~-][\w.~-]*(?:/(?=[\w~-])(?!amp(?:/|\Z))[\w.~-]+)*/?)?",
    re.ASCII,
)
"""An address that every rule here leaves as it is, as most are: to parse and write it again costs ten times as much."""


def canonical(url: str) -> str:
    """The same page always under the same http(s) address: no trackers, fragment, credentials or device host.

    Two addresses with equal answers are one article; the answer is meant as a key, the entry's own address is
    what gets fetched. Raises ``ValueError`` for anything that is no absolute http(s) address.
    """
    if _is_plain(url):
        return url
    cached = _AMP_CACHE.match(url.strip())
    parsed = _http(f"http{'s' if cached[1] else ''}://{cached[2]}" if cached else url)
    if parsed.hash:
        parsed.hash = ""
    if parsed.username or parsed.password:
        parsed.username = parsed.password = ""
    if _DEVICE_HOST.match(parsed.hostname):
        parsed.hostname = _DEVICE_HOST.sub("www.", parsed.hostname)
    parsed.pathname = _AMP_PATH.sub("", parsed.pathname) or "/"
    if parsed.search:
        parsed.search = _without_trackers(parsed.search)
    return parsed.href.rstrip("?#")


def entry_key(url: str, guid: str) -> str:
    """What tells a feed's entries apart: the canonical address, with its fragment where the guid carries it too.

    Diaries and comment feeds list many entries of one page, each under its anchor. What is no web address is its own
    key.
    """
    try:
        page = canonical(url)
    except ValueError:
        return url
    anchor = url.partition("#")[2]
    shared = bool(anchor) and unquote(guid).endswith(f"#{unquote(anchor)}")
    return f"{page}#{anchor}" if shared and not _is_tracker(anchor) else page


def absolute(url: str, base: str | None = None) -> str:
    """``url`` as an absolute http(s) address, resolved against ``base``. Raises ``ValueError`` otherwise."""
    text = url.strip()
    if _is_plain(text):
        return text
    return _http(join_url(base, text) if base else text).href


def host(url: str) -> str:
    """The host of an absolute http(s) address, in ASCII and lower case; brackets around IPv6 are kept."""
    return _http(url).hostname


def _is_plain(url: str) -> bool:
    return _PLAIN.fullmatch(url) is not None and "--" not in url and not url.endswith((".amp", ".amp.html"))


def _http(url: str) -> URL:
    parsed = URL(url.strip())
    if parsed.protocol not in ("http:", "https:") or not parsed.hostname:
        raise ValueError(f"not an http address: {url[:200]}")
    return parsed


def _without_trackers(search: str) -> str:
    """The query as it was, byte for byte, unless it holds a tracker: ``?id=1&ID=2`` and empty values survive."""
    kept = [pair for pair in search.lstrip("?").split("&") if pair and not _is_tracker(pair)]
    return "&".join(kept).lstrip("?")


def _is_tracker(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if "%" in name:
        name = next(iter(URLSearchParams(f"{name}=").keys()), name)
    name = name.lower().lstrip("?")
    return (
        name in _TRACKERS or name.startswith(_TRACKER_PREFIXES) or (name in _SOURCE_KEYS and value.lower() in _SOURCES)
    )
