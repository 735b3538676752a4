"""What an operator can ask and do: silences, routes, why, rules tested and run over what happened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from incidents import revision
from sqlalchemy import Engine
from typer.main import get_command
from typer.testing import CliRunner, Result

from workers.__main__ import app
from workers.adapters.store import alerts, claims, clashes, keys
from workers.adapters.store.works import SEND
from workers.pipeline import regions
from workers.pipeline.models import Change, Revision
from workers.pipeline.route import route
from workers.pipeline.rules import Known, Watch, evaluate
from workers.settings import load

SHIPPED = Path(__file__).parents[2] / "config"
NOW = datetime.now(UTC)

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "config")
    (tmp_path / "config/feeds.yml").write_text("feeds:\n  - slug: one\n    url: https://one.example/rss\n")
    return tmp_path / "config"


@pytest.fixture
def run(config: Path, database: str) -> Run:
    env = {"CLASHWATCH_CONFIG": str(config), "CLASHWATCH_DATABASE_URL": database}
    return lambda *words: CliRunner().invoke(app, words, env=env)


def happened(engine: Engine, config: Path, *revisions: Revision) -> None:
    """The store after the evaluation of these revisions."""
    settings = load(config, {})
    watch = Watch(settings.rules, regions.build(settings.regions))
    for revised in revisions:
        with engine.begin() as c:
            clashes.keep(c, [revised.clash])
            (made,) = clashes.revise(c, [revised], primed=False)
            judged = evaluate(revised, watch, Known(), NOW)
            alerts.judge(c, made, judged)
            alerts.tell(c, made, [(alert, route(alert, settings.route)) for alert in judged.alerts])


FIGHT = revision(1, last_reported=NOW, first_reported=NOW, end=NOW.date(), start=NOW.date())


def test_a_silence_is_added_listed_and_ended(run: Run) -> None:
    added = run("silence", "add", "rule=kirkuk", "-c", "exercise", "-a", "ana", "-d", "2h")
    assert (added.exit_code, added.stdout) == (0, "1\n")
    (listed,) = map(json.loads, run("silence", "list", "--json").stdout.splitlines())
    assert (listed["id"], listed["author"], listed["comment"], listed["matchers"]) == (
        "1",
        "ana",
        "exercise",
        ["rule=kirkuk"],
    )
    ends, starts = datetime.fromisoformat(listed["ends"]), datetime.fromisoformat(listed["starts"])
    assert ends - starts == timedelta(hours=2)
    assert run("silence", "expire", "1").exit_code == 0
    assert run("silence", "expire", "1").exit_code == 1
    assert run("silence", "list").stdout == ""
    assert "rule=kirkuk" in run("silence", "list", "--expired").stdout


def test_who_adds_a_silence_sees_what_it_would_have_withheld(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    fits, fits_not = run("silence", "add", "country=IQ", "-c", "x"), run("silence", "add", "country=SD", "-c", "x")
    assert "would have withheld: kirkuk 7" in fits.stderr
    assert fits_not.stderr == ""


@pytest.mark.parametrize("words", [("rule~x", "-c", "x"), ("rule=x", "-c", "x", "-d", "soon"), ("rule=x",)])
def test_a_silence_needs_a_matcher_a_reason_and_a_length(run: Run, words: tuple[str, ...]) -> None:
    assert run("silence", "add", *words).exit_code == 2


def test_a_silence_by_region_means_what_lies_wholly_in_it(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    here, there = run("silence", "add", "-r", "kirkuk", "-c", "x"), run("silence", "add", "-r", "nineveh", "-c", "x")
    assert "would have withheld: kirkuk 7" in here.stderr
    assert there.stderr == ""
    assert "in kirkuk" in run("silence", "list").stdout
    assert "did you mean 'kirkuk'?" in run("silence", "add", "-r", "kirkukk", "-c", "x").stderr


def test_somebody_is_on_it_until_it_is_taken_back(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    assert run("ack", "add", "7", "-a", "ana", "-n", "calling the office", "-d", "2h").stdout == "1\n"
    assert json.loads(run("ack", "add", "1", "--json").stdout) == {"id": "2", "subject": "7"}, "by the alert's number"
    listed = run("ack", "list").stdout.splitlines()
    assert "ana  7  calling the office" in listed[0]
    assert [run("ack", "expire", "1").exit_code, run("ack", "expire", "1").exit_code] == [0, 1]
    assert len(run("ack", "list").stdout.splitlines()) == 1
    assert len(run("ack", "list", "--past").stdout.splitlines()) == 2
    assert run("ack", "add", "no-such-clash").exit_code == 1


def test_reviews_measure_each_rule_and_the_latest_counts(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT, revision(1, id="8", last_reported=NOW, end=NOW.date()))
    assert run("review", "add", "7", "confirmed", "-a", "ana").exit_code == 0
    assert run("review", "add", "8", "confirmed").exit_code == 0
    assert run("review", "add", "8", "not_violence", "-n", "a film").exit_code == 0
    (kirkuk,) = map(json.loads, run("review", "precision", "--json").stdout.splitlines())
    assert (kirkuk["rule"], kirkuk["precision"], kirkuk["reviewed"]) == ("kirkuk", 0.5, 2)
    assert kirkuk["wrong"] == {"not_violence": 1}
    assert len(run("review", "list").stdout.splitlines()) == 3
    assert run("review", "add", "7", "perhaps").exit_code == 2
    assert run("review", "add", "9", "confirmed").exit_code == 1


def test_every_message_is_listed_with_the_reason_why_it_was_not_sent(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    latest = json.loads(run("deliveries", "list", "--json").stdout.splitlines()[0])
    assert (latest["rules"], latest["clashes"], latest["state"]) == (["kirkuk"], ["7"], "pending")
    assert latest["reason"] == "waits for its turn"
    assert run("deliveries", "list", "--clash", "8").stdout == ""
    assert (
        "unknown receiver 'consle'; did you mean 'console'?" in run("deliveries", "list", "--receiver", "consle").stderr
    )
    assert "unknown state 'snt'; did you mean 'sent'?" in run("deliveries", "list", "--state", "snt").stderr


def test_a_message_that_was_given_up_is_taken_up_again(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    (held,) = claims.claim(engine, SEND, [1])
    claims.fail(engine, held, "the channel is archived\nand more", retry=False)
    given_up = run("deliveries", "list", "--state", "given_up").stdout
    assert given_up.endswith("given_up  the channel is archived\n")
    assert (run("deliveries", "retry", "1").exit_code, run("deliveries", "retry", "1").exit_code) == (0, 1)
    assert run("deliveries", "list", "--state", "given_up").stdout == ""
    assert run("deliveries", "retry").exit_code == 2


def test_labels_can_be_tried_on_the_tree(run: Run) -> None:
    tried = run("routes", "test", "region=kirkuk", "--verify-receivers", "console,outbox")
    assert (tried.exit_code, tried.stdout) == (0, "console\noutbox\n")
    assert run("routes", "test", "region=unlocated").stdout == "unlocated\n"
    wrong = run("routes", "test", "region=kirkuk", "--verify-receivers", "desk")
    assert (wrong.exit_code, wrong.stderr) == (1, "expected desk, found console,outbox\n")
    assert (
        json.loads(run("routes", "test", "region=unlocated", "clash=c-1", "--json").stdout)["thread"] == 'clash="c-1"'
    )


def test_the_tree_is_shown_one_node_a_line(run: Run) -> None:
    assert run("routes", "show").stdout.splitlines()[:2] == [
        "everything else  -> outbox  by clash",
        '  region="unlocated"  -> unlocated',
    ]


def test_why_names_every_gate_and_what_became_of_each_message(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    told = run("why", "7").stdout
    assert "revision 1" in told
    assert "rule kirkuk: fired: Altun Kupri (within 8 km) lies in Kirkuk province" in told
    assert "to outbox for kirkuk: pending" in told


def test_why_says_what_a_revision_changed_and_which_claim(run: Run, engine: Engine, config: Path) -> None:
    claim = {
        "about": "killed",
        "stance": "asserts",
        "span": [4, 9],
        "claimant": None,
        "low": 3,
        "high": 3,
        "whom": None,
    }
    was = {"claim": claim, "who": "iraq-army", "quote": "three died", "article": "12", "version": 1, "span": [0, 40]}
    now = {**was, "claim": {**claim, "low": 5, "high": None, "whom": "pkk"}, "article": "14"}
    diff = {"killed": (None, {"low": 5, "best": 5, "high": None}), "claims": ([was], [now])}
    happened(engine, config, replace(FIGHT, diff=diff))
    told = run("why", "7").stdout.splitlines()
    assert sorted(told[1:3]) == [
        "  claim: iraq-army on killed of pkk: asserts 3 → asserts 5 or more (article 14, version 1, at 4-9)",
        "  killed: nothing → 5 or more",
    ]
    assert json.loads(run("why", "7", "--json").stdout)["diff"]["claims"] == [[was], [now]]


def test_why_not_names_the_gate_that_closed(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    elsewhere = json.loads(run("why", "7", "yemen", "--json").stdout)
    assert elsewhere["verdicts"] == [
        {"rule": "yemen", "reason": "outside_region", "detail": "the place lies outside yemen"}
    ]
    gates = {gate["gate"]: (gate["passed"], gate["value"]) for gate in elsewhere["gates"]}
    assert gates["confidence"] == (True, "0.90")
    assert gates["type"] == (True, "Battles: Armed clash")
    assert gates["outside_region"] == (False, "Altun Kupri (within 8 km) lies outside yemen")
    assert len(gates) == 18, "every gate, also those behind the first that closed"
    lines = run("why-not", "7", "yemen").stdout
    assert "    closed  outside_region  Altun Kupri (within 8 km) lies outside yemen" in lines
    assert "    passes  casualties  0 killed, 0 injured" in lines
    assert run("why", "8").exit_code == 1
    mistyped = run("why", "7", "yemn")
    assert mistyped.exit_code == 2
    assert "did you mean 'yemen'?" in mistyped.stderr


def test_the_shipped_rules_pass_their_tests(run: Run) -> None:
    tested = run("rules", "test", str(SHIPPED / "rules.d/tests/default.yml"))
    assert (tested.exit_code, tested.stdout) == (0, "6 tests, 0 failed\n")


def test_a_rule_test_that_fails_says_what_was_found(run: Run, tmp_path: Path) -> None:
    wrong = "tests:\n  - name: Anything\n    clash: {killed: 3}\n    expect: {kirkuk: fired}\n"
    (tmp_path / "wrong.yml").write_text(wrong)
    tested = run("rules", "test", str(tmp_path / "wrong.yml"))
    assert tested.exit_code == 1
    assert "wrong.yml:2: Anything: rule kirkuk: expected fired, found unlocated: no report says where" in tested.stderr
    (tmp_path / "wrong.yml").write_text(wrong.replace("kirkuk", "kirkukk"))
    assert run("rules", "test", str(tmp_path / "wrong.yml")).exit_code == 2


def test_rules_run_over_what_happened_and_two_versions_are_compared(run: Run, engine: Engine, config: Path) -> None:
    risen = revision(2, Change.TOLL, last_reported=NOW, end=NOW.date())
    elsewhere = revision(1, id="8", place=None, last_reported=NOW, end=NOW.date())
    happened(engine, config, FIGHT, risen, elsewhere)
    day = NOW.date().isoformat()
    assert run("rules", "backtest").stdout == f"{day}  kirkuk  2\n{day}  unlocated  1\n"
    other = config.parent / "other"
    shutil.copytree(config, other)
    rules = other / "rules.d/default.yml"
    rules.write_text(rules.read_text().replace("regions: [kirkuk]", "regions: [kirkuk]\n        on: [new]"))
    compared = run("rules", "backtest", "--against", str(other)).stdout.splitlines()
    assert compared[2:] == ["+ kirkuk  7  update"]


def test_every_rule_is_listed(run: Run) -> None:
    first = json.loads(run("rules", "list", "--json").stdout.splitlines()[0])
    assert first == {
        "id": "kirkuk", "severity": "warning", "status": "stable", "regions": ["kirkuk"],
        "name": "Fighting in Kirkuk province",
    }  # fmt: skip


def test_links_in_messages_can_be_ended(run: Run, engine: Engine) -> None:
    before = keys.link_key(engine)
    assert run("token", "end-links").exit_code == 0
    assert keys.link_key(engine) != before


VIGILS = """
groups:
  - name: silence
    vigils:
      - {id: yemen-silent, name: No news from Yemen, regions: [yemen], absence: {longer_than: 9h}}
      - {id: iraq-surge, name: Kirkuk flares up, regions: [kirkuk], activity: {within: 24h, clashes: 1, rise: 2}}
      - {id: trial, name: On trial, regions: [kirkuk], activity: {within: 24h, clashes: 5}, status: experimental}
"""
VIGIL_TESTS = """
vigils:
  - {name: silent, vigil: yemen-silent, usual: 40m, quiet: 10h, expect: firing}
  - {name: not yet, vigil: yemen-silent, usual: 40m, quiet: 8h, expect: quiet}
  - {name: hardly ever heard of, vigil: yemen-silent, heard: [30h, 40h], expect: unknown}
  - {name: a surge, vigil: iraq-surge, heard: [1h], expect: firing}
  - {name: as ever, vigil: iraq-surge, heard: [1h], usual: 10h, expect: quiet}
"""


@pytest.fixture
def vigils(config: Path) -> None:
    (config / "rules.d/vigils.yml").write_text(VIGILS)


@pytest.mark.usefixtures("vigils")
def test_vigils_have_unit_tests_too(run: Run, tmp_path: Path) -> None:
    tests = tmp_path / "tests.yml"
    tests.write_text(VIGIL_TESTS.replace("heard: [1h], usual: 10h, expect: quiet", "heard: [1h], expect: quiet"))
    failed = run("rules", "test", str(tests))
    assert failed.exit_code == 1
    assert f"{tests}:7: as ever: expected quiet, found firing: 1 within 24 h, 1 wanted, usually 0.0" in failed.stderr
    tests.write_text(VIGIL_TESTS)
    passed = run("rules", "test", str(tests), "--json")
    assert (passed.exit_code, json.loads(passed.stdout)) == (0, {"tests": 5, "failed": []})
    tests.write_text(VIGIL_TESTS.replace("vigil: iraq-surge", "vigil: iraq-surg"))
    assert "unknown vigil 'iraq-surg'; did you mean 'iraq-surge'?" in run("rules", "test", str(tests)).stderr


@pytest.mark.usefixtures("vigils")
def test_why_and_why_not_ask_a_vigil_for_each_gate_and_its_value(run: Run, engine: Engine, config: Path) -> None:
    happened(engine, config, FIGHT)
    surge = run("why", "iraq-surge").stdout
    assert surge.startswith("vigil iraq-surge about kirkuk: firing: ")
    assert "1 within 24 h, 1 wanted, usually 0.0 and 2 times that wanted; never told" in surge
    (trial,) = map(json.loads, run("why-not", "trial", "--json").stdout.splitlines())
    assert (trial["state"], trial["status"], trial["last"]) == ("quiet", "experimental", None)
    assert "heard 0 times in 28 days, 6 wanted" in run("why-not", "yemen-silent:yemen").stdout
    assert run("why", "yemen-silent:iraq").exit_code == 1
    assert "a vigil asks the clock: `why trial`" in run("why", "7", "trial").stderr


@pytest.mark.usefixtures("vigils")
def test_vigils_run_over_what_happened_too_and_a_file_of_rules_is_compared(
    run: Run, engine: Engine, config: Path, tmp_path: Path
) -> None:
    happened(engine, config, FIGHT)
    told = [json.loads(line) for line in run("rules", "backtest", "--json").stdout.splitlines()]
    assert {(row["rule"], row["alerts"]) for row in told} >= {("kirkuk", 1), ("iraq-surge", 1)}
    other = tmp_path / "old.yml"
    other.write_text("groups: [{name: g, rules: [{id: kirkuk, name: Kirkuk, regions: [kirkuk]}]}]")
    compared = run("rules", "backtest", "--against", str(other), "--json").stdout.splitlines()
    differ = [row for row in map(json.loads, compared) if "only" in row]
    assert differ == [{"only": "here", "rule": "iraq-surge", "subject": "iraq-surge:kirkuk", "kind": "new"}]
    other.write_text("groups: [{name: g, rules: [{id: kirkuk, name: Kirkuk, regions: [kirkukk]}]}]")
    refused = run("rules", "backtest", "--against", str(other))
    assert refused.exit_code == 2
    assert f"{other}:1: groups.0.rules.0.regions.0: unknown region 'kirkukk'; did you mean 'kirkuk'?" in refused.stderr


STEERING = (
    "rules",
    "routes",
    "silence",
    "ack",
    "review",
    "deliveries",
    "quarantine",
    "why",
    "why-not",
    "clashes",
    "token",
)
ALWAYS_JSON = {("review", "export"), ("clashes", "show"), ("quarantine", "show")}


def commands() -> list[tuple[str, ...]]:
    """Every steering command, found by asking the program."""
    root = get_command(app)
    found: list[tuple[str, ...]] = []
    for name in STEERING:
        command = root.get_command(None, name)  # type: ignore[attr-defined]
        found += [(name, sub) for sub in command.commands] if hasattr(command, "commands") else [(name,)]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_steering_command_answers_as_json(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words, "--help").stdout
    assert ("--json" in said) is (words not in ALWAYS_JSON)


EXITS = [
    (0, ("rules", "list")),
    (0, ("routes", "test", "region=unlocated", "--verify-receivers", "unlocated")),
    (0, ("silence", "list")),
    (0, ("silence", "add", "rule=x", "-c", "exercise", "--json")),
    (0, ("deliveries", "list", "--json")),
    (0, ("review", "precision")),
    (1, ("routes", "test", "region=unlocated", "--verify-receivers", "console")),
    (1, ("silence", "expire", "9", "--json")),
    (1, ("ack", "add", "nothing")),
    (1, ("ack", "expire", "9")),
    (1, ("review", "add", "nothing", "confirmed")),
    (1, ("deliveries", "retry", "9")),
    (1, ("why", "nothing")),
    (1, ("why-not", "nothing", "kirkuk")),
    (1, ("clashes", "show", "nothing")),
    (1, ("token", "revoke", "9")),
    (2, ("rules", "backtest", "--since", "soon")),
    (2, ("rules", "backtest", "--against", "nowhere.yml")),
    (2, ("rules", "test", "nowhere.yml")),
    (2, ("routes", "test", "region")),
    (2, ("silence", "add", "rule~x", "-c", "exercise")),
    (2, ("silence", "add", "-r", "kirkukk", "-c", "exercise")),
    (2, ("silence", "add", "rule=x")),
    (2, ("ack", "add", "7", "-d", "soon")),
    (2, ("review", "add", "7", "good")),
    (2, ("deliveries", "retry")),
    (2, ("quarantine", "retry")),
    (2, ("why", "7", "kirkukk")),
    (2, ("token", "add", "desk", "--scope", "king")),
    (2, ("nonsense",)),
]


@pytest.mark.parametrize(
    ("code", "words"), EXITS, ids=lambda one: " ".join(one) if isinstance(one, tuple) else str(one)
)
def test_the_exit_code_is_as_documented(
    run: Run, engine: Engine, config: Path, code: int, words: tuple[str, ...]
) -> None:
    happened(engine, config, FIGHT)
    said = run(*words)
    assert said.exit_code == code, said.output
    assert code == 0 or said.stderr, "who hears no hears why"


@pytest.mark.parametrize("code", sorted({code for code, _ in EXITS}))
def test_each_exit_code_is_in_the_readme(code: int) -> None:
    assert f"| {code} |" in (SHIPPED.parent / "README.md").read_text()


def test_a_faulty_configuration_exits_2_with_file_and_line(run: Run, config: Path) -> None:
    (config / "rules.d/default.yml").write_text("groups:\n  - name: g\n    ruls: []\n")
    said = run("silence", "list")
    assert said.exit_code == 2
    assert "rules.d/default.yml:3: groups.0.ruls: unknown key 'ruls'; did you mean 'rules'?" in said.stderr
