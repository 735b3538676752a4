"""What a replay prints: each text once, with everybody who gets it."""

from __future__ import annotations

from dataclasses import replace

from threads import FIRST, RISEN

from workers.cli.rehearsal import _once


def test_the_same_text_for_two_receivers_is_one_message_with_both_names() -> None:
    copy = replace(FIRST, key="other", thread="archive:7")
    assert _once([("desk", FIRST), ("archive", copy), ("desk", RISEN)]) == (
        (("desk", "archive"), FIRST),
        (("desk",), RISEN),
    )
