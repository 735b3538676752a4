"""The view of a document that all of detection shares."""

from __future__ import annotations

from types import MappingProxyType

from workers.pipeline.detect.layout import sentences, wrapped
from workers.pipeline.detect.lexicon import compile_lexicon
from workers.pipeline.detect.tagger import Tagger
from workers.pipeline.detect.text import read
from workers.pipeline.detect.words import fold, split
from workers.pipeline.models import Document

BUT = MappingProxyType({"but": ((),), "even": (("though",),)})


def clauses(text: str) -> list[str]:
    view = read(Document("d", text), "en", BUT)
    return [view.quote(clause.span) for clause in view.clauses]


def test_clauses_end_at_openers_semicolons_and_colons() -> None:
    assert clauses("They withdrew, but fighting went on; it was loud even though late: nobody slept.") == [
        "They withdrew",
        "but fighting went on",
        "it was loud",
        "even though late",
        "nobody slept",
    ]


def test_scare_quotes_stay_in_their_clause() -> None:
    assert clauses('It left "without fighting" that day.') == ['It left "without fighting" that day']


def test_spans_count_code_points_of_title_blank_line_and_text() -> None:
    view = read(Document("d", "Ça brûle à Sarmin.", title="Attaque 🔥"), "fr")
    word = view.folded.index("sarmin")
    assert view.full[view.starts[word] : view.ends[word]] == "Sarmin"
    assert view.sentences[0].title
    assert not view.sentences[1].title


def test_words_split_at_clitics_and_keep_names() -> None:
    assert split("Iraq's Sana'a", "en")[0] == ("iraq", "'s", "sana'a")
    assert split("l'armée", "fr")[0] == ("l'", "armée")
    assert split("Irak’ta", "tr")[0] == ("ırak", "'ta")
    assert split("the U.N.'s men", "en")[0] == ("the", "u", "n", "'s", "men")


def test_hyphens_underscores_and_dashes_separate_words_but_not_the_digits_of_a_number() -> None:
    text = 'A car-bomb--the_second--killed 1,200, or 3.5%, at "K1".'
    words, starts, ends = split(text, "en")
    assert words == ("a", "car", "bomb", "the", "second", "killed", "1,200", "or", "3.5", "at", "k1")
    assert text[starts[2] : ends[2]] == "bomb"


def test_a_stretch_without_letters_holds_no_word() -> None:
    assert split("\u0640 \u064b ... '' -- __ ’", "ar") == ((), (), ())


def test_folding_knows_turkish_and_arabic_letters() -> None:
    assert fold("IĞDIR", "tr") == "ığdır"
    assert fold("إطلاقُ", "ar") == "اطلاق"


def test_abbreviations_and_ordinals_end_no_sentence() -> None:
    text = "Am 26. Oktober kam Dr. Meier. Er blieb."
    found = sentences(text, (0, len(text)), ordinals=True)
    assert [text[a:b] for a, b in found] == ["Am 26. Oktober kam Dr. Meier.", "Er blieb."]


def test_where_no_ordinals_are_written_so_a_figure_may_end_a_sentence() -> None:
    text = "The dead are now 27. The ministry said so on Monday."
    assert len(read(Document("d", text), "en").sentences) == 2
    assert len(read(Document("d", "Die 27. Brigade kam am 3. Mai."), "de").sentences) == 1


def test_wrapped_newswire_is_recognised() -> None:
    line = "FIGHTING BROKE OUT IN THE NORTHERN PART OF THE CAPITAL LAST NIGHT AND"
    assert wrapped(f"{line}\n{line}\n{line}\nWENT ON.")
    assert not wrapped("One sentence.\nAnother sentence.\nA third one.")


def test_the_longest_entry_wins_and_false_friends_hide() -> None:
    sheet = {"categories": {"attack": "attack* ~, heart", "metaphor": "heart attack*", "clash": "attack* on the army"}}
    tagger = Tagger(compile_lexicon("en", sheet))

    def found(text: str) -> list[str]:
        return [tag.category for tag in tagger.tags(read(Document("d", text), "en"))]

    assert found("A heart attack.") == ["metaphor"]
    assert found("An attack on the army.") == ["clash"]
    assert found("An attack.") == ["attack"]
