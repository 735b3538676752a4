"""``clashwatch rules``: list them, test them on made-up clashes, run them over what really happened."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit
from workers.cli.saying import length

if TYPE_CHECKING:
    from workers.pipeline.models import Alert
    from workers.pipeline.rules import Watch
    from workers.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List rules, test them, or run them over what happened.")

Since = Annotated[str, typer.Option("--since", help="So far back: 12h, 30d, 4w.")]
Told = set[tuple[str, str, str]]
"""Rule, clash and kind of every alert."""


@app.command("list")
def list_(config: Folder = None, as_json: AsJson = False) -> None:
    """Id, severity, status, regions and name of every rule."""
    for rule in settings_or_exit(config).rules:
        told = {"id": rule.id, "severity": rule.severity, "status": rule.status, "regions": rule.regions}
        line = json.dumps({**told, "name": rule.name}, ensure_ascii=False)
        regions = ", ".join(rule.regions)
        typer.echo(line if as_json else f"{rule.id}  {rule.severity}  {rule.status}  {regions}  {rule.name}")


@app.command("test")
def run_tests(files: list[Path], config: Folder = None) -> None:
    """Run unit tests of rules (rules.d/tests/*.yml). Exits 1 when one fails, with what it expected and found."""
    from workers.settings import SettingsError
    from workers.settings.rule_tests import failures

    settings = settings_or_exit(config)
    try:
        number, failed = failures(files, _watch(settings))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for words in failed:
        typer.echo(words, err=True)
    typer.echo(f"{number} tests, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def backtest(
    since: Since = "30d",
    against: Annotated[Path | None, typer.Option(help="Another configuration folder to compare with.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """What the rules would have told of the clashes since then, by day and rule; nothing is sent."""
    happened = _history(config, length(since))
    alerts = _would_tell(settings_or_exit(config), happened)
    counts = Counter((alert.at.date().isoformat(), alert.rule) for alert in alerts)
    for (day, rule), number in sorted(counts.items()):
        typer.echo(json.dumps({"day": day, "rule": rule, "alerts": number}) if as_json else f"{day}  {rule}  {number}")
    if against is not None:
        _differ(_told(alerts), _told(_would_tell(_other(against), happened)), as_json)


def _history(config: Path | None, back: timedelta) -> list[tuple[datetime, Any, bool]]:
    from workers.adapters.store import history

    start = datetime.now(UTC) - back
    return [(past.at, past.revision, past.primed) for past in history.since(engine_or_exit(config), start)]


def _would_tell(settings: Settings, happened: list[tuple[datetime, Any, bool]]) -> list[Alert]:
    from workers.pipeline.rules.backtest import backtest as run

    return list(run(happened, _watch(settings), datetime.now(UTC)))


def _watch(settings: Settings) -> Watch:
    from workers.pipeline import regions
    from workers.pipeline.rules import Watch

    return Watch(settings.rules, regions.build(settings.regions))


def _other(folder: Path) -> Settings:
    from workers.settings import SettingsError, load

    try:
        return load(folder, os.environ)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _told(alerts: list[Alert]) -> Told:
    return {(alert.rule, alert.clash, str(alert.kind)) for alert in alerts}


def _differ(mine: Told, theirs: Told, as_json: bool) -> None:
    for sign, only in (("+", mine - theirs), ("-", theirs - mine)):
        for rule, clash, kind in sorted(only):
            row = {"only": "here" if sign == "+" else "there", "rule": rule, "clash": clash, "kind": kind}
            typer.echo(json.dumps(row) if as_json else f"{sign} {rule}  {clash}  {kind}")
