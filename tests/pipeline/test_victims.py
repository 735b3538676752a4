"""Victims named or mentioned one by one, and how they add up."""

from __future__ import annotations

import pytest
from facts_of import account

from workers.pipeline.models import Count

ONE: list[tuple[str, str]] = [
    ("en", "GUERRILLAS KILLED FORMER DEFENSE MINISTER GENERAL TOMAS ARRIETA LUNA."),
    ("en", "THE GOVERNMENT CONDEMNED THE ASSASSINATION OF PRESIDENCY MINISTER DR PABLO ERASO."),
    ("en", "THE MURDER OF SENATOR AND PRESIDENTIAL HOPEFUL JULIO CESAR PEREA SHOCKED THE COUNTRY."),
    ("en", "THE WORKERS WALKED OUT AFTER JUDGE TOMAS ARRIETA'S MURDER."),
    ("en", "Marta Quinn, a street vendor from the harbour, was killed."),
    ("en", "Judge Marta Quinn, who was murdered on Friday, had led the case."),
    ("en", "Omar Hadad was shot to death. Hadad's murder has not been solved."),
    ("en", "His driver was killed."),
    ("nl", "Burgemeester Jan Verhulst is vermoord."),
    ("de", "Der Richter Karl Brandner wurde ermordet."),
    ("fr", "Le juge Paul Morvan a été assassiné."),
    ("es", "Fue asesinado el juez Tomás Arrieta."),
    ("ru", "Убит журналист Иван Петренко."),
]


@pytest.mark.parametrize(("language", "sentence"), ONE)
def test_a_named_victim_counts_one_however_it_is_told(language: str, sentence: str) -> None:
    assert account(sentence, language).count("killed") == Count(1, 1, 1)


TOGETHER: list[tuple[str, str, int]] = [
    ("en", "The killing of six priests and two women was condemned.", 8),
    ("en", "Gunmen killed the mayor and two farmers.", 3),
    ("en", "Soldiers killed Pablo Eraso, a member of the council, and Marta Quinn.", 2),
    ("en", "The minister was assassinated in an attack in which two of his bodyguards were also killed.", 3),
    ("en", "Gunmen killed the mayor of the small town of Hosta, as well as two farmers.", 3),
    ("en", "The judge said six priests were killed. A bishop said their cook was killed.", 6),
    ("en", "The minister and his two bodyguards died. Two bodyguards were killed by a bomb.", 3),
    ("en", "The murders of a judge, a police commander and Senator Marta Quinn went unpunished.", 3),
    ("en", "Twelve people died: two soldiers and ten farmers.", 12),
    ("nl", "Bij de aanval zijn drie boeren en twee kinderen gedood.", 5),
    ("de", "Bei dem Angriff wurden drei Bauern und zwei Kinder getötet.", 5),
    ("fr", "L'attaque a tué trois paysans et deux enfants.", 5),
    ("es", "El ataque mató a tres campesinos y dos niños.", 5),
    ("ru", "Погибли трое учителей и двое детей.", 5),
]


@pytest.mark.parametrize(("language", "sentence", "number"), TOGETHER)
def test_what_one_word_of_harm_governs_adds_up(language: str, sentence: str, number: int) -> None:
    assert account(sentence, language).count("killed") == Count(number, number, number)


def test_capital_letters_alone_make_no_victim() -> None:
    assert account("MEMBERS OF THE PATRIOTIC UNION FOUGHT ORGANIZED CRIME, KILLED A WATCHMAN AND FLED.").count(
        "killed"
    ) == Count(1, 1, 1)
