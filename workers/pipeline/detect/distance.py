"""How far two places are apart. In: two places. Out: kilometres."""

from __future__ import annotations

import math

from workers.pipeline.models import Place


def kilometres(a: Place, b: Place) -> float:
    """Great-circle distance."""
    lat, other = math.radians(a.lat), math.radians(b.lat)
    h = math.sin((other - lat) / 2) ** 2
    h += math.cos(lat) * math.cos(other) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 12742 * math.asin(math.sqrt(min(1.0, h)))
