"""``clashwatch why``: what every rule made of a clash, gate by gate; what a vigil answers; what became of messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from workers.cli import differing
from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit

app = typer.Typer()


@app.command()
def why(
    named: Annotated[
        str, typer.Argument(help="A clash's id, an alert's number, or a vigil (`yemen-silent`, `yemen-silent:yemen`).")
    ],
    rule: Annotated[str | None, typer.Argument(help="Only this rule.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Say why something was told or not told, and to whom. Exits 1 when there is nothing of this name."""
    from workers.asking import Outlook
    from workers.asking.why import known_rule, of_clash, of_vigils

    outlook = Outlook.of(settings_or_exit(config))
    if not known_rule(outlook, rule):
        from workers.settings.problems import unknown

        vigils = [vigil.id for vigil in outlook.vigils]
        hint = f"; a vigil asks the clock: `why {rule}`" if rule in vigils else ""
        raise typer.BadParameter(unknown("rule", str(rule), outlook.watch.order) + hint)
    engine = engine_or_exit(config)
    told = of_clash(engine, outlook, named, rule) or of_vigils(engine, outlook, named, datetime.now(UTC))
    if not told:
        typer.echo(f"no clash {named} has a revision, and no vigil of this name knows of anything", err=True)
        raise typer.Exit(1)
    for one in told:
        for line in [json.dumps(one, ensure_ascii=False)] if as_json else _lines(one):
            typer.echo(line)


def _lines(told: dict[str, Any]) -> Iterator[str]:
    if "vigil" in told:
        last = f"; told last: {told['last']['kind']} of {told['last']['at']}" if told["last"] else "; never told"
        trial = " (experimental)" if told["status"] == "experimental" else ""
        yield f"vigil {told['vigil']}{trial} about {told['subject']}: {told['state']}: {told['detail']}{last}"
        return
    yield f"revision {told['revision']}  {told['at']}  {', '.join(told['changes'])}"
    yield from (f"  {line}" for line in differing.lines(told["diff"]))
    for verdict in told["verdicts"]:
        yield f"  rule {verdict['rule']}: {verdict['reason']}: {verdict['detail']}"
    for gate in told["gates"]:
        yield f"    {'passes' if gate['passed'] else 'closed'}  {gate['gate']}  {gate['value']}".rstrip()
    for message in told["messages"]:
        when = f"sent {message['sent_at']}" if message["sent_at"] else message["state"]
        held = f", held until {message['held_until']}" if message["held_until"] else ""
        error = f", given up: {message['error'].splitlines()[0]}" if message["error"] else ""
        yield f"  to {message['receiver']} for {message['rule']}: {when}{held}{error}"
