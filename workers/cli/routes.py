"""``clashwatch routes``: the routing tree, and which receivers an alert with given labels would reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, settings_or_exit

if TYPE_CHECKING:
    from workers.pipeline.models import Route

app = typer.Typer(no_args_is_help=True, help="Show the routing tree, or try labels on it.")


@app.command()
def show(config: Folder = None, as_json: AsJson = False) -> None:
    """The tree, one node a line; as JSON in one piece."""
    tree = settings_or_exit(config).route
    for line in [json.dumps(_node(tree), ensure_ascii=False)] if as_json else _lines(tree, 0):
        typer.echo(line)


def _node(node: Route) -> dict[str, Any]:
    spans = {name: getattr(node, name) for name in ("group_wait", "group_interval", "repeat_interval")}
    held = {"quiet_hours": bool(node.mute or node.active), "digest": node.digest is not None}
    return {
        "receiver": node.receiver,
        "matchers": node.matchers,
        "continue": node.continue_,
        "group_by": node.group_by,
        **{name: span.total_seconds() if span is not None else None for name, span in spans.items()},
        **held,
        "escalation": node.escalation.receiver if node.escalation else None,
        "routes": [_node(child) for child in node.routes],
    }


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
    from workers.asking import reached

    found = reached(dict(_pair(text) for text in labels or ()), settings_or_exit(config).route)
    for one in found:
        typer.echo(json.dumps(one) if as_json else one["receiver"])
    names = [one["receiver"] for one in found]
    if verify is not None and names != verify.split(","):
        typer.echo(f"expected {verify}, found {','.join(names)}", err=True)
        raise typer.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"write labels as name=value, not {text!r}")
    return name, value.strip('"')
