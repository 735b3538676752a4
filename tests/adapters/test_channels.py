"""Each channel delivers a message once and tells whether a failure is worth a retry; here files and the terminal."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from incidents import ALTUN_KUPRI, NOON
from threads import FIRST, RISEN, digest, receiver, refusal, told

from workers.adapters.channels import CannotAskError, ChannelError, send, settle
from workers.adapters.channels.outcome import retry_after
from workers.pipeline.message import Style, trial


def letters(folder: Path) -> list[EmailMessage]:
    found = [message_from_bytes(path.read_bytes(), policy=SMTP) for path in folder.glob("*.eml")]
    return sorted(found, key=lambda letter: str(letter["X-Clashwatch-Key"]))  # type: ignore[arg-type, return-value]


def test_the_outbox_lays_a_letter_and_its_json_side_by_side(tmp_path: Path) -> None:
    send(FIRST, receiver("outbox", folder=str(tmp_path / "out")))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["eml", "json"]
    assert names[0].startswith("7-001-")
    written = json.loads((tmp_path / "out" / names[1]).read_text())
    assert written["payload"]["clash"]["place"]["name"] == "Altun Kupri"
    assert letters(tmp_path / "out")[0]["Subject"] == "Armed clash near Altun Kupri, Iraq"


def test_the_outbox_holds_a_message_once_however_often_it_is_sent(tmp_path: Path) -> None:
    to = receiver("outbox", folder=str(tmp_path))
    assert send(FIRST, to) == send(FIRST, to)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    send(FIRST, to)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(before) == 2


def test_the_outbox_knows_what_arrived(tmp_path: Path) -> None:
    to = receiver("outbox", folder=str(tmp_path))
    assert settle(FIRST, to) is None
    sent = send(FIRST, to)
    assert settle(FIRST, to) == sent
    assert settle(RISEN, to, sent) is None


@pytest.mark.parametrize("kind", ["outbox", "console"])
def test_a_digest_and_a_test_message_are_sent_like_any_other(tmp_path: Path, kind: str) -> None:
    to = receiver(kind, folder=str(tmp_path))
    for message in (digest(), digest(), trial("desk", Style())):
        send(message, to)
    assert [letter["Subject"] for letter in letters(tmp_path)] == (
        ["2 incidents", "Test message"] if kind == "outbox" else []
    )


def test_an_outbox_that_cannot_be_written_may_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = refusal(FIRST, receiver("outbox", folder=str(tmp_path / "file" / "out")))
    assert (error.retry, "Not a directory" in error.reason) == (True, True)


def test_the_console_prints_plain_lines_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    send(RISEN, receiver("console"))
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "WARNING Update: Armed clash near Altun Kupri, Iraq"
    assert "  * Killed: 12" in lines
    assert "  Claim: a commander: 2 killed" in lines
    assert "  [en] “we lost two”" in lines


def test_the_console_prints_a_frame_on_a_terminal_and_no_markup_of_a_title(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    send(told(place=replace(ALTUN_KUPRI, name="[link=file:///etc]X[/link]")), receiver("console"))
    printed = capfd.readouterr().out
    assert "╭" in printed
    assert "[link=file:\u2060///etc]X[/link]" in printed


def test_nobody_can_be_asked_what_a_terminal_a_mail_server_or_a_webhook_got() -> None:
    for kind in ("console", "email", "webhook"):
        with pytest.raises(CannotAskError):
            settle(FIRST, receiver(kind))


def test_an_unknown_kind_is_a_lasting_fault() -> None:
    assert not refusal(FIRST, receiver("pigeon")).retry


def test_a_refusal_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ChannelError("full", retry=True, after=3.0, unsure=True)))
    assert (error.reason, error.retry, error.after, error.unsure) == ("full", True, 3.0, True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Mon, 02 Mar 2026 12:01:00 GMT", 60.0), ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
     ("999999999", 86400.0), ("soon", None), ("", None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}, NOON) == seconds
