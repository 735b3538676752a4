"""Tokens of the API: shown once, kept as a hash, compared in constant time, limited by scope, expiring, revocable."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from hashlib import sha256

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update

from workers.adapters.store.upkeep import tokens

_SHAPE = re.compile(r"cw_(\d{1,18})_([\w-]{43})")


class Scope(IntEnum):
    """What a token may do; a greater one may do what the smaller may."""

    READ = 1
    STEER = 2
    """Silence, acknowledge, review, retry."""
    ADMIN = 3
    """Make and revoke tokens."""


@dataclass(frozen=True, slots=True)
class Token:
    """Everything of a token but the token."""

    id: int
    name: str
    scope: Scope
    made_at: datetime
    expires: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


def make(connection: Connection, name: str, scope: Scope, expires: datetime | None = None) -> str:
    """A new token. It is in nobody's store afterwards but the caller's."""
    secret = secrets.token_urlsafe(32)
    row = {"name": name, "hash": _hash(secret), "scope": scope.name.lower(), "expires": expires}
    number = connection.execute(insert(tokens).values(row).returning(tokens.c.id)).scalar_one()
    return f"cw_{number}_{secret}"


def known(engine: Engine, given: str) -> Token | None:
    """Whose token this is; ``None`` when it is nobody's, revoked or out of date. Notes that it was used."""
    found = _SHAPE.fullmatch(given)
    number, secret = (int(found[1]), found[2]) if found else (0, "")
    alive = tokens.c.revoked_at.is_(None) & or_(tokens.c.expires.is_(None), tokens.c.expires > func.now())
    with engine.begin() as connection:
        row = connection.execute(select(tokens).where(tokens.c.id == number, alive)).one_or_none()
        # An unknown number costs the same comparison as a wrong secret.
        if not hmac.compare_digest(row.hash if row else _hash("nobody's"), _hash(secret)) or row is None:
            return None
        connection.execute(update(tokens).where(tokens.c.id == number).values(used_at=func.now()))
    return _token(row)


def listed(engine: Engine) -> list[Token]:
    with engine.connect() as connection:
        return [_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.id))]


def revoke(connection: Connection, number: int) -> bool:
    """False when there is none of this number that is not revoked."""
    valid = (tokens.c.id == number, tokens.c.revoked_at.is_(None))
    return connection.execute(update(tokens).where(*valid).values(revoked_at=func.now())).rowcount == 1


def rotate(connection: Connection, number: int, until: datetime) -> str | None:
    """A new token of the same name, scope and end; the old one counts until ``until``. ``None``: there is none."""
    valid = (tokens.c.id == number, tokens.c.revoked_at.is_(None))
    row = connection.execute(select(tokens).where(*valid).with_for_update()).one_or_none()
    if row is None:
        return None
    ends = min(until, row.expires) if row.expires else until
    connection.execute(update(tokens).where(tokens.c.id == number).values(expires=ends))
    return make(connection, row.name, Scope[row.scope.upper()], row.expires)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _token(row: Row[tuple[object, ...]]) -> Token:
    return Token(row.id, row.name, Scope[str(row.scope).upper()], row.made_at, row.expires, row.revoked_at, row.used_at)
