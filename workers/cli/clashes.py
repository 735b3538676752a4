"""``clashwatch clashes``: what a clash is made of, how a situation went on, and an operator's word on what is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit
from workers.cli.saying import Author, Note, myself

if TYPE_CHECKING:
    from workers.adapters.store.assigning import Linking
    from workers.adapters.store.decisions import Decision

app = typer.Typer(no_args_is_help=True, help="Show clashes and situations; merge and split them.")
Clash = Annotated[str, typer.Argument(help="A clash's id, as messages and `export` give it.")]


@app.command()
def show(clash: Clash, config: Folder = None) -> None:
    """A clash with its claims, its revisions, articles and verdicts, as JSON. Exits 1 when there is none."""
    from workers.adapters.store import views

    found = views.clash(engine_or_exit(config), clash)
    if found is None:
        typer.echo(f"there is no clash {clash}", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps(found, ensure_ascii=False, default=str))


@app.command()
def timeline(
    situation: Annotated[str, typer.Argument(help="A situation's id, or that of a clash in it.")],
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Every revision of a situation's clashes, in the order in which they became known."""
    from workers.adapters.store import views

    rows = views.timeline(engine_or_exit(config), situation)
    if not rows:
        typer.echo(f"there is no situation {situation}", err=True)
        raise typer.Exit(1)
    for row in rows:
        typer.echo(json.dumps(row, ensure_ascii=False, default=str) if as_json else _in_a_line(row))


def _in_a_line(row: dict[str, Any]) -> str:
    killed = row["killed"]["best"] or row["killed"]["low"] if row["killed"] else None
    toll = f", {killed} killed" if killed is not None else ""
    where, changes = row["place"] or "place not told", ", ".join(row["changes"])
    return f"{row['at']:%Y-%m-%d %H:%M}  {row['clash']}.{row['number']}  {row['kind']} at {where}{toll}: {changes}"


@app.command()
def merge(
    clash: Clash, other: Clash, author: Author = None, note: Note = "", config: Folder = None, as_json: AsJson = False
) -> None:
    """Say that two clashes are one. Prints the id that lives on, the larger one's; the other leads to it."""
    from workers.adapters.store.decisions import Decision
    from workers.adapters.store.decisions import merge as merged

    said = Decision("merge", (clash, other), myself(author), note)
    home = _decided(config, said, lambda engine, linking: merged(engine, said, linking))
    typer.echo(json.dumps({"id": home}) if as_json else home)


@app.command()
def split(
    clash: Clash,
    article: Annotated[list[str], typer.Argument(help="Articles whose reports tell another incident, by their ids.")],
    author: Author = None,
    note: Note = "",
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Say that some articles of a clash tell another. Prints the id of the clash that they now tell."""
    from workers.adapters.store.decisions import Decision
    from workers.adapters.store.decisions import split as parted

    said = Decision("split", (clash,), myself(author), note)
    home = _decided(config, said, lambda engine, linking: parted(engine, said, article, linking))
    typer.echo(json.dumps({"id": home}) if as_json else home)


@app.command()
def decisions(config: Folder = None, as_json: AsJson = False) -> None:
    """What was merged and split, the latest first: when, by whom, why."""
    from workers.adapters.store.decisions import made

    for one in made(engine_or_exit(config)):
        typer.echo(
            json.dumps(_plain(one), ensure_ascii=False) if as_json else "  ".join(map(str, _plain(one).values()))
        )


def _plain(one: Decision) -> dict[str, Any]:
    at = one.at.isoformat(timespec="seconds") if one.at else ""
    return {"at": at, "what": one.what, "clashes": list(one.subject), "author": one.author, "note": one.note}


def _decided(config: Path | None, said: Decision, decide: Callable[[Any, Linking], str]) -> str:
    from workers.adapters import knowledge
    from workers.adapters.store.decisions import NoSuchClashError
    from workers.services import linking

    limits = settings_or_exit(config).life.limits()
    try:
        return decide(engine_or_exit(config), linking(knowledge.actors().allied, limits))
    except NoSuchClashError as error:
        typer.echo(f"cannot {said.what}: {error}", err=True)
        raise typer.Exit(1) from None
