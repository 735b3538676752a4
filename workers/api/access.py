"""Who may do what: a bearer token of the right scope for everything that changes something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from workers.adapters.store import tokens
from workers.adapters.store.tokens import Scope, Token


def needs(scope: Scope) -> Callable[[Request], Token]:
    """A dependency: the token of the request, or 401 without a valid one and 403 for one that may not."""

    def bearer(request: Request) -> Token:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        token = tokens.known(request.app.state.engine, given.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
        if token.scope < scope:
            raise HTTPException(403, f"the token may {token.scope.name.lower()}, not {scope.name.lower()}")
        return token

    return bearer


Steerer = Annotated[Token, Depends(needs(Scope.STEER))]
STEERERS = [Depends(needs(Scope.STEER))]
ADMINS = [Depends(needs(Scope.ADMIN))]
