"""Steering over HTTP: silence, acknowledge, review, retry. The author is the token's name, never what a body says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workers.adapters.store import acks, delivery_log, reviews, silences, tokens
from workers.adapters.store.tokens import Scope
from workers.api.access import ADMINS, GUARDED, MISSING, STEERERS, Steerer, refused
from workers.pipeline.matchers import BadMatcherError, parse_matcher
from workers.pipeline.models import Ack, Judgement, Review, Silence
from workers.pipeline.reviews import measure
from workers.settings.problems import unknown

routes = APIRouter(prefix="/api/v1")

Hours = Annotated[float, Field(gt=0, le=24 * 365, description="From now on.")]
Number = Annotated[int, Field(ge=1, lt=2**63)]


def _matcher(text: str) -> str:
    try:
        parse_matcher(text)
    except BadMatcherError as error:
        raise ValueError(str(error)) from None
    return text


def _storable(text: str) -> str:
    """What a person writes is kept and shown as it is, so it may not carry what hides in a terminal."""
    if any(ord(letter) < 32 and letter not in "\t\n" for letter in text):
        raise ValueError("control characters are not allowed")
    return text


Words = Annotated[str, Field(max_length=2000), AfterValidator(_storable)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSilence(Body):
    matchers: list[Annotated[str, Field(max_length=500), AfterValidator(_matcher)]] = Field(default=[], max_length=50)
    regions: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=50)
    comment: Annotated[Words, Field(min_length=1)]
    hours: Hours = 4


class NewAck(Body):
    note: Words = ""
    hours: Hours = 12


class NewReview(Body):
    judgement: Judgement
    rule: Annotated[str | None, Field(max_length=200)] = None
    note: Words = ""


class NewToken(Body):
    name: Annotated[Words, Field(min_length=1)]
    scope: Annotated[str, Field(pattern="^(read|steer|admin)$")] = "steer"
    hours: Annotated[float | None, Field(gt=0, le=24 * 3650)] = None


class Overlap(Body):
    overlap_hours: Annotated[float, Field(ge=0, le=24 * 31)] = 24


@routes.get("/silences")
def list_silences(request: Request, expired: bool = False) -> list[dict[str, Any]]:
    """Silences in force, the soonest to end first."""
    return [asdict(one) for one in silences.listed(request.app.state.engine, expired=expired)]


@routes.post("/silences", status_code=201, responses=GUARDED)
def add_silence(request: Request, wanted: NewSilence, token: Steerer) -> dict[str, str]:
    """Hear nothing of something for a while."""
    known = request.app.state.outlook.names
    if not wanted.matchers and not wanted.regions:
        raise refused("matchers", "give a matcher or a region: nothing silences everything")
    if strange := [name for name in wanted.regions if name not in known]:
        raise refused("regions", unknown("region", strange[0], known))
    now = datetime.now(UTC)
    ends, fits, where = now + timedelta(hours=wanted.hours), tuple(wanted.matchers), tuple(wanted.regions)
    with request.app.state.engine.begin() as connection:
        made = silences.add(connection, Silence("", fits, token.name, wanted.comment, now, ends, where))
    return {"id": made}


@routes.delete("/silences/{number}", status_code=204, dependencies=STEERERS, responses=GUARDED | MISSING)
def end_silence(request: Request, number: Number) -> None:
    """End a silence now."""
    with request.app.state.engine.begin() as connection:
        if not silences.expire(connection, str(number)):
            raise HTTPException(404, "no such silence is in force")


@routes.get("/acks")
def list_acks(request: Request, past: bool = False) -> list[dict[str, Any]]:
    """Who is on what, the soonest to end first."""
    return [asdict(one) for one in acks.listed(request.app.state.engine, past=past)]


@routes.post("/alerts/{named}/ack", status_code=201, responses=GUARDED | MISSING)
def add_ack(request: Request, named: str, wanted: NewAck, token: Steerer) -> dict[str, str]:
    """Say that you are on it. ``named`` is an alert's number or a clash's id."""
    subject, now = _subject(request, named), datetime.now(UTC)
    ack = Ack("", subject, token.name, wanted.note, now, now + timedelta(hours=wanted.hours))
    with request.app.state.engine.begin() as connection:
        return {"id": acks.add(connection, ack), "subject": subject}


@routes.delete("/acks/{number}", status_code=204, dependencies=STEERERS, responses=GUARDED | MISSING)
def end_ack(request: Request, number: Number) -> None:
    """Take an acknowledgement back."""
    with request.app.state.engine.begin() as connection:
        if not acks.expire(connection, number):
            raise HTTPException(404, "no such acknowledgement is in force")


@routes.get("/reviews")
def list_reviews(request: Request) -> list[dict[str, Any]]:
    """What reviewers said, the oldest first."""
    return [asdict(one) for one in reviews.listed(request.app.state.engine)]


@routes.get("/reviews/precision")
def precision(request: Request) -> list[dict[str, Any]]:
    """Each reviewed rule's precision with its n and 95 % interval."""
    engine = request.app.state.engine
    return [asdict(one) | {"precision": one.precision} for one in measure(reviews.told(engine), reviews.listed(engine))]


@routes.post("/alerts/{named}/reviews", status_code=201, responses=GUARDED | MISSING)
def add_review(request: Request, named: str, wanted: NewReview, token: Steerer) -> dict[str, str]:
    """Judge what was told. ``named`` is an alert's number or a clash's id."""
    about, now = _subject(request, named), datetime.now(UTC)
    review = Review("", about, wanted.judgement, token.name, wanted.note, now, wanted.rule)
    with request.app.state.engine.begin() as connection:
        return {"id": reviews.add(connection, review)}


@routes.post("/deliveries/{number}/retry", dependencies=STEERERS, responses=GUARDED | MISSING)
def retry(request: Request, number: Number) -> dict[str, int]:
    """Take a message up again that was given up."""
    if not (taken := delivery_log.retry(request.app.state.engine, [number])):
        raise HTTPException(404, "no such delivery was given up")
    return {"retried": taken}


@routes.get("/tokens", dependencies=ADMINS, responses=GUARDED)
def list_tokens(request: Request) -> list[dict[str, Any]]:
    """Every token but the token itself."""
    return [asdict(one) | {"scope": one.scope.name.lower()} for one in tokens.listed(request.app.state.engine)]


@routes.post("/tokens", status_code=201, dependencies=ADMINS, responses=GUARDED)
def add_token(request: Request, wanted: NewToken) -> dict[str, str]:
    """A new token: shown this once."""
    expires = datetime.now(UTC) + timedelta(hours=wanted.hours) if wanted.hours else None
    with request.app.state.engine.begin() as connection:
        return {"token": tokens.make(connection, wanted.name, Scope[wanted.scope.upper()], expires)}


@routes.post("/tokens/{number}/rotate", status_code=201, dependencies=ADMINS, responses=GUARDED | MISSING)
def rotate_token(request: Request, number: Number, wanted: Overlap) -> dict[str, str]:
    """A new token in place of one, shown this once; both count for a while."""
    until = datetime.now(UTC) + timedelta(hours=wanted.overlap_hours)
    with request.app.state.engine.begin() as connection:
        if (made := tokens.rotate(connection, number, until)) is None:
            raise HTTPException(404, "no such token is valid")
        return {"token": made}


@routes.delete("/tokens/{number}", status_code=204, dependencies=ADMINS, responses=GUARDED | MISSING)
def revoke_token(request: Request, number: Number) -> None:
    """From now on the token opens nothing."""
    with request.app.state.engine.begin() as connection:
        if not tokens.revoke(connection, number):
            raise HTTPException(404, "no such token is valid")


def _subject(request: Request, named: str) -> str:
    if (subject := acks.subject_of(request.app.state.engine, named)) is None:
        raise HTTPException(404, "no such alert or clash")
    return subject
