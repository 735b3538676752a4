"""``clashwatch token``: who may steer the service through the API."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit
from workers.cli.saying import done, length

if TYPE_CHECKING:
    from workers.adapters.store.tokens import Token

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke tokens of the API; end the links in messages.")

SCOPES = ("read", "steer", "admin")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose it is: what it does is noted under this name.")],
    scope: Annotated[str, typer.Option(help="read, steer (silence, acknowledge, review, retry) or admin.")] = "steer",
    duration: Annotated[str | None, typer.Option("--duration", "-d", help="4h, 90d; for ever unless said.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it. It is shown this once: the store keeps only its hash."""
    from workers.adapters.store import tokens

    if scope not in SCOPES:
        raise typer.BadParameter(f"a scope is one of {', '.join(SCOPES)}")
    expires = datetime.now(UTC) + length(duration) if duration else None
    with engine_or_exit(config).begin() as connection:
        made = tokens.make(connection, name, tokens.Scope[scope.upper()], expires)
    typer.echo(json.dumps({"token": made}) if as_json else made)


@app.command("list")
def list_(config: Folder = None, as_json: AsJson = False) -> None:
    """Number, whose, scope, last used, and whether it still counts."""
    from workers.adapters.store import tokens

    for token in tokens.listed(engine_or_exit(config)):
        typer.echo(_as_json(token) if as_json else _in_a_line(token))


@app.command()
def revoke(number: int, config: Folder = None, as_json: AsJson = False) -> None:
    """From now on the token opens nothing. Exits 1 when there is none of this number."""
    from workers.adapters.store import tokens

    with engine_or_exit(config).begin() as connection:
        if not tokens.revoke(connection, number):
            typer.echo(f"no token {number} is valid", err=True)
            raise typer.Exit(1)
    done(as_json, revoked=number)


@app.command()
def rotate(
    number: int,
    overlap: Annotated[str, typer.Option(help="So long the old one still counts: 24h, 7d.")] = "24h",
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Print a new token in place of one; both count for a while. Exits 1 when there is none of this number."""
    from workers.adapters.store import tokens

    with engine_or_exit(config).begin() as connection:
        made = tokens.rotate(connection, number, datetime.now(UTC) + length(overlap))
    if made is None:
        typer.echo(f"no token {number} is valid", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps({"token": made}) if as_json else made)


@app.command("end-links")
def end_links(config: Folder = None, as_json: AsJson = False) -> None:
    """Every link in messages sent so far stops working; those of later messages are signed anew."""
    from workers.adapters.store import keys

    keys.forget_link_key(engine_or_exit(config))
    done(as_json, ended="links")


def _in_a_line(token: Token) -> str:
    used = f"last used {token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never used"
    ends = "revoked" if token.revoked_at else f"until {token.expires:%Y-%m-%d %H:%M}" if token.expires else "for ever"
    return f"{token.id}  {token.name}  {token.scope.name.lower()}  {used}  {ends}"


def _as_json(token: Token) -> str:
    return json.dumps(asdict(token) | {"scope": token.scope.name.lower()}, default=str)
