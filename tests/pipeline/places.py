"""A document's places, told briefly: for the tests of places."""

from __future__ import annotations

from workers.adapters import gazetteer
from workers.pipeline.detect import places
from workers.pipeline.detect.text import read
from workers.pipeline.models import Document


def view(text: str, language: str = "en", title: str | None = None, country: str | None = None) -> places.PlaceView:
    """All places of one text."""
    document = Document("1", text, title)
    return places.find(read(document, language, frozenset({"but", "while", "maar"})), gazetteer.load(), country)


def named(text: str, language: str = "en", country: str | None = None) -> list[tuple[str, str | None]]:
    """(words, country) of every place named, in order."""
    return [(m.text, m.country) for m in view(text, language, country=country).mentions]


def happens(text: str, language: str = "en", *, trigger: str | None = None) -> str | None:
    """The name of the place where the first sentence happens."""
    found = view(text, language)
    clause = found.text.clause_at(text.index(trigger)) if trigger else found.text.clauses[0]
    located = found.locate(clause.span, text.index(trigger) if trigger else None)
    return located.place.name if located else None
