"""What the fault tests share: a service that is ready to be hurt, and the tick in this process."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from campaign import HERE, Campaign, Reckoning, Scene, assert_unharmed, campaign
from fleet import Fleet, Listener, Story, configure, newspaper
from sqlalchemy import Engine

from workers import celery
from workers.adapters.store import feeds
from workers.beat import Beat
from workers.settings import load

Service = Callable[..., tuple[Fleet, Listener]]


@pytest.fixture
def service(tmp_path: Path, engine: Engine, database: str, broker: str) -> Iterator[Service]:
    """A newspaper that tells these incidents, a listener, and a fleet that has not sailed yet."""
    with ExitStack() as stack:

        def made(told: list[Story], spacing: float = 0) -> tuple[Fleet, Listener]:
            listener = Listener()
            hook = stack.enter_context(listener.listening())
            site = stack.enter_context(newspaper(told))
            return Fleet(configure(tmp_path, site, hook, spacing=spacing), database, broker, engine), listener

        yield made


@contextmanager
def _beating(fleet: Fleet, unanswered: float) -> Iterator[None]:
    environment = {"CLASHWATCH_DATABASE_URL": fleet.database, "CLASHWATCH_REDIS_URL": fleet.broker}
    settings = load(fleet.config, environment)
    celery.configure(settings)
    feeds.subscribe(fleet.engine, settings.feeds)
    stop = threading.Event()
    thread = threading.Thread(target=Beat(fleet.engine, settings, unanswered).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def beating() -> Callable[..., object]:
    """The tick and the sweep in this process, with less patience than in earnest."""
    return _beating


FLEET = ("beat", "fetch", "process", "notify")


@pytest.fixture
def voyage(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Sail one campaign through these faults, one after another, and hold it to account."""

    def sail(
        faults: dict[str, Callable[[Campaign], None]],
        roles: tuple[str, ...] = FLEET,
        parent: Path | None = None,
        scene: Scene = HERE,
    ) -> None:
        with TemporaryDirectory(prefix="clashwatch-", dir=parent, ignore_cleanup_errors=True) as name:
            Path(name).chmod(0o711)
            with campaign(request.node.name, tmp_path, Path(name), scene) as one:
                with one.fleet.sailing(*roles):
                    for fault, strike in faults.items():
                        one.suffer(fault, strike)
                    one.advance(10)
                    one.kill_at_random(scene.kills, scene.seed)
                    found = one.finish()
                _note(found)
        assert_unharmed(found)

    return sail


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a gigabyte that can be filled without harm to anybody else."""
    place = tmp_path / "disk"
    place.mkdir()
    tmp_path.chmod(0o711)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g,mode=711", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


REPORT = Path(__file__).parents[2] / "benchmarks" / "results" / "faults.jsonl"


def _note(found: Reckoning) -> None:
    """One line for each campaign, the latest run of it; what the README quotes."""
    REPORT.parent.mkdir(exist_ok=True)
    lines = REPORT.read_text().splitlines() if REPORT.exists() else []
    kept = [line for line in lines if json.loads(line)["name"] != found.name]
    REPORT.write_text("".join(f"{line}\n" for line in sorted([*kept, json.dumps(asdict(found))])))
