"""A notifier to be killed in mid-send, the far end of every kind of receiver, and what each of them got, how often."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from far_ends import Answer, Asked, Mailbox, Slack, http, smtp
from incidents import clash, people
from sqlalchemy import Engine, func, select, text, update

from workers.adapters.store import alerts, clashes, tallies
from workers.adapters.store.schema import deliveries
from workers.adapters.store.works import SEND
from workers.pipeline.models import Alert, AlertKind, Change, Revision, Status
from workers.pipeline.route import Target

CHAPTERS: tuple[tuple[AlertKind, Change, dict[str, Any]], ...] = (
    (AlertKind.NEW, Change.NEW, {}),
    (AlertKind.UPDATE, Change.TOLL, {"killed": people(12)}),
    (AlertKind.RETRACTION, Change.RETRACTED, {"killed": people(12), "status": Status.RETRACTED}),
)
"""Of every clash: a first message, one that follows in its thread, and its end."""
TITLES = ("Armed clash", "Update: Armed clash", "Retracted: Armed clash")
Copy = tuple[str, str]
"""(message, key): which message somebody read, and the key that makes several copies of it one."""


class How(StrEnum):
    """Why a receiver has a message once, or may have it twice."""

    ASKED = "asked"
    """The outside says what arrived."""
    ONE_KEY = "one_key"
    """Told twice at most, under one key by which the far end knows it again."""
    RESEND = "resend"
    """The policy: rather twice than not at all, counted."""
    HOLD = "hold"
    """The policy: rather ask a person, counted."""


@dataclass(frozen=True)
class Kind:
    """A receiver to be told: its options but for the address, and where it listens."""

    name: str
    how: How
    options: str
    mail: bool = False


KINDS = (
    Kind("console", How.RESEND, "kind: console"),
    Kind("outbox", How.ASKED, "kind: outbox, folder: told"),
    Kind("slack", How.ASKED, "kind: slack, channel: C0123456, token: xoxb-right, base_url: '{url}api/'"),
    Kind("slack_webhook", How.RESEND, "kind: slack_webhook, url: '{url}', allow_private: true"),
    Kind("slack_webhook_held", How.HOLD, "kind: slack_webhook, url: '{url}', allow_private: true, ambiguous: hold"),
    Kind("email", How.ONE_KEY, "kind: email, host: 127.0.0.1, port: {port}, tls: none, sender: cw@watch.example, "
         "to: [desk@example.org]", mail=True),
    Kind("webhook", How.ONE_KEY, "kind: webhook, url: '{url}', secret: s, allow_private: true"),
    Kind("webhook_alertmanager", How.ONE_KEY, "kind: webhook, url: '{url}', secret: s, allow_private: true, "
         "format: alertmanager"),
    Kind("webhook_cap", How.ONE_KEY, "kind: webhook, url: '{url}', secret: s, allow_private: true, format: cap"),
    Kind("alertmanager", How.ONE_KEY, "kind: alertmanager, url: '{url}'"),
    Kind("pagerduty", How.ONE_KEY, "kind: pagerduty, url: '{url}', routing_key: R0, allow_private: true"),
    Kind("apprise", How.RESEND, "kind: apprise, urls: 'json://127.0.0.1:{port}/'"),
)  # fmt: skip


@dataclass
class World:
    """The far end, the notifier, and the store between them."""

    engine: Engine
    kind: Kind
    folder: Path
    ask: Callable[..., str]
    copies: Callable[[], list[Copy]]
    threads: int = field(default_factory=threading.active_count)
    """Of the far end at rest."""

    def tell(self, number: int, chapter: int) -> int:
        """What the evaluate stage commits for one chapter of a clash; the id of the delivery."""
        kind, change, facts = CHAPTERS[chapter]
        at = datetime.now(UTC)
        known = clash(id=f"clash-{number}-", first_reported=at, last_reported=at, start=at.date(), **facts)
        alert = Alert(f"all:{known.id}:{chapter}", "all", known.id, chapter + 1, kind, "warning", "", (change,),
                      {"clash": known.id}, {"rule_name": "All"}, at)  # fmt: skip
        with self.engine.begin() as connection:
            clashes.keep(connection, [known])
            (made,) = clashes.revise(connection, [Revision(known, chapter + 1, (change,), {})], primed=False)
            (delivery,) = alerts.tell(connection, made, [(alert, [Target("desk", f'clash="{known.id}"')])])
        return delivery

    def read(self, number: int, chapter: int) -> list[Copy]:
        return [copy for copy in self.copies() if copy[0] == message(number, chapter)]

    def state(self, delivery: int) -> str:
        with self.engine.connect() as connection:
            return str(connection.scalar(select(deliveries.c.state).where(deliveries.c.id == delivery)))

    def let_leases_run_out(self) -> None:
        with self.engine.begin() as connection:
            held = update(deliveries).where(deliveries.c.stage == SEND.stage)
            connection.execute(held.values(lease_until=func.now(), due_at=func.now(), attempts=0))

    def doubts(self) -> dict[str, int]:
        counted = tallies.totals(self.engine)
        return {one.outcome: one.count for one in counted if one.outcome.startswith("ambiguous_")}

    def given_up(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM quarantine")) or 0)


def read_what_is_on_the_wire(at_rest: int) -> None:
    """The dead have hung up; the far end has a thread for each connection until it has read it to its end."""
    time.sleep(0.05)
    deadline = time.monotonic() + 5
    while threading.active_count() > at_rest and time.monotonic() < deadline:
        time.sleep(0.01)


def message(number: int, chapter: int) -> str:
    return f"{number}.{chapter}"


@dataclass
class Killed:
    """What 200 kills came to for one kind of receiver. ``doubt_arrived``: it had the message, and we did not know."""

    receiver: str
    how: str
    messages: int = 0
    kills: int = 0
    before: int = 0
    doubt_not_arrived: int = 0
    doubt_arrived: int = 0
    after: int = 0
    lost: int = 0
    held: int = 0
    duplicates: int = 0
    counted_doubts: int = 0
    keys_per_message: int = 0


def kill_everywhere(world: World, each: int) -> Killed:
    """``each`` kills, evenly over the steps of a send, in each chapter; every clash is killed once in each."""
    found = Killed(world.kind.name, world.kind.how)
    for chapter in range(len(CHAPTERS)):
        world.ask(world.tell(0, chapter))
        steps = int(world.ask(world.tell(1, chapter), 0).removeprefix("lived "))
        for number in range(each):
            _kill(world, (2 + number, chapter), 1 + int((number + 0.5) / each * steps), found)
    read = Counter(told for told, _ in world.copies())
    keys = {told: len({key for one, key in world.copies() if one == told}) for told in read}
    wanted = [message(number, chapter) for number in range(each + 2) for chapter in range(len(CHAPTERS))]
    found.messages = len(wanted)
    found.held = world.given_up()
    found.lost = sum(read[one] == 0 for one in wanted) - (found.doubt_not_arrived if found.held else 0)
    found.duplicates = sum(read[one] - 1 for one in wanted if read[one])
    found.counted_doubts = sum(world.doubts().values())
    found.keys_per_message = max(keys.values(), default=0)
    return found


def _kill(world: World, which: tuple[int, int], step: int, found: Killed) -> None:
    delivery = world.tell(*which)
    answer = world.ask(delivery, step)
    if answer == "died":
        read_what_is_on_the_wire(world.threads)
        found.kills += 1
        state, arrived = world.state(delivery), bool(world.read(*which))
        phase = {"pending": "before", "sent": "after"}.get(state, "doubt_arrived" if arrived else "doubt_not_arrived")
        setattr(found, phase, getattr(found, phase) + 1)
        world.let_leases_run_out()
        answer = world.ask(delivery)
    assert answer.startswith("lived"), answer


@contextmanager
def world_of(kind: Kind, engine: Engine, urls: tuple[str, str], folder: Path) -> Iterator[World]:
    """``urls`` are those of the store and the broker."""
    mail, far = Mailbox(), Recorder()
    with smtp(mail) as port, http(far.answer) as url:
        far.url = url
        address = {"url": url, "port": port if kind.mail else url.rsplit(":", 1)[1].strip("/")}
        configure(folder, kind.options.format(**address))
        with notifier(folder, urls) as ask:
            copies = {
                "console": lambda: printed(folder / "notifier.log"),
                "outbox": lambda: laid(folder / "var" / "told"),
                "email": lambda: posted(mail),
            }
            yield World(engine, kind, folder, ask, copies.get(kind.name, far.copies))


def configure(folder: Path, options: str) -> None:
    files = {
        "clashwatch.yml": f"state_dir: {folder / 'var'}\nlanguages: [en]\n",
        "feeds.yml": "feeds: [{slug: paper, url: 'https://paper.example/rss'}]\n",
        "receivers.yml": f"receivers: [{{name: desk, {options}}}]\nroute: {{receiver: desk}}\n",
    }
    for name, words in files.items():
        (folder / name).write_text(words)


@contextmanager
def notifier(folder: Path, urls: tuple[str, str]) -> Iterator[Callable[..., str]]:
    """A running ``notifier.py``: told a delivery and perhaps a step, it answers what became of it."""
    database, broker = urls
    environment = {**os.environ, "CLASHWATCH_CONFIG": str(folder), "CLASHWATCH_DATABASE_URL": database,
                   "CLASHWATCH_REDIS_URL": broker}  # fmt: skip
    program = [sys.executable, str(Path(__file__).parent / "notifier.py")]
    with (folder / "notifier.log").open("wb") as log:
        running = subprocess.Popen(
            program, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1
        )

    def ask(*told: int) -> str:
        assert running.stdin, running.stdout
        running.stdin.write(f"{' '.join(map(str, told))}\n")
        return running.stdout.readline().strip()  # type: ignore[union-attr]

    try:
        yield ask
    finally:
        running.communicate()


@dataclass
class Recorder(Slack):
    """Slack's Web API, and whatever else is posted anywhere else; all of it remembered."""

    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        if re.match(r"/(api/(chat|conversations|files)\.|upload/)", asked.path):
            return super().answer(asked)
        self.asked.append(asked)
        return Answer(202, b'{"status":"success"}')

    def copies(self) -> list[Copy]:
        return [_in_slack(one) for one in self.messages] if self.messages else [*map(_over_http, self._told())]

    def _told(self) -> list[Asked]:
        return [one for one in self.asked if b'"event_action":"resolve"' not in one.body]

    def chat_postMessage(self, given: dict[str, Any]) -> Answer:
        return super().chat_postMessage({**given, "said": _which(json.dumps(given))})


def _in_slack(posted: dict[str, Any]) -> Copy:
    """Each post for what it said when it was posted: a root is brought up to date later."""
    return posted["said"], ""


def _over_http(asked: Asked) -> Copy:
    body = asked.body.decode()
    named = re.search(r'"dedup_key":"(\w+)"', body) or re.search(r'"labels":(\{.*?\})', body)
    return _which(body), asked.headers.get("idempotency-key") or (named[1] if named else "")


def printed(log: Path) -> list[Copy]:
    """Each message that stands there to its end: a line at the margin, its indented lines, an empty one."""
    return [(_which(told), "") for told in re.findall(r"^WARNING .*\n(?: {2}.*\n)+\n", log.read_text(), re.MULTILINE)]


def laid(folder: Path) -> list[Copy]:
    return [(_which(path.read_text()), path.name) for path in folder.glob("*.json")]


def posted(mail: Mailbox) -> list[Copy]:
    return [(_which(f"{one['Subject']} {_words(one)}"), str(one["Message-ID"])) for one in mail.letters]


def _words(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())


def _which(told: str) -> str:
    """A message names its clash, since nobody can be asked to answer by a link; its title begins with its chapter."""
    number = re.search(r"clash-(\d+)-", told)
    chapter = 2 if "Retracted: Armed" in told else 1 if re.search("Update: Armed|Re: Armed", told) else 0
    assert number, told
    return message(int(number[1]), chapter)


def line(found: Killed) -> str:
    return json.dumps(asdict(found))
