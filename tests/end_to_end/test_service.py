"""The whole service on real parts: news in at one end, messages, API, metrics and dashboard at the other."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/clashwatch.json").read_text())
PANELS = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]


@dataclass
class Service:
    process: subprocess.Popen[bytes]
    state: Path
    api: str
    metrics: str
    prometheus: str

    def get(self, path: str) -> Any:
        return json.loads(fetch(self.api + path))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def until(seconds: float, holds: Any) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.3)


def start(state: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "workers", "up", "--state", str(state), "--corpus", "seeds/corpus", *words]
    return subprocess.Popen(
        argv, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def family(state: Path) -> list[int]:
    """Every process that belongs to the service on ``state``: by its environment, or by its open data folder."""
    mark = str(state.resolve()).encode()
    found = []
    for process in Path("/proc").iterdir():
        try:
            told = process.name.isdigit() and (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if told and mark in told and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o711)  # PostgreSQL run for root runs as somebody else
    return folder


@pytest.fixture(scope="module")
def service(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service in full run, scraped by a real Prometheus from its first second."""
    api, exporter, prometheus = free_port(), free_port(), free_port()
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n"
        f"  - {{job_name: clashwatch, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}\n"
    )
    scraper = subprocess.Popen(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
         f"--web.listen-address=127.0.0.1:{prometheus}"], stderr=subprocess.DEVNULL
    )  # fmt: skip
    process = start(state, CLASHWATCH_API_PORT=str(api), CLASHWATCH_EXPORTER_PORT=str(exporter))
    made = Service(process, state, *(f"http://127.0.0.1:{port}" for port in (api, exporter, prometheus)))
    try:
        until(60, lambda: answers(made.api + "/healthz"))
        until(150, lambda: worked_through(made))
        time.sleep(3)
        yield made
    finally:
        scraper.kill()
        scraper.wait()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def answers(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return False
    return True


def worked_through(service: Service) -> bool:
    status = service.get("/api/v1/status")
    left = sum(stage["rows"] for name, stage in status["waiting"].items() if name != "poll")
    return (
        status["held"]["deliveries"] > 0 and left == 0 and all(f["answered_at"] for f in service.get("/api/v1/feeds"))
    )


@pytest.mark.timeout(300)
def test_alerts_lie_in_the_outbox_as_mail_and_as_json(service: Service) -> None:
    outbox = service.state / "outbox"
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in outbox.glob("*.eml")]
    told = [json.loads(path.read_text()) for path in outbox.glob("*.json")]
    assert len(mails) == len(told) > 5
    assert all(mail["Subject"] and mail["Message-ID"] for mail in mails)
    assert any("Why you see this" in mail.get_body(("plain",)).get_content() for mail in mails)


def test_the_api_tells_clashes_with_their_history(service: Service) -> None:
    clashes = service.get("/api/v1/clashes?limit=200")
    placed = next(clash for clash in clashes if clash["place"])
    whole = service.get(f"/api/v1/clashes/{placed['id']}")
    assert whole["articles"]
    assert whole["revisions"][0]["changes"] == ["new"]
    assert {verdict["reason"] for verdict in whole["verdicts"]}
    points = service.get("/api/v1/clashes.geojson")["features"]
    assert len(points) == sum(bool(clash["place"]) for clash in clashes)


def test_the_api_refuses_nonsense_in_words(service: Service) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        service.get("/api/v1/clashes?country=kirkuk")
    assert refused.value.code == 422
    assert "country" in refused.value.read().decode()
    refused.value.close()
    with pytest.raises(urllib.error.HTTPError) as missing:
        service.get("/api/v1/clashes/c-nothing")
    assert missing.value.code == 404
    missing.value.close()


def test_metrics_please_promtool(service: Service) -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=fetch(service.metrics + "/metrics"), capture_output=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("title", "query"), PANELS)
def test_every_panel_of_the_dashboard_shows_something(service: Service, title: str, query: str) -> None:
    asked = query.replace("$__rate_interval", "2m").replace("$job", "clashwatch")
    answer = fetch(f"{service.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": asked}))
    values = [float(row["value"][1]) for row in json.loads(answer)["data"]["result"]]
    assert [value for value in values if value == value], title


def test_every_role_shows_signs_of_life(service: Service) -> None:
    beats = set(re.findall(r'heartbeat_timestamp_seconds{role="(\w+)"}', fetch(service.metrics + "/metrics").decode()))
    assert beats >= {"beat", "fetch", "process", "notify", "exporter", "api"}


@pytest.mark.timeout(120)
def test_ctrl_c_leaves_no_process_behind(service: Service) -> None:
    service.process.send_signal(signal.SIGINT)
    until(10, lambda: not family(service.state))


@pytest.mark.timeout(180)
def test_a_second_run_tells_nobody_twice(state: Path) -> None:
    process = start(state, "--once")
    out, _ = process.communicate(timeout=150)
    last = json.loads(out.decode().splitlines()[-1])
    assert last["new_deliveries"] == 0
    assert (last["missing"], last["unexpected"], process.returncode) == (0, 0, 0)
    assert not family(state)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_no_signal_leaves_a_process_behind(state: Path, signum: int) -> None:
    port = free_port()
    process = start(state, CLASHWATCH_API_PORT=str(port))
    until(60, lambda: answers(f"http://127.0.0.1:{port}/healthz"))
    process.send_signal(signum)
    until(10, lambda: not family(state))
    process.communicate(timeout=10)
