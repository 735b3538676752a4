"""``clashwatch silence``: hear nothing of something for a while. Everybody can see who asked for it, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit
from workers.cli.saying import Author, For, done, length, myself

if TYPE_CHECKING:
    from workers.pipeline.models import Silence

app = typer.Typer(no_args_is_help=True, help="Add, list and end silences.")


@app.command()
def add(
    comment: Annotated[str, typer.Option("--comment", "-c", help="Why; everybody sees it.")],
    matchers: Annotated[
        list[str] | None, typer.Argument(help="Labels: rule=kirkuk, 'region=~\"kir.*\"', clash=c-1f…")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Only what lies wholly in this region; may be repeated.")
    ] = None,
    duration: For = "4h",
    author: Author = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Silence what fits all matchers. Prints its number, and on standard error what it would have withheld."""
    from workers.adapters.store import silences
    from workers.pipeline.models import Silence
    from workers.pipeline.regions import build

    if not matchers and not region:
        raise typer.BadParameter("give a matcher or a region: nothing silences everything")
    _checked(matchers or [], region or [], config)
    engine, now = engine_or_exit(config), datetime.now(UTC)
    fits, where = tuple(matchers or ()), tuple(region or ())
    wanted = Silence("", fits, myself(author), comment, now, now + length(duration), where)
    with engine.begin() as connection:
        number = silences.add(connection, wanted)
    for told in silences.would_have_withheld(engine, wanted, build(settings_or_exit(config).regions)):
        typer.echo(f"would have withheld: {told.rule} {told.clash} {told.at:%Y-%m-%d %H:%M} {told.reason}", err=True)
    typer.echo(json.dumps({"id": number}) if as_json else number)


def _checked(matchers: list[str], regions: list[str], config: Path | None) -> None:
    from workers.pipeline.matchers import BadMatcherError, parse_matcher
    from workers.settings.problems import unknown

    try:
        for matcher in matchers:
            parse_matcher(matcher)
    except BadMatcherError as error:
        raise typer.BadParameter(str(error)) from None
    known = settings_or_exit(config).regions
    if strange := [name for name in regions if name not in known]:
        raise typer.BadParameter(unknown("region", strange[0], known))


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
def expire(number: str, config: Folder = None, as_json: AsJson = False) -> None:
    """End a silence now. Exits 1 when none of this number is in force."""
    from workers.adapters.store import silences

    with engine_or_exit(config).begin() as connection:
        if not silences.expire(connection, number):
            typer.echo(f"no silence {number} is in force", err=True)
            raise typer.Exit(1)
    done(as_json, ended=number)


def _in_a_line(silence: Silence) -> str:
    what = ", ".join((*silence.matchers, *(f"in {region}" for region in silence.regions)))
    return f"{silence.id}  until {silence.ends:%Y-%m-%d %H:%M} UTC  {silence.author}  {what}  {silence.comment}"


def _as_json(silence: Silence) -> str:
    times = {"starts": silence.starts.isoformat(), "ends": silence.ends.isoformat()}
    return json.dumps(asdict(silence) | times, ensure_ascii=False)
