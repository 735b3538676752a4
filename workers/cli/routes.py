"""``clashwatch routes``: the routing tree, and which receivers an alert with given labels would reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.operate import AsJson, Folder, settings_or_exit

if TYPE_CHECKING:
    from workers.pipeline.models import Route

app = typer.Typer(no_args_is_help=True, help="Show the routing tree, or try labels on it.")


@app.command()
def show(config: Folder = None) -> None:
    """The tree, one node a line."""
    for line in _lines(settings_or_exit(config).route, 0):
        typer.echo(line)


def _lines(node: Route, depth: int) -> Iterator[str]:
    told = [", ".join(node.matchers) or ("everything else" if depth == 0 else "everything")]
    told += [f"-> {node.receiver}"] if node.receiver else []
    told += ["continue"] if node.continue_ else []
    told += [f"by {', '.join(node.group_by) or 'nothing'}"] if node.group_by is not None else []
    told += ["with quiet hours"] if node.mute or node.active else []
    told += [f"again after {node.repeat_interval}"] if node.repeat_interval else []
    told += ["as a digest"] if node.digest else []
    told += [f"unacknowledged -> {node.escalation.receiver}"] if node.escalation else []
    yield "  " * depth + "  ".join(told)
    for child in node.routes:
        yield from _lines(child, depth + 1)


@app.command("test")
def try_labels(
    labels: Annotated[list[str] | None, typer.Argument(help="region=kirkuk severity=critical …")] = None,
    verify: Annotated[str | None, typer.Option("--verify-receivers", help="a,b: exit 1 unless exactly these.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """The receivers, in order, that an alert with these labels reaches; as ``amtool config routes test``."""
    from workers.pipeline.route import branches, group_key

    given = dict(_pair(text) for text in labels or ())
    reached = list(branches(given, settings_or_exit(config).route))
    for branch in reached:
        thread = group_key(given, branch.group_by)
        typer.echo(json.dumps({"receiver": branch.receiver, "thread": thread}) if as_json else branch.receiver)
    if verify is not None and (found := [branch.receiver for branch in reached]) != verify.split(","):
        typer.echo(f"expected {verify}, found {','.join(found)}", err=True)
        raise typer.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"write labels as name=value, not {text!r}")
    return name, value.strip('"')
