"""A YAML file of ours in, plain values out: YAML 1.2, read by libyaml.

ruamel reads 1.2 too and says more about what is wrong, so it reads what operators write; but it has no compiled reader,
and the knowledge of one language took a second of the first answer. PyYAML's compiled one speaks 1.1, in which ``no``,
the code of Norway or a Spanish word, is false: here only the words of 1.2's core schema mean something.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

_CORE = (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", "~nN\0"),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
)


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A key given twice is a slip of the pen: the first value would be lost without a word."""
        seen: set[Hashable] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    "in a mapping", node.start_mark, f"{name!r} stands there twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), ["" if c == "\0" else c for c in _first])


def read(path: Path) -> Any:
    """Raises ``yaml.YAMLError`` with file, line and column."""
    with path.open("rb") as file:
        return yaml.load(file, Loader=_Loader)
