"""``clashwatch quarantine``: what was given up and why, and another chance for it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit
from workers.cli.saying import done

app = typer.Typer(no_args_is_help=True, help="List, show and retry what was given up.")

Stage = Annotated[str | None, typer.Option(help="Only this stage.")]


@app.command("list")
def list_(
    stage: Stage = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 50,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """The latest first: number, stage, row, attempts, when, why."""
    from workers.adapters.store import quarantine

    for one in quarantine.given_up(engine_or_exit(config), stage, limit):
        if as_json:
            typer.echo(json.dumps(asdict(one) | {"at": one.at.isoformat()}, ensure_ascii=False))
        else:
            why = one.error.splitlines()[0][:100]
            typer.echo(f"{one.id}  {one.stage} {one.row_id}  {one.attempts} attempts  {one.at:%Y-%m-%d %H:%M}  {why}")


@app.command()
def show(number: int, config: Folder = None) -> None:
    """One of them with its whole error, as JSON."""
    from workers.adapters.store import quarantine

    found = quarantine.find(engine_or_exit(config), number)
    if found is None:
        typer.echo(f"there is no number {number} in quarantine", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps(asdict(found) | {"at": found.at.isoformat()}, ensure_ascii=False, indent=1))


@app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers as listed.")] = None,
    stage: Annotated[str | None, typer.Option("--all", help="Everything of this stage.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Take work up again, with all its attempts."""
    from workers.adapters.store import quarantine

    engine = engine_or_exit(config)
    chosen = list(numbers or [])
    if stage is not None:
        chosen += [one.id for one in quarantine.given_up(engine, stage, limit=100_000)]
    if not chosen:
        typer.echo("nothing to retry: give numbers, or --all STAGE", err=True)
        raise typer.Exit(2)
    taken = quarantine.retry(engine, chosen)
    typer.echo(f"{taken} taken up again", err=True)
    done(as_json, retried=taken)
