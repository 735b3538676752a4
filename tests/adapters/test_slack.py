"""One message per clash, kept at the current truth, its history in the thread; asked after a crash what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from far_ends import Answer, Slack, http
from incidents import ALTUN_KUPRI, ERBIL
from pydantic import SecretStr
from threads import ELSEWHERE, FIRST, RISEN, digest, receiver, refusal, told, whole_thread

from workers.adapters.channels import send, settle
from workers.pipeline.models import Receiver


@pytest.fixture
def slack() -> Iterator[tuple[Slack, Receiver]]:
    far = Slack()
    with http(far.answer) as url:
        far.url = url
        token = SecretStr("xoxb-right")
        yield far, receiver("slack", base_url=f"{url}api/", channel="C0123456", token=token)


def shown(message: dict[str, Any]) -> str:
    """What people read of a message: the text of its blocks."""
    return " ".join(_texts(message["blocks"]))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def test_a_clash_is_one_message_kept_at_the_current_truth_with_its_history_below(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    sent = whole_thread(to)
    root, reply, retraction = far.messages
    assert {s.reference["ts"] for s in sent} == {root["ts"]}
    assert [m.get("thread_ts") for m in far.messages] == [None, root["ts"], root["ts"]]
    assert shown(root).startswith("Retracted: Armed clash near Altun Kupri, Iraq")
    assert root["updated"] == 2
    assert "Killed: 12" in shown(reply)
    assert "Status: unconfirmed: one side's claim → retracted by its source" in shown(retraction)


def test_no_text_can_mention_a_channel_or_forge_a_link(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    hostile = "<!channel> <https://evil.example|BBC> *bold* &amp; @here"
    send(told(place=replace(ALTUN_KUPRI, name=hostile)), to)
    (posted,) = far.messages
    kinds = {node["type"] for node in _nodes(posted["blocks"])}
    assert kinds <= {"header", "plain_text", "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote",
                     "text", "link", "image"}  # fmt: skip
    assert "<" not in posted["text"]
    assert "&lt;\u2060!channel&gt;" in posted["text"]
    assert [node["url"] for node in _nodes(posted["blocks"]) if node["type"] == "link"] == [
        "https://nordwire.example/1"
    ]


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def test_slack_itself_is_asked_what_arrived(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    assert settle(FIRST, to) is None
    far.lose_answers = 1
    error = refusal(FIRST, to)
    assert (error.retry, error.unsure) == (True, True)
    sent = settle(FIRST, to)
    assert sent is not None
    assert (sent.reference["ts"], sent.reference["clash"]) == (far.messages[0]["ts"], "7")
    assert len(far.messages) == 1


def test_a_reply_that_arrived_is_not_repeated_but_the_root_is_brought_up_to_date(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    first = send(FIRST, to)
    assert settle(RISEN, to, first) is None
    far.lose_answers = 1
    assert refusal(RISEN, to, first).unsure
    assert "updated" not in far.messages[0]
    assert settle(RISEN, to, first) == first
    assert len(far.messages) == 2
    assert shown(far.messages[0]).startswith("Update:")


def test_a_message_is_found_behind_many_others(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    far.messages = [{"ts": f"1.{n}", "text": "talk"} for n in range(250)]
    sent = send(FIRST, to)
    assert settle(FIRST, to) == sent


def test_a_root_that_somebody_deleted_is_posted_anew(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    first = send(FIRST, to)
    far.messages.clear()
    assert send(RISEN, to, first).reference["ts"] == far.messages[0]["ts"]
    assert shown(far.messages[0]).startswith("Update:")


def test_a_rate_limit_says_how_long_to_wait(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    far.refuse = [Answer(429, b'{"ok":false,"error":"ratelimited"}', (("retry-after", "17"),))]
    error = refusal(FIRST, to)
    assert (error.retry, error.after, error.unsure) == (True, 17.0, False)
    assert far.calls.count("chat.postMessage") == 1


@pytest.mark.parametrize(
    ("answer", "retry", "unsure"),
    [
        (Answer(200, b'{"ok":false,"error":"channel_not_found"}'), False, False),
        (Answer(200, b'{"ok":false,"error":"not_in_channel"}'), False, False),
        (Answer(200, b'{"ok":false,"error":"msg_blocks_too_long"}'), False, False),
        (Answer(200, b'{"ok":false,"error":"internal_error"}'), True, False),
        (Answer(503, b"<html>down</html>", (("content-type", "text/html"),)), True, True),
    ],
)
def test_slack_says_whether_trying_again_helps(
    slack: tuple[Slack, Receiver], answer: Answer, retry: bool, unsure: bool
) -> None:
    far, to = slack
    far.refuse = [answer]
    error = refusal(FIRST, to)
    assert (error.retry, error.unsure) == (retry, unsure)


def test_a_wrong_token_is_a_lasting_fault_that_no_message_is_to_blame_for(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    error = refusal(FIRST, replace(to, options={**to.options, "token": SecretStr("xoxb-wrong")}))
    assert (error.retry, error.barred, error.reason) == (False, True, "invalid_auth")
    far.refuse = [Answer(200, b'{"ok":false,"error":"msg_blocks_too_long"}')]
    assert not refusal(FIRST, to).barred


def test_slack_unreachable_may_be_tried_again() -> None:
    to = receiver("slack", base_url="http://127.0.0.1:1/api/", channel="C0123456", token="x")
    assert refusal(FIRST, to).retry


def test_a_thread_of_a_region_keeps_its_root_when_another_clash_joins_it(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    first = send(FIRST, to)
    assert send(ELSEWHERE, to, first) == first
    assert "updated" not in far.messages[0]
    assert shown(far.messages[1]).startswith("Armed clash at Erbil, Iraq")


def test_each_digest_is_a_message_of_its_own(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    first = send(digest(), to)
    send(replace(digest(), key="desk::2"), to, first)
    assert [message.get("thread_ts") for message in far.messages] == [None, None]
    assert shown(far.messages[0]).startswith("2 incidents")


def maps(message: dict[str, Any]) -> list[tuple[str, str]]:
    """(file, words) of the pictures that a message shows."""
    return [(block["slack_file"]["id"], block["alt_text"]) for block in message["blocks"] if block["type"] == "image"]


def test_the_root_shows_the_place_on_a_map_that_was_uploaded_privately_and_once(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    whole_thread(to)
    assert [maps(message) for message in far.messages[1:]] == [[], []]
    assert maps(far.messages[0]) == [("F000001", "near Altun Kupri, Kirkuk, Iraq (within 8 km)")]
    assert far.files["F000001"].startswith(b"\x89PNG")
    assert len(far.files) == 1


def test_a_corrected_place_is_drawn_anew(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    send(told(2, earlier=FIRST, place=ERBIL), to, send(FIRST, to))
    assert maps(far.messages[0]) == [("F000002", "Erbil, Iraq (within 5 km)")]


@pytest.mark.parametrize(("refusals", "shown"), [(1, 1), (9, 0)])
def test_a_map_that_slack_does_not_take_holds_no_message_up(
    slack: tuple[Slack, Receiver], refusals: int, shown: int
) -> None:
    far, to = slack
    far.unready = refusals
    send(FIRST, to)
    assert [len(maps(message)) for message in far.messages] == [shown]


def test_a_workspace_without_the_scope_for_files_is_told_all_the_same(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    far.url = "http://127.0.0.1:1/"
    assert "picture" not in send(FIRST, to).reference
    assert maps(far.messages[0]) == []


def test_who_wants_no_map_gets_none(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    send(FIRST, replace(to, options={**to.options, "map": False}))
    assert far.files == {}


def test_the_root_carries_the_links_that_act(slack: tuple[Slack, Receiver]) -> None:
    far, to = slack
    answer = (
        ("acknowledge", "Acknowledge", "https://w.example/links/a"),
        ("mute", "Mute", "https://w.example/links/m"),
    )
    send(replace(RISEN, actions=answer), to, send(replace(FIRST, actions=answer), to))
    links = [[node["url"] for node in _nodes(m["blocks"]) if node["type"] == "link"] for m in far.messages]
    assert links[0][-2:] == ["https://w.example/links/a", "https://w.example/links/m"]
    assert links[1] == ["https://nordwire.example/1"]
