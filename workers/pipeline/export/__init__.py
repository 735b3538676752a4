"""Clashes in, rows that other tools read out: ACLED's columns, UCDP GED's, PLOVER, GeoJSON, flat rows, everything.

None of these layouts can hold what a clash holds. Each row therefore says what it leaves out (``loss``), in a field
that the layout has for words, and where it comes from: clash id, revision and article addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workers.pipeline.export import acled, flat, plover, ucdp
from workers.pipeline.export.subject import Atlas, Subject

__all__ = ["COLUMNS", "FORMATS", "Atlas", "Subject", "row"]

_ROWS: dict[str, Callable[[Subject, Atlas], Mapping[str, Any] | None]] = {
    "acled": acled.row,
    "ucdp": ucdp.row,
    "plover": plover.row,
    "geojson": flat.feature,
    "csv": flat.row,
    "jsonl": flat.everything,
}
FORMATS = tuple(_ROWS)
COLUMNS = {"acled": acled.COLUMNS, "ucdp": ucdp.COLUMNS, "csv": flat.COLUMNS}
"""The columns of the tabular formats, in order."""


def row(format: str, subject: Subject, atlas: Atlas) -> Mapping[str, Any] | None:
    """One clash in one of ``FORMATS``; ``None`` when the layout has no place for it (UCDP GED: nobody died; PLOVER:
    a change of activity).

    Raises ``KeyError`` for an unknown format.
    """
    return _ROWS[format](subject, atlas)
