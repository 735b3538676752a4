"""``CLASHWATCH_<SECTION>_<KEY>`` over ``clashwatch.yml``, and ``_FILE`` twins for what must not be written down.

``CLASHWATCH_DATABASE_URL_FILE=/run/secrets/url`` reads the file; setting both is an error. Receivers' secrets
are ``CLASHWATCH_RECEIVERS_<NAME>_<OPTION>`` and its twin, or ``<option>_file`` in ``receivers.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workers.settings.problems import Problem, unknown
from workers.settings.receivers import options_of
from workers.settings.service import ServiceFile
from workers.settings.source import Key, Source

PREFIX = "CLASHWATCH_"
NOT_SETTINGS = frozenset({"CLASHWATCH_CONFIG"})
_SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)")


class Environment:
    """The variables that concern us, each answered once; what nobody asked for is reported as unknown."""

    def __init__(self, variables: Mapping[str, str], problems: list[Problem]) -> None:
        # Kubernetes describes a Service called clashwatch-api as CLASHWATCH_API_PORT=tcp://...
        self._variables = {
            name: value
            for name, value in variables.items()
            if name.startswith(PREFIX) and not _SERVICE_LINK.search(name) and not value.startswith(("tcp://", "udp://"))
        }
        self._asked = set(NOT_SETTINGS)
        self._problems = problems
        for name in [name for name, value in self._variables.items() if not _encodable(value)]:
            del self._variables[name]
            self._asked.add(name)
            problems.append(Problem("environment", name, "is not UTF-8"))

    def get(self, name: str) -> tuple[str, str] | None:
        """(value, variable that gave it) of a variable or of its ``_FILE`` twin; ``None`` if neither is set."""
        twin = f"{name}_FILE"
        self._asked |= {name, twin}
        if name in self._variables and twin in self._variables:
            self._problems.append(Problem("environment", name, f"set it or {twin}, not both"))
        if name in self._variables:
            return self._variables[name], name
        if twin in self._variables:
            return secret_file(self._variables[twin], Problem("environment", twin, ""), self._problems), twin
        return None

    def report_unknown(self) -> None:
        for name in sorted(self._variables.keys() - self._asked):
            self._problems.append(Problem("environment", name, unknown("variable", name, self._asked)))


def _encodable(value: str) -> bool:
    """Bytes that are no UTF-8 reach Python as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def secret_file(path: str, blame: Problem, problems: list[Problem]) -> str:
    """The file's text without its last line break; an unreadable or empty file is a problem."""
    try:
        text = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:  # a path with a NUL is a ValueError
        problems.append(replace(blame, fault=f"cannot read {path}: {getattr(error, 'strerror', error)}"))
        return ""
    if not text:
        problems.append(replace(blame, fault=f"{path} is empty"))
    return text


def overlay(source: Source, environment: Environment) -> Source:
    """``clashwatch.yml`` with every scalar that the environment sets."""
    values = dict(source.values)
    overrides: dict[Key, str] = {}
    for key in scalar_keys():
        given = environment.get(PREFIX + "_".join(key).upper())
        if given is None or not given[0]:
            continue
        overrides[key] = given[1]
        if len(key) == 1:
            values[key[0]] = given[0]
        else:
            section = values.get(key[0])
            values[key[0]] = {**(section if isinstance(section, dict) else {}), key[1]: given[0]}
    return replace(source, values=values, overrides=overrides)


def scalar_keys() -> list[tuple[str, ...]]:
    """Every key of ``clashwatch.yml`` that a variable can set."""
    keys: list[tuple[str, ...]] = []
    for name, field in ServiceFile.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            keys += [(name, below) for below in section.model_fields]
        else:
            keys.append((name,))
    return keys


def with_secrets(source: Source, environment: Environment, problems: list[Problem]) -> Source:
    """``receivers.yml`` with the secrets that stand elsewhere. A missing one is told with both ways to give it."""
    entries = source.values.get("receivers")
    if not isinstance(entries, list):
        return source
    filled = [_fill(entry, ("receivers", at), (source, environment, problems)) for at, entry in enumerate(entries)]
    return replace(source, values={**source.values, "receivers": filled})


def _fill(entry: Any, key: Key, context: tuple[Source, Environment, list[Problem]]) -> Any:
    source, environment, problems = context
    for option in options_of(entry):
        variable = f"{PREFIX}RECEIVERS_{re.sub(r'[^A-Z0-9]', '_', str(entry.get('name', '')).upper())}_{option.upper()}"
        given, written = environment.get(variable), entry.get(f"{option}_file")
        entry = {name: value for name, value in entry.items() if name != f"{option}_file"}
        if given is not None:
            entry[option] = given[0]
        elif written is not None:
            entry[option] = secret_file(str(written), source.problem((*key, f"{option}_file"), ""), problems)
        if not entry.get(option) and given is None and written is None and _needs(entry, option):
            text = f"the {option} is missing: set {option}_file here, or {variable} or {variable}_FILE"
            problems.append(source.problem((*key, option), text))
            entry[option] = "missing"  # said once; the model need not say it again
    return entry


def _needs(entry: dict[str, Any], option: str) -> bool:
    return option != "password" or bool(entry.get("username"))
