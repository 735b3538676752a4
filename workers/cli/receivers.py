"""``clashwatch receivers``: whom alerts can reach, and whether they really do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workers.cli.operate import engine_or_exit, settings_or_exit

app = typer.Typer(no_args_is_help=True, help="List receivers, send a test message, subscribe again.")

Folder = Annotated[Path | None, typer.Option("--config", help="Configuration folder.", show_default="config")]


@app.command("list")
def list_(config: Folder = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Name, kind and options of every receiver; secrets are starred out."""
    from workers.settings.shown import redacted

    for receiver in redacted(settings_or_exit(config))["receivers"].values():
        if as_json:
            typer.echo(json.dumps(receiver, ensure_ascii=False))
        else:
            options = ", ".join(f"{name}={value}" for name, value in receiver["options"].items() if value is not None)
            typer.echo(f"{receiver['name']}  {receiver['kind']}  {options}")


@app.command("test")
def send_test(name: str, config: Folder = None) -> None:
    """Send a message that says it is a test. Exits 1 with the receiver's own words if it does not arrive."""
    from workers.adapters.channels import ChannelError, send, style
    from workers.pipeline.message import trial
    from workers.settings.problems import unknown

    receivers = settings_or_exit(config).receivers
    if name not in receivers:
        raise typer.BadParameter(unknown("receiver", name, receivers))
    try:
        sent = send(trial(name, style(receivers[name])), receivers[name])
    except ChannelError as error:
        typer.echo(f"{name}: {error.reason}{' (a retry may help)' if error.retry else ''}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{name}: sent {json.dumps(sent.reference)}", err=True)


@app.command()
def subscribe(name: str, config: Folder = None) -> None:
    """Send again to a receiver whose reader unsubscribed. Exits 1 when nobody had."""
    from workers.adapters.store import departures

    with engine_or_exit(config).begin() as connection:
        if not departures.come_back(connection, name):
            typer.echo(f"nobody unsubscribed {name}", err=True)
            raise typer.Exit(1)
    typer.echo(f"{name}: subscribed again; `clashwatch quarantine list` has what was not sent", err=True)
