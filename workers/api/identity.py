"""What is one incident, over HTTP: an operator's word on it, what was decided so, and how a situation went on.

The same as ``clashwatch clashes merge|split|decisions|timeline``; the author is the token's name.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import Field

from workers.adapters.store import decisions, views
from workers.adapters.store.decisions import Decision, NoSuchClashError
from workers.api.access import GUARDED, MISSING, Steerer, refused
from workers.api.steering import Body, Words

routes = APIRouter(prefix="/api/v1")

Id = Annotated[str, Field(min_length=1, max_length=100)]


class NewMerge(Body):
    other: Id
    note: Words = ""


class NewSplit(Body):
    articles: list[Id] = Field(min_length=1, max_length=500)
    note: Words = ""


@routes.post("/clashes/{clash_id}/merge", responses=GUARDED | MISSING)
def merge(request: Request, clash_id: str, wanted: NewMerge, token: Steerer) -> dict[str, str]:
    """Say that two clashes are one: the id that lives on, the larger one's; the other leads to it."""
    if clash_id == wanted.other:
        raise refused("other", "a clash is one with itself")
    said = Decision("merge", (clash_id, wanted.other), token.name, wanted.note)
    try:
        return {"id": decisions.merge(request.app.state.engine, said, request.app.state.linking)}
    except NoSuchClashError as error:
        raise HTTPException(404, str(error)) from None


@routes.post("/clashes/{clash_id}/split", responses=GUARDED | MISSING)
def split(request: Request, clash_id: str, wanted: NewSplit, token: Steerer) -> dict[str, str]:
    """Say that some articles of a clash tell another: the id of the clash that they now tell."""
    said = Decision("split", (clash_id,), token.name, wanted.note)
    try:
        return {"id": decisions.split(request.app.state.engine, said, wanted.articles, request.app.state.linking)}
    except NoSuchClashError as error:
        raise HTTPException(404, str(error)) from None


@routes.get("/decisions")
def list_decisions(request: Request) -> list[dict[str, Any]]:
    """What was merged and split, the latest first: when, by whom, why."""
    return [asdict(one) for one in decisions.made(request.app.state.engine)]


@routes.get("/situations/{situation}/timeline", responses=MISSING)
def timeline(request: Request, situation: str) -> list[dict[str, Any]]:
    """Every revision of a situation's clashes, as they became known. The id may be that of a clash in it."""
    if not (rows := views.timeline(request.app.state.engine, situation)):
        raise HTTPException(404, "no such situation")
    return rows
