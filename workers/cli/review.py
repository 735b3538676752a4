"""``clashwatch review``: say whether what was told was right, see each rule's precision, take the cases along."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.operate import AsJson, Folder, engine_or_exit
from workers.cli.saying import Author, Note, myself
from workers.pipeline.models.steering import Judgement

if TYPE_CHECKING:
    from workers.adapters.store.reviews import Case

app = typer.Typer(no_args_is_help=True, help="Judge what was told; measure rules by it; export the cases.")


@app.command()
def add(
    alert: Annotated[str, typer.Argument(help="An alert's number or a clash's id.")],
    judgement: Judgement,
    rule: Annotated[str | None, typer.Option(help="Only what this rule told.")] = None,
    note: Note = "",
    author: Author = None,
    config: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Judge what was told. Of several judgements the latest counts. Exits 1 when there is nothing of this name."""
    from workers.adapters.store import acks, reviews
    from workers.pipeline.models import Review

    engine = engine_or_exit(config)
    clash = acks.subject_of(engine, alert)
    if clash is None:
        typer.echo(f"there is no alert or clash {alert}", err=True)
        raise typer.Exit(1)
    with engine.begin() as connection:
        number = reviews.add(connection, Review("", clash, judgement, myself(author), note, datetime.now(UTC), rule))
    typer.echo(json.dumps({"id": number, "clash": clash}) if as_json else number)


@app.command("list")
def list_(config: Folder = None, as_json: AsJson = False) -> None:
    """The oldest first: number, when, who, clash, judgement, note."""
    from workers.adapters.store import reviews

    for one in reviews.listed(engine_or_exit(config)):
        line = f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {one.author}  {one.clash}  {one.judgement}  {one.note}".rstrip()
        typer.echo(json.dumps(asdict(one) | {"at": one.at.isoformat()}, ensure_ascii=False) if as_json else line)


@app.command()
def precision(config: Folder = None, as_json: AsJson = False) -> None:
    """How much of what each rule told was right, of what was reviewed, with its 95 % interval."""
    from workers.adapters.store import reviews
    from workers.pipeline.reviews import measure

    engine = engine_or_exit(config)
    for one in measure(reviews.told(engine), reviews.listed(engine)):
        if as_json:
            typer.echo(json.dumps(asdict(one) | {"precision": one.precision}))
        else:
            wrong = ", ".join(f"{kind} {number}" for kind, number in one.wrong.items())
            share = f"{one.precision:.2f} ({one.low:.2f} to {one.high:.2f})"
            typer.echo(f"{one.rule}  {share}  {one.confirmed} of {one.reviewed}  {wrong}".rstrip())


@app.command()
def export(config: Folder = None) -> None:
    """Reviewed articles as JSON Lines that `clashwatch detect` reads; `expected` is what the reviewer said."""
    from workers.adapters.store import reviews

    for case in reviews.cases(engine_or_exit(config)):
        typer.echo(json.dumps(_case(case), ensure_ascii=False))


def _case(case: Case) -> dict[str, Any]:
    review, place = case.review, case.clash.place
    where = {"name": place.name, "geonameid": place.geonameid, "country": place.country} if place else None
    said: dict[str, Any] = {
        "judgement": str(review.judgement),
        "alertable": review.judgement in _RIGHT,
        "note": review.note,
    }
    said["not_place" if review.judgement is Judgement.WRONG_PLACE else "place"] = where
    return {
        "id": f"review-{review.id}-{case.article_id}",
        "title": case.article.title,
        "text": case.article.text,
        "published": case.published,
        "language": case.article.language,
        "country": case.country,
        "source": case.source,
        "expected": said,
    }


_RIGHT = frozenset({Judgement.CONFIRMED, Judgement.WRONG_PLACE, Judgement.DUPLICATE})
"""What was violence and news, whatever else was wrong with it."""
