"""``clashwatch rules``: list them, test them on made-up clashes, run them over what really happened."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit
from workers.cli.saying import length

if TYPE_CHECKING:
    from workers.pipeline.models import Rule, Vigil
    from workers.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List rules, test them, or run them over what happened.")

Since = Annotated[str, typer.Option("--since", help="So far back: 12h, 30d, 4w.")]


@app.command("list")
def list_(config: Folder = None, as_json: AsJson = False) -> None:
    """Id, severity, status, regions or families, and name of every rule and vigil."""
    settings = settings_or_exit(config)
    rows = [_row(rule) for rule in settings.rules]
    rows += [_row(vigil) | {"vigil": True, "families": vigil.families} for vigil in settings.vigils]
    for row in rows:
        watched = ", ".join(row["regions"] or row["families"])
        line = f"{row['id']}  {row['severity']}  {row['status']}  {watched}  {row['name']}"
        typer.echo(json.dumps(row, ensure_ascii=False) if as_json else line)


def _row(rule: Rule | Vigil) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("id", "severity", "status", "regions", "name")}


@app.command("test")
def run_tests(files: list[Path], config: Folder = None, as_json: AsJson = False) -> None:
    """Run unit tests of rules and vigils (rules.d/tests/*.yml). Exits 1 when one fails, with what was found."""
    from workers.asking import Outlook
    from workers.settings import SettingsError
    from workers.settings.rule_tests import failures

    outlook = Outlook.of(settings_or_exit(config))
    try:
        number, failed = failures(files, outlook.watch, outlook.vigils)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps({"tests": number, "failed": failed}, ensure_ascii=False))
    else:
        for words in failed:
            typer.echo(words, err=True)
        typer.echo(f"{number} tests, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def backtest(
    since: Since = "30d",
    against: Annotated[Path | None, typer.Option(help="A rules file, or a configuration folder, to compare.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """What the rules and vigils would have told since then, by day and rule; nothing is sent."""
    from workers.asking import Outlook
    from workers.asking.past import differences, per_day, would_tell

    settings, now = settings_or_exit(config), datetime.now(UTC)
    other = _other(against, settings) if against else None
    engine, start = engine_or_exit(config), now - length(since)
    told = would_tell(engine, Outlook.of(settings), start, now)
    for row in per_day(told):
        typer.echo(json.dumps(row) if as_json else f"{row['day']}  {row['rule']}  {row['alerts']}")
    for row in differences(told, would_tell(engine, Outlook.of(other), start, now)) if other else ():
        sign = "+" if row["only"] == "here" else "-"
        typer.echo(json.dumps(row) if as_json else f"{sign} {row['rule']}  {row['subject']}  {row['kind']}")


def _other(path: Path, settings: Settings) -> Settings:
    """The configuration of another folder, or this one with the rules of another file."""
    from workers.settings import SettingsError, load, rules_in

    try:
        if path.is_dir():
            return load(path, os.environ)
        rules, vigils = rules_in(path, settings.regions)
        return replace(settings, rules=rules, vigils=vigils)
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
