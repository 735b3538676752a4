"""A news site to watch: served here, subscribed to, and held against its truth.

In: a corpus folder, the operator's configuration, the state folder. Out: a configuration that differs
only in what a local site needs (its address allowed, no spacing, first fetch told), and what is missing
from or surplus to the alerts that the corpus's truth names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from sqlalchemy import Engine

from workers.adapters import local_site
from workers.adapters.corpus import Comparison, Corpus, Told, compare, load
from workers.adapters.store.told import Delivered, delivered
from workers.pipeline.models import Feed
from workers.pipeline.rules import UNLOCATED


@dataclass(frozen=True, slots=True)
class Demo:
    """A served corpus. ``overlay`` is a configuration folder to lay over the operator's."""

    corpus: Corpus
    feeds: tuple[Feed, ...]
    overlay: Path

    def compare(self, engine: Engine) -> Comparison:
        """What the truth names and nobody was told, and the reverse. It does not speak of the unlocated branch."""
        return compare(self.corpus, (_told(one) for one in delivered(engine) if one.rule != UNLOCATED))


@contextmanager
def serve(folder: Path, config: Path, state: Path) -> Iterator[Demo]:
    """Serve ``folder`` for as long as the block lasts, at the address and as of the time of its first run."""
    corpus = load(folder)
    opening = local_site.opening(state / "demo" / f"{folder.name}.json", datetime.now(UTC))
    with local_site.serve(folder, opening.port, opening.start) as base:
        feeds = local_site.feeds(corpus, base)
        overlay = state / "demo" / "config"
        _write(overlay, config, feeds, urlsplit(base).netloc)
        yield Demo(corpus, feeds, overlay)


def _write(overlay: Path, config: Path, feeds: tuple[Feed, ...], address: str) -> None:
    overlay.mkdir(parents=True, exist_ok=True)
    yaml = YAML()
    base = config / "clashwatch.yml"
    service = (yaml.load(base.read_text("utf-8")) if base.exists() else None) or {}
    fetch = service.setdefault("fetch", {})
    fetch.update(allow=[address], spacing=0, first_fetch="alert")
    with (overlay / "clashwatch.yml").open("w", encoding="utf-8") as out:
        yaml.dump(service, out)
    known = [{name: value for name in _NAMED if (value := getattr(feed, name))} for feed in feeds]
    with (overlay / "feeds.yml").open("w", encoding="utf-8") as out:
        yaml.dump({"feeds": known}, out)


_NAMED = ("slug", "url", "family", "language", "country", "title", "interval")


def _told(one: Delivered) -> Told:
    place = one.clash.place
    return Told(one.rule, one.clash.id, place.lat if place else None, place.lon if place else None, one.urls)
