"""What is watched, over HTTP: regions with their feeds, rules, why, routes; and rules run over what happened.

Reading needs no token, as elsewhere; a backtest is work, so it needs one, of any scope.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from workers.adapters.store import delivery_log, recent
from workers.adapters.store.deliveries import State
from workers.adapters.store.tokens import Scope
from workers.api.access import GUARDED, MISSING, needs, refused
from workers.asking import Outlook, reached
from workers.asking.past import differences, per_day, would_tell
from workers.asking.why import known_rule, of_clash, of_vigils
from workers.pipeline.message import Style
from workers.pipeline.message.atom import Head, Told, atom
from workers.pipeline.models import Rule
from workers.pipeline.regions import Fit, RegionIndex
from workers.pipeline.rules import UNLOCATED, Watch
from workers.settings.problems import unknown
from workers.settings.watching import RuleEntry

routes = APIRouter(prefix="/api/v1")
_DAYS, _MOST, _ENTRIES = 30, 5000, 100
"""A feed holds the latest so many entries of so many days, found among so many clashes."""
Word = Annotated[str, Path(max_length=200, pattern="^[^\\x00]+$")]


class Backtest(BaseModel):
    """``rules``: what is compared with the rules in force, written as in ``rules.d``."""

    model_config = ConfigDict(extra="forbid")
    hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24 * 7
    rules: Annotated[list[RuleEntry], Field(max_length=100)] = []


class DeliveriesAsked(BaseModel):
    """Which messages."""

    model_config = ConfigDict(extra="forbid")
    receiver: Annotated[str | None, Field(max_length=200, pattern="^[^\\x00]+$")] = None
    clash: Annotated[str | None, Field(max_length=200, pattern="^[^\\x00]+$")] = None
    state: State | None = None
    before: Annotated[int | None, Field(ge=1, lt=2**63, description="Rows with a smaller id: the next page.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


def outlook(request: Request) -> Outlook:
    """What the application was made with."""
    found: Outlook = request.app.state.outlook
    return found


Seen = Annotated[Outlook, Depends(outlook)]


@routes.get("/rules")
def rules(seen: Seen) -> list[dict[str, Any]]:
    """Every rule in force."""
    shown = ("id", "name", "status", "severity", "owner", "regions")
    return [{name: getattr(rule, name) for name in shown} for rule in seen.watch.rules]


@routes.get("/regions")
def regions(seen: Seen) -> list[dict[str, str]]:
    """Every region by name, and what people call it."""
    return [{"name": name, "title": seen.watch.title(name)} for name in sorted(seen.names)]


@routes.get(
    "/regions/{region}/feed.atom",
    response_class=Response,
    responses={
        200: {"content": {"application/atom+xml": {}}, "description": "Atom 1.0 with GeoRSS points and radii."},
        304: {"description": "Nothing changed since the ETag that was sent."},
        **MISSING,
    },
)
def feed(request: Request, seen: Seen, region: Word) -> Response:
    """The region's clashes of the last 30 days; ``unlocated`` is the region of those whose place nobody gave."""
    if region not in seen.names and region != UNLOCATED:
        raise HTTPException(404, unknown("region", region, seen.names))
    told = recent.told(request.app.state.engine, datetime.now(UTC) - timedelta(days=_DAYS), _MOST)
    own = seen.watch.regions.only({region} & seen.names)
    there = list(islice((one for one in told if _lies(one, region, own)), _ENTRIES))
    head = Head(region, seen.watch.title(region), str(request.base_url).rstrip("/"))
    body = atom(head, there, Style()).encode()
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _lies(told: Told, region: str, index: RegionIndex) -> bool:
    place = told.clash.place
    if place is None or region == UNLOCATED:
        return place is None and region == UNLOCATED
    return index.fits(place, told.clash.kinds).get(region, Fit.OUTSIDE) >= Fit.TOUCH


@routes.get("/routes/test")
def try_labels(
    seen: Seen,
    label: Annotated[
        list[Annotated[str, Field(max_length=500, pattern=r"^[a-zA-Z_]\w*=[^\x00]*$")]],
        Query(max_length=50, description="name=value; may be repeated"),
    ] = [],  # noqa: B006 - fastapi copies it
) -> list[dict[str, Any]]:
    """The receivers, in order, that an alert with these labels reaches, each with its thread."""
    return reached(dict(one.split("=", 1) for one in label), seen.tree)


@routes.get("/why/{named}", responses=MISSING)
def why(
    request: Request, seen: Seen, named: Word, rule: Annotated[str | None, Query(max_length=200)] = None
) -> list[dict[str, Any]]:
    """Each gate with its value: of a clash (its id or an alert's number), or of a vigil by its name."""
    if not known_rule(seen, rule):
        raise HTTPException(404, unknown("rule", str(rule), seen.watch.order))
    engine = request.app.state.engine
    if found := of_clash(engine, seen, named, rule) or of_vigils(engine, seen, named, datetime.now(UTC)):
        return found
    raise HTTPException(404, "no clash, alert or vigil of this name")


@routes.get("/deliveries")
def deliveries(request: Request, asked: Annotated[DeliveriesAsked, Query()]) -> list[dict[str, Any]]:
    """Messages and what became of them, newest first; what was not sent, or waited, says why."""
    return delivery_log.log(request.app.state.engine, delivery_log.Asked(**dict(asked)))


@routes.post("/rules/backtest", responses=GUARDED, dependencies=[Depends(needs(Scope.READ))])
def backtest(request: Request, seen: Seen, wanted: Backtest) -> dict[str, Any]:
    """What the rules in force would have told, by day; with other rules also what only one of the two would have."""
    engine, now = request.app.state.engine, datetime.now(UTC)
    since = now - timedelta(hours=wanted.hours)
    told = would_tell(engine, seen, since, now)
    if not wanted.rules:
        return {"days": per_day(told), "differences": []}
    other = Outlook(Watch(_checked(wanted.rules, seen), seen.watch.regions), seen.tree)
    return {"days": per_day(told), "differences": differences(told, would_tell(engine, other, since, now))}


def _checked(entries: list[RuleEntry], seen: Outlook) -> list[Rule]:
    made = [entry.rule() for entry in entries]
    for rule in made:
        for region in rule.regions:
            if region not in seen.names:
                raise refused("rules", f"rule {rule.id}: {unknown('region', region, seen.names)}")
    return made
