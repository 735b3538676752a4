"""Two thousand articles through a fleet in heavy weather, and the reckoning: what was lost or told twice."""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fleet import Fleet, Listener, Story, configure, newspaper
from servers import Machine, Wire, machine
from sqlalchemy import text
from world import world

from workers.adapters import embedded
from workers.adapters.store import gauges, tallies
from workers.adapters.store.engine import connect, migrate
from workers.adapters.store.works import BY_STAGE, POLL

INCIDENTS, PAPERS = 250, 8
NORMAL = 60.0
"""Seconds after a fault within which work must go on."""


_NOUNS = {"entries": ("fetch",), "articles": ("detect", "cluster"), "deliveries": ("send",)}
"""What is finished one by one, and in which stages it waits."""
_DEADLY = ("fetch", "extract", "detect", "cluster", "evaluate", "send")
_FINISHED = "SELECT count(*) FROM {} WHERE stage IS NULL"


@dataclass
class Reckoning:
    """What one campaign came to: a loss, a doubled alert or a row given up is a failure."""

    name: str
    articles: int
    incidents: int
    lost_articles: int = 0
    lost_incidents: int = 0
    untold: int = 0
    told_twice: int = 0
    """Alerts that came under two keys: no receiver can know that they are one."""
    repeats: int = 0
    """Messages that came again under the key that they had come under before."""
    doubts: int = 0
    """Messages that were sent again because nobody could say whether they had arrived, as the product counts them."""
    given_up: int = 0
    kills: int = 0
    abandoned: int = 0
    """Rows that lost their worker in the middle of a stage."""
    revived: list[str] = field(default_factory=list)
    """Roles that ended by themselves, to be started again: a worker that no longer heard its broker."""
    recoveries: dict[str, float] = field(default_factory=dict)
    """Seconds from each fault's end until of each kind of work that waits another piece is finished."""


@dataclass
class Campaign:
    """A fleet on servers of its own, reached over wires that faults can lay hands on."""

    name: str
    fleet: Fleet
    listener: Listener
    store: Machine
    broker: Machine
    spare_broker: Machine
    store_wire: Wire
    broker_wire: Wire
    stories: list[Story]
    clock: Path
    recoveries: dict[str, float] = field(default_factory=dict)
    kills: int = 0

    def finished(self) -> dict[str, int]:
        """Rows that have no work left, and messages that were heard. Whoever looks also supervises."""
        self.fleet.revive()
        with self.fleet.engine.connect() as connection:
            rows = {noun: connection.scalar(text(_FINISHED.format(noun))) or 0 for noun in _NOUNS}
        return rows | {"heard": len(self.listener.keys)}

    def waiting(self) -> dict[str, int]:
        """What is left to do, under the same names."""
        rows = {one.stage: one.rows for one in gauges.waiting(self.fleet.engine)}
        left = {noun: sum(rows[stage] for stage in stages) for noun, stages in _NOUNS.items()}
        return left | {"heard": gauges.pending(self.fleet.engine).get("hook", 0)}

    def progress(self) -> int:
        return sum(self.finished().values())

    def goes_on(self, before: dict[str, int]) -> bool:
        """Whether of each noun of which something waits another one is finished."""
        left = self.waiting()
        return all(now > before[noun] or not left[noun] for noun, now in self.finished().items())

    def advance(self, pieces: int, seconds: float = 120) -> None:
        """Let the fleet sail in fair weather until so much more is done, or nothing is left."""
        goal, deadline = self.progress() + pieces, time.monotonic() + seconds
        while self.progress() < goal and time.monotonic() < deadline and not self.done():
            time.sleep(0.1)

    def suffer(self, name: str, fault: Callable[[Campaign], None], pieces: int = 300) -> None:
        """Sail, be hit, and see how long it takes until work goes on."""
        self.advance(pieces)
        assert not self.done(), f"nothing was left to be hurt by {name}"
        fault(self)
        ended, before = time.monotonic(), self.finished()
        while not self.goes_on(before):
            assert time.monotonic() - ended < 2 * NORMAL, f"nothing goes on after {name}"
            time.sleep(0.1)
        self.recoveries[name] = round(time.monotonic() - ended, 1)

    def kill_at_random(self, times: int, seed: int) -> None:
        """SIGKILL whoever is at work: as soon as a row is claimed, or somewhere inside the stage.

        One in four is a whole role, which is started again at once; the others are children, which their parent renews.
        """
        chance = random.Random(seed)
        while self.kills < times:
            waiting = [one.stage for one in gauges.waiting(self.fleet.engine) if one.due and one.stage in _DEADLY]
            stage = chance.choice([*waiting, "beat"])
            role = BY_STAGE[stage].queue if stage in BY_STAGE else stage
            if stage in BY_STAGE and not self.fleet.wait_for_work(stage, seconds=20):
                continue
            time.sleep(chance.choice((0.0, 0.01, chance.uniform(0.0, 0.3))))
            if chance.random() < 0.25:
                self.fleet.kill(role)
                self.fleet.start(role)
            elif role != "beat":
                self.fleet.kill_child(role, chance)
            else:
                continue
            self.kills += 1

    def done(self) -> bool:
        waiting = {one.stage: one.rows for one in gauges.waiting(self.fleet.engine) if one.stage != POLL.stage}
        return gauges.held(self.fleet.engine)["entries"] >= len(self.stories) and not any(waiting.values())

    def finish(self, seconds: float = 1200) -> Reckoning:
        """Wait until nothing is left to do, and count."""
        self.advance(sys.maxsize, seconds)
        self.fleet.wait_until_done(len(self.stories), seconds=1)
        held, engine = gauges.held(self.fleet.engine), self.fleet.engine
        incidents = len({story.incident for story in self.stories})
        heard = Counter(self.listener.alerts)
        return Reckoning(
            self.name,
            len(self.stories),
            incidents,
            lost_articles=len(self.stories) - held["articles"],
            lost_incidents=incidents - held["clashes"],
            untold=2 * incidents - len(heard) - len(list((self.fleet.config / "var" / "outbox").glob("*.eml"))),
            told_twice=len(self.listener.told_twice()),
            repeats=self.listener.repeated(),
            doubts=sum(one.count for one in tallies.totals(engine) if one.outcome == "ambiguous_resent"),
            given_up=sum(gauges.quarantined(engine).values()),
            kills=self.kills,
            abandoned=sum(one.count for one in tallies.totals(engine) if one.outcome == "abandoned"),
            revived=self.fleet.revived,
            recoveries=self.recoveries,
        )


def assert_unharmed(found: Reckoning) -> None:
    """Nothing lost, everything told, nothing told twice but what was in doubt, and work resumed in time."""
    assert found.lost_articles == found.lost_incidents == found.untold == found.given_up == 0, asdict(found)
    assert found.told_twice == 0, asdict(found)
    assert found.repeats <= found.doubts, asdict(found)
    assert all(seconds <= NORMAL for seconds in found.recoveries.values()), asdict(found)


@dataclass(frozen=True)
class Scene:
    """Where a campaign takes place: ``address`` is the servers', ``where`` on which host a role runs.

    With ``faked`` the clock can be set by writing to it; with ``named`` every server is known by its name only.
    """

    faked: bool = False
    address: str = "127.0.0.1"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: bool = False
    migrate: Callable[[str], None] = migrate
    """What makes the schema: that of another release, perhaps."""
    kills: int = 0
    """SIGKILLs at the end, whom and when drawn from ``seed``."""
    seed: int = 1

    def at(self, name: str) -> str:
        return f"{name}.test" if self.named else self.address


HERE = Scene()


@contextmanager
def campaign(name: str, folder: Path, state: Path, scene: Scene) -> Iterator[Campaign]:
    """Servers, wires, papers and a fleet that has not sailed.

    ``state`` is a folder that PostgreSQL's user can enter.
    """
    told, clock = world(INCIDENTS, PAPERS), state / "clock"
    clock.write_text("+0")
    around = _other_clock(clock) if scene.faked else {}
    with ExitStack() as stack:
        servers = (embedded.postgres(state), embedded.valkey(state), embedded.valkey(state / "spare"))
        store, *brokers = (stack.enter_context(machine(one, state, around)) for one in servers)
        scene.migrate(store.server.url)
        ends = [Wire(one.socket, address=scene.address) for one in (store, brokers[0])]
        wires = [stack.enter_context(one.open()) for one in ends]
        site = stack.enter_context(newspaper(told, PAPERS, scene.address))
        listener = Listener()
        config = configure(folder, site, stack.enter_context(listener.listening(scene.address)), PAPERS)
        _once_each(config)
        _call_by_name(config, scene)
        engine = connect(store.server.url)
        stack.callback(engine.dispose)
        database = f"postgresql://postgres@{scene.at('store')}:{wires[0].port}/clashwatch"
        broker = f"redis://{scene.at('broker')}:{wires[1].port}/0"
        fleet = Fleet(config, database, broker, engine, surroundings=around, where=scene.where)
        yield Campaign(name, fleet, listener, store, *brokers, *wires, told, clock)


def _once_each(config: Path) -> None:
    """One message for each incident and receiver, so that a lost or doubled one cannot hide among updates."""
    rules = config / "rules.d" / "all.yml"
    rules.write_text(rules.read_text().replace("regions: [world]", "regions: [world], on: [new]"))


def _call_by_name(config: Path, scene: Scene) -> None:
    """Papers and the receiver by their names, each paper by its own."""
    manners, feeds, receivers = config / "clashwatch.yml", config / "feeds.yml", config / "receivers.yml"
    for number in range(PAPERS):
        url = rf"//{scene.address}(:\d+/feed/{number}')"
        feeds.write_text(re.sub(url, rf"//{scene.at(f'paper-{number}')}\1", feeds.read_text()))
    receivers.write_text(receivers.read_text().replace(f"//{scene.address}:", f"//{scene.at('hook')}:"))
    allowed = ", ".join(rf"'{scene.at(f'paper-{number}')}\1'" for number in range(PAPERS))
    manners.write_text(re.sub(rf"'{scene.address}(:\d+)'", allowed, manners.read_text()))


NAMED = ("store", "broker", "hook", *(f"paper-{number}" for number in range(PAPERS)))


def _other_clock(clock: Path) -> dict[str, str]:
    """What makes a process take the time from a file. Durations stay true, as on a machine whose clock is set."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    settings = {"FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1", "DONT_FAKE_MONOTONIC": "1"}
    return {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1", **settings}
