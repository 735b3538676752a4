"""``clashwatch config``: check it, show what is in force, write schemas for editors."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Check or show the configuration.")

Folder = Annotated[Path | None, typer.Option("--config", help="Configuration folder.", show_default="config")]


@app.command()
def check(config: Folder = None) -> None:
    """Exit 0 if the service would start with this configuration; else say what is wrong and where."""
    from workers.settings import SettingsError, load

    try:
        settings = load(config, os.environ)
    except SettingsError as error:
        _refuse(error.problems)
    counts = f"{len(settings.feeds)} feeds, {len(settings.regions)} regions, {len(settings.rules)} rules"
    typer.echo(f"ok: {counts}, {len(settings.receivers)} receivers")


@app.command()
def show(config: Folder = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Print the settings in force, defaults included and secrets starred out."""
    from workers.settings import SettingsError, load
    from workers.settings.shown import redacted

    try:
        values = redacted(load(config, os.environ))
    except SettingsError as error:
        _refuse(error.problems)
    if as_json:
        typer.echo(json.dumps(values, ensure_ascii=False))
        return
    import sys

    from ruamel.yaml import YAML

    YAML(typ="safe").dump(values, sys.stdout)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="clashwatch, feeds, regions, rules or receivers")] = "",
    write: Annotated[Path | None, typer.Option(help="Folder to write all of them to.")] = None,
) -> None:
    """Print the JSON Schema of one kind of file, or write them all for your editor."""
    from workers.settings import shown

    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for name in shown.SCHEMAS:
            (write / f"{name}.schema.json").write_text(json.dumps(shown.schema(name), indent=2) + "\n")
        return
    if kind not in shown.SCHEMAS:
        raise typer.BadParameter(f"choose one of {', '.join(shown.SCHEMAS)}, or --write FOLDER")
    typer.echo(json.dumps(shown.schema(kind), indent=2))


def _refuse(problems: object) -> None:
    for problem in problems:  # type: ignore[attr-defined]
        typer.echo(problem, err=True)
    raise typer.Exit(1)
