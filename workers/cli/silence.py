"""``clashwatch silence``: hear nothing of something for a while. Everybody can see who asked for it, and why."""

from __future__ import annotations

import getpass
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit

if TYPE_CHECKING:
    from workers.pipeline.models import Silence

app = typer.Typer(no_args_is_help=True, help="Add, list and end silences.")

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@app.command()
def add(
    matchers: Annotated[list[str], typer.Argument(help="Labels: rule=kirkuk, 'region=~\"kir.*\"', clash=c-1f…")],
    comment: Annotated[str, typer.Option("--comment", "-c", help="Why; everybody sees it.")],
    duration: Annotated[str, typer.Option("--duration", "-d", help="30m, 4h, 7d")] = "4h",
    author: Annotated[str | None, typer.Option("--author", "-a", help="Who; you, unless said otherwise.")] = None,
    config: Folder = None,
) -> None:
    """Silence what fits all matchers. Prints its number, and on standard error what it would have withheld."""
    from workers.adapters.store import silences
    from workers.pipeline.matchers import BadMatcherError, parse_matcher
    from workers.pipeline.models import Silence

    try:
        for matcher in matchers:
            parse_matcher(matcher)
    except BadMatcherError as error:
        raise typer.BadParameter(str(error)) from None
    engine, now = engine_or_exit(config), datetime.now(UTC)
    wanted = Silence("", tuple(matchers), author or getpass.getuser(), comment, now, now + _length(duration))
    with engine.begin() as connection:
        number = silences.add(connection, wanted)
    for told in silences.would_have_withheld(engine, wanted):
        typer.echo(f"would have withheld: {told.rule} {told.clash} {told.at:%Y-%m-%d %H:%M} {told.reason}", err=True)
    typer.echo(number)


@app.command("list")
def list_(
    expired: Annotated[bool, typer.Option("--expired", help="Also those that have ended.")] = False,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """The soonest to end first: number, until when, whose, what, why."""
    from workers.adapters.store import silences

    for silence in silences.listed(engine_or_exit(config), expired=expired):
        typer.echo(_as_json(silence) if as_json else _in_a_line(silence))


@app.command()
def expire(number: str, config: Folder = None) -> None:
    """End a silence now. Exits 1 when none of this number is in force."""
    from workers.adapters.store import silences

    with engine_or_exit(config).begin() as connection:
        if not silences.expire(connection, number):
            typer.echo(f"no silence {number} is in force", err=True)
            raise typer.Exit(1)


def _length(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([mhdw])", text)
    if not found or not int(found[1]):
        raise typer.BadParameter("write a duration as 30m, 4h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _in_a_line(silence: Silence) -> str:
    what = ", ".join(silence.matchers)
    return f"{silence.id}  until {silence.ends:%Y-%m-%d %H:%M} UTC  {silence.author}  {what}  {silence.comment}"


def _as_json(silence: Silence) -> str:
    times = {"starts": silence.starts.isoformat(), "ends": silence.ends.isoformat()}
    return json.dumps(asdict(silence) | times, ensure_ascii=False)
