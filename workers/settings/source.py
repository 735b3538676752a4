"""YAML files in, plain values out, with the line of every key kept for error messages.

YAML 1.2 (ruamel): Norway's ``NO`` and a rule's ``on:`` stay words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workers.settings import weight
from workers.settings.problems import Problem, SettingsError

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """One file's values and the lines they stand on. ``overrides`` maps a key to the variable that set it."""

    name: str
    values: dict[str, Any]
    root: CommentedMap | None = None
    overrides: dict[Key, str] = field(default_factory=dict)

    def where(self, key: Key) -> str:
        """``file:line`` of the key, or of its nearest parent that the file spells out."""
        for known, variable in self.overrides.items():
            if key[: len(known)] == known:
                return f"environment {variable}"
        return f"{self.name}:{_line(self.root, key)}" if self.root is not None else self.name

    def problem(self, key: Key, fault: str) -> Problem:
        return Problem(self.where(key), ".".join(str(part) for part in key), fault)


def read(path: Path, name: str) -> Source:
    """One YAML file whose top level is a mapping. Raises ``SettingsError`` with the line of a syntax fault."""
    try:
        text = path.read_text(encoding="utf-8")
        if fault := weight.refusal(text):
            raise SettingsError([Problem(name, "", fault)])
        root = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([Problem(f"{name}:{line}", "", str(error.problem or error.context))]) from error
    except SettingsError:
        raise
    except (YAMLError, ValueError, OSError) as error:  # ValueError: no UTF-8, or a day that is none
        raise SettingsError([Problem(name, "", f"cannot be read: {error}")]) from error
    if root is None:
        return Source(name, {})
    if not isinstance(root, CommentedMap):
        raise SettingsError([Problem(f"{name}:1", "", "must be a mapping of keys to values")])
    return Source(name, plain(root), root)


def plain(value: Any) -> Any:
    """ruamel's annotated containers and numbers as Python's own."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def files(folders: Iterable[Path], pattern: str) -> list[Path]:
    """The files of a layered configuration: a later folder's file takes the place of its namesake."""
    found = {path.relative_to(folder): path for folder in folders for path in sorted(folder.glob(pattern))}
    return [found[name] for name in sorted(found)]


def _line(root: CommentedMap, key: Key) -> int:
    node: Any = root
    line = 0
    for part in key:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0]
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0]
        else:
            continue  # pydantic names a union's tag in the path; the file does not
        node = node[part]
    return line + 1
