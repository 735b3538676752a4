"""``clashwatch replay``: a folder of documents through the whole pipeline, receivers printing (interfaces.md)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from workers.adapters.channels.console import plain_lines
from workers.cli.folder import Folder, Paper, Unread, times
from workers.cli.rehearsal import UNDATED, Rehearsal, Step, Told, kept
from workers.pipeline.models import Clash, Reason, Report
from workers.pipeline.wire import encode
from workers.settings import SettingsError, load

app = typer.Typer()


@app.command()
def replay(
    folder: Path = typer.Argument(..., exists=True, file_okay=False, help="Holds *.txt, *.html, *.jsonl or feed.xml."),
    config: Path = typer.Option(None, exists=True, file_okay=False, help="Regions, rules, receivers; else ./config."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON Lines: articles, revisions, clashes, totals."),
    published: list[str] = typer.Option([], help="TIME for files without one, or NAME=TIME (RFC 3339); repeatable."),
    every_verdict: bool = typer.Option(False, "--all", help="Also print rules that look elsewhere."),
) -> None:
    """Show what would have been told of a folder of documents, and why.

    The clock is the documents' own time. Beside NAME.txt or NAME.html, what a feed would say of it may stand in
    NAME.yml, or in a line of meta.jsonl with id NAME: title, published, language, country, source, url.
    """
    try:
        settings = load(config, os.environ, polls=False)
        found = list(Folder(folder, times(published)).papers())
    except (SettingsError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for one in found:
        if isinstance(one, Unread):
            typer.echo(f"{one.name}: {one.why}", err=True)
    papers = sorted((one for one in found if isinstance(one, Paper)), key=_order)
    for paper in papers:
        if paper.document.published is None:
            typer.echo(f"{paper.document.id}: no time of publication; give it with --published or NAME.yml", err=True)
    rehearsal = Rehearsal(settings)
    steps = []
    for paper in papers:
        steps.append(rehearsal.take(paper))
        _print(_as_json(steps[-1]) if as_json else _as_text(steps[-1], every_verdict))
    _print(_end_json(rehearsal, steps) if as_json else _end_text(rehearsal, steps))
    if len(papers) < len(found):
        raise typer.Exit(1)


def _order(paper: Paper) -> tuple[Any, str]:
    return paper.document.published or UNDATED, paper.document.id


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def _as_text(step: Step, every_verdict: bool) -> Iterator[str]:
    document = step.paper.document
    when = document.published.isoformat(timespec="minutes") if document.published else "undated"
    yield f"{when}  {document.id}  [{step.coding.language}]  {document.title or document.text[:60]!r}"
    if step.copy:
        yield f"  copy of {step.copy.origin} ({step.copy.reason}, {step.copy.similarity:.2f})"
    for report, why in zip(step.coding.reports, kept(step.coding), strict=True):
        yield f"  report  {_report(report)}  ({why})"
    for told in step.told:
        yield f"  clash   {_clash(told.revision.clash)}  revision {told.revision.number}: {_changes(told)}"
        for verdict in told.verdicts:
            if every_verdict or verdict.reason is not Reason.OUTSIDE_REGION:
                yield f"    rule {verdict.rule}: {verdict.reason}, {verdict.detail}"
        for receivers, message in told.messages:
            yield f"    to {', '.join(receivers)}, number {message.sequence}:"
            yield from (f"      {line}" for line in plain_lines(message))
    yield ""


def _changes(told: Told) -> str:
    return ", ".join(told.revision.changes)


def _report(report: Report) -> str:
    place = f"{report.place.name} ({report.place.precision})" if report.place else "no place"
    days = f"{report.start} to {report.end}" if report.start else "undated"
    sides = " / ".join(f"{side.role} {', '.join(actor.text for actor in side.actors)}" for side in report.sides)
    gate = "alertable" if report.alertable else "not alertable"
    said = f"{report.realis}, {report.status}, {gate}, {report.confidence:.2f}"
    return f"{report.sub_event_type}, {place}, {days}; {sides or 'sides not told'}; {said}"


def _clash(clash: Clash) -> str:
    place = clash.place.name if clash.place else "no place"
    return f"{clash.id} {clash.sub_event_type}, {place}, {clash.start or 'undated'}, {clash.status}"


def _end_text(rehearsal: Rehearsal, steps: list[Step]) -> Iterator[str]:
    for situation in rehearsal.situations.values():
        yield f"situation {situation.id}"
        for name in situation.clashes:
            clash = rehearsal.clashes[name]
            told_by = f"{', '.join(clash.articles)}; origins: {', '.join(clash.origins) or 'none listed'}"
            yield f"  {_clash(clash)}: {told_by}"
            yield from (f"    {why}" for why in clash.why)
    yield ", ".join(f"{name} {number}" for name, number in _totals(rehearsal, steps).items())


def _totals(rehearsal: Rehearsal, steps: list[Step]) -> dict[str, int]:
    told = [one for step in steps for one in step.told]
    return {
        "articles": len(steps),
        "reports": sum(len(step.coding.reports) for step in steps),
        "clashes": len(rehearsal.clashes),
        "situations": len(rehearsal.situations),
        "alerts": sum(len(one.alerts) for one in told),
        "messages": sum(len(one.messages) for one in told),
    }


def _as_json(step: Step) -> Iterator[str]:
    article = {"id": step.paper.document.id, "published": step.paper.document.published, "url": step.paper.url}
    copy = step.copy.origin if step.copy else None
    yield _line("article", {**article, "copy_of": copy, "filed": kept(step.coding), **encode(step.coding)})
    for told in step.told:
        yield _line("revision", encode(told.revision))
        for verdict in told.verdicts:
            yield _line("verdict", {"clash": told.revision.clash.id, **encode(verdict)})
        for alert in told.alerts:
            yield _line("alert", encode(alert))
        for receivers, message in told.messages:
            yield _line("message", {"receivers": receivers, **encode(message), "payload": None})


def _end_json(rehearsal: Rehearsal, steps: list[Step]) -> Iterator[str]:
    for clash in rehearsal.clashes.values():
        yield _line("clash", encode(clash))
    for situation in rehearsal.situations.values():
        yield _line("situation", encode(situation))
    yield _line("totals", _totals(rehearsal, steps))


def _line(noun: str, fields: dict[str, Any]) -> str:
    return json.dumps({"noun": noun, **fields}, ensure_ascii=False, default=str)
