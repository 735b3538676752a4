"""``knowledge/publishers.yml`` in, ``Publishers`` out; families of the configuration's own feeds may be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from workers.adapters import yaml12
from workers.pipeline.models.publisher import Publisher, Publishers

SHIPPED = Path(__file__).parent.parent / "knowledge" / "publishers.yml"
KINDS = frozenset({"agency", "newspaper", "broadcaster", "online"})


@dataclass(frozen=True, slots=True)
class ClashingPublishersError(ValueError):
    """Two families share a slug or a domain: each would count for the other."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.problems)


_ROWS = TypeAdapter(list[Publisher], config=ConfigDict(extra="forbid"))


@lru_cache(maxsize=4)
def load(path: Path = SHIPPED) -> Publishers:
    """The publishers of a file. Raises ``ClashingPublishersError``, or ``pydantic.ValidationError`` on a bad row."""
    rows = _ROWS.validate_python(yaml12.read(path))
    problems = tuple(clashes(rows))
    if problems:
        raise ClashingPublishersError(problems)
    return Publishers(
        {row.family: row for row in rows},
        {name: row for row in rows for name in row.domains},
        {name.casefold(): row for row in rows for name in (*row.credits, row.name)},
        voices(rows),
    )


def voices(rows: Sequence[Publisher]) -> dict[str, str]:
    """Every family's voice: the government that controls several of them, the owner of several, else itself."""
    over = {row.family: f"{row.state} state media" if row.state else row.owner for row in rows}
    several = Counter(over.values())
    return {family: above if above and several[above] > 1 else family for family, above in over.items()}


def clashes(rows: Iterable[Publisher]) -> Iterable[str]:
    """Every family listed twice, domain of two families and unknown kind, in words."""
    families: set[str] = set()
    domains: dict[str, str] = {}
    for row in rows:
        if row.family in families:
            yield f"{row.family} is listed twice"
        families.add(row.family)
        if row.kind not in KINDS:
            yield f"{row.family}: kind {row.kind!r} is none of {', '.join(sorted(KINDS))}"
        for domain in row.domains:
            if domain in domains:
                yield f"{domain} is of {domains[domain]} and of {row.family}"
            domains[domain] = row.family
