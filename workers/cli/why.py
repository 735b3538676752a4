"""``clashwatch why``: what every rule made of a clash, gate by gate, and what became of each message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit, settings_or_exit

if TYPE_CHECKING:
    from workers.adapters.store.history import Fate, Past
    from workers.pipeline.models import Verdict
    from workers.pipeline.rules import Watch

app = typer.Typer()


@app.command()
def why(
    clash: Annotated[str, typer.Argument(help="A clash's id, as messages and `export` give it, or an alert's number.")],
    rule: Annotated[str | None, typer.Argument(help="Only this rule.")] = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Say why a clash was told or not told, and to whom. Exits 1 when there is no such clash or rule."""
    from workers.adapters.store import acks, history

    watch = _watch(config)
    if rule is not None and rule not in watch.order and rule != "unlocated":
        from workers.settings.problems import unknown

        raise typer.BadParameter(unknown("rule", rule, watch.order))
    engine = engine_or_exit(config)
    clash = acks.subject_of(engine, clash) or clash
    past = history.of_clash(engine, clash)
    if not past:
        typer.echo(f"no clash {clash} has a revision", err=True)
        raise typer.Exit(1)
    fates = history.fates(engine, clash)
    for one in past:
        told = _account(one, rule, watch, [fate for fate in fates if fate.revision == one.id])
        for line in [json.dumps(told, ensure_ascii=False)] if as_json else _lines(told):
            typer.echo(line)


def _watch(config: Any) -> Watch:
    from workers.pipeline import regions
    from workers.pipeline.rules import Watch

    settings = settings_or_exit(config)
    return Watch(settings.rules, regions.build(settings.regions))


def _account(past: Past, rule: str | None, watch: Watch, fates: list[Fate]) -> dict[str, Any]:
    verdicts = [verdict for verdict in past.verdicts if rule in {None, verdict.rule}]
    if rule in watch.order and not verdicts:
        verdicts = [_elsewhere(past, watch, str(rule))]
    return {
        "revision": past.revision.number,
        "at": past.at.isoformat(),
        "changes": [str(change) for change in past.revision.changes],
        "verdicts": [{"rule": v.rule, "reason": str(v.reason), "detail": v.detail} for v in verdicts],
        "messages": [_fate(fate) for fate in fates if rule in {None, fate.rule}],
    }


def _elsewhere(past: Past, watch: Watch, rule: str) -> Verdict:
    """Of a thousand rules most lie elsewhere; the store does not keep that, so it is asked again."""
    from workers.pipeline.rules import Known, evaluate

    return evaluate(past.revision, watch, Known(primed=past.primed), past.at).verdicts[watch.order[rule]]


def _fate(fate: Fate) -> dict[str, Any]:
    times = {name: at.isoformat() if (at := getattr(fate, name)) else None for name in ("held_until", "sent_at")}
    known = {"rule": fate.rule, "receiver": fate.receiver, "state": fate.state, "attempts": fate.attempts}
    return {**known, **times, "error": fate.error}


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"revision {told['revision']}  {told['at']}  {', '.join(told['changes'])}"
    for verdict in told["verdicts"]:
        yield f"  rule {verdict['rule']}: {verdict['reason']}: {verdict['detail']}"
    for message in told["messages"]:
        when = f"sent {message['sent_at']}" if message["sent_at"] else message["state"]
        held = f", held until {message['held_until']}" if message["held_until"] else ""
        error = f", given up: {message['error'].splitlines()[0]}" if message["error"] else ""
        yield f"  to {message['receiver']} for {message['rule']}: {when}{held}{error}"
