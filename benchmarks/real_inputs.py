"""Real feeds and pages through the running service. ``python -m benchmarks.real_inputs FOLDER [--pages-only]``

FOLDER holds ``feeds/*.xml`` and ``pages/**/*.html[.gz]`` as publishers sent them. The feeds are served from a loopback
address, subscribed to through an OPML list and polled by ``clashwatch up`` with a configuration and a state of its
own; then every entry that ``clashwatch feed`` reads from the same file must be in the store. The pages go through
``clashwatch extract``. Entries' links lead to the real sites, and the service asks for them: run it without a way out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from workers.adapters import embedded
from workers.adapters.opml import opml
from workers.adapters.store.columns import digest
from workers.adapters.store.engine import connect
from workers.pipeline.models import Feed
from workers.pipeline.urls import entry_key

PATIENCE = 240.0
PROGRAM = (sys.executable, "-m", "workers")
_LEFT = """
SELECT (SELECT count(*) FROM feeds WHERE active AND outcome IS NULL)
     + (SELECT count(*) FROM pages WHERE stage = 'parse')
"""
_KEYS = "SELECT family, url_key, guid_key FROM entries"
_OUTCOMES = "SELECT outcome, count(*) FROM feeds WHERE active GROUP BY outcome"


class Quiet(SimpleHTTPRequestHandler):
    """A folder's files, without a word about each."""

    extensions_map = {".xml": "application/xml"}

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def command(*words: str, lines: list[dict[str, Any]] | None = None, **env: str) -> list[dict[str, Any]]:
    """What a command on JSON Lines answers; exit 1 says that a line was unusable, which is for the caller to see."""
    given = "".join(json.dumps(line) + "\n" for line in lines or [])
    done = subprocess.run([*PROGRAM, *words], input=given, capture_output=True, text=True, env=os.environ | env)
    if done.returncode > 1:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def feeds(folder: Path) -> dict[str, Any]:
    """Poll every feed with the running service and look for each file's entries in the store."""
    files = sorted(folder.glob("*.xml"))
    with tempfile.TemporaryDirectory(prefix="clashwatch-") as name, served(folder) as site:
        home = Path(name)
        home.chmod(0o711)
        config, state = home / "config", home / "state"
        env = {"CLASHWATCH_FETCH_ALLOW": site, "CLASHWATCH_FETCH_SPACING": "0", "CLASHWATCH_FETCH_PER_HOST": "20"}
        env |= {"CLASHWATCH_CONFIG": str(config), "CLASHWATCH_STATE_DIR": str(state)}
        command("init", str(config))
        known = [Feed(slug=path.stem, url=f"http://{site}/{path.name}", family=path.stem) for path in files]
        (home / "list.opml").write_bytes(opml(known))
        command("feeds", "import", str(home / "list.opml"), **env)
        began = time.monotonic()
        with (home / "up.log").open("wb") as log:
            service = subprocess.Popen(
                [*PROGRAM, "up", "--config", str(config), "--state", str(state)], **_io(log, env)
            )
            try:
                engine = _until_read(state, len(files))
                seconds = time.monotonic() - began
                return _compared(engine, files) | {"seconds": round(seconds, 1)}
            finally:
                service.terminate()
                service.wait(30)


def _io(log: Any, env: dict[str, str]) -> dict[str, Any]:
    return {"stdout": log, "stderr": log, "env": os.environ | env}


def _until_read(state: Path, number: int) -> Engine:
    """The store, once every feed was polled and every document parsed."""
    deadline = time.monotonic() + PATIENCE
    while not (state / "postgresql" / "PG_VERSION").exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(3)
    engine = connect(embedded.postgres(state).url)
    while time.monotonic() < deadline:
        try:
            with engine.connect() as connection:
                subscribed = connection.execute(text("SELECT count(*) FROM feeds WHERE active")).scalar_one()
                if subscribed == number and not connection.execute(text(_LEFT)).scalar_one():
                    return engine
        except Exception as error:  # the server is starting, or the schema is not there yet
            print(f"waiting: {str(error)[:80]}", file=sys.stderr)
        time.sleep(1)
    raise TimeoutError("the service did not read all feeds")


def _compared(engine: Engine, files: list[Path]) -> dict[str, Any]:
    with engine.connect() as connection:
        rows = connection.execute(text(_KEYS)).all()
        outcomes = {str(outcome): count for outcome, count in connection.execute(text(_OUTCOMES))}
    engine.dispose()
    stored = {(row.family, key) for row in rows for key in (row.url_key, row.guid_key) if key}
    listed, lost, problems = 0, [], 0
    for answer in command("feed", "-", lines=[{"id": path.stem, "path": str(path)} for path in files]):
        problems += bool(answer.get("problems"))
        for entry in answer["entries"]:
            listed += 1
            if not ({(answer["id"], key) for key in _keys(entry)} & stored):
                lost.append(f"{answer['id']}: {entry['guid']}")
    found = {"feeds": len(files), "polled": outcomes, "listed": listed, "stored": len(rows), "lost": len(lost)}
    return found | {"feeds_with_problems": problems, "lost_entries": lost[:10]}


def _keys(entry: dict[str, Any]) -> list[str]:
    """What the store knows an entry by; an entry listed twice under one of them is one entry."""
    by_url = [digest(entry_key(entry["url"], entry["guid"]))] if entry["url"] else []
    return [*by_url, *([digest(entry["guid"])] if entry["guid"] else [])]


def pages(folder: Path) -> dict[str, Any]:
    """Every page through ``clashwatch extract``: an answer for each, by outcome."""
    files = sorted([*folder.rglob("*.html"), *folder.rglob("*.html.gz")])
    began = time.monotonic()
    answers = command("extract", "-", lines=[{"id": str(path), "path": str(path)} for path in files])
    outcomes = Counter(answer.get("outcome", "error") for answer in answers)
    texts = [len(answer.get("text") or "") for answer in answers]
    shown = {"pages": len(files), "answered": len(answers), "outcomes": dict(outcomes)}
    dated = sum(bool(answer.get("published")) for answer in answers)
    return shown | {"dated": dated, "characters": sum(texts), "seconds": round(time.monotonic() - began, 1)}


def main(arguments: list[str]) -> dict[str, Any]:
    if not arguments:
        return {"benchmark": "real_inputs", "not_run": "no folder given: python -m benchmarks.real_inputs FOLDER"}
    folder = Path(arguments[0]).resolve()
    found: dict[str, Any] = {"benchmark": "real_inputs", "pages": pages(folder / "pages")}
    return found if "--pages-only" in arguments else found | {"feeds": feeds(folder / "feeds")}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:]), ensure_ascii=False))
