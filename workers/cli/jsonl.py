"""JSON Lines in and out, as every document command reads and answers them (one answer per line, in order)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import typer


@dataclass(frozen=True, slots=True)
class Line:
    """One input line: its fields, or why it is unusable. ``id`` is as given, ``None`` when there is none."""

    fields: dict[str, Any]
    error: str | None = None

    @property
    def id(self) -> Any:
        return self.fields.get("id")


def read(path: str, required: tuple[str, ...] = ("id",)) -> Iterator[Line]:
    """Lines of a file, ``-`` for standard input; blank ones are passed over. No such file ends with exit code 2."""
    try:
        source: BinaryIO = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error
    with source:
        for raw in source:
            if raw.strip():
                yield _parse(raw, required)


def _parse(raw: bytes, required: tuple[str, ...]) -> Line:
    try:
        fields = json.loads(raw)
    except ValueError as error:
        return Line({}, f"no JSON: {error}")
    if not isinstance(fields, dict):
        return Line({}, "no JSON object")
    for name in required:
        if not isinstance(fields.get(name), str):
            return Line(fields, f"{name}: a string is required")
    return Line(fields)


def strings(line: Line, optional: tuple[str, ...]) -> Line:
    """The line, unusable when one of its optional fields is given and no string."""
    wrong = [name for name in optional if not isinstance(line.fields.get(name), str | None)]
    return Line(line.fields, f"{wrong[0]}: a string is expected") if wrong and not line.error else line


def write(answer: dict[str, Any]) -> None:
    """One answer, out at once. Lone surrogates, which JSON may carry and UTF-8 may not, are escaped."""
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def refusal(line: Line) -> dict[str, Any]:
    """The answer to an unusable line."""
    return {"id": line.id, "error": line.error}
