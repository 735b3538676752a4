"""What is fuzzed: per target how a case is made of a seed, how it is tried, and what must hold of the answer.

A trial returns ``read`` or ``refused``; anything raised is a finding, and so is an answer that breaks its own contract.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from benchmarks import _hostile as hostile
from workers.adapters import corpus, knowledge
from workers.adapters.press import paths
from workers.pipeline import dates, feed, links, regions, rules, urls
from workers.pipeline.condition import SAMPLE, BadConditionError, compiled
from workers.pipeline.detect import detect
from workers.pipeline.extract import extract, warm
from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import (
    ACLED_EVENT_OF,
    Area,
    Change,
    Clash,
    ClashState,
    Count,
    Document,
    Entry,
    Page,
    Place,
    Precision,
    Revision,
    Rule,
    Status,
)
from workers.pipeline.plain import paragraphs
from workers.pipeline.wire import encode
from workers.settings import SettingsError, load
from workers.settings.shown import redacted

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Target:
    """``seconds`` of CPU that a case may take; ``prepare`` runs once, before children fork."""

    trial: Callable[[random.Random], str]
    seconds: float
    prepare: Callable[[], object] = lambda: None


@cache
def _site() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The shipped demo's feeds and pages."""
    found = paths(corpus.load(ROOT / "seeds" / "corpus"), NOW, "http://news.example").values()
    feeds = tuple(one.body for one in found if "html" not in one.media_type)
    return feeds, tuple(one.body for one in found if "html" in one.media_type)


@cache
def _texts() -> tuple[str, ...]:
    return tuple(paragraphs(page.decode("utf-8", "replace"), 20_000)[:4000] for page in _site()[1])


_MORE_FEEDS = (
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/a", '
    b'"title": "t", "date_published": "2026-03-01T10:00:00Z"}]}',
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.example/1</loc><lastmod>2026-03-01</lastmod></url></urlset>',
    b"<sitemapindex><sitemap><loc>http://a.example/s.xml</loc></sitemap></sitemapindex>",
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item><title>t</title><link>http://a.example/1</link></item></rdf:RDF>',
    b'<!DOCTYPE x [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    b"<rss><channel><item><title>&lol2;</title></item></channel></rss>",
)
_CHARSETS = (None, None, "utf-8", "utf-16", "latin-1", "windows-1251", "nonsense", "idna", "base64", "\x00")

_HERE = "http://a.example/feed"


def _feed(chance: random.Random) -> str:
    body = hostile.octets(chance, chance.choice((*_site()[0], *_MORE_FEEDS * 2)))
    url = chance.choice((None, _HERE, _HERE, "x"))
    try:
        found = feed.parse(body, charset=chance.choice(_CHARSETS), url=url, now=NOW)
    except feed.NotAFeed:
        return "refused"
    for entry in found.entries:
        assert url != _HERE or entry.url is None or entry.url.startswith(("http://", "https://")), entry.url
        assert entry.published is None or entry.published.tzinfo is not None
        assert "\n" not in entry.title
        assert "\x00" not in entry.title
    json.dumps(encode(found))
    return "read"


def _extract(chance: random.Random) -> str:
    page = chance.choice(_site()[1])
    if chance.random() < 0.1:
        page = (
            hostile.nested(chance, chance.choice(("<div>", "<p>", "<b><i>", "<table><tr><td>")), "</div>").encode()
            + page
        )
    body = hostile.octets(chance, page)
    url, kind = (
        chance.choice(("http://a.example/1", "", "http://[::1", "\ud800")),
        chance.choice((None, "text/html", "x/y;;")),
    )
    entry = Entry(
        "g", None, hostile.word(chance), hostile.word(chance), NOW, content=chance.choice((None, hostile.word(chance)))
    )
    found = extract(
        Page(url, url, body, kind, chance.choice(_CHARSETS), NOW),
        entry=entry,
        language=chance.choice((None, "en", "xx-\x00")),
    )
    assert found.published is None or found.published <= NOW + timedelta(days=2), found.published
    json.dumps(encode(found))
    return "read" if found.text else "refused"


def _detect(chance: random.Random) -> str:
    sound = " ".join(chance.choice(_texts()) for _ in range(chance.choice((1, 1, 2))))
    text = hostile.text(chance, sound, strokes=10)
    title = chance.choice((None, "", hostile.word(chance), hostile.text(chance, sound[:80])))
    published = chance.choice((None, NOW, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
    document = Document(
        "x", text, title, published, chance.choice((None, "en", "ar", "zz", "\x00")), chance.choice((None, "IQ", "??"))
    )
    found = detect(document, knowledge.load())
    whole = len(document.full)
    for report in found.reports:
        for start, end in report.evidence:
            assert 0 <= start < end <= whole, (start, end, whole)
        for count in (report.killed, report.injured, report.missing, report.captured):
            assert count is None or (count.low >= 0 and (count.high is None or count.low <= count.high)), count
        assert report.start is None or report.end is None or report.start <= report.end
    assert all(document.full[slice(*place.span)] == place.text for place in found.places)
    json.dumps(encode(found))
    return "read" if found.reports else "refused"


_EXPRESSIONS = (
    "killed >= 3",
    "country == 'IQ' && killed + injured > 2",
    "origins.exists(o, o == 'afp')",
    "hours < 3.5 || !toll_known",
    "actors.size() > 1",
    "confidence > 0.5 ? killed > 1 : injured > 1",
    "'x' in weapons",
    "place.matches('(a+)+$')",
    "admin1.startsWith('IQ')",
    "killed / articles > 1",
)
_MATCHERS = ('rule="kirkuk"', "severity=~crit.*|warn", 'country!~"AM|AZ"', "x!=y", 'place="a\\"b"')


def _rules(chance: random.Random) -> str:
    """A condition, a matcher, and a revision held against a rule and a region with both."""
    when, outcome = hostile.text(chance, chance.choice(_EXPRESSIONS), 3), "read"
    compiled.cache_clear()
    try:
        compiled(when).refusal({**SAMPLE, "killed": chance.choice((0, 7, 2**63 - 1)), "place": hostile.word(chance)})
    except BadConditionError:
        when, outcome = "killed >= 0", "refused"
    with suppress(BadMatcherError):
        parse_matcher(hostile.text(chance, chance.choice(_MATCHERS), 3)).matches({"rule": hostile.word(chance)})
    try:
        built = regions.build({"r": _area(chance), "s": Area("s", include=("r",))})
    except regions.BadRegionError:
        return "refused"
    rule = Rule(
        "one",
        hostile.word(chance),
        ("r", "s"),
        when=when,
        min_killed=chance.choice((0, 5)),
        severity=hostile.word(chance),
    )
    known = rules.Known(since=chance.choice(({}, {"one": NOW})), primed=chance.random() < 0.1)
    found = rules.evaluate(_revision(chance), rules.Watch([rule], built), known, NOW)
    assert len(found.verdicts) >= 1
    json.dumps([encode(one) for one in (*found.alerts, *found.verdicts)])
    return outcome


def _degrees(chance: random.Random, most: float) -> float:
    return chance.choice((0.0, most, -most, chance.uniform(-most, most), chance.uniform(-1, 1), 1e-300))


def _area(chance: random.Random) -> Area:
    here = lambda: (_degrees(chance, 180), _degrees(chance, 90))  # noqa: E731
    corners = tuple(here() for _ in range(chance.randint(3, 9)))
    if chance.random() < 0.8:  # around a point, so that no two sides cross
        turns = sorted(chance.uniform(0, 2 * pi) for _ in range(chance.randint(3, 40)))
        lon, lat = here()
        corners = tuple((lon + 9 * cos(turn), max(-90, min(90, lat + 9 * sin(turn)))) for turn in turns)
    circle = (_degrees(chance, 90), _degrees(chance, 180), chance.choice((1e-9, 5.0, 900.0, 20_000.0)))
    west, south = here()
    east, north = here()
    return Area(
        "r",
        countries=frozenset({"IQ"} if chance.random() < 0.2 else ()),
        circles=(circle,) if chance.random() < 0.6 else (),
        boxes=((west, south, east, north),) if chance.random() < 0.3 else (),
        polygons=(((*corners, corners[0]),),) if chance.random() < 0.4 else (),
    )


def _revision(chance: random.Random) -> Revision:
    place = Place(
        hostile.word(chance),
        _degrees(chance, 90),
        _degrees(chance, 180),
        chance.choice(list(Precision)),
        chance.choice((0.0, 5.0, 20_000.0)),
        "PPL",
        None,
        chance.choice((None, "IQ", "\x00")),
    )
    sub = chance.choice(list(ACLED_EVENT_OF))
    then = NOW - timedelta(hours=chance.choice((0, 1, 100, 10**6)))
    clash = Clash(
        hostile.word(chance),
        (),
        (),
        ACLED_EVENT_OF[sub],
        sub,
        chance.choice(list(Status)),
        chance.choice(list(ClashState)),
        chance.random(),
        then,
        then,
        chance.choice((None, place, place)),
        killed=chance.choice((None, Count(3, 3, 3), Count(0, None, None))),
        origins=(hostile.word(chance),),
        languages=(hostile.word(chance),),
    )
    changes = tuple(chance.sample(list(Change), chance.randint(1, 3)))
    return Revision(clash, chance.choice((1, 2, 2**40)), changes, {})


_MINIMAL = {
    "clashwatch.yml": "state_dir: var\n",
    "feeds.yml": "feeds: [{slug: a, url: 'http://a.example/f'}]\n",
    "regions/all.yml": "r: {countries: [IQ]}\n",
    "rules.d/all.yml": "groups: [{name: g, rules: [{id: all, name: All, regions: [r]}]}]\n",
    "receivers.yml": "receivers: [{name: outbox, kind: outbox}]\nroute: {receiver: outbox}\n",
}
_RICH = """
=== clashwatch.yml
state_dir: var
fetch: {interval: 15m, timeout: 20, allow: ['10.0.0.0/8']}
life: {quiet: 24h, closed: 96h, types: {Suicide bomb: {quiet: 12h, closed: 48h}}}
=== feeds.yml
feeds:
  - {slug: a, url: 'http://a.example/f', family: x, language: en, country: GB, interval: 5m}
  - {slug: b, url: 'http://b.example/f', title: B}
=== regions/all.yml
r:
  around: {lat: 1, lon: 2, km: 30}
  bbox: {west: 170, south: -10, east: -170, north: 10}
  polygon: [[1, 1], [2, 1], [2, 2]]
s: {include: [r], exclude: [r], admin1: [IQ.13]}
=== rules.d/all.yml
groups:
  - name: g
    rules:
      - {id: all, name: All, regions: [r], when: "killed > 3", on: [update], max_age: 72h, match: {min_killed: 2}}
    vigils:
      - {id: v, name: V, regions: [r], absence: {longer_than: 9h}}
=== receivers.yml
receivers:
  - {name: m, kind: email, host: h, port: 25, tls: none, sender: a@b.example, to: [c@d.example]}
  - {name: w, kind: webhook, url: 'http://a.example', secret: whsec_c2VjcmV0}
route:
  receiver: m
  routes:
    - {matchers: ['severity="critical"'], receiver: w, continue: true, group_wait: 30s}
    - {receiver: m, digest: {at: ['07:00'], weekdays: ['monday:friday'], location: Europe/Amsterdam}}
"""
_EXAMPLES = dict(part.split("\n", 1) for part in _RICH.split("=== ")[1:])
_VARIABLES = tuple(
    f"CLASHWATCH_{name}"
    for name in ["API_PORT", "FETCH_ALLOW", "DATABASE_URL", "REDIS_URL_FILE", "FETCH_INTERVAL", "NO"]
)


def _configuration(chance: random.Random) -> str:
    """A sound configuration with one file or one variable gone wrong."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder, wrong = Path(name), chance.choice(list(_EXAMPLES))
        for file, sound in _MINIMAL.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_bytes(_damaged(chance, _EXAMPLES[file]) if file == wrong else sound.encode())
        variables = {chance.choice(_VARIABLES): hostile.word(chance)} if chance.random() < 0.2 else {}
        try:
            settings = load(folder, variables)
        except SettingsError as error:
            str(error).encode("utf-8", "backslashreplace")
            return "refused" if error.problems else "refused without a reason"
    with suppress(regions.BadRegionError):
        rules.Watch(settings.rules, regions.build(settings.regions))
    json.dumps(redacted(settings))
    return "read"


def _damaged(chance: random.Random, sound: str) -> bytes:
    if chance.random() < 0.05:
        return hostile.nested(chance, *chance.choice((("[", "]"), ("{a: ", "}"), ("- ", "")))).encode()
    if chance.random() < 0.05:
        return (
            "a: &a [x]\n" + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else '*a'] * 9)}]\n" for n in range(9))
        ).encode()
    return hostile.octets(chance, sound.encode(), chance.choice((0, 1, 1, 3)))


def _words(chance: random.Random) -> str:
    """The small readers of single words: times, addresses, links of ours."""
    written = hostile.text(
        chance,
        chance.choice(
            ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00+01:00", "2 mars 2026", "الاثنين 2 مارس 2026")
        ),
        3,
    )
    moment = dates.moment(written)
    assert moment is None or moment.tzinfo is not None
    address = hostile.text(
        chance, chance.choice(("http://www.a.example/x?utm_source=y&id=1#z", "//b/../c", "https://[::1]:80/")), 3
    )
    with suppress(ValueError):
        key = urls.canonical(address)
        assert urls.canonical(key) == key, (key, urls.canonical(key))
    urls.entry_key(address, hostile.word(chance))
    with suppress(links.BadLinkError):
        links.read(hostile.text(chance, "WyJhIl0.c2VhbA", 3), b"key", NOW)
        raise AssertionError("a forged link was read")
    return "read" if moment else "refused"


TARGETS: dict[str, Target] = {
    "feed": Target(_feed, 2.0, _site),
    "extract": Target(_extract, 6.0, lambda: (warm(), _site())),
    "detect": Target(
        _detect, 6.0, lambda: (knowledge.load(), _texts(), detect(Document("x", _texts()[0]), knowledge.load()))
    ),
    "rules": Target(_rules, 2.0),
    "configuration": Target(_configuration, 4.0),
    "words": Target(_words, 1.0),
}


def case(target: str, seed: int) -> Any:
    """The outcome of one case. Raises what the program raised."""
    return TARGETS[target].trial(random.Random(f"{target}:{seed}"))
