"""A folder of made-up news in, a Corpus out; and whether the alerts told about it are the ones it deserves.

The layout is documented in ``seeds/README.md``: ``corpus.yml`` names the outlets, one file per story carries its own
head and body, ``truth.yml`` says which alerts the stories earn. The truth is written by people who read the
stories, and compared by rule, place and story, never by wording, so that it can be wrong only about facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from shapely.geometry import Point

from workers.pipeline.regions import circle

Shape = TypeVar("Shape", bound=BaseModel)


class CorpusError(ValueError):
    """A corpus that cannot be used: which file, and what is wrong with it."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path}: {fault}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outlet(_Strict):
    """A newspaper or wire agency of the corpus, and the ways of its web server."""

    slug: str
    title: str
    family: str
    language: str
    country: str
    locale: str
    """CLDR name; weekdays and dates in the stories are written its way."""
    zone: str
    """IANA name; the stories' hours are this zone's."""
    format: Literal["rss20", "atom"]
    full_text: bool = False
    """The feed carries whole stories, not only summaries."""
    charset: str = "utf-8"
    stumbles: int = 0
    """Requests for the feed that are first answered 503."""


class Story(_Strict):
    """One article: the head of its file, and ``body``, an HTML fragment with placeholders."""

    outlet: str
    slug: str
    title: str
    summary: str
    day: int = Field(le=0)
    """0 is the edition's last day, -1 the one before it."""
    at: time
    updated: time | None = None
    section: str = ""
    byline: str = ""
    tags: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    access: Literal["open", "consent", "paywall"] = "open"
    body: str = Field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.outlet}/{self.slug}"


class Spot(_Strict):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    radius_km: float = Field(gt=0)
    country: str | None = None


class Expected(_Strict):
    """One alert the corpus deserves: this rule, about an incident here, told by at least one of these stories."""

    rule: str
    incident: str
    what: str
    place: Spot
    days: tuple[int, int]
    """First and last day of the incident, counted like a story's ``day``."""
    articles: tuple[str, ...] = Field(min_length=1)


class Quiet(_Strict):
    """A rule that must say nothing, and why one might think it should."""

    rule: str
    why: str


class Truth(_Strict):
    alerts: tuple[Expected, ...] = ()
    quiet: tuple[Quiet, ...] = ()


class _Catalogue(_Strict):
    title: str
    edition_ends: time
    outlets: tuple[Outlet, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A news site at rest: nothing in it is dated until it is served. ``edition_ends`` is UTC."""

    folder: Path
    title: str
    edition_ends: time
    outlets: tuple[Outlet, ...]
    stories: tuple[Story, ...]
    truth: Truth

    def of(self, outlet: Outlet) -> tuple[Story, ...]:
        """An outlet's stories, newest first."""
        mine = (story for story in self.stories if story.outlet == outlet.slug)
        return tuple(sorted(mine, key=lambda story: (story.day, story.at, story.slug), reverse=True))


def load(folder: Path) -> Corpus:
    """The corpus in ``folder``. Raises ``CorpusError`` for a file that is missing, malformed or names a missing one."""
    catalogue = _shape(_Catalogue, folder / "corpus.yml", _yaml(folder / "corpus.yml"))
    paths = sorted(path for outlet in catalogue.outlets for path in (folder / "articles" / outlet.slug).glob("*.html"))
    stories = tuple(_story(path) for path in paths)
    truth = _shape(Truth, folder / "truth.yml", _yaml(folder / "truth.yml"))
    _check_names(folder, stories, truth)
    return Corpus(folder, catalogue.title, catalogue.edition_ends, catalogue.outlets, stories, truth)


def _story(path: Path) -> Story:
    """A file of two parts between lines of three dashes: YAML head, HTML body."""
    parts = path.read_text("utf-8").split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise CorpusError(path, "must begin with a YAML head between two lines of ---")
    head = _parsed(path, parts[1])
    return _shape(Story, path, {**head, "outlet": path.parent.name, "slug": path.stem, "body": parts[2]})


def _yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CorpusError(path, "is missing")
    return _parsed(path, path.read_text("utf-8"))


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        parsed = YAML(typ="safe").load(text)
    except YAMLError as error:
        raise CorpusError(path, str(error)) from error
    if not isinstance(parsed, dict):
        raise CorpusError(path, "must be a mapping of keys to values")
    return parsed


def _shape(shape: type[Shape], path: Path, values: dict[str, Any]) -> Shape:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise CorpusError(path, "; ".join(faults)) from error


def _check_names(folder: Path, stories: tuple[Story, ...], truth: Truth) -> None:
    names = {story.name for story in stories}
    for story in stories:
        if gone := [slug for slug in story.related if f"{story.outlet}/{slug}" not in names]:
            raise CorpusError(folder / "articles" / f"{story.name}.html", f"related stories that do not exist: {gone}")
    if gone := sorted({name for alert in truth.alerts for name in alert.articles} - names):
        raise CorpusError(folder / "truth.yml", f"articles that do not exist: {gone}")


@dataclass(frozen=True, slots=True)
class Told:
    """One alert that was delivered, reduced to what the truth speaks of. ``urls`` are the clash's articles."""

    rule: str
    clash: str
    lat: float | None
    lon: float | None
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the truth names and nobody told; what was told and the truth does not name, with the reason."""

    missing: tuple[Expected, ...]
    unexpected: tuple[tuple[Told, str], ...]

    @property
    def exact(self) -> bool:
        return not self.missing and not self.unexpected


def compare(corpus: Corpus, told: Iterable[Told]) -> Comparison:
    """Holds delivered alerts against the truth. Updates of one clash under one rule are one alert.

    Each expected alert takes the first clash that fits; a second clash about the same incident is unexpected,
    because people were told twice.
    """
    clashes = {(one.rule, one.clash): one for one in told}
    missing: list[Expected] = []
    taken: set[tuple[str, str]] = set()
    for expected in corpus.truth.alerts:
        first = next((key for key, one in clashes.items() if key not in taken and _fits(expected, one)), None)
        if first:
            taken.add(first)
        else:
            missing.append(expected)
    unexpected = [(one, _why_not(corpus.truth, one)) for key, one in clashes.items() if key not in taken]
    return Comparison(tuple(missing), tuple(unexpected))


def _fits(expected: Expected, one: Told) -> bool:
    if one.rule != expected.rule or one.lat is None or one.lon is None:
        return False
    spot = expected.place
    near = circle(spot.lat, spot.lon, spot.radius_km).covers(Point(one.lon, one.lat))
    return bool(near) and not set(expected.articles).isdisjoint(map(_name, one.urls))


def _name(url: str) -> str:
    """``outlet/slug`` of an article's address."""
    return "/".join(urlsplit(url).path.strip("/").split("/")[-2:])


def _why_not(truth: Truth, one: Told) -> str:
    if any(_fits(expected, one) for expected in truth.alerts):
        return "told twice: another clash is the same incident"
    if quiet := next((quiet for quiet in truth.quiet if quiet.rule == one.rule), None):
        return f"this rule stays quiet: {quiet.why}"
    return "no expected alert has this rule, place and article"
