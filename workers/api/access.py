"""Who may do what: a bearer token of the right scope for everything that changes something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from workers.adapters.store import tokens
from workers.adapters.store.tokens import Scope, Token

Responses = dict[int | str, dict[str, Any]]
EVERYWHERE: Responses = {
    429: {"description": "Too many requests: come back after the seconds in Retry-After."},
    503: {"description": "The database does not answer."},
}
GUARDED: Responses = {
    400: {"description": "The body cannot be read."},
    401: {"description": "A valid token is needed."},
    403: {"description": "The token's scope is too small."},
    413: {"description": "The body is too large."},
}
MISSING: Responses = {404: {"description": "There is nothing of this name."}}


def refused(where: str, fault: str) -> RequestValidationError:
    """What the models cannot know to be wrong, said in their shape. ``where`` is the body's key."""
    return RequestValidationError([{"type": "value_error", "loc": ("body", where), "msg": fault, "input": None}])


_BEARER = HTTPBearer(auto_error=False, description="A token of `clashwatch token add`.")


def needs(scope: Scope) -> Callable[..., Token]:
    """A dependency: the token of the request, or 401 without a valid one and 403 for one that may not."""

    def bearer(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Token:
        token = tokens.known(request.app.state.engine, given.credentials.strip()) if given else None
        if token is None:
            raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
        if token.scope < scope:
            raise HTTPException(403, f"the token may {token.scope.name.lower()}, not {scope.name.lower()}")
        return token

    return bearer


Steerer = Annotated[Token, Depends(needs(Scope.STEER))]
STEERERS = [Depends(needs(Scope.STEER))]
ADMINS = [Depends(needs(Scope.ADMIN))]
