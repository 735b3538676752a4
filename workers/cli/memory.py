"""The store's banded look-up of signatures, in memory, for commands that read documents from files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from workers.pipeline.dedupe import Candidate, Copy, copy_of, keys


class Memory:
    """What was met is known by its keys and its address."""

    def __init__(self) -> None:
        self._met: list[Candidate] = []
        self._by_key: dict[int | str, list[int]] = defaultdict(list)

    def meet(self, candidate: Candidate) -> Copy | None:
        """The copy that ``candidate`` is of something met before; remembers it under its origin."""
        known_by: list[int | str] = [*keys(candidate.signature), *([candidate.url] if candidate.url else [])]
        earlier = sorted({number for key in known_by for number in self._by_key[key]})
        found = copy_of(candidate, (self._met[number] for number in earlier))
        for key in known_by:
            self._by_key[key].append(len(self._met))
        self._met.append(replace(candidate, origin=found.origin if found else None))
        return found
