"""``clashwatch versions``: how an article was edited, version by version."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Annotated

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit
from workers.pipeline.edits import edits

app = typer.Typer()


@app.command()
def versions(
    article: Annotated[int, typer.Argument(help="The store's id of an article.")],
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Paragraphs that went (-) and came (+) with each version. Exits 1 when there is no such article."""
    from workers.adapters.store import articles

    history = articles.history(engine_or_exit(config), article)
    if not history:
        typer.echo(f"there is no article {article}", err=True)
        raise typer.Exit(1)
    (first, told), *_ = history
    _say(first, (f"+{told.title}",), as_json)
    for (_, before), (number, after) in pairwise(history):
        _say(number, edits(before, after), as_json)


def _say(version: int, changed: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        return typer.echo(json.dumps({"version": version, "edits": changed}, ensure_ascii=False))
    return typer.echo("\n".join((f"version {version}{'' if changed else ': the same text, read anew'}", *changed)))
