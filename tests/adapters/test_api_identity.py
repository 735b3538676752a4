"""Over the API an operator joins and parts clashes as on the command line, under the token's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx2
import pytest
from sqlalchemy import Engine

from tests.adapters.served import serving
from tests.adapters.test_store_identity import FIGHT, GAO, homes, tell
from workers.adapters.store import tokens
from workers.adapters.store.tokens import Scope

Ask = Callable[..., httpx2.Response]


@pytest.fixture
def ask(engine: Engine) -> Iterator[Ask]:
    with engine.begin() as c:
        known = {scope.name.lower(): tokens.make(c, f"{scope.name.lower()} bot", scope) for scope in Scope}
    with serving(engine) as address, httpx2.Client() as client:

        def asked(scope: str | None, method: str, path: str, body: object = None) -> httpx2.Response:
            headers = {"Authorization": f"Bearer {known[scope]}"} if scope else {}
            return client.request(method, f"{address}/api/v1{path}", json=body, headers=headers)

        yield asked


@pytest.fixture
def two(engine: Engine) -> tuple[str, str, str]:
    """Two clashes, and the article of the second."""
    one, other = tell(engine, "one", FIGHT, ago=2), tell(engine, "two", replace(FIGHT, place=GAO), family="weekly")
    return homes(engine)[str(one)], homes(engine)[str(other)], str(other)


def test_a_merge_and_a_split_over_the_api(ask: Ask, two: tuple[str, str, str], engine: Engine) -> None:
    one, other, article = two
    merged = ask("steer", "POST", f"/clashes/{one}/merge", {"other": other, "note": "one battle"})
    assert (merged.status_code, merged.json()) == (200, {"id": one})
    assert set(homes(engine).values()) == {one}
    parted = ask("steer", "POST", f"/clashes/{one}/split", {"articles": [article]})
    assert (parted.status_code, parted.json()) == (200, {"id": other})
    assert homes(engine)[article] == other
    made = ask(None, "GET", "/decisions").json()
    assert [(each["what"], each["author"], each["note"]) for each in made] == [
        ("split", "steer bot", ""),
        ("merge", "steer bot", "one battle"),
    ]
    told = ask(None, "GET", f"/situations/{one}/timeline").json()
    assert {change for row in told for change in row["changes"]} >= {"new", "merged", "split"}


@pytest.mark.parametrize(("scope", "status"), [(None, 401), ("read", 403)])
def test_nobody_decides_without_a_token_that_may_steer(
    ask: Ask, two: tuple[str, str, str], scope: str | None, status: int
) -> None:
    one, other, article = two
    assert ask(scope, "POST", f"/clashes/{one}/merge", {"other": other}).status_code == status
    assert ask(scope, "POST", f"/clashes/{one}/split", {"articles": [article]}).status_code == status


def test_what_is_not_there_is_not_decided_on(ask: Ask, two: tuple[str, str, str]) -> None:
    one, _, article = two
    assert ask("steer", "POST", f"/clashes/{one}/merge", {"other": "c-nowhere"}).status_code == 404
    assert ask("steer", "POST", f"/clashes/{one}/merge", {"other": one}).status_code == 422
    assert ask("steer", "POST", f"/clashes/{one}/split", {"articles": [article]}).status_code == 404
    assert ask("steer", "POST", f"/clashes/{one}/split", {"articles": []}).status_code == 422
    assert ask(None, "GET", "/situations/s-nowhere/timeline").status_code == 404
