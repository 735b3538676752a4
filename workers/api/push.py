"""Where hubs verify that they were asked, and push what is new (WebSub). A feed's path is known to its hub alone.

GET answers the challenge of a hub whose confirmation is awaited; POST keeps a signed document for the next stage. What
is not genuine is taken without a word, as the standard says: who forges learns nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import Message
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from workers.adapters.store import hubs
from workers.adapters.store.hubs import Received
from workers.pipeline import websub
from workers.pipeline.models import Page

PREFIX = "/push/"
LARGEST = 8_000_000
"""Bytes of a pushed document: as many as of a polled one."""
_STATUS = {Received.KEPT: 202, Received.FORGED: 202, Received.UNKNOWN: 404, Received.UNWANTED: 410}

routes = APIRouter(include_in_schema=False)
Secret = Annotated[str, Path(pattern=r"^[\w-]{20,64}$")]


class Verification(BaseModel):
    """What a hub says that it was asked, with the challenge that it wants back."""

    topic: str = Field(alias="hub.topic", max_length=4000)
    mode: str = Field(alias="hub.mode", max_length=20)
    challenge: str = Field("", alias="hub.challenge", max_length=4000)
    lease: str = Field("", alias="hub.lease_seconds", max_length=20)


@routes.get("/push/{path}")
def verify(request: Request, path: Secret, said: Annotated[Verification, Query()]) -> Response:
    """The challenge, where it is about what was asked."""
    if not _intended(request.app.state.engine, path, said):
        raise HTTPException(404, "nobody asked for this")
    return PlainTextResponse(said.challenge)


def _intended(engine: Engine, path: str, said: Verification) -> bool:
    if said.mode == "subscribe":
        return hubs.confirmed(engine, path, said.topic, websub.lease(said.lease))
    if said.mode == "unsubscribe":
        return hubs.left(engine, path, said.topic)
    return said.mode == "denied" and hubs.denied(engine, path, said.topic)


@routes.post("/push/{path}")
async def receive(request: Request, path: Secret) -> Response:
    """Keep what is new."""
    engine: Engine = request.app.state.engine
    topic = await run_in_threadpool(hubs.topic, engine, path)
    if topic is None:
        raise HTTPException(404, "nothing is awaited here")
    kind = request.headers.get("Content-Type")
    page = Page(topic, topic, await request.body(), kind, _charset(kind), datetime.now(UTC))
    signature = request.headers.get("X-Hub-Signature", "")
    return Response(status_code=_STATUS[await run_in_threadpool(hubs.receive, engine, path, page, signature)])


def _charset(kind: str | None) -> str | None:
    header = Message()
    header["Content-Type"] = kind or ""
    charset = header.get_content_charset()
    return charset if isinstance(charset, str) else None
