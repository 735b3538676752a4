"""What a night held is told in the morning: in one message of all of it, with what changed, and the day goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from far_ends import Answer, Asked, Mailbox, Slack, http, smtp
from incidents import ERBIL, NYALA, clash, people
from sqlalchemy import Engine, func, select, update
from test_slack import shown

from workers.adapters.store import alerts, claims, clashes, deliveries
from workers.adapters.store.claims import LeaseLostError
from workers.adapters.store.delivery_log import Asked as Wanted
from workers.adapters.store.delivery_log import log
from workers.adapters.store.schema import deliveries as table
from workers.adapters.store.works import SEND
from workers.pipeline.models import Alert, AlertKind, Change, Clash, Hold, Revision
from workers.pipeline.regions import build
from workers.pipeline.route import Target
from workers.pipeline.rules import Watch
from workers.services import Services
from workers.settings import load

NOW = datetime.now(UTC)
MORNING = NOW + timedelta(hours=6)
FIGHTS = {
    "7": clash(),
    "8": clash(id="8", place=ERBIL),
    "9": clash(id="9", place=NYALA, killed=people(3)),
}


@dataclass
class Night:
    """Receivers that sleep, and what reached them."""

    engine: Engine
    services: Services
    mail: Mailbox
    slack: Slack
    posted: list[dict[str, Any]] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)

    def happens(self, known: Clash, *receivers: str, asleep: bool = True) -> list[int]:
        """A clash's next revision, as the evaluate stage commits it. Returns what is to be sent now."""
        number = self.revisions[known.id] = self.revisions.get(known.id, 0) + 1
        kind = AlertKind.NEW if number == 1 else AlertKind.UPDATE
        change = Change.NEW if number == 1 else Change.TOLL
        alert = Alert(f"k:{known.id}:{number}", "k", known.id, number, kind, "warning", "", (change,),
                      {"clash": known.id}, {"rule_name": "K"}, datetime.now(UTC))  # fmt: skip
        held = (MORNING, Hold.QUIET_HOURS) if asleep else (None, None)
        threads = [Target(receiver, f'clash="{known.id}"', *held) for receiver in receivers]
        with self.engine.begin() as c:
            clashes.keep(c, [known])
            (made,) = clashes.revise(c, [Revision(known, number, (change,), {})], primed=False)
            return alerts.tell(c, made, [(alert, threads)])

    def ends(self) -> None:
        """Quiet hours are over, and whatever is due is sent."""
        with self.engine.begin() as c:
            held = table.c.stage.is_not(None) & table.c.held_until.is_not(None)
            c.execute(update(table).where(held).values(due_at=func.now(), held_until=func.now()))
        while due := self.due():
            self.send(due[0])

    def due(self) -> list[int]:
        with self.engine.connect() as c:
            ready = (table.c.stage == SEND.stage, table.c.due_at <= func.now())
            return list(c.scalars(select(table.c.id).where(*ready).order_by(table.c.id)))

    def send(self, delivery: int) -> None:
        """What the send stage does."""
        (held,) = claims.claim(self.engine, SEND, [delivery])
        self.go_on(held)

    def go_on(self, held: claims.Held) -> None:
        loaded = deliveries.load(self.engine, held.id)
        assert not loaded.waits
        if self.services.gather(held, loaded):
            return
        sent = self.services.deliver(held, loaded)
        with self.engine.begin() as c:
            deliveries.arrived(c, held, loaded, sent.reference if sent else None)

    @property
    def letters(self) -> list[str]:
        """Subject and text."""
        return [f"{one['Subject']}\n{one.get_body(('plain',)).get_content()}" for one in self.mail.letters]  # type: ignore[union-attr]

    def reasons(self) -> list[tuple[str, str]]:
        return [(one["state"], one["reason"].split(" until ")[0]) for one in reversed(log(self.engine, Wanted()))]


@pytest.fixture
def night(engine: Engine, tmp_path: Path) -> Iterator[Night]:
    mail, slack, posted = Mailbox(), Slack(), list[dict[str, Any]]()

    def take(asked: Asked) -> Answer:
        posted.append(json.loads(asked.body))
        return Answer(202, b'{"status":"success"}')

    with smtp(mail) as port, http(slack.answer) as slack.url, http(take) as url:
        receivers = f"""
receivers:
  - {{name: mail, kind: email, host: 127.0.0.1, port: {port}, tls: none, sender: cw@watch.example, to: [a@b.example]}}
  - {{name: slack, kind: slack, channel: C0123456, token: xoxb-right, base_url: '{slack.url}api/', map: false}}
  - {{name: pager, kind: pagerduty, routing_key: R0, url: '{url}', allow_private: true}}
route: {{receiver: mail}}
"""
        for name, words in {
            "receivers.yml": receivers,
            "feeds.yml": "feeds: [{slug: a, url: 'https://a.example/'}]",
        }.items():
            (tmp_path / name).write_text(words)
        services = Services(load(tmp_path, {}), engine, Watch((), build({})), cast(Any, None))
        yield Night(engine, services, mail, slack, posted)


def test_all_that_a_night_held_is_one_message_in_the_morning(night: Night) -> None:
    for fight in FIGHTS.values():
        assert night.happens(fight, "mail") == []
    assert night.reasons() == [("pending", "quiet_hours")] * 3
    night.ends()
    (letter,) = night.letters
    assert letter.startswith("3 incidents\n")
    assert all(where in letter for where in ("Altun Kupri", "Erbil", "Nyala"))


def test_the_log_says_of_each_why_it_waited_and_where_it_was_told(night: Night) -> None:
    for fight in FIGHTS.values():
        night.happens(fight, "mail")
    night.ends()
    told = ("gathered", "told in delivery 4, with what else quiet hours held")
    assert night.reasons() == [told, told, told, ("sent", "had waited: quiet_hours")]


def test_what_was_held_alone_is_told_as_itself(night: Night) -> None:
    night.happens(FIGHTS["7"], "mail")
    night.ends()
    (letter,) = night.letters
    assert letter.startswith("Armed clash near Altun Kupri, Iraq\n")
    assert night.reasons() == [("sent", "had waited: quiet_hours")]


def test_each_receiver_has_a_morning_of_its_own(night: Night) -> None:
    night.happens(FIGHTS["7"], "mail", "slack")
    night.happens(FIGHTS["8"], "mail")
    night.ends()
    assert night.letters[0].startswith("2 incidents\n")
    assert [one["text"].split(".")[0] for one in night.slack.messages] == ["Armed clash near Altun Kupri, Iraq"]


def test_of_what_was_told_in_the_evening_the_morning_says_what_changed(night: Night) -> None:
    (delivery,) = night.happens(FIGHTS["7"], "mail", asleep=False)
    night.send(delivery)
    night.happens(replace(FIGHTS["7"], killed=people(12)), "mail")
    night.happens(FIGHTS["8"], "mail")
    night.ends()
    assert "Update: Armed clash near Altun Kupri, Iraq: Killed: 12. Iraqi forces" in " ".join(night.letters[1].split())


def test_what_follows_says_what_changed_since_the_morning_and_goes_to_its_clashs_own_thread(night: Night) -> None:
    for fight in FIGHTS.values():
        night.happens(fight, "slack")
    night.ends()
    (delivery,) = night.happens(replace(FIGHTS["7"], killed=people(12)), "slack", asleep=False)
    assert alerts.revision(night.engine, 1).threads == {"k": (Target("slack", 'clash="7"'),)}
    assert deliveries.load(night.engine, delivery).earlier is not None
    night.send(delivery)
    digest, root = night.slack.messages
    assert "thread_ts" not in root
    assert shown(root).startswith("Update: Armed clash near Altun Kupri")
    assert "Killed:  12" in shown(root)
    assert digest["text"].startswith("3 incidents")


def test_what_tells_nothing_beyond_the_morning_is_not_sent(night: Night) -> None:
    for fight in FIGHTS.values():
        night.happens(fight, "mail")
    night.ends()
    (delivery,) = night.happens(FIGHTS["7"], "mail", asleep=False)
    night.send(delivery)
    assert len(night.letters) == 1
    assert night.reasons()[-1] == ("known", "the thread's last message told all of it")


def test_the_next_morning_is_not_hidden_below_the_last(night: Night) -> None:
    for ids in (("7", "8"), ("9", "8")):
        for name in ids:
            night.happens(replace(FIGHTS[name], killed=people(len(night.revisions) * 5)), "slack")
        night.ends()
    assert ["thread_ts" in one for one in night.slack.messages] == [False, False]


def test_a_machine_that_keeps_a_record_of_each_is_told_each_by_itself(night: Night) -> None:
    for fight in FIGHTS.values():
        night.happens(fight, "pager")
    night.ends()
    assert len({event["dedup_key"] for event in night.posted}) == 3


def test_what_is_urgent_breaks_through_and_takes_along_what_its_clash_had_held(night: Night) -> None:
    night.happens(FIGHTS["7"], "mail")
    night.happens(FIGHTS["8"], "mail")
    (delivery,) = night.happens(replace(FIGHTS["7"], killed=people(40)), "mail", asleep=False)
    night.send(delivery)
    assert [letter.split("\n")[0] for letter in night.letters] == ["Armed clash near Altun Kupri, Iraq"]
    assert night.reasons() == [("sent", ""), ("pending", "quiet_hours")]


def test_who_had_begun_with_one_of_them_notices_that_it_was_gathered(night: Night) -> None:
    for fight in FIGHTS.values():
        night.happens(fight, "mail")
    with night.engine.begin() as c:
        c.execute(update(table).values(due_at=func.now(), held_until=func.now()))
    first, second = claims.claim(night.engine, SEND, [1, 2])
    loaded = deliveries.load(night.engine, second.id)
    night.go_on(first)
    with pytest.raises(LeaseLostError):
        night.services.deliver(second, loaded)
    with pytest.raises(LeaseLostError):
        night.services.gather(second, loaded)
    assert night.due() == [4]


def test_what_follows_waits_until_the_morning_has_been_told(night: Night) -> None:
    for fight in FIGHTS.values():
        night.happens(fight, "mail")
    with night.engine.begin() as c:
        c.execute(update(table).values(due_at=func.now(), held_until=func.now()))
    night.send(1)
    (delivery,) = night.happens(replace(FIGHTS["7"], killed=people(12)), "mail", asleep=False)
    assert deliveries.load(night.engine, delivery).waits
    night.send(4)
    assert not deliveries.load(night.engine, delivery).waits
