"""The exceptions of a request in, the outcome that names them out."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
from aiohttp.client_exceptions import ClientConnectorDNSError

from workers.adapters.web.bodies import BadEncoding, TooLarge
from workers.pipeline.models import FetchOutcome

EXPECTED = (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)
"""What a request may end in; anything else is our own mistake and is raised."""

_BY_KIND: tuple[tuple[type[BaseException], FetchOutcome], ...] = (
    (TooLarge, FetchOutcome.TOO_LARGE),
    (BadEncoding, FetchOutcome.BAD_ENCODING),
    (asyncio.TimeoutError, FetchOutcome.TIMEOUT),
    (ClientConnectorDNSError, FetchOutcome.DNS),
    (aiohttp.ClientSSLError, FetchOutcome.TLS),
    (ssl.SSLError, FetchOutcome.TLS),
    (aiohttp.InvalidURL, FetchOutcome.BAD_URL),
    (aiohttp.ClientError, FetchOutcome.CONNECT),
    (OSError, FetchOutcome.CONNECT),
    (ValueError, FetchOutcome.BAD_URL),
)


def outcome_of(error: BaseException) -> FetchOutcome:
    """The outcome; ``connect`` for every way in which a conversation can break off."""
    if "blocked address" in str(error):
        return FetchOutcome.BLOCKED
    if isinstance(error, aiohttp.ClientResponseError) and "more than" in error.message:
        return FetchOutcome.TOO_LARGE  # header lines beyond the limit
    return next(outcome for kind, outcome in _BY_KIND if isinstance(error, kind))
