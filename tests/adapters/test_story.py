"""One clash from first report to retraction, told to every kind of receiver through the store; crashes included.

Reported by one side, confirmed by the other, the toll rises, the place is corrected, all of it is withdrawn.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from far_ends import Answer, Asked, Mailbox, Slack, http, smtp
from incidents import ERBIL, people, revision, says
from pydantic import SecretStr
from sqlalchemy import Engine, func, select, update

from workers.adapters import outgoing
from workers.adapters.store import alerts, claims, clashes, deliveries
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.works import SEND
from workers.pipeline.links import NOWHERE
from workers.pipeline.models import Area, Change, Receiver, Revision, Route, Rule, Status
from workers.pipeline.regions import build
from workers.pipeline.route import route
from workers.pipeline.rules import Watch, evaluate

NOW = datetime.now(UTC)
RULE = Rule("kirkuk", "Fighting in Kirkuk", ("kirkuk",))
WATCH = Watch([RULE], build({"kirkuk": Area("kirkuk", "Kirkuk province", admin1=frozenset({"IQ.13"}))}))
TREE = Route(
    "files", routes=tuple(Route(name, continue_=name != "hook") for name in ("files", "mail", "slack", "hook"))
)

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
    hook: list[Asked]
    files: Path
    receivers: dict[str, Receiver]

    def events(self) -> list[dict[str, object]]:
        return [json.loads(asked.body) for asked in self.hook]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    mail, slack, hook = Mailbox(), Slack(), list[Asked]()

    def take(asked: Asked) -> Answer:
        hook.append(asked)
        return Answer(204, b"")

    with smtp(mail) as port, http(slack.answer) as slack_url, http(take) as hook_url:
        slack.url = slack_url
        receivers = {
            "files": Receiver("files", "outbox", {"folder": str(tmp_path)}),
            "mail": Receiver("mail", "email", {"host": "127.0.0.1", "port": port, "tls": "none",
                                               "sender": "cw@watch.example", "to": ("a@example.org",)}),
            "slack": Receiver("slack", "slack", {"base_url": f"{slack_url}api/", "channel": "C0123456",
                                                 "token": SecretStr("xoxb-right")}),
            "hook": Receiver("hook", "webhook", {"url": hook_url, "secret": SecretStr("s"), "allow_private": True}),
        }  # fmt: skip
        yield World(mail, slack, hook, tmp_path, receivers)


def happens(engine: Engine, revised: Revision) -> None:
    """What the evaluate stage commits for a revision."""
    with engine.begin() as c:
        clashes.keep(c, [revised.clash])
        (made,) = clashes.revise(c, [revised], primed=False)
    found = alerts.revision(engine, made)
    judged = evaluate(found.revision, WATCH, found.known, NOW)
    with engine.begin() as c:
        targets = [(one, route(one, TREE, found.threads.get(one.rule, ()))) for one in judged.alerts]
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
    assert [event["data"]["title"] for event in world.events()] == TITLES  # type: ignore[index]
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
    assert [event["data"]["changes"] for event in world.events()] == [  # type: ignore[index]
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
    posts = Counter(asked.headers["idempotency-key"] for asked in world.hook)
    assert (len(letters), len(posts)) == (5, 5)  # told twice at most under one key
    assert letters.total() + posts.total() > 10


def test_nobody_is_told_of_a_clash_whose_place_they_do_not_watch(engine: Engine, world: World) -> None:
    happens(engine, revision(1, Change.NEW, **WHEN, place=ERBIL))
    notify(engine, world)
    assert (titles_of_files(world), world.mail.letters, world.slack.messages, world.hook) == ([], [], [], [])
