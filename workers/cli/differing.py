"""A revision's difference as JSON values in, a line for each thing that is another one now out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def lines(diff: Mapping[str, Any]) -> Iterator[str]:
    for name, (before, after) in diff.items():
        if name == "claims":
            yield from (_claim(was, now) for was, now in zip(before, after, strict=True))
        else:
            yield f"{name}: {_shown(before)} → {_shown(after)}"


def _claim(was: dict[str, Any] | None, now: dict[str, Any] | None) -> str:
    """Who says what of whom, before and now, and where that stands."""
    row = now or was or {}
    claim = row["claim"]
    who, of = row["who"] or f"article {row['article']} itself", f" of {claim['whom']}" if claim["whom"] else ""
    at = f"article {row['article']}, version {row['version']}, at {claim['span'][0]}-{claim['span'][1]}"
    return f"claim: {who} on {claim['about']}{of}: {_said(was)} → {_said(now)} ({at})"


def _said(row: dict[str, Any] | None) -> str:
    if row is None:
        return "nothing"
    claim = row["claim"]
    return " ".join(part for part in (claim["stance"], _range(claim["low"], claim["high"])) if part)


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return ""
    return f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"


def _shown(value: Any) -> str:
    """A count by its range, a place by its name, sides by their words; else as it is."""
    if value is None:
        return "nothing"
    if isinstance(value, dict) and "low" in value:
        return _range(value["low"], value["high"])
    if isinstance(value, dict) and "name" in value:
        return str(value["name"])
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return " against ".join(", ".join(actor["text"] for actor in side["actors"]) for side in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
