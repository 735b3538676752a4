"""Groups and the clashes known before in, the id of every group out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from xxhash import xxh3_64_hexdigest

from workers.pipeline.models import Clash


@dataclass(frozen=True, slots=True)
class Heirs:
    """``ids`` of the groups in their order; ``redirects`` from ids that live on in another clash; ``splits`` lists
    new ids that took filings of an older clash which itself lives on (new id -> old id)."""

    ids: tuple[str, ...]
    redirects: dict[str, str]
    splits: dict[str, str]


def named(prefix: str, seed: str) -> str:
    """A short id that only depends on its seed."""
    return f"{prefix}-{xxh3_64_hexdigest(seed.encode())[:12]}"


def names(filing: str) -> Iterator[str]:
    """The ids that a clash may get from a filing, in order of preference."""
    yield named("c", filing)
    yield from (named("c", f"{filing}/{number}") for number in range(2, 5))


def inherit(groups: Sequence[Sequence[str]], previous: Sequence[Clash], taken: Collection[str] = frozenset()) -> Heirs:
    """Ids pass on by greatest overlap of filings, then by age; what is new is named after its first filing.

    Of two parts of equal size that one keeps the id which holds the filing that it is named after: so what a merge
    joined comes apart under its old ids.

    ``taken`` ids (of ``names``) are borne by clashes that hold none of these filings any more.
    """
    home = {filing: number for number, group in enumerate(groups) for filing in group}
    claims = []
    for clash in previous:
        shared: dict[int, int] = {}
        for filing in clash.filings:
            if filing in home:
                shared[home[filing]] = shared.get(home[filing], 0) + 1
        named_after = _named_after(clash, home) if len(shared) > 1 else None
        claims += [
            (-size, clash.first_reported, clash.id, number != named_after, number) for number, size in shared.items()
        ]
    ids: dict[int, str] = {}
    best: dict[str, int] = {}
    parents: dict[int, str] = {}
    for _, _, old, _, number in sorted(claims):
        best.setdefault(old, number)
        parents.setdefault(number, old)
        if number not in ids and old not in ids.values():
            ids[number] = old
    _name_the_new(groups, ids, {clash.id for clash in previous} | set(taken))
    redirects = {old: ids[number] for old, number in best.items() if old not in ids.values()}
    splits = {ids[n]: old for n, old in parents.items() if ids[n] != old and old in ids.values()}
    return Heirs(tuple(ids[number] for number in range(len(groups))), redirects, splits)


def _named_after(clash: Clash, home: dict[str, int]) -> int | None:
    """The group that holds the filing after which the clash is named."""
    return next((home[one] for one in clash.filings if one in home and clash.id in names(one)), None)


def _name_the_new(groups: Sequence[Sequence[str]], ids: dict[int, str], taken: set[str]) -> None:
    """After the first filing whose id is free: a split-off must not take the name that its parent kept."""
    for number, group in enumerate(groups):
        if number not in ids:
            levels = zip(*map(names, group), strict=True)
            free = (name for level in levels for name in level if name not in taken)
            ids[number] = next(free, named("c", "/".join([*group, *sorted(taken)])))
            taken.add(ids[number])
