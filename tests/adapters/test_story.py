"""One clash from first report to retraction, told to every kind of receiver through the store; crashes included.

Reported by one side, confirmed by the other, the toll rises, the place is corrected, all of it is withdrawn. What each
receiver has in the end is read back, chapter by chapter, as its readers see it.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from far_ends import Answer, Asked, Mailbox, Slack, free_port, http, smtp
from incidents import ERBIL, people, revision, says
from pydantic import SecretStr
from sqlalchemy import Engine, func, select, update
from test_slack import shown
from test_standing import active, running

from workers.adapters import outgoing
from workers.adapters.store import acks, alerts, claims, clashes, deliveries
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.works import SEND
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Ack, Area, Change, Receiver, Revision, Route, Rule, Status
from workers.pipeline.regions import build
from workers.pipeline.route import route
from workers.pipeline.rules import Watch, evaluate

NOW = datetime.now(UTC)
RULE = Rule("kirkuk", "Fighting in Kirkuk", ("kirkuk",))
WATCH = Watch([RULE], build({"kirkuk": Area("kirkuk", "Kirkuk province", admin1=frozenset({"IQ.13"}))}))


def tree(*names: str) -> Route:
    """All of these are told everything."""
    return Route(names[0], routes=tuple(Route(name, continue_=name != names[-1]) for name in names))


SOME = tree("files", "mail", "slack", "hook")
EVERY = tree("files", "mail", "slack", "hook", "simple", "v4", "cap", "pager", "apprise", "alertmanager")

ONE_SIDE = says("a Peshmerga officer", "killed", "“we lost two”", low=2, high=2, at=NOW)
THE_OTHER = says("the army", "killed", "two fighters died", low=2, high=2, at=NOW)
WHEN = {"first_reported": NOW, "last_reported": NOW, "start": NOW.date(), "end": NOW.date()}
CHAPTERS = (
    revision(1, Change.NEW, **WHEN, ledger=(ONE_SIDE,)),
    revision(2, Change.CONFIRMED, **WHEN, ledger=(ONE_SIDE, THE_OTHER), status=Status.UNCONTESTED),
    revision(3, Change.TOLL, **WHEN, ledger=(ONE_SIDE, THE_OTHER), status=Status.UNCONTESTED, killed=people(12)),
    revision(4, Change.PLACE, Change.CORRECTED, **WHEN, status=Status.UNCONTESTED, killed=people(12), place=ERBIL),
    revision(5, Change.RETRACTED, **WHEN, status=Status.RETRACTED, place=ERBIL),
)
TITLES = [
    "Armed clash near Altun Kupri, Iraq",
    "Update: Armed clash near Altun Kupri, Iraq",
    "Update: Armed clash near Altun Kupri, Iraq",
    "Correction: Armed clash at Erbil, Iraq",
    "Retracted: Armed clash at Erbil, Iraq",
]


@dataclass
class World:
    """Every far end, and the receivers that lead to them."""

    mail: Mailbox
    slack: Slack
    posts: dict[str, list[Asked]]
    """What was posted anywhere else, by receiver."""
    files: Path
    receivers: dict[str, Receiver]

    def events(self, receiver: str = "hook") -> list[dict[str, Any]]:
        return [json.loads(asked.body) for asked in self.posts[receiver]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    mail, slack, posts = Mailbox(), Slack(), defaultdict[str, list[Asked]](list)

    def take(asked: Asked) -> Answer:
        posts[asked.path.strip("/")].append(asked)
        return Answer(202, b'{"status":"success"}')

    with smtp(mail) as port, http(slack.answer) as slack_url, http(take) as url:
        slack.url = slack_url
        made: dict[str, tuple[str, dict[str, Any]]] = {
            "files": ("outbox", {"folder": str(tmp_path)}),
            "mail": ("email", {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "cw@watch.example",
                               "to": ("a@example.org",)}),
            "slack": ("slack", {"base_url": f"{slack_url}api/", "channel": "C0123456",
                                "token": SecretStr("xoxb-right")}),
            "hook": ("webhook", {}),
            "v4": ("webhook", {"format": "alertmanager"}),
            "cap": ("webhook", {"format": "cap"}),
            "simple": ("slack_webhook", {}),
            "pager": ("pagerduty", {"routing_key": SecretStr("R0")}),
            "apprise": ("apprise", {"urls": SecretStr(f"json{url.removeprefix('http')}apprise")}),
            "alertmanager": ("alertmanager", {"url": f"http://127.0.0.1:{free_port()}"}),
        }  # fmt: skip
        shared = {"secret": SecretStr("s"), "allow_private": True}
        receivers = {
            name: Receiver(name, kind, {"url": f"{url}{name}", **shared, **options})
            for name, (kind, options) in made.items()
        }
        yield World(mail, slack, posts, tmp_path, receivers)


def happens(engine: Engine, revised: Revision, told: Route = SOME) -> None:
    """What the evaluate stage commits for a revision."""
    with engine.begin() as c:
        clashes.keep(c, [revised.clash])
        (made,) = clashes.revise(c, [revised], primed=False)
    found = alerts.revision(engine, made)
    judged = evaluate(found.revision, WATCH, found.known, NOW)
    with engine.begin() as c:
        targets = [(one, route(one, told, found.threads.get(one.rule, ()))) for one in judged.alerts]
        alerts.tell(c, made, targets)


class Crash(BaseException):
    """The worker dies here."""


def notify(engine: Engine, world: World, chance: random.Random | None = None) -> int:
    """The send stage until nothing waits; with ``chance`` it dies at random points. Returns the deaths."""
    deaths = 0
    while waiting := _waiting(engine):
        for held in claims.claim(engine, SEND, waiting[:1]):
            try:
                _send(engine, world, held, chance)
            except Crash:
                deaths += 1
                _lease_runs_out(engine)
    return deaths


def _waiting(engine: Engine) -> list[int]:
    with engine.connect() as c:
        return list(c.scalars(select(table.c.id).where(table.c.stage == SEND.stage).order_by(table.c.id)))


def _send(engine: Engine, world: World, held: claims.Held, chance: random.Random | None) -> None:
    def maybe_die() -> None:
        if chance and chance.random() < 0.35:
            raise Crash

    loaded = deliveries.load(engine, held.id)
    maybe_die()
    receiver = world.receivers[loaded.delivery.receiver]
    if loaded.state is deliveries.State.PENDING and chance and chance.random() < 0.2:
        deliveries.sending(engine, held, outgoing._message(loaded, receiver, NOWHERE))
        raise Crash  # it is marked as being sent and nothing was
    sent = outgoing.deliver(engine, held, loaded, receiver, NOWHERE)
    maybe_die()
    with engine.begin() as c:
        deliveries.arrived(c, held, loaded, sent.reference if sent else None)


def _lease_runs_out(engine: Engine) -> None:
    with engine.begin() as c:
        lost = table.c.lease_until.is_not(None)
        c.execute(update(table).where(lost).values(lease_until=func.now(), attempts=0, due_at=func.now()))


def titles_of_files(world: World) -> list[str]:
    return [json.loads(path.read_text())["title"] for path in sorted(world.files.glob("*.json"))]


def test_every_receiver_has_the_whole_story_once_and_in_order(engine: Engine, world: World) -> None:
    for chapter in CHAPTERS:
        happens(engine, chapter)
        notify(engine, world)
    assert titles_of_files(world) == TITLES
    assert [event["data"]["title"] for event in world.events()] == TITLES
    assert [letter["Subject"] for letter in world.mail.letters] == [
        TITLES[0], f"Re: {TITLES[0]}", f"Re: {TITLES[0]}", TITLES[3], TITLES[4],
    ]  # fmt: skip
    root, *replies = world.slack.messages
    assert [reply["thread_ts"] for reply in replies] == [root["ts"]] * 4
    assert root["text"].startswith("Retracted: Armed clash at Erbil, Iraq")


def test_each_message_says_what_changed_since_the_last(engine: Engine, world: World) -> None:
    for chapter in CHAPTERS:
        happens(engine, chapter)
        notify(engine, world)
    assert [event["data"]["changes"] for event in world.events()] == [
        [],
        ["Status: unconfirmed: one side's claim → not contested", "New claim: the army: 2 killed"],
        ["Killed: 12"],
        ["Where: near Altun Kupri, Kirkuk, Iraq (within 8 km) → Erbil, Iraq (within 5 km)"],
        ["Killed: 12 → –", "Status: not contested → retracted by its source"],
    ]


def test_a_notifier_that_keeps_dying_loses_nothing_and_repeats_only_under_one_key(engine: Engine, world: World) -> None:
    chance, deaths = random.Random(7), 0
    for chapter in CHAPTERS:
        happens(engine, chapter)
        deaths += notify(engine, world, chance)
    assert deaths >= 10
    assert titles_of_files(world) == TITLES  # settled with the files themselves
    assert len(world.slack.messages) == 5  # settled with the channel's history
    letters = Counter(str(letter["Message-ID"]) for letter in world.mail.letters)
    posts = Counter(asked.headers["idempotency-key"] for asked in world.posts["hook"])
    assert (len(letters), len(posts)) == (5, 5)  # told twice at most under one key
    assert letters.total() + posts.total() > 10


def test_nobody_is_told_of_a_clash_whose_place_they_do_not_watch(engine: Engine, world: World) -> None:
    happens(engine, revision(1, Change.NEW, **WHEN, place=ERBIL))
    notify(engine, world)
    assert (titles_of_files(world), world.mail.letters, world.slack.messages, world.posts) == ([], [], [], {})


READ = (
    ("Armed clash near Altun Kupri", "a Peshmerga officer: 2 killed", "unconfirmed: one side's claim"),
    ("Status: unconfirmed: one side's claim → not contested", "New claim: the army: 2 killed"),
    ("Killed: 12", "the army: 2 killed"),
    ("Correction: Armed clash at Erbil", "(within 8 km) → Erbil, Iraq (within 5 km)"),
    ("Retracted: Armed clash at Erbil", "Status: not contested → retracted by its source"),
)
"""What every reader must find in each chapter."""
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def read_back(world: World) -> dict[str, list[str]]:
    """What each receiver got, message by message, as text."""
    documents = [ElementTree.fromstring(asked.body) for asked in world.posts["cap"]]
    triggers = [event for event in world.events("pager") if event["event_action"] == "trigger"]
    return {
        "files": [_plain(json.loads(path.read_text())) for path in sorted(world.files.glob("*.json"))],
        "mail": [f"{one['Subject']} {one.get_body(('plain',)).get_content()}" for one in world.mail.letters],  # type: ignore[union-attr]
        "hook": [_plain(event["data"]) for event in world.events()],
        "simple": [shown(body) for body in world.events("simple")],
        "v4": [" ".join(event["alerts"][0]["annotations"].values()) for event in world.events("v4")],
        "cap": [" ".join(document.itertext()) for document in documents],
        "pager": [" ".join(_strings(event["payload"])) for event in triggers],
        "apprise": [f"{event['title']} {event['message']}" for event in world.events("apprise")],
    }


def _plain(message: dict[str, Any]) -> str:
    return " ".join(_strings([message["title"], message["changes"], [": ".join(row) for row in message["lines"]]]))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _strings(value)


@pytest.mark.timeout(120)
def test_what_every_receiver_has_in_the_end_is_the_whole_story(engine: Engine, world: World, tmp_path: Path) -> None:
    port = int(world.receivers["alertmanager"].options["url"].rpartition(":")[2])
    firing, roots = [], []
    with running(port, tmp_path / "alertmanager") as url:
        for chapter in CHAPTERS:
            happens(engine, chapter, EVERY)
            notify(engine, world)
            firing.append(" ".join(text for one in active(url) for text in one["annotations"].values()))
            roots.append(shown(world.slack.messages[0]))
    for receiver, texts in read_back(world).items():
        assert len(texts) == len(CHAPTERS), receiver
        for phrases, text in zip(READ, texts, strict=True):
            assert [phrase for phrase in phrases if phrase not in text] == [], receiver
    for phrases, text in zip(READ[:4], firing[:4], strict=True):
        assert [phrase for phrase in phrases if phrase not in text] == [], "alertmanager"
    assert firing[4] == "", "what is retracted fires nowhere"
    replies = [shown(reply) for reply in world.slack.messages[1:]]
    for phrases, text in zip(READ[1:], replies, strict=True):
        assert [phrase for phrase in phrases if phrase not in text] == [], "slack"
    assert [root.startswith(title) for root, title in zip(roots, TITLES, strict=True)] == [True] * 5


def test_the_root_in_slack_says_who_is_on_it_and_how_to_be_or_to_hear_no_more(engine: Engine, world: World) -> None:
    happens(engine, CHAPTERS[0], tree("slack"))
    notify(engine, world)
    with engine.begin() as c:
        acks.add(c, Ack("", CHAPTERS[0].clash.id, "Desk two", "", NOW, NOW + timedelta(hours=12)))
    happens(engine, CHAPTERS[1], tree("slack"))
    notify(engine, world)
    root = shown(world.slack.messages[0])
    assert "Acknowledged by:  Desk two, until " in root
    assert "clashwatch ack add 7; clashwatch silence add 'clash=\"7\"'" in root


def test_each_receiver_keeps_the_story_together_in_its_own_way(engine: Engine, world: World) -> None:
    told = tree("v4", "cap", "pager", "hook", "mail")
    for chapter in CHAPTERS:
        happens(engine, chapter, told)
        notify(engine, world)
    assert [event["status"] for event in world.events("v4")] == [*["firing"] * 4, "resolved"]
    assert len({event["groupKey"] for event in world.events("v4")}) == 1
    documents = [ElementTree.fromstring(asked.body) for asked in world.posts["cap"]]
    assert [one.findtext(f"{CAP}msgType") for one in documents] == ["Alert", *["Update"] * 3, "Cancel"]
    names = [one.findtext(f"{CAP}identifier") for one in documents]
    referred = (documents[4].findtext(f"{CAP}references") or "").split()
    assert [reference.split(",")[1] for reference in referred] == names[:4]
    events = world.events("pager")
    assert [event["event_action"] for event in events] == [*["trigger"] * 5, "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1
    assert len({event["subject"] for event in world.events()}) == 1
    first, *others = world.mail.letters
    assert {str(letter["References"]).split()[0] for letter in others} == {first["Message-ID"]}
