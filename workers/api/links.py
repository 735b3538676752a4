"""The page behind a link in a message: it says what would happen, and does it when asked to.

GET changes nothing, however often: mail scanners and chat previews follow every link. Only the page's button, or a
mail program's one-click unsubscription (RFC 8058), posts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from workers.adapters.store import acks, clashes, departures, keys, reviews, silences
from workers.pipeline.links import Act, BadLinkError, Link, read
from workers.pipeline.message import Style, headline, tidy
from workers.pipeline.models import Ack, Clash, Judgement, Review, Silence

routes = APIRouter(include_in_schema=False)
_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
_LONGEST = 10_000
_MUTED, _ON_IT = timedelta(hours=4), timedelta(hours=12)
_JUDGED = {Act.WRONG_PLACE: Judgement.WRONG_PLACE, Act.NOT_A_CLASH: Judgement.NOT_VIOLENCE}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Robots-Tag": "noindex",
}


@routes.get("/links/{token}")
def ask(token: str, request: Request) -> HTMLResponse:
    """What the link would do."""
    return _answer(request.app.state.engine, token, None)


@routes.post("/links/{token}")
async def act(token: str, request: Request) -> HTMLResponse:
    """Do it."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            return _page(413, Style(), state="bad")
    return await run_in_threadpool(_answer, request.app.state.engine, token, body)


def _answer(engine: Engine, token: str, posted: bytes | None) -> HTMLResponse:
    try:
        link = read(token, keys.link_key(engine), datetime.now(UTC))
    except BadLinkError as error:
        return _page(410, Style(), state="expired") if error.expired else _page(403, Style(), state="bad")
    style = Style(link.language)
    with engine.connect() as connection:
        clash = clashes.current(connection, link.clash) if link.clash else None
    if link.clash and clash is None:
        return _page(404, style, state="bad")
    title = headline(clash, style) if clash else ""
    if posted is None:
        return _page(200, style, state="ask", link=link, title=title)
    with engine.begin() as connection:
        _do(connection, link, clash, posted)
    return _page(200, style, state="done", link=link, title=title)


def _do(connection: Connection, link: Link, clash: Clash | None, posted: bytes) -> None:
    """The one thing that the link is for. Said by whoever they say they are, through the receiver they read."""
    who, note = (_field(posted, name) for name in ("who", "note"))
    author = f"{who} ({link.receiver})" if who else link.receiver
    now = datetime.now(UTC)
    if clash is None:
        departures.leave(connection, link.receiver)
    elif link.act is Act.ACKNOWLEDGE:
        acks.add(connection, Ack("", clash.id, author, note, now, now + _ON_IT))
    elif link.act is Act.MUTE:
        silences.add(connection, Silence("", (f'clash="{clash.id}"',), author, note or "muted", now, now + _MUTED))
    else:
        reviews.add(connection, Review("", clash.id, _JUDGED[link.act], author, note, now))


def _field(posted: bytes, name: str) -> str:
    """What was typed; a one-click unsubscription types nothing."""
    return tidy(parse_qs(posted.decode(errors="replace"), max_num_fields=20).get(name, [""])[0], 500)


def _page(status: int, style: Style, **shown: Any) -> HTMLResponse:
    html = _PAGES.get_template("links.html").render(words=style.words, **{"link": None, "title": "", **shown})
    return HTMLResponse(html, status, headers=HEADERS)
