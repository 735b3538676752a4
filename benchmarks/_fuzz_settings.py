"""Hostile configuration: a sound folder with one file or one variable gone wrong."""

from __future__ import annotations

import json
import random
import tempfile
from contextlib import suppress
from pathlib import Path

from benchmarks import _hostile as hostile
from workers.pipeline import regions, rules
from workers.settings import SettingsError, load
from workers.settings.shown import redacted

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


def a_configuration(chance: random.Random) -> str:
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
