"""``clashwatch ack``: say that somebody is on it. Escalations stop; what is new is told all the same."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit
from workers.cli.saying import Author, For, Note, done, length, myself

if TYPE_CHECKING:
    from workers.pipeline.models import Ack

app = typer.Typer(no_args_is_help=True, help="Acknowledge alerts, list who is on what, take it back.")


@app.command()
def add(
    alert: Annotated[str, typer.Argument(help="An alert's number, or the id of what it is about: the clash.")],
    note: Note = "",
    duration: For = "12h",
    author: Author = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Acknowledge. Prints the acknowledgement's number. Exits 1 when there is nothing of this name."""
    from workers.adapters.store import acks
    from workers.pipeline.models import Ack

    engine, now = engine_or_exit(config), datetime.now(UTC)
    subject = acks.subject_of(engine, alert)
    if subject is None:
        typer.echo(f"there is no alert or clash {alert}", err=True)
        raise typer.Exit(1)
    ack = Ack("", subject, myself(author), note, now, now + length(duration))
    with engine.begin() as connection:
        number = acks.add(connection, ack)
    typer.echo(json.dumps({"id": number, "subject": subject}) if as_json else number)


@app.command("list")
def list_(
    past: Annotated[bool, typer.Option("--past", help="Also those that have ended.")] = False,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """The soonest to end first: number, until when, who, what, note."""
    from workers.adapters.store import acks

    for ack in acks.listed(engine_or_exit(config), past=past):
        typer.echo(_as_json(ack) if as_json else _in_a_line(ack))


@app.command()
def expire(number: int, config: Folder = None, as_json: AsJson = False) -> None:
    """Take an acknowledgement back. Exits 1 when none of this number is in force."""
    from workers.adapters.store import acks

    with engine_or_exit(config).begin() as connection:
        if not acks.expire(connection, number):
            typer.echo(f"no acknowledgement {number} is in force", err=True)
            raise typer.Exit(1)
    done(as_json, ended=number)


def _in_a_line(ack: Ack) -> str:
    return f"{ack.id}  until {ack.until:%Y-%m-%d %H:%M} UTC  {ack.author}  {ack.subject}  {ack.note}".rstrip()


def _as_json(ack: Ack) -> str:
    return json.dumps(asdict(ack) | {"at": ack.at.isoformat(), "until": ack.until.isoformat()}, ensure_ascii=False)
