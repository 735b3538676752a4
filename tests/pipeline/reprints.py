"""A story in, reprints out, as editors make them; and texts that only look alike. Seeded, so every run is the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

from ruamel.yaml import YAML

STORIES: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(Path(__file__).with_name("texts") / "stories.yml")
NUMBERS = {"six": "eight", "fourteen": "seventeen", "zes": "acht", "veertien": "zeventien", "sechs": "acht",
           "vierzehn": "siebzehn", "quatorze": "dix-sept", "seis": "ocho", "catorce": "diecisiete",
           "шестерых": "восьмерых", "четырнадцать": "семнадцать", "шістьох": "вісьмох", "чотирнадцять": "сімнадцять",
           "altı": "sekiz", "on dört": "on yedi", "ستة": "ثمانية", "أربعة عشر": "سبعة عشر"}  # fmt: skip

Paragraphs = list[str]
Edit = Callable[[Paragraphs, random.Random], Paragraphs]


def new_dateline(paragraphs: Paragraphs, _: random.Random) -> Paragraphs:
    return [f"KARSUN, 14/3 (Nordwire) - {paragraphs[0]}", *paragraphs[1:]]


def new_credit(paragraphs: Paragraphs, _: random.Random) -> Paragraphs:
    return [*paragraphs, "(Nordwire / mv)"]


def cut_the_end(paragraphs: Paragraphs, chance: random.Random) -> Paragraphs:
    return paragraphs[: len(paragraphs) - chance.choice((1, 2, 3))]


def cut_within(paragraphs: Paragraphs, chance: random.Random) -> Paragraphs:
    gone = set(chance.sample(range(1, len(paragraphs)), min(2, len(paragraphs) - 2)))
    return [text for number, text in enumerate(paragraphs) if number not in gone]


def reorder(paragraphs: Paragraphs, chance: random.Random) -> Paragraphs:
    return [paragraphs[0], *chance.sample(paragraphs[1:], len(paragraphs) - 1)]


def change_numbers(paragraphs: Paragraphs, _: random.Random) -> Paragraphs:
    names = re.compile(rf"\b({'|'.join(sorted(NUMBERS, key=len, reverse=True))})\b")
    return [names.sub(lambda found: NUMBERS[found[1]], text) for text in paragraphs]


def drop_words(paragraphs: Paragraphs, chance: random.Random) -> Paragraphs:
    """A light hand: every fifteenth word or so goes."""
    return [" ".join(word for word in text.split() if chance.random() > 1 / 15) for text in paragraphs]


def add_a_paragraph(paragraphs: Paragraphs, _: random.Random) -> Paragraphs:
    return [*paragraphs[:2], "Zorvan tel misk oru, 18 benta kal dor wesh olan mir tasu 4 ebrin.", *paragraphs[2:]]


EDITS: tuple[Edit, ...] = (
    new_dateline, new_credit, cut_the_end, cut_within, reorder, change_numbers, drop_words, add_a_paragraph,
)  # fmt: skip


def reprints() -> list[tuple[str, str, str]]:
    """(what was done, the original, the reprint): every edit and every pair of edits on every story."""
    chance = random.Random(5)
    made = []
    for language, stories in STORIES.items():
        for name, paragraphs in stories.items():
            for edits in [(edit,) for edit in EDITS] + list(combinations(EDITS, 2)):
                text = list(paragraphs)
                for edit in edits:
                    text = edit(text, chance)
                label = f"{language} {name}: {' + '.join(edit.__name__ for edit in edits)}"
                made.append((label, "\n\n".join(paragraphs), "\n\n".join(text)))
    return made


BOILERPLATE = (
    "This report is part of the Valley Desk, an independent newsroom paid for by its readers. Sign up for our weekly "
    "letter, follow us wherever you listen, and write to the editors if you see something that we should look into."
)


QUOTE, STANDING = 2, 5
"""The paragraph of ``one`` that holds the quote, which ``two`` has too, and the last, which papers print again."""


def _with_the_quote(own: Paragraphs, quote: str, standing: str) -> dict[str, Paragraphs]:
    """What a desk of its own may make of a story and somebody's quote."""
    return {
        "in the middle": [*own[:2], quote, *own[2:]],
        "as the lead": [quote, *own],
        "at the end": [*own, quote],
        "in a brief": [own[0], quote, own[1]],
        "in a longer brief": [own[0], own[1], quote, own[2]],
        "told from the end": [own[-1], quote, *reversed(own[:-1])],
        "in a frame": [BOILERPLATE, *own, quote, standing],
        "twice": [*own[:1], quote, *own[1:], quote],
    }


def strangers() -> list[tuple[str, str, str]]:
    """(why they look alike, a text, another): one event told by two desks, or two events, around one quote."""
    pairs = []
    for language, stories in STORIES.items():
        quote, standing = stories["one"][QUOTE], stories["one"][STANDING]
        own = {name: [text for text in paragraphs if text != quote] for name, paragraphs in stories.items()}
        made = {name: _with_the_quote(paragraphs, quote, standing) for name, paragraphs in own.items()}
        for a, b in combinations(own, 2):
            pairs += [
                (f"{language}: {a} and {b}, quote {how}", "\n\n".join(made[a][how]), "\n\n".join(made[b][how]))
                for how in made[a]
            ]
    return pairs
