"""What a trained pipeline recognises, as evidence beside the gazetteer's and the lexicon's.

In: the names of a document, the entities. Out: signs on the names. It confirms or doubts names that the gazetteer
knows, and adds none: a place without coordinates places nothing. Its silence says nothing, small models miss a lot.
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.pipeline.detect.places_match import Name, Sign
from workers.pipeline.detect.text import Text
from workers.pipeline.models.knowledge import Entity, EntityKind


def recognise(names: Sequence[Name], text: Text, entities: Sequence[Entity]) -> None:
    """Marks each name that an entity covers or overlaps with what the entity is."""
    for name in names:
        begin, end = text.span(name.first, name.last)
        for entity in entities:
            if entity.span[0] < end and begin < entity.span[1]:
                name.signs |= Sign.RECOGNISED if entity.kind is EntityKind.PLACE else Sign.ANOTHER
