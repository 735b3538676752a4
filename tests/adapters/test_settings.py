"""A configuration is right, or every fault in it is told with its file, its line and what was probably meant."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from workers.__main__ import app
from workers.pipeline.models import Digest, Escalation, Inhibition, Stretch
from workers.settings import SettingsError, load
from workers.settings.shown import SCHEMAS, redacted, schema

SHIPPED = Path(__file__).parents[2] / "config"

SOUND = {
    "feeds.yml": "feeds:\n  - slug: one\n    url: https://one.example/rss\n",
    "regions/all.yml": "kirkuk:\n  admin1: [IQ.13]\nidlib:\n  around: {lat: 35.9, lon: 36.6, km: 40}\n",
    "rules.d/all.yml": "groups:\n  - name: g\n    rules:\n"
    "      - id: k\n        name: Kirkuk\n        regions: [kirkuk]\n",
    "receivers.yml": "receivers:\n  - name: files\n    kind: outbox\nroute:\n  receiver: files\n",
}
SLACK = "receivers:\n  - name: desk\n    kind: slack\n    channel: C0123456\n{token}route: {{receiver: desk}}\n"
NIGHTS = """
time_intervals:
  - name: nights
    time_intervals:
      - times:
          - {start_time: '22:00', end_time: '24:00'}
        location: Europe/Amsterdam
"""

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A sound configuration, with the files that a test gives in their places."""

    def write(**replaced: str) -> Path:
        files = {**SOUND, **{name.replace("__", "/") + ".yml": text for name, text in replaced.items()}}
        for name, text in files.items():
            path = tmp_path / "config" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "config"

    return write


def faults(config: Path, **env: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(config, env)
    return [str(problem).replace(f"{config}/", "") for problem in raised.value.problems]


def test_a_sound_configuration_becomes_nouns(folder: Folder) -> None:
    settings = load(folder(), {})
    assert [feed.slug for feed in settings.feeds] == ["one"]
    assert settings.feeds[0].interval == 900
    assert settings.regions["kirkuk"].admin1 == {"IQ.13"}
    assert settings.regions["idlib"].circles == ((35.9, 36.6, 40.0),)
    assert settings.rules[0].max_age == timedelta(hours=72)
    assert settings.receivers["files"].options["folder"] == "var/outbox"
    assert settings.route.receiver == "files"
    assert settings.database.url is None


def test_a_region_may_be_districts_and_a_circle_wider_for_some_types(folder: Folder) -> None:
    written = (
        "a:\n  admin2: [IQ.13.Kirkuk District]\n"
        "  around: {lat: 1, lon: 2, km: 3, km_of: {Explosions/Remote violence: 9, Grenade: 1}}\n"
    )
    region = load(folder(regions__more=written), {}).regions["a"]
    assert (region.admin2, region.circles) == ({"IQ.13.Kirkuk District"}, ((1, 2, 3),))
    assert region.circles_of["Shelling/artillery/missile attack"] == ((1, 2, 9),), "as its event type"
    assert region.circles_of["Grenade"] == ((1, 2, 1),)
    assert "Armed clash" not in region.circles_of


def test_nothing_can_be_changed_after_loading(folder: Folder) -> None:
    settings = load(folder(), {})
    with pytest.raises(Exception, match=r"frozen|immutable"):
        settings.fetch.timeout = 3.0


def test_the_shipped_configuration_lacks_only_feeds(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "config")
    assert [fault.split(": ", 1)[1] for fault in faults(tmp_path / "config")] == [
        "feeds: no feed is listed: there would be nothing to watch"
    ]
    (tmp_path / "config/feeds.yml").write_text(SOUND["feeds.yml"])
    assert "kirkuk" in load(tmp_path / "config", {}).regions


FAULTS = {
    "an unknown key": (
        {"clashwatch": "fetch:\n  timout: 3\n"},
        "clashwatch.yml:2: fetch.timout: unknown key 'timout'; did you mean 'timeout'?",
    ),
    "an unknown section": (
        {"clashwatch": "state_dir: var\nretentoin: {}\n"},
        "clashwatch.yml:2: retentoin: unknown key 'retentoin'; did you mean 'retention'?",
    ),
    "an unknown region": (
        {"rules.d__all": SOUND["rules.d/all.yml"].replace("[kirkuk]", "[kirkkuk]")},
        "rules.d/all.yml:6: groups.0.rules.0.regions.0: unknown region 'kirkkuk'; did you mean 'kirkuk'?",
    ),
    "a region without an area": (
        {"regions__all": SOUND["regions/all.yml"] + "void:\n  title: Void\n"},
        "regions/all.yml:5: void: names no area: give countries, admin1, admin2, around, bbox, polygon, "
        "geojson or include",
    ),
    "a region that crosses itself": (
        {"regions__more": "a: {countries: [IQ]}\nb:\n  polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]\n"},
        "regions/more.yml:2: b: not a simple outline: Self-intersection[0.5 0.5]; "
        "write its corners in the order in which one walks around it",
    ),
    "a key that is like none": (
        {"regions__more": "a:\n  place: Kirkuk\n  countries: [IQ]\n"},
        "regions/more.yml:2: a.place: unknown key 'place'; there are admin1, admin2, around, bbox, countries, exclude, "
        "geojson, include, polygon, title",
    ),
    "a channel by its name": (
        {"receivers": SLACK.format(token="    token: x\n").replace("C0123456", "'#ops'")},
        "receivers.yml:4: receivers.0.slack.channel: '#ops' is no channel's id like C0123456789: "
        "Slack shows it below the channel's details",
    ),
    "one where several are meant": (
        {"receivers": SOUND["receivers.yml"] + "  group_by: clash\n"},
        "receivers.yml:6: route.group_by: write a list, as in [one, another]",
    ),
    "a region that contains itself": (
        {"regions__more": "a:\n  include: [b]\nb:\n  include: [a]\n"},
        "regions/more.yml:1: a: region 'a' contains itself",
    ),
    "a region made of an unknown one": (
        {"regions__more": "a:\n  include:\n    - kirkuk\n    - idlip\n"},
        "regions/more.yml:4: a.include.1: unknown region 'idlip'; did you mean 'idlib'?",
    ),
    "a region named twice": (
        {"regions__more": "kirkuk:\n  countries: [IQ]\n"},
        "regions/more.yml:1: kirkuk: region 'kirkuk' is already defined at {config}/regions/all.yml:1",
    ),
    "a rule by the service's own name": (
        {"rules.d__all": SOUND["rules.d/all.yml"].replace("id: k", "id: unlocated")},
        "rules.d/all.yml:4: groups.0.rules.0: 'unlocated' is what fits no region; give the rule another name",
    ),
    "a region's unknown key": (
        {"regions__more": "a:\n  contries: [IQ]\n"},
        "regions/more.yml:2: a.contries: unknown key 'contries'; did you mean 'countries'?",
    ),
    "a district without its province": (
        {"regions__more": "a:\n  admin2: [IQ.Dibis]\n"},
        "regions/more.yml:2: a.admin2.0: 'IQ.Dibis' is no district: write CC.code.name, as in IQ.13.Kirkuk District",
    ),
    "a country by another code": (
        {"regions__more": "a:\n  countries: [UK]\n"},
        "regions/more.yml:2: a.countries.0: 'UK' is no country; did you mean 'GB' (United Kingdom)?",
    ),
    "a country by its long code": (
        {"regions__more": "a:\n  countries: [IRQ]\n"},
        "regions/more.yml:2: a.countries.0: 'IRQ' is no country; did you mean 'IQ' (Iraq)?",
    ),
    "a country by its name": (
        {"regions__more": "a:\n  countries: [Iraq]\n"},
        "regions/more.yml:2: a.countries.0: 'IRAQ' is no country; did you mean 'IQ' (Iraq)?",
    ),
    "a province of no country": (
        {"regions__more": "a:\n  admin1: [XQ.13]\n"},
        "regions/more.yml:2: a.admin1.0: 'XQ' is no country: write ISO 3166-1 alpha-2, as in IQ",
    ),
    "a province by its name": (
        {"regions__more": "a:\n  admin1: [Kirkuk]\n"},
        "regions/more.yml:2: a.admin1.0: 'Kirkuk' is no province: write CC.code, as in IQ.13; "
        "`clashwatch gazetteer lookup NAME` tells the code",
    ),
    "a radius for an unknown type": (
        {"regions__more": "a:\n  around: {lat: 1, lon: 2, km: 3, km_of: {Armed clsh: 5}}\n"},
        "regions/more.yml:2: a.around.0.km_of.Armed clsh.[key]: unknown type 'Armed clsh'; did you mean 'Armed clash'?",
    ),
    "latitude and longitude swapped": (
        {"regions__more": "a:\n  polygon: [[36, 142], [37, 143], [36, 144]]\n"},
        "regions/more.yml:2: a.polygon.0.1: Input should be less than or equal to 90",
    ),
    "a ring of two corners": (
        {"regions__more": "a:\n  polygon: [[1, 1], [2, 2], [1, 1]]\n"},
        "regions/more.yml:2: a.polygon: a ring needs three corners or more, each as [longitude, latitude]",
    ),
    "an unknown event type": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        match:\n          event_types: [Battle]\n"},
        "rules.d/all.yml:8: groups.0.rules.0.match.event_types: unknown type 'Battle'; did you mean 'Battles'?",
    ),
    "a label that alerts have already": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        labels:\n          country: XX\n"},
        "rules.d/all.yml:8: groups.0.rules.0.labels.country: every alert has a label 'country' of its own",
    ),
    "a duration in words": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        max_age: three days\n"},
        "rules.d/all.yml:7: groups.0.rules.0.max_age: write a duration as 90s, 15m, 72h or 7d",
    ),
    "a wait without a unit": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        for: soon\n"},
        "rules.d/all.yml:7: groups.0.rules.0.for: write a duration as 90s, 15m, 72h or 7d",
    ),
    "a manner of telling that is none": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        match: {realis: [curent]}\n"},
        "rules.d/all.yml:7: groups.0.rules.0.match.realis.0: 'curent' is none of 'current', 'ongoing', 'background', "
        "'planned', 'hypothetical' or 'negated'; did you mean 'current'?",
    ),
    "a severity that is none": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        severity: critcal\n"},
        "rules.d/all.yml:7: groups.0.rules.0.severity: "
        "'critcal' is none of 'info', 'warning' or 'critical'; did you mean 'critical'?",
    ),
    "a condition that does not parse": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        when: killed >=\n"},
        "rules.d/all.yml:7: groups.0.rules.0.when: bad condition: <input>:1:10: Syntax error",
    ),
    "a condition on an unknown name": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        when: deaths > 3\n"},
        "rules.d/all.yml:7: groups.0.rules.0.when: bad condition: unknown name 'deaths'; known are event_type",
    ),
    "a condition that is no question": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        when: killed + 1\n"},
        "rules.d/all.yml:7: groups.0.rules.0.when: bad condition: must answer true or false, not 1",
    ),
    "a missing name": (
        {"rules.d__all": "groups:\n  - name: g\n    rules:\n      - id: k\n        regions: [kirkuk]\n"},
        "rules.d/all.yml:4: groups.0.rules.0: 'name' is missing",
    ),
    "an unknown receiver": (
        {"receivers": SOUND["receivers.yml"] + "  routes:\n    - receiver: filse\n"},
        "receivers.yml:7: route.routes.0.receiver: unknown receiver 'filse'; did you mean 'files'?",
    ),
    "an unknown kind of receiver": (
        {"receivers": SOUND["receivers.yml"].replace("outbox", "slak")},
        "receivers.yml:2: receivers.0: "
        "'slak' is none of 'console', 'outbox', 'email', 'slack', 'slack_webhook', 'webhook', 'alertmanager'"
        ", 'pagerduty', 'apprise'; did you mean 'slack'?",
    ),
    "a bad matcher": (
        {"receivers": SOUND["receivers.yml"] + "  routes:\n    - matchers: ['region=~\"(\"']\n"},
        "receivers.yml:7: route.routes.0.matchers.0: bad matcher 'region=~\"(\"': "
        "bad regular expression: missing ), unterminated subpattern",
    ),
    "a root with matchers": (
        {"receivers": SOUND["receivers.yml"] + "  matchers: ['a=\"b\"']\n"},
        "receivers.yml:6: route.matchers: the root takes every alert and has no matchers",
    ),
    "a missing secret": (
        {"receivers": SLACK.format(token="").replace("desk", "desk-1")},
        "receivers.yml:2: receivers.0.token: the token is missing: set token_file here, "
        "or CLASHWATCH_RECEIVERS_DESK_1_TOKEN or CLASHWATCH_RECEIVERS_DESK_1_TOKEN_FILE",
    ),
    "unknown quiet hours": (
        {"receivers": SOUND["receivers.yml"] + "  routes:\n    - mute_time_intervals: [nihgts]\n" + NIGHTS},
        "receivers.yml:7: route.routes.0.mute_time_intervals.0: unknown time interval 'nihgts'; did you mean 'nights'?",
    ),
    "an unknown receiver to escalate to": (
        {"receivers": SOUND["receivers.yml"] + "  escalation: {receiver: flies, after: 30m}\n"},
        "receivers.yml:6: route.escalation.receiver: unknown receiver 'flies'; did you mean 'files'?",
    ),
    "a night that ends before it begins": (
        {"receivers": SOUND["receivers.yml"] + NIGHTS.replace("'24:00'", "'07:00'")},
        "receivers.yml:10: time_intervals.0.time_intervals.0.times: a stretch ends after it begins; write a night as",
    ),
    "a weekday that is none": (
        {"receivers": SOUND["receivers.yml"] + NIGHTS.replace("times:", "weekdays: ['mondy:friday']\n        times:")},
        "receivers.yml:10: time_intervals.0.time_intervals.0.weekdays.0: "
        "'mondy' is no name or number; did you mean 'monday'?",
    ),
    "a reminder every second": (
        {"receivers": SOUND["receivers.yml"] + "  repeat_interval: 10s\n"},
        "receivers.yml:6: route.repeat_interval: what goes on is looked at once a minute: write a repeat_interval of",
    ),
    "a rule that makes reminders": (
        {"rules.d__all": SOUND["rules.d/all.yml"] + "        on: [new, reminder]\n"},
        "rules.d/all.yml:7: groups.0.rules.0.on.1: reminders are the route's: give it a repeat_interval",
    ),
    "a bad inhibition": (
        {"receivers": SOUND["receivers.yml"] + "inhibit_rules:\n  - source_matchers: ['x']\n"},
        "receivers.yml:7: inhibit_rules.0.source_matchers.0: bad matcher 'x'",
    ),
    "a bad time zone": (
        {"receivers": SOUND["receivers.yml"].replace("outbox\n", "outbox\n    timezone: Amsterdam\n")},
        "receivers.yml:4: receivers.0.outbox.timezone: 'Amsterdam' is no time zone like Europe/Amsterdam",
    ),
    "a list without a feed": ({"feeds": "feeds: []\n"}, "feeds.yml:1: feeds: no feed is listed"),
    "a feed twice": (
        {"feeds": SOUND["feeds.yml"] + "  - slug: two\n    url: https://one.example/rss\n"},
        "feeds.yml:4: feeds.1: url 'https://one.example/rss' is already defined at {config}/feeds.yml:2",
    ),
    "no YAML": ({"feeds": "feeds:\n  - slug: one\n   url: x\n"}, "feeds.yml:3: expected <block end>"),
    "a key twice": (
        {"clashwatch": "fetch:\n  timeout: 3\n  timeout: 4\n"},
        'clashwatch.yml:3: found duplicate key "timeout"',
    ),
    "no mapping": ({"clashwatch": "- fetch\n"}, "clashwatch.yml:1: must be a mapping of keys to values"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_with_file_line_and_key(case: str, folder: Folder) -> None:
    files, expected = FAULTS[case]
    config = folder(**files)
    told = faults(config)
    assert any(fault.startswith(expected.format(config=config).replace(f"{config}/", "")) for fault in told), told


def test_every_fault_of_every_file_is_told_at_once(folder: Folder) -> None:
    config = folder(
        clashwatch="fetch:\n  timout: 3\n  spacing: fast\n",
        feeds="feeds: []\n",
        rules__d="",
        regions__more="a:\n  contries: [IQ]\n",
        receivers=SOUND["receivers.yml"] + "  routes:\n    - receiver: filse\n    - reciever: files\n",
    )
    assert [fault.split(": ")[0] for fault in faults(config, CLASHWATCH_FECTH_TIMEOUT="3")] == [
        "clashwatch.yml:2", "clashwatch.yml:3", "feeds.yml:1",
        "receivers.yml:7", "receivers.yml:8", "regions/more.yml:2", "environment",
    ]  # fmt: skip


def test_a_template_is_tried_at_the_start_and_a_fault_in_it_is_told_with_line_and_remedy(folder: Folder) -> None:
    own = "receivers:\n  - name: desk\n    kind: outbox\n    template:\n      title: '{}'\nroute: {{receiver: desk}}\n"
    settings = load(folder(receivers=own.format("{{ severity | upper }}: {{ title }}")), {})
    assert settings.receivers["desk"].options["template"].title == "{{ severity | upper }}: {{ title }}"
    assert redacted(settings)["receivers"]["desk"]["options"]["template"]["lines"] == []
    (fault,) = faults(folder(receivers=own.format("{{ titel }}")))
    assert fault.startswith("receivers.yml:5: receivers.0")
    assert fault.endswith("does not know 'titel'; did you mean 'title'?")


def test_a_broken_rule_does_not_hide_the_next_ones_unknown_region(folder: Folder) -> None:
    broken = (
        SOUND["rules.d/all.yml"] + "        sverity: info\n      - id: l\n        name: L\n        regions: [idlip]\n"
    )
    assert [fault.split(": ")[-1] for fault in faults(folder(**{"rules.d__all": broken}))] == [
        "unknown key 'sverity'; did you mean 'severity'?",
        "unknown region 'idlip'; did you mean 'idlib'?",
    ]


def test_a_rule_names_actors_weapons_and_languages_that_there_are(folder: Folder) -> None:
    match = "        match: {sides: [ua-forces, hezbolah, uk-forces], weapons: [artilery], languages: [en, dutch]}\n"
    told = faults(folder(**{"rules.d__all": SOUND["rules.d/all.yml"] + match}))
    assert [fault.split("match.", 1)[1] for fault in told] == [
        "languages.1: unknown language 'dutch'; there are ar, de, en, es, fr, nl, ru, tr, uk",
        "sides.1: unknown actor 'hezbolah'; did you mean 'hezbollah'?",
        "sides.2: unknown actor 'uk-forces'; did you mean 'us-forces'?",
        "weapons.0: unknown weapon 'artilery'; did you mean 'artillery'?",
    ]


def test_a_missing_folder_names_the_command_that_writes_one(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere")[0].endswith(
        "no such folder; `clashwatch init` writes a configuration to start from"
    )


def test_a_scalar_can_be_set_in_the_environment(folder: Folder) -> None:
    env = {
        "CLASHWATCH_FETCH_TIMEOUT": "7.5",
        "CLASHWATCH_FETCH_ALLOW": "127.0.0.1:8099, 10.0.0.0/8",
        "CLASHWATCH_LANGUAGES": "nl,en",
        "CLASHWATCH_STATE_DIR": "/srv/state",
    }
    settings = load(folder(clashwatch="fetch:\n  timeout: 3\n  batch: 5\n"), env)
    assert (settings.fetch.timeout, settings.fetch.batch) == (7.5, 5)
    assert settings.fetch.allow == ("127.0.0.1:8099", "10.0.0.0/8")
    assert settings.languages == ("nl", "en")
    assert settings.receivers["files"].options["folder"] == "/srv/state/outbox"


def test_a_bad_variable_is_blamed_by_its_name(folder: Folder) -> None:
    told = faults(folder(), CLASHWATCH_FETCH_TIMEOUT="soon", CLASHWATCH_FETCH_TIMOUT="3")
    assert told == [
        "environment: CLASHWATCH_FETCH_TIMOUT: unknown variable 'CLASHWATCH_FETCH_TIMOUT'; "
        "did you mean 'CLASHWATCH_FETCH_TIMEOUT'?",
        "environment CLASHWATCH_FETCH_TIMEOUT: fetch.timeout: "
        "Input should be a valid number, unable to parse string as a number",
    ]


def test_what_kubernetes_says_about_a_service_of_our_name_is_no_setting(folder: Folder) -> None:
    settings = load(folder(), {"CLASHWATCH_API_PORT": "tcp://10.0.0.1:8000", "CLASHWATCH_API_SERVICE_HOST": "10.0.0.1"})
    assert settings.api.port == 8000


def test_a_secret_is_read_from_the_file_that_its_twin_names(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://me:word@db/clashwatch\n")
    settings = load(folder(), {"CLASHWATCH_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database.url == "postgresql://me:word@db/clashwatch"
    assert faults(folder(), CLASHWATCH_DATABASE_URL_FILE=str(tmp_path / "none")) == [
        f"environment: CLASHWATCH_DATABASE_URL_FILE: cannot read {tmp_path}/none: No such file or directory"
    ]


@pytest.mark.parametrize("way", ["file", "variable", "variable's twin"])
def test_a_receivers_secret_stands_outside_the_configuration(way: str, folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-secret\n")
    line = f"    token_file: {tmp_path}/token\n" if way == "file" else ""
    env = {
        "file": {},
        "variable": {"CLASHWATCH_RECEIVERS_DESK_TOKEN": "xoxb-secret"},
        "variable's twin": {"CLASHWATCH_RECEIVERS_DESK_TOKEN_FILE": f"{tmp_path}/token"},
    }[way]
    settings = load(folder(receivers=SLACK.format(token=line)), env)
    assert settings.receivers["desk"].options["token"] == SecretStr("xoxb-secret")
    assert "xoxb-secret" not in repr(settings)


def test_what_is_shown_has_no_secret_in_it(folder: Folder) -> None:
    env = {
        "CLASHWATCH_DATABASE_URL": "postgresql://me:word@db/clashwatch",
        "CLASHWATCH_RECEIVERS_DESK_TOKEN": "xoxb-secret",
    }
    settings = load(folder(receivers=SLACK.format(token="")), env)
    shown = json.dumps(redacted(settings))
    assert "postgresql://me:***@db/clashwatch" in shown
    assert "word" not in shown
    assert "xoxb-secret" not in shown
    assert "word" not in repr(settings)


def test_a_later_folder_takes_the_place_of_an_earlier_ones_files(folder: Folder, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "feeds.yml").write_text("feeds:\n  - slug: two\n    url: http://127.0.0.1:1/rss\n")
    settings = load(None, {"CLASHWATCH_CONFIG": f"{folder()}:{overlay}"})
    assert [feed.slug for feed in settings.feeds] == ["two"]
    assert "kirkuk" in settings.regions


OPML = """<opml version="2.0"><body>
  <outline text="Africa"><outline text="Le Monde – Afrique" xmlUrl="https://m.example/rss" language="fr"/></outline>
  <outline text="Le Monde – Afrique" xmlUrl="https://n.example/rss" family="lemonde"/>
</body></opml>"""


WEEKENDS = """  routes:
    - mute_time_intervals: [weekends]
time_intervals:
  - name: weekends
    time_intervals:
      - weekdays: ['saturday', 'sunday']
        days_of_month: ['1:5', -1]
        months: ['december:december', '1:3']
      - times: [{start_time: '09:00', end_time: '17:30'}]
        location: Asia/Baghdad
inhibit_rules:
  - source_matchers: ['severity="critical"']
    target_matchers: ['severity="info"']
    equal: [region]
"""


def test_quiet_hours_and_inhibitions_are_written_as_in_alertmanager(folder: Folder) -> None:
    settings = load(folder(receivers=SOUND["receivers.yml"] + WEEKENDS), {})
    weekend, office = settings.route.routes[0].mute
    assert weekend == Stretch((), ((6, 6), (0, 0)), ((1, 5), (-1, -1)), ((12, 12), (1, 3)), (), ZoneInfo("UTC"))
    assert office == Stretch(((540, 1050),), zone=ZoneInfo("Asia/Baghdad"))
    assert settings.inhibitions == (Inhibition(('severity="critical"',), ('severity="info"',), ("region",)),)
    assert '"Asia/Baghdad"' in json.dumps(redacted(settings))


HOLDS = """  group_wait: 30s
  routes:
    - digest: {at: ['07:00'], weekdays: ['monday:friday'], location: Europe/Amsterdam}
    - escalation: {receiver: files, after: 30m}
"""


def test_digests_escalation_pace_and_caps_are_written_in_a_line_each(folder: Folder) -> None:
    capped = SOUND["receivers.yml"].replace("outbox\n", "outbox\n    rate: {messages: 20, per: 1h}\n")
    settings = load(folder(receivers=capped + HOLDS), {})
    digest, escalating = settings.route.routes
    assert settings.route.group_wait == timedelta(seconds=30)
    assert digest.digest == Digest((420,), ((1, 5),), ZoneInfo("Europe/Amsterdam"))
    assert escalating.escalation == Escalation("files", timedelta(minutes=30))
    assert settings.receivers["files"].options["rate"].messages == 20
    assert '"Europe/Amsterdam"' in json.dumps(redacted(settings))


def test_an_opml_list_adds_its_feeds(folder: Folder) -> None:
    config = folder(feeds="opml: [list.opml]\n" + SOUND["feeds.yml"])
    (config / "list.opml").write_text(OPML)
    settings = load(config, {})
    assert [(feed.slug, feed.family) for feed in settings.feeds] == [
        ("one", None),
        ("le-monde-afrique", None),
        ("le-monde-afrique-2", "lemonde"),
    ]


def test_an_opml_list_that_is_none_is_blamed_where_it_is_named(folder: Folder) -> None:
    config = folder(feeds="opml:\n  - list.opml\n" + SOUND["feeds.yml"])
    (config / "list.opml").write_text("<opml><body>")
    assert faults(config)[0].startswith("feeds.yml:2: opml.0: cannot read ")


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_file_has_a_json_schema_that_the_shipped_one_follows(kind: str) -> None:
    from jsonschema import Draft202012Validator
    from ruamel.yaml import YAML

    validator = Draft202012Validator(schema(kind))
    Draft202012Validator.check_schema(validator.schema)
    folders = {"rules": "rules.d", "regions": "regions"}
    files = [SHIPPED / f"{kind}.yml"] if kind not in folders else sorted((SHIPPED / folders[kind]).glob("*.yml"))
    assert files
    for file in files:
        assert not list(validator.iter_errors(YAML(typ="safe").load(file)))


def test_the_command_line_says_what_is_wrong_and_exits_1(folder: Folder) -> None:
    sound = CliRunner().invoke(app, ["config", "check", "--config", str(folder())])
    assert (sound.exit_code, sound.stdout) == (0, "ok: 1 feeds, 2 regions, 1 rules, 1 receivers\n")
    wrong = CliRunner().invoke(app, ["config", "check", "--config", str(folder(feeds="feeds: []\n"))])
    assert wrong.exit_code == 1
    assert "feeds.yml:1: feeds: no feed is listed" in wrong.stderr


def test_a_region_whose_outline_crosses_itself_does_not_start(folder: Folder) -> None:
    bow_tie = "a:\n  polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]\n"
    wrong = CliRunner().invoke(app, ["config", "check", "--config", str(folder(regions__more=bow_tie))])
    assert wrong.exit_code == 1
    assert "regions/more.yml:1: a: not a simple outline: Self-intersection" in wrong.stderr


def test_show_prints_what_is_in_force(folder: Folder) -> None:
    shown = CliRunner().invoke(app, ["config", "show", "--json", "--config", str(folder())])
    assert json.loads(shown.stdout)["fetch"]["timeout"] == 20.0
