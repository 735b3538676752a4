"""The API does what its OpenAPI description says: schemathesis reads the description and asks the running service."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from incidents import revision
from served import serving
from sqlalchemy import Engine

from workers.adapters.store import alerts, clashes, tokens
from workers.adapters.store.tokens import Scope
from workers.asking import Outlook
from workers.pipeline.models import Absence, Area, Route, Rule, Vigil
from workers.pipeline.regions import build
from workers.pipeline.route import Target
from workers.pipeline.rules import Known, Watch, evaluate

NOW = datetime.now(UTC)
OUTLOOK = Outlook(
    Watch((Rule("kirkuk", "Kirkuk", ("kirkuk",)),), build({"kirkuk": Area("kirkuk", admin1=frozenset({"IQ.13"}))})),
    Route("desk"),
    (Vigil("silent", "Silent", regions=("kirkuk",), absence=Absence(NOW - NOW)),),
)
FIGHT = revision(1, first_reported=NOW, last_reported=NOW, start=NOW.date(), end=NOW.date())
PLAIN = {**os.environ, "NO_COLOR": "1", "COLUMNS": "150"}
LEFT_OUT = ["--exclude-checks=positive_data_acceptance", r"--exclude-path-regex=/tokens/\{number\}"]
"""A matcher or a region may be refused though it is a text; and whoever revokes the token that asks, asks no more."""


def test_schemathesis_finds_no_answer_that_is_not_described(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as c:
        clashes.keep(c, [FIGHT.clash])
        (made,) = clashes.revise(c, [FIGHT], primed=False)
        judged = evaluate(FIGHT, OUTLOOK.watch, Known(), NOW)
        alerts.judge(c, made, judged)
        alerts.tell(c, made, [(alert, [Target("desk", "")]) for alert in judged.alerts])
        token = tokens.make(c, "fuzz", Scope.ADMIN)
    with serving(engine, OUTLOOK, per_minute=10_000_000) as address:
        asked = [f"{address}/openapi.json", "-H", f"Authorization: Bearer {token}", *LEFT_OUT]
        bounds = ["--phases=coverage,fuzzing", "--max-examples=8", "--seed=1", "--no-shrink", "--warnings=off"]
        argv = [str(Path(sys.executable).parent / "schemathesis"), "run", *asked, *bounds, "--request-timeout=30"]
        said = subprocess.run(argv, capture_output=True, text=True, timeout=540, check=False, cwd=tmp_path, env=PLAIN)
    assert said.returncode == 0, said.stdout[-20_000:] + said.stderr[-2000:]
    assert "Operations" in said.stdout
