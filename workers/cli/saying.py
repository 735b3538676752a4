"""What commands share that say something back to the service: who says it, and for how long it holds."""

from __future__ import annotations

import getpass
import json
import re
from datetime import timedelta
from typing import Annotated

import typer

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Author = Annotated[str | None, typer.Option("--author", "-a", help="Who; you, unless said otherwise.")]
For = Annotated[str, typer.Option("--duration", "-d", help="30m, 4h, 7d")]
Note = Annotated[str, typer.Option("--note", "-n", help="Everybody sees it.")]


def done(as_json: bool, **what: object) -> None:
    """Whoever asked for JSON gets an answer also where there is nothing else to say."""
    if as_json:
        typer.echo(json.dumps(what, ensure_ascii=False))


def myself(author: str | None) -> str:
    """Who says it: the system's user, unless another name is given."""
    return author or getpass.getuser()


def length(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([mhdw])", text)
    if not found or not int(found[1]):
        raise typer.BadParameter("write a duration as 30m, 4h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
