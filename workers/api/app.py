"""What the service knows, as JSON: clashes with their claims and history, alerts, deliveries, feeds.

Reading needs no token: it binds to loopback unless told otherwise; put your own proxy with authentication in front
of it to show it to others. Whatever changes something (``steering``) needs a token of ``clashwatch token add``.
Times are RFC 3339 in UTC, places WGS 84 degrees, types ACLED's names.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.routing import iter_route_contexts
from pydantic import BeforeValidator
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from workers import __version__
from workers.adapters.store import gauges, views
from workers.adapters.store.assigning import Linking, unlinked
from workers.adapters.store.views import Wanted
from workers.api import gate, identity, links, push, steering, watching
from workers.api.access import EVERYWHERE, MISSING
from workers.asking import Outlook

Limit = Annotated[int, Query(ge=1, le=500)]
BeforeId = Annotated[int | None, Query(ge=1, description="Rows with a smaller id: the next page.")]


def _written_out(text: object) -> object:
    """pydantic would also read a bare number or day; which moment those mean is anybody's guess."""
    if isinstance(text, str) and not _MOMENT.fullmatch(text):
        raise ValueError("write a time as 2026-03-02T12:00:00Z")
    return text


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
Time = Annotated[datetime | None, BeforeValidator(_written_out), Query(description="RFC 3339")]
Country = Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
State = Annotated[str | None, Query(pattern="^(open|quiet|closed|reopened)$")]


def application(
    engine: Engine, outlook: Outlook | None = None, per_minute: int = gate.PER_MINUTE, linking: Linking = unlinked
) -> FastAPI:
    """The ASGI application over one store. ``outlook`` is what is watched; nothing unless said.

    ``linking``: what merges and splits may know beside the reports.
    ``per_minute``: what one client may ask; a change costs ten, a wrong token sixty more.
    """
    app = FastAPI(title="Clashwatch", version=__version__, docs_url=None, redoc_url=None, responses=EVERYWHERE)
    app.state.engine, app.state.outlook, app.state.linking = engine, outlook or Outlook(), linking
    app.include_router(steering.routes)
    app.include_router(watching.routes)
    app.include_router(identity.routes)
    app.include_router(links.routes)
    app.include_router(push.routes)

    app.add_middleware(gate.Gate, per_minute=per_minute, pushed={push.PREFIX: push.LARGEST})

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    async def no_store(_request: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "the database does not answer"}, status_code=503, headers={"Retry-After": "5"})

    @app.exception_handler(405)
    async def no_such_method(request: Request, _error: Exception) -> Response:
        return JSONResponse(
            {"detail": "Method Not Allowed"}, 405, {"Allow": ", ".join(_methods(app, request.url.path))}
        )

    _service(app, engine)
    _clashes(app, engine)
    return app


def _methods(app: FastAPI, path: str) -> list[str]:
    """Of all routes at a path; the framework knows only those of the first."""
    there = (one for one in iter_route_contexts(app.routes) if compile_path(one.path or "")[0].match(path))
    return sorted({method for one in there for method in one.methods or ()})


def _service(app: FastAPI, engine: Engine) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """200 while the database answers."""
        gauges.clashes(engine)
        return {"status": "ok", "version": __version__}

    @app.get("/api/v1/status")
    def status() -> dict[str, Any]:
        """How much of each noun the store holds, and what waits at each stage."""
        waiting = {
            one.stage: {"due": one.due, "rows": one.rows, "oldest": one.oldest} for one in gauges.waiting(engine)
        }
        return {"held": gauges.held(engine), "waiting": waiting, "quarantined": gauges.quarantined(engine)}

    @app.get("/api/v1/feeds")
    def feeds() -> list[dict[str, Any]]:
        """Every feed that is polled, with what its last poll ended in and how it does."""
        return views.feeds(engine, datetime.now(UTC))

    @app.get("/api/v1/alerts")
    def alerts(before: BeforeId = None, limit: Limit = 50) -> list[dict[str, Any]]:
        """Rules that fired, newest first, each with its reason."""
        return views.alerts(engine, before, limit)


def _clashes(app: FastAPI, engine: Engine) -> None:
    @app.get("/api/v1/clashes")
    def clashes(
        country: Country = None, state: State = None, since: Time = None, before: Time = None, limit: Limit = 50
    ) -> list[dict[str, Any]]:
        """Incidents, the most recently reported first; ``before`` the last one's ``last_reported`` is the next page."""
        return views.clashes(engine, Wanted(country, state, since, before, limit))

    @app.get("/api/v1/clashes.geojson")
    def geojson(country: Country = None, since: Time = None, limit: Limit = 500) -> dict[str, Any]:
        """The same as points; ``radius_km`` says how uncertain each is. Clashes without a place are left out."""
        found = views.clashes(engine, Wanted(country, None, since, None, limit))
        return {"type": "FeatureCollection", "features": [_feature(one) for one in found if one.get("place")]}

    @app.get("/api/v1/clashes/{clash_id}", responses=MISSING)
    def clash(clash_id: str) -> dict[str, Any]:
        """One incident with its revisions, articles and the verdict of every rule."""
        found = views.clash(engine, clash_id)
        if found is None:
            raise HTTPException(404, "no such clash")
        return found


def _feature(clash: dict[str, Any]) -> dict[str, Any]:
    place = clash["place"]
    shown = ("id", "event_type", "sub_event_type", "status", "state", "start", "end", "killed", "injured", "origins")
    properties = {name: clash[name] for name in shown} | {"place": place["name"], "radius_km": place["radius_km"]}
    point = {"type": "Point", "coordinates": [place["lon"], place["lat"]]}
    return {"type": "Feature", "geometry": point, "properties": properties}
