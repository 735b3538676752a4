"""The shipped publishers: enough of them, none twice, and every outlet found under its own roof."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel import Locale
from pydantic import ValidationError

from workers.adapters.publishers import KINDS, ClashingPublishersError, clashes, load
from workers.pipeline.extract.agencies import AGENCIES
from workers.pipeline.models.publisher import Publisher

PUBLISHERS = load()
ROWS = list(PUBLISHERS.by_family.values())


def test_more_than_four_hundred_are_listed_in_all_nine_languages_and_every_kind() -> None:
    languages = Counter(row.language for row in ROWS)
    assert len(ROWS) >= 400
    assert all(languages[language] >= 15 for language in ("nl", "en", "de", "fr", "es", "ar", "ru", "uk", "tr"))
    assert {row.kind for row in ROWS} == KINDS


def test_no_family_and_no_domain_is_listed_twice() -> None:
    assert list(clashes(ROWS)) == []
    assert len(PUBLISHERS.by_domain) == sum(len(row.domains) for row in ROWS)


def test_slugs_countries_languages_and_domains_are_well_formed() -> None:
    countries, languages = Locale("en").territories, Locale("en").languages
    for row in ROWS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.family), row
        assert row.country in countries, row
        assert row.state is None or row.state in countries, row
        assert row.language in languages, row
        assert row.domains, row
        assert all(re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", name) for name in row.domains), row
        assert not any(name.startswith("www.") for name in row.domains), row


def test_no_two_agencies_answer_to_one_credit() -> None:
    credits = Counter(credit.casefold() for row in ROWS for credit in row.credits)
    assert [credit for credit, times in credits.items() if times > 1] == []


def test_an_outlet_is_found_by_any_of_its_hosts() -> None:
    bbc = PUBLISHERS.of_family("bbc")
    assert bbc is not None
    assert PUBLISHERS.of_host("feeds.bbci.co.uk") is PUBLISHERS.of_host("www.bbc.com") is bbc


def test_the_longest_domain_wins_and_an_unlisted_host_has_no_publisher() -> None:
    paper = PUBLISHERS.of_host("timesofindia.indiatimes.com")
    assert paper is not None
    assert paper.family == "times-of-india"
    for host in ("example.org", "notbbc.com", "com", "", None):
        assert PUBLISHERS.of_host(host) is None


def test_state_and_partisan_outlets_are_marked() -> None:
    tass, rudaw = PUBLISHERS.of_family("tass"), PUBLISHERS.of_family("rudaw")
    assert tass is not None
    assert tass.state == "RU"
    assert rudaw is not None
    assert rudaw.side == "kdp"
    assert PUBLISHERS.of_family(None) is None


def test_outlets_of_one_government_or_one_owner_corroborate_as_one() -> None:
    assert PUBLISHERS.origin("tass") == PUBLISHERS.origin("rt") == "RU state media"
    assert PUBLISHERS.origin("hln") == PUBLISHERS.origin("volkskrant") == "DPG Media"
    assert PUBLISHERS.origin("reuters") != PUBLISHERS.origin("afp")
    assert PUBLISHERS.origin("kyiv-independent") == "kyiv-independent"
    assert PUBLISHERS.origin("reuters") == "reuters"
    assert PUBLISHERS.origin("my-blog") is None


def test_the_agency_credited_is_the_origin_whoever_prints_it() -> None:
    printed = {PUBLISHERS.origin(family, "Reuters") for family in ("nos", "welt", "my-blog", None)}
    assert printed == {PUBLISHERS.origin("reuters")}
    assert PUBLISHERS.origin("nos", "Radio Karsun") == "nos"
    assert PUBLISHERS.origin(None, "Radio Karsun") == "Radio Karsun"


def test_every_agency_that_extraction_names_is_listed() -> None:
    assert [agency for agency in AGENCIES if PUBLISHERS.of_credit(agency) is None] == []


def test_a_file_with_a_clash_or_an_unknown_key_is_refused(tmp_path: Path) -> None:
    row = "- {family: a, name: A, kind: online, country: NL, language: nl, domains: [a.nl]"
    (tmp_path / "twice.yml").write_text(f"{row}}}\n{row.replace('family: a', 'family: b')}}}\n")
    with pytest.raises(ClashingPublishersError, match=r"a\.nl is of a and of b"):
        load(tmp_path / "twice.yml")
    (tmp_path / "unknown.yml").write_text(f"{row}, bias: left}}\n")
    with pytest.raises(ValidationError):
        load(tmp_path / "unknown.yml")


def test_an_unknown_kind_is_named() -> None:
    assert list(clashes([Publisher("a", "A", "blog", "NL", "nl", ("a.nl",))])) == [
        "a: kind 'blog' is none of agency, broadcaster, newspaper, online"
    ]
