"""Links that act: only as they were made, only until they expire, only for what they are for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidents import NOON

from workers.pipeline.links import Act, BadLinkError, Front, Link, read, sign

KEY = b"k" * 32
LINK = Link("desk", "c-7", Act.MUTE, NOON + timedelta(days=1), "nl")


def test_a_link_comes_back_as_it_was_made() -> None:
    assert read(sign(LINK, KEY), KEY, NOON) == LINK
    assert sign(LINK, KEY) == sign(LINK, KEY)


def test_a_link_ends() -> None:
    with pytest.raises(BadLinkError, match="good until 2026-03-03 12:00 UTC") as raised:
        read(sign(LINK, KEY), KEY, NOON + timedelta(days=1))
    assert raised.value.expired


def test_a_link_is_bound_to_its_receiver_clash_and_act() -> None:
    others = (replace(LINK, receiver="ops"), replace(LINK, clash="c-8"), replace(LINK, act=Act.UNSUBSCRIBE))
    assert len({sign(link, KEY).partition(".")[2] for link in (LINK, *others)}) == 4
    body, seal = sign(others[0], KEY).partition(".")[0], sign(LINK, KEY).partition(".")[2]
    with pytest.raises(BadLinkError, match="not made here"):
        read(f"{body}.{seal}", KEY, NOON)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(BadLinkError):
        read(sign(LINK, KEY), b"x" * 32, NOON)


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,40}"))
def test_nothing_else_is_a_link(token: str) -> None:
    with pytest.raises(BadLinkError):
        read(token, KEY, NOON)


def test_without_a_public_address_or_a_key_there_are_no_links() -> None:
    assert (Front(None, KEY).address(LINK), Front("https://w.example").address(LINK)) == (None, None)
