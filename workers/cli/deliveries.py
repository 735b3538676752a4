"""``clashwatch deliveries``: every message and what became of it; and another chance for those given up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit

if TYPE_CHECKING:
    from pathlib import Path

    from workers.adapters.store.deliveries import State

app = typer.Typer(no_args_is_help=True, help="List messages and what became of them; retry those given up.")


@app.command("list")
def list_(
    receiver: Annotated[str | None, typer.Option(help="Only to this receiver.")] = None,
    clash: Annotated[str | None, typer.Option(help="Only about this clash.")] = None,
    state: Annotated[str | None, typer.Option(help="pending, sending, sent, known, gathered, given_up ...")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 50,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """The latest first. What was not sent, or waited, says why."""
    from workers.adapters.store.delivery_log import Asked, log

    found = log(engine_or_exit(config), Asked(receiver, clash, _state(state), limit=limit))
    if receiver and not found:
        _check(receiver, config)
    for one in found:
        typer.echo(json.dumps(one, default=str, ensure_ascii=False) if as_json else _in_a_line(one))


@app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers as listed.")] = None,
    receiver: Annotated[str | None, typer.Option("--all", help="Everything given up for this receiver.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Take messages up again that were given up, with all attempts. Exits 1 when none was."""
    from workers.adapters.store import delivery_log

    if not numbers and receiver is None:
        typer.echo("nothing to retry: give numbers, or --all RECEIVER", err=True)
        raise typer.Exit(2)
    engine = engine_or_exit(config)
    taken = delivery_log.retry(engine, [*(numbers or ()), *delivery_log.given_up(engine, receiver)])
    if not taken:
        typer.echo("nothing of that was given up", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps({"retried": taken}) if as_json else f"{taken} taken up again")


def _state(name: str | None) -> State | None:
    from workers.adapters.store.deliveries import State
    from workers.settings.problems import unknown

    if name is not None and name not in set(State):
        raise typer.BadParameter(f"{unknown('state', name, State)}; there are {', '.join(State)}")
    return State(name) if name else None


def _check(receiver: str, config: Path | None) -> None:
    """One that is configured no more may have had messages, but one that never was has none."""
    from workers.settings.problems import unknown

    if receiver not in (known := settings_or_exit(config).receivers):
        raise typer.BadParameter(unknown("receiver", receiver, known))


def _in_a_line(one: dict[str, Any]) -> str:
    at = one["sent_at"] or one["made_at"]
    known = f"{one['id']}  {at:%Y-%m-%d %H:%M}  {one['receiver']}  {','.join(one['rules'])}  {one['state']}"
    return f"{known}  {one['reason']}".rstrip()
