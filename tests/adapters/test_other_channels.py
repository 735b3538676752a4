"""Slack's simple mode, PagerDuty, Apprise, CAP, Alertmanager's webhook: what the far end reads, and never gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from far_ends import Answer, Asked, http
from incidents import ALTUN_KUPRI
from pydantic import SecretStr
from threads import FIRST, GONE, RISEN, THREAD, digest, receiver, refusal, told, whole_thread

from workers.adapters.channels import Sent, send
from workers.adapters.channels.prometheus import fingerprint
from workers.pipeline.message import Style, trial
from workers.pipeline.models import Receiver

HOSTILE = "<!channel> @everyone <@U1> [BBC](https://evil.example) <b>&</b> www.evil.example"
Far = tuple[list[Asked], list[Answer], Receiver]


@contextmanager
def far_end(make: Callable[[str], Receiver]) -> Iterator[Far]:
    asked: list[Asked] = []
    answers: list[Answer] = []

    def answer(request: Asked) -> Answer:
        asked.append(request)
        return answers.pop(0) if answers else Answer(202, b'{"status":"success"}')

    with http(answer) as url:
        yield asked, answers, make(url)


def hook(url: str, form: str = "cloudevents") -> Receiver:
    return receiver("webhook", url=url, secret=SecretStr("quiet"), allow_private=True, format=form)


def slack_hook(url: str) -> Receiver:
    return receiver("slack_webhook", url=SecretStr(url), allow_private=True)


def pagerduty(url: str) -> Receiver:
    return receiver("pagerduty", url=url, routing_key=SecretStr("R0"), allow_private=True)


def apprise(url: str) -> Receiver:
    return receiver("apprise", urls=SecretStr(url.replace("http://", "json://")))


ALL = (hook, lambda url: hook(url, "alertmanager"), lambda url: hook(url, "cap"), slack_hook, pagerduty, apprise)


def bodies(asked: list[Asked]) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in asked]


@pytest.mark.parametrize("make", ALL)
def test_a_thread_a_digest_and_a_test_message_arrive(make: Callable[[str], Receiver]) -> None:
    with far_end(make) as (asked, _, to):
        whole_thread(to)
        send(digest(), to)
        send(trial("desk", Style()), to)
        assert len(asked) >= 5


@pytest.mark.parametrize("make", ALL)
def test_no_text_of_others_is_a_mention_a_link_or_markup_anywhere(make: Callable[[str], Receiver]) -> None:
    with far_end(make) as (asked, _, to):
        send(told(place=replace(ALTUN_KUPRI, name=HOSTILE)), to)
    text = asked[0].body.decode()
    if text.startswith("<?xml"):
        read = " ".join(ElementTree.fromstring(text).itertext())
    else:
        event = json.loads(text)
        event.get("data", {}).pop("payload", None)  # a cloud event has the facts beside the words, as they are
        read = json.dumps(event, ensure_ascii=False)
    for never in ("@everyone", "<@U1", "https://evil.example", "www.evil"):
        assert never not in read
    assert "nordwire.example/1" in read


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize(("status", "retry"), [(429, True), (503, True), (400, False), (410, False)])
def test_it_says_whether_trying_again_helps(make: Callable[[str], Receiver], status: int, retry: bool) -> None:
    with far_end(make) as (_, answers, to):
        answers.append(Answer(status, b"no"))
        assert refusal(FIRST, to).retry == (retry or to.kind == "apprise")


def test_slacks_simple_mode_leads_with_what_changed_and_has_the_links_that_act() -> None:
    answer = (("mute", "Mute", "https://w.example/links/m"),)
    with far_end(slack_hook) as (asked, _, to):
        send(replace(RISEN, actions=answer), to)
        (body,) = bodies(asked)
    assert [block["type"] for block in body["blocks"]] == ["header", "rich_text"]
    text = json.dumps(body["blocks"])
    assert text.index("Killed: 12") < text.index("What")
    assert "https://w.example/links/m" in text


def test_pagerduty_has_one_incident_for_a_clash_resolved_when_it_is_withdrawn() -> None:
    with far_end(pagerduty) as (asked, _, to):
        whole_thread(to)
        events = bodies(asked)
    assert [event["event_action"] for event in events] == ["trigger", "trigger", "trigger", "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1
    assert events[0]["payload"]["severity"] == "warning"
    assert events[0]["payload"]["component"] == "Altun Kupri"
    assert events[0]["routing_key"] == "R0"
    assert "Killed: 12" in events[1]["payload"]["custom_details"]["changes"]


def test_apprise_gets_a_title_and_a_body() -> None:
    with far_end(apprise) as (asked, _, to):
        send(FIRST, to)
        (body,) = bodies(asked)
    assert body["title"] == "Armed clash near Altun Kupri, Iraq"
    assert "Claim: a commander: 2 killed" in body["message"]


def test_an_address_that_apprise_does_not_know_is_a_lasting_fault() -> None:
    assert not refusal(FIRST, receiver("apprise", urls=SecretStr("pigeon://coop"))).retry


def test_the_webhook_speaks_as_alertmanager_does() -> None:
    with far_end(ALL[1]) as (asked, _, to):
        whole_thread(to)
        first, _, gone = bodies(asked)
    assert (first["version"], first["status"], gone["status"]) == ("4", "firing", "resolved")
    (alert,) = first["alerts"]
    assert alert["labels"] == {"alertname": "kirkuk", "clash": "7", "severity": "warning"}
    assert alert["annotations"]["summary"] == "Armed clash near Altun Kupri, Iraq"
    assert (alert["startsAt"], alert["endsAt"]) == ("2026-03-02T11:00:00Z", "0001-01-01T00:00:00Z")
    assert alert["fingerprint"] == gone["alerts"][0]["fingerprint"] == fingerprint(alert["labels"])
    assert asked[0].headers["webhook-signature"].startswith("v1,")


def test_cap_documents_refer_to_those_that_they_replace() -> None:
    space = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}
    with far_end(ALL[2]) as (asked, _, to):
        whole_thread(to)
    read = [ElementTree.fromstring(request.body) for request in asked]
    assert [one.findtext("c:msgType", namespaces=space) for one in read] == ["Alert", "Update", "Cancel"]
    names = [f"clashwatch,{message.key},2026-03-02T12:00:00-00:00" for message in THREAD]
    assert [one.findtext("c:references", namespaces=space) for one in read] == [None, names[0], " ".join(names[:2])]
    assert read[0].findtext(".//c:circle", namespaces=space) == "35.7500,44.1400 8.0"
    assert read[0].findtext(".//c:certainty", namespaces=space) == "Possible"
    assert read[2].findtext(".//c:urgency", namespaces=space) == "Past"
    order = [element.tag.partition("}")[2] for element in read[1]]
    assert order == ["identifier", "sender", "sent", "status", "msgType", "scope", "restriction", "references", "info"]


def test_a_cap_document_is_in_its_readers_language() -> None:
    with far_end(ALL[2]) as (asked, _, to):
        send(FIRST, replace(to, options={**to.options, "language": "nl"}))
    assert b"<language>nl</language>" in asked[0].body


def test_what_was_sent_before_is_carried_on() -> None:
    with far_end(ALL[2]) as (_, _, to):
        sent = send(GONE, to, Sent({"cap": "a,b,c"}))
    assert sent.reference["cap"].startswith("a,b,c clashwatch,")
