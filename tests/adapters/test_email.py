"""Letters over SMTP, to a real server on this machine: threaded, once, and with nothing injected."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from far_ends import Mailbox, smtp
from incidents import ALTUN_KUPRI
from pydantic import SecretStr
from threads import ELSEWHERE, FIRST, RISEN, receiver, refusal, told, whole_thread

from workers.adapters.channels import send
from workers.pipeline.models import Receiver


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Receiver]]:
    box = Mailbox()
    with smtp(box) as port:
        yield box, mail(port)


def mail(port: int, **more: Any) -> Receiver:
    options = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "cw@watch.example", "to": ("a@example.org",)}
    return receiver("email", **{**options, **more})


def test_a_letter_has_text_and_html_and_says_that_a_machine_wrote_it(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    send(FIRST, to)
    (letter,) = box.letters
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "multipart/related"]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Id"] == "Clashwatch <desk.clashwatch.watch.example>"
    assert letter["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Where: near Altun Kupri, Kirkuk, Iraq (within 8 km)" in text
    assert "> [en] “we lost two”" in text


def test_the_letters_of_a_thread_refer_to_its_first(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    whole_thread(to)
    ids = [letter["Message-ID"] for letter in box.letters]
    assert len(set(ids)) == 3
    assert [letter["In-Reply-To"] for letter in box.letters] == [None, ids[0], ids[1]]
    assert box.letters[2]["References"] == f"{ids[0]} {ids[1]}"
    assert [letter["Subject"] for letter in box.letters] == [
        "Armed clash near Altun Kupri, Iraq",
        "Re: Armed clash near Altun Kupri, Iraq",
        "Retracted: Armed clash near Altun Kupri, Iraq",
    ]


def test_a_letter_sent_twice_is_one_letter_to_a_mail_program(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    send(FIRST, to)
    send(FIRST, to)
    assert box.letters[0]["Message-ID"] == box.letters[1]["Message-ID"]
    assert box.letters[0].get_boundary() == box.letters[1].get_boundary()


def test_a_title_becomes_neither_a_header_nor_markup(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    hostile = "X\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>"
    send(replace(told(place=replace(ALTUN_KUPRI, name=hostile)), title=hostile), to)
    (letter,) = box.letters
    assert letter["Bcc"] is None
    html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("said", "retry"),
    [("451 try later", True), ("452 mailbox full", True), ("550 no such user", False), ("554 spam", False)],
)
@pytest.mark.parametrize("at", ["rcpt", "data"])
def test_a_mail_server_says_whether_trying_again_helps(
    mailbox: tuple[Mailbox, Receiver], said: str, retry: bool, at: str
) -> None:
    box, to = mailbox
    setattr(box, at, said)
    error = refusal(FIRST, to)
    assert (error.retry, error.unsure) == (retry, False)
    assert said[:3] in error.reason


def test_one_refused_reader_does_not_keep_the_letter_from_the_others(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    box.refused.add("b@example.org")
    sent = send(FIRST, replace(to, options={**to.options, "to": ("a@example.org", "b@example.org")}))
    assert sent.reference["refused"] == ["b@example.org"]
    assert len(box.letters) == 1


def test_a_mail_server_that_is_down_may_be_tried_again() -> None:
    error = refusal(FIRST, mail(1))
    assert (error.retry, error.unsure) == (True, False)


def test_a_mail_server_without_the_tls_that_is_asked_for_gets_nothing(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    error = refusal(FIRST, replace(to, options={**to.options, "tls": "starttls"}))
    assert (error.retry, box.letters) == (False, [])


def test_a_login_that_the_server_does_not_offer_is_a_lasting_fault(mailbox: tuple[Mailbox, Receiver]) -> None:
    _, to = mailbox
    options = {**to.options, "username": "me", "password": SecretStr("word")}
    assert not refusal(FIRST, replace(to, options=options)).retry


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with smtp(Mailbox(), self_signed(tmp_path)) as port:
        error = refusal(FIRST, mail(port, tls="tls"))
    assert (error.retry, "certificate" in error.reason) == (False, True)


def self_signed(folder: Path) -> ssl.SSLContext:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_thread_of_a_region_names_each_clash_in_its_subject(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    send(RISEN, to, send(ELSEWHERE, to, send(FIRST, to)))
    assert [letter["Subject"] for letter in box.letters] == [
        "Armed clash near Altun Kupri, Iraq",
        "Armed clash at Erbil, Iraq",
        "Update: Armed clash near Altun Kupri, Iraq",
    ]
    assert box.letters[2]["References"] == f"{box.letters[0]['Message-ID']} {box.letters[1]['Message-ID']}"


def test_the_map_lies_in_the_letter_and_nothing_is_fetched_when_it_is_read(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    send(FIRST, to)
    (letter,) = box.letters
    html, picture = list(list(letter.iter_parts())[1].iter_parts())  # type: ignore[attr-defined]
    assert picture.get_content().startswith(b"\x89PNG")
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html.get_content()
    assert 'alt="near Altun Kupri, Kirkuk, Iraq (within 8 km)"' in html.get_content()
    assert html.get_content().count("src=") == 1


def test_a_letter_without_a_place_has_no_map(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    send(told(place=None), to)
    assert [part.get_content_type() for part in box.letters[0].iter_parts()] == ["text/plain", "text/html"]


def test_a_reader_leaves_with_one_click(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    url = f"https://watch.example/links/{'x' * 300}"
    send(replace(FIRST, actions=(("unsubscribe", "Unsubscribe", url),)), to)
    (letter,) = box.letters
    assert letter["List-Unsubscribe"] == f"<{url}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Unsubscribe: {url}" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_one_click_needs_https(mailbox: tuple[Mailbox, Receiver]) -> None:
    box, to = mailbox
    send(replace(FIRST, actions=(("unsubscribe", "Unsubscribe", "http://watch.example/links/x"),)), to)
    assert (box.letters[0]["List-Unsubscribe-Post"], "List-Unsubscribe" in box.letters[0]) == (None, True)
