"""Every document that leaves as CAP 1.2 is one: its elements, their order and values, in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from incidents import ALTUN_KUPRI, ERBIL, SOMEWHERE_IN_IRAQ
from lxml import etree
from threads import FIRST, GONE, RISEN, digest, told

from workers.pipeline.message import Style, trial
from workers.pipeline.message.cap import Document, cap
from workers.pipeline.models import Message, Status

SCHEMA = etree.XMLSchema(file=str(Path(__file__).parent / "cap12.xsd"))
HOSTILE = "<!channel> ]]> & \x01 Bcc: x, y <b>"


def faults(document: Document) -> list[str]:
    read = etree.fromstring(document.text.encode())
    return [] if SCHEMA.validate(read) else [str(error) for error in SCHEMA.error_log]


@pytest.mark.parametrize(
    "message",
    [
        FIRST,
        RISEN,
        digest(),
        trial("desk", Style()),
        told(place=ERBIL, status=Status.CONTESTED),
        told(place=SOMEWHERE_IN_IRAQ, status=Status.DENIED),
        told(place=replace(ERBIL, country=None, admin1=None)),
        told(place=replace(ALTUN_KUPRI, name=HOSTILE)),
        told(place=None),
        replace(FIRST, key="a key, with <a> & commas", severity="unheard of"),
    ],
    ids=lambda message: message.title[:40] if isinstance(message, Message) else None,
)
def test_a_document_keeps_to_the_standard(message: Message) -> None:
    assert faults(cap(message)) == []


def test_a_thread_of_documents_keeps_to_the_standard_to_its_end() -> None:
    replaced: tuple[str, ...] = ()
    for message in (FIRST, RISEN, GONE):
        document = cap(message, replaced)
        assert faults(document) == []
        replaced = (*replaced, document.reference)


def test_the_schema_that_the_documents_are_held_to_bites() -> None:
    good = cap(FIRST)
    for was, would_be in (("<urgency>Immediate", "<urgency>Soon"), ("-00:00</sent>", "Z</sent>"),
                          ("<event>Armed clash</event>", ""), ("35.7500,44.1400 8.0", "35.75 44.14 8")):  # fmt: skip
        assert was in good.text
        assert faults(replace(good, text=good.text.replace(was, would_be))) != [], would_be


@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_block_says_which_language_it_is_written_in(language: str) -> None:
    read = etree.fromstring(cap(FIRST, language=language).text.encode())
    assert [one.text for one in read.iter("{*}language")] == [language]
