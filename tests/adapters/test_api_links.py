"""The pages behind the links of a message: looking changes nothing, the button does the one thing it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from incidents import revision
from served import serving
from sqlalchemy import Engine

from workers.adapters.store import acks, clashes, departures, keys, reviews, silences
from workers.pipeline.links import Act, Link, sign

LINK = Link("desk", "7", Act.ACKNOWLEDGE, datetime.now(UTC) + timedelta(days=1))


@pytest.fixture
def web(engine: Engine) -> Iterator[httpx2.Client]:
    with engine.begin() as c:
        clashes.keep(c, [revision(1).clash])
    with serving(engine) as url, httpx2.Client(base_url=url) as client:
        yield client


def path(engine: Engine, **changed: object) -> str:
    return f"/links/{sign(replace(LINK, **changed), keys.link_key(engine))}"  # type: ignore[arg-type]


@pytest.mark.parametrize("act", list(Act))
def test_looking_changes_nothing_however_often(engine: Engine, web: httpx2.Client, act: Act) -> None:
    for _ in range(2):
        shown = web.get(path(engine, act=act, clash="" if act is Act.UNSUBSCRIBE else "7"))
        assert (shown.status_code, '<form method="post">' in shown.text) == (200, True)
    assert (acks.listed(engine), silences.listed(engine), reviews.listed(engine)) == ([], [], [])
    assert departures.left_at(engine, "desk") is None


def test_the_page_says_what_it_is_about_and_what_would_happen_in_the_readers_language(
    engine: Engine, web: httpx2.Client
) -> None:
    shown = web.get(path(engine, act=Act.MUTE, language="nl"))
    assert "Gevecht bij Altun Kupri, Irak" in shown.text
    assert "Niemand hoort 4 uur lang iets over dit incident" in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"


def test_the_button_acknowledges_in_the_name_of_who_presses_it(engine: Engine, web: httpx2.Client) -> None:
    done = web.post(path(engine), data={"who": "Ana", "note": "on <b>it</b>\r\nnow"})
    assert (done.status_code, "Done." in done.text) == (200, True)
    (ack,) = acks.listed(engine)
    assert (ack.subject, ack.author, ack.note) == ("7", "Ana (desk)", "on <b>it</b> now")
    assert timedelta(hours=11) < ack.until - datetime.now(UTC) < timedelta(hours=13)


def test_the_button_mutes_one_clash_for_four_hours(engine: Engine, web: httpx2.Client) -> None:
    web.post(path(engine, act=Act.MUTE))
    (silence,) = silences.listed(engine)
    assert (silence.matchers, silence.author, silence.comment) == (('clash="7"',), "desk", "muted")
    assert silence.ends - silence.starts == timedelta(hours=4)


@pytest.mark.parametrize(("act", "judged"), [(Act.WRONG_PLACE, "wrong_place"), (Act.NOT_A_CLASH, "not_violence")])
def test_the_button_judges(engine: Engine, web: httpx2.Client, act: Act, judged: str) -> None:
    web.post(path(engine, act=act))
    assert [(review.clash, review.judgement.value) for review in reviews.listed(engine)] == [("7", judged)]


def test_a_mail_program_unsubscribes_with_one_click(engine: Engine, web: httpx2.Client) -> None:
    body = {"List-Unsubscribe": "One-Click"}
    assert web.post(path(engine, act=Act.UNSUBSCRIBE, clash=""), data=body).status_code == 200
    assert departures.left_at(engine, "desk") is not None


def test_a_link_of_an_incident_that_was_merged_leads_to_its_heir(engine: Engine, web: httpx2.Client) -> None:
    with engine.begin() as c:
        clashes.keep(c, [revision(1, id="8").clash])
        c.exec_driver_sql("UPDATE clashes SET merged_into = '8' WHERE id = '7'")
    web.post(path(engine))
    assert [ack.subject for ack in acks.listed(engine)] == ["8"]


@pytest.mark.parametrize("posting", [False, True])
def test_expired_forged_and_unknown_links_do_nothing(engine: Engine, web: httpx2.Client, posting: bool) -> None:
    old, unknown = path(engine, expires=datetime.now(UTC)), path(engine, clash="9")
    answers = [web.request("POST" if posting else "GET", url) for url in (old, path(engine)[:-4], unknown, "/links/x")]
    assert [answer.status_code for answer in answers] == [410, 403, 404, 403]
    assert acks.listed(engine) == []


def test_nobody_can_post_a_book(engine: Engine, web: httpx2.Client) -> None:
    assert web.post(path(engine), data={"note": "x" * 20_000}).status_code == 413
    assert acks.listed(engine) == []
