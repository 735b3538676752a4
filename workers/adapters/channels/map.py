"""The map of a message's place as a PNG, for letters and for Slack; what cannot be drawn holds nothing up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import resvg_py
import structlog
from shapely import MultiPolygon, Polygon

from workers.adapters.channels.outcome import option
from workers.pipeline.message import Style, about, where
from workers.pipeline.message.picture import Outlines, picture
from workers.pipeline.models import Clash, Message, Receiver
from workers.pipeline.wire import decode

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Map:
    """``words`` say what it shows, for who cannot see it."""

    png: bytes
    words: str


def drawn(message: Message, receiver: Receiver) -> Map | None:
    """The map of the one clash that a message is about. ``None`` without a place, or where none is wanted."""
    if about(message) is None or not option(receiver, "map", True):
        return None
    place = decode(Clash, message.payload["clash"]).place
    if place is None:
        return None
    style = Style(option(receiver, "language", "en"))
    try:
        return Map(bytes(resvg_py.svg_to_bytes(svg_string=picture(place, _outlines(), style))), where(place, style))
    except (ValueError, ArithmeticError) as error:
        log.warning("no map", clash=about(message), error=str(error)[:300])
        return None


@lru_cache(1)
def _outlines() -> Outlines:
    """Natural Earth's countries at 1:110 million: 177 shapes, 20 ms to read."""
    text = files("workers.knowledge").joinpath("outlines.json").read_text(encoding="utf-8")
    return {
        code: MultiPolygon([Polygon(outer, holes) for outer, *holes in parts])
        for code, parts in json.loads(text).items()
    }
