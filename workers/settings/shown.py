"""Settings as people may see them: secrets starred out; and the files' JSON Schema for editors."""

from __future__ import annotations

import re
from dataclasses import asdict, is_dataclass
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from workers.settings.areas import RegionsFile
from workers.settings.loading import Settings
from workers.settings.receivers import SECRETS
from workers.settings.service import FeedsFile, ServiceFile
from workers.settings.telling import ReceiversFile
from workers.settings.watching import RulesFile

SCHEMAS: dict[str, type[BaseModel]] = {
    "clashwatch": ServiceFile,
    "feeds": FeedsFile,
    "regions": RegionsFile,
    "rules": RulesFile,
    "receivers": ReceiversFile,
}
"""File kind -> its model."""

_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@\s]+@")


def redacted(settings: Settings) -> dict[str, Any]:
    """All settings as JSON values; passwords, tokens and signing secrets read ``***``."""
    shown = {name: getattr(settings, name) for name in settings.__dataclass_fields__ if name != "origins"}
    return {name: _plain(value) for name, value in shown.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, BaseModel):
        return {name: _plain(entry) for name, entry in value}
    if is_dataclass(value) and not isinstance(value, type):
        return {name.rstrip("_"): _plain(entry) for name, entry in asdict(value).items()}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(entry) for entry in value)
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tzinfo):
        return str(value)
    return _PASSWORD.sub(r"\1:***@", value) if isinstance(value, str) else value


def schema(kind: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of one kind of file; secrets may stand in a file of their own."""
    document = SCHEMAS[kind].model_json_schema(by_alias=True)
    if kind == "receivers":
        for definition in document["$defs"].values():
            _allow_secret_files(definition)
    return {**document, "$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Clashwatch {kind}"}


def _allow_secret_files(definition: dict[str, Any]) -> None:
    fields = definition.get("properties", {})
    kind = fields.get("kind", {}).get("const")
    for secret in SECRETS.get(kind, ()):
        fields[f"{secret}_file"] = {"type": "string", "description": f"A file that holds the {secret}."}
        definition["required"] = [name for name in definition["required"] if name != secret]
