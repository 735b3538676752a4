"""Copies are reprints and lightly edited reprints; two desks writing about one event are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.reprints import STORIES, reprints, strangers
from workers.pipeline.dedupe import Candidate, CopyReason, containment, copy_of, keys, sign, similarity

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
STORY = "\n\n".join(STORIES["en"]["one"])
OTHER = "\n\n".join(STORIES["en"]["other"])


def candidate(name: str, text: str, hours: float = 0, **known: str) -> Candidate:
    return Candidate(name, sign(text), MONDAY + timedelta(hours=hours), **known)


def found(later: str, earlier: str) -> bool:
    """As the store does it: a shared key first, then the comparison."""
    a, b = candidate("later", later), candidate("earlier", earlier)
    return bool(set(keys(a.signature)) & set(keys(b.signature))) and copy_of(a, [b]) is not None


def test_reprints_are_found_in_nine_languages_whatever_the_editor_did() -> None:
    made = reprints()
    missed = [what for what, original, reprint in made if not found(reprint, original)]
    assert len(made) >= 900
    assert len(missed) <= 0.03 * len(made), missed


def test_texts_that_share_quotes_or_a_frame_are_not_copies() -> None:
    pairs = strangers()
    wrong = [what for what, one, other in pairs if found(one, other) or found(other, one)]
    assert len(pairs) >= 200
    assert len(wrong) <= 0.005 * len(pairs), wrong


def test_the_same_address_is_the_same_article_whatever_the_text() -> None:
    a = candidate("b", OTHER, url="https://example.org/a")
    copy = copy_of(a, [candidate("a", STORY, url="https://example.org/a")])
    assert copy is not None
    assert (copy.origin, copy.reason, copy.similarity) == ("a", CopyReason.URL, 1.0)


def test_a_copy_of_a_copy_points_to_the_origin() -> None:
    copy = copy_of(candidate("c", STORY, 2), [candidate("b", STORY, 1, origin="a")])
    assert copy is not None
    assert copy.origin == "a"


def test_of_several_that_match_the_earliest_is_the_origin() -> None:
    copy = copy_of(candidate("c", STORY, 2), [candidate("a", STORY), candidate("b", STORY, 1)])
    assert copy is not None
    assert copy.origin == "a"


def test_an_article_is_no_copy_of_itself() -> None:
    assert copy_of(candidate("a", STORY), [candidate("a", STORY)]) is None


def test_a_cut_reprint_says_that_it_is_cut() -> None:
    copy = copy_of(candidate("b", "\n\n".join(STORIES["en"]["one"][:2])), [candidate("a", STORY)])
    assert copy is not None
    assert copy.reason is CopyReason.CUT
    assert copy.similarity > 0.8


def test_a_round_up_that_holds_a_brief_is_not_a_copy_of_it() -> None:
    brief = "\n\n".join(STORIES["en"]["one"][:2])
    roundup = "\n\n".join([brief, *(p for language in ("nl", "fr", "de") for p in STORIES[language]["other"])])
    assert copy_of(candidate("roundup", roundup), [candidate("brief", brief)]) is None


def test_a_bulletin_that_repeats_its_form_the_week_after_is_news() -> None:
    form = (
        "The command said {n} attacks had been repelled along the {front} front over the past day, most of them near "
        "{town}, where {unit} held its ground under heavy fire. Artillery struck {m} settlements in the {area} region; "
        "emergency crews put out fires at {site}. Losses on the other side came to {k} men, {v} vehicles and {d} "
        "drones, according to the evening summary."
    )
    first = form.format(n=31, front="northern", town="Karsun", unit="the 4th Brigade", m=12, area="Olvar",
                        site="a mill", k=70, v=9, d=14)  # fmt: skip
    next_week = form.format(n=18, front="river", town="Deren", unit="a marine battalion", m=7, area="Tamsk",
                            site="two farms", k=45, v=3, d=22)  # fmt: skip
    assert copy_of(candidate("b", next_week, 168), [candidate("a", first)]) is None


def test_texts_weeks_apart_are_not_compared() -> None:
    assert copy_of(candidate("b", STORY, 24 * 20), [candidate("a", STORY)]) is None


@pytest.mark.parametrize("text", ["", "   ", "!!", "\n\n"])
def test_an_empty_text_has_no_signature_and_is_no_copy(text: str) -> None:
    signature = sign(text)
    assert (signature.values, signature.shingles, keys(signature)) == ((), 0, ())
    assert copy_of(Candidate("b", signature), [Candidate("a", signature)]) is None


def test_a_headline_counts_only_beside_an_empty_body() -> None:
    assert similarity(sign("", "Six soldiers die in Karsun"), sign("", "Six soldiers die in Karsun")) == 1.0
    assert sign(STORY, "One headline") == sign(STORY, "Quite another")


def test_signatures_of_another_scheme_are_never_compared() -> None:
    ours = sign(STORY)
    theirs = type(ours)("simhash/64/v0", ours.values, ours.shingles)
    assert similarity(ours, theirs) == containment(ours, theirs) == 0.0


def test_a_signature_names_scheme_size_seed_and_version() -> None:
    assert sign(STORY).scheme == "rminhash2/128/seed1/xxh3/words3/v2"


def test_arabic_letter_variants_and_vowel_marks_do_not_matter() -> None:
    plain, marked = (
        "أطلق متمردون قذائف هاون على موقع الجيش مساء الثلاثاء",
        "أَطلَقَ متمرّدون قذائف هاون علی موقع الجيش مساء الثلاثاء",
    )
    assert similarity(sign(plain), sign(marked)) == 1.0
