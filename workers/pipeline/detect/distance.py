"""How far two places are apart. In: two points. Out: kilometres."""

from __future__ import annotations

import math
from typing import Protocol


class Point(Protocol):
    """Anything with a position in degrees."""

    @property
    def lat(self) -> float: ...

    @property
    def lon(self) -> float: ...


def kilometres(a: Point, b: Point) -> float:
    """Great-circle distance."""
    lat, other = math.radians(a.lat), math.radians(b.lat)
    h = math.sin((other - lat) / 2) ** 2
    h += math.cos(lat) * math.cos(other) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 12742 * math.asin(math.sqrt(min(1.0, h)))
