"""Asks an OpenAI-compatible endpoint about documents in doubt: ``POST {url}/chat/completions`` with a JSON schema.

In: a document and its coding. Out: the coding, with what an answer in order changes (``pipeline.detect.opinion``), and
the outcome to count. Whatever goes wrong, the coding stays the rules' own. Off unless configured.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2

from workers.pipeline.detect.opinion import SCHEMA, Bounds, OpinionRefusedError, Outcome, doubtful, heard, question
from workers.pipeline.models import Coding, Document

LARGEST = 100_000
"""Bytes of an answer that are read."""
TOKENS = 1_000
"""An answer may have so many."""
PATIENCE, REST = 5, 60.0
"""Failures in a row after which ``MemoryLedger`` leaves the endpoint alone, and for how many seconds."""


@dataclass(frozen=True)
class Endpoint:
    """Where to ask whom. ``timeout`` is in seconds, for a whole answer."""

    url: str
    model: str
    key: str | None
    timeout: float
    bounds: Bounds


class Ledger(Protocol):
    """The day's budget and the circuit breaker, wherever they are kept."""

    def take(self) -> Outcome | None:
        """Spend one call; or say why none may be made."""

    def failed(self, error: str) -> None: ...

    def answered(self) -> None: ...


class MemoryLedger:
    """For one run of a command: ``most`` calls. Workers share the store's instead (``store.opinions``)."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._failures = 0
        self._until = 0.0
        self.error = ""
        """The latest failure."""

    def take(self) -> Outcome | None:
        if time.monotonic() < self._until:
            return Outcome.RESTING
        if self._left < 1:
            return Outcome.SPENT
        self._left -= 1
        return None

    def failed(self, error: str) -> None:
        self.error = error
        self._failures += 1
        if self._failures >= PATIENCE:
            self._until = time.monotonic() + REST

    def answered(self) -> None:
        self._failures = 0


class FailedError(Exception):
    """The endpoint gave no answer."""


class Opinions:
    """One endpoint under one ledger."""

    def __init__(self, endpoint: Endpoint, ledger: Ledger) -> None:
        self._endpoint = endpoint
        self._ledger = ledger

    def on(self, document: Document, coding: Coding, threshold: float) -> tuple[Coding, Outcome | None]:
        """``None``: the document is not in doubt, nobody was asked."""
        asked = doubtful(coding, self._endpoint.bounds)
        if not asked:
            return coding, None
        if refusal := self._ledger.take():
            return coding, refusal
        try:
            answer = _answer(self._endpoint, question(document, coding, asked))
            settled = heard(document, coding, answer, threshold)
        except FailedError as error:
            self._ledger.failed(str(error))
            return coding, Outcome.FAILED
        except OpinionRefusedError as error:
            self._ledger.failed(str(error))
            return coding, error.outcome
        self._ledger.answered()
        return settled


def _answer(endpoint: Endpoint, messages: list[dict[str, str]]) -> str:
    """The text of the first choice. Raises ``FailedError``."""
    headers = {"user-agent": "Clashwatch"} | ({"authorization": f"Bearer {endpoint.key}"} if endpoint.key else {})
    schema = {"name": "verdicts", "strict": True, "schema": SCHEMA}
    body = {
        "model": endpoint.model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": TOKENS,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    try:
        said = json.loads(_posted(endpoint, body, headers))["choices"][0]["message"]["content"]
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise FailedError(f"{type(error).__name__}: {error}") from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise FailedError("the answer is no chat completion") from None
    if not isinstance(said, str):
        raise FailedError("the answer has no text")
    return said


def _posted(endpoint: Endpoint, body: dict[str, Any], headers: dict[str, str]) -> bytes:
    """The body of a good answer; a slow drip ends at the timeout too."""
    until = time.monotonic() + endpoint.timeout
    received = b""
    url = f"{endpoint.url.rstrip('/')}/chat/completions"
    with (
        httpx2.Client(timeout=endpoint.timeout, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", url, json=body, headers=headers) as answer,
    ):
        if not answer.is_success:
            raise FailedError(f"HTTP {answer.status_code}")
        for chunk in answer.iter_raw():
            received += chunk
            if len(received) > LARGEST or time.monotonic() > until:
                raise FailedError("the answer is too long or too slow")
    return received
