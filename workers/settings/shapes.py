"""What every configuration model shares, and how a value that does not fit becomes ``Problem``s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, RootModel, ValidationError, WithJsonSchema

from workers.settings.problems import Problem, quoted, suggest, unknown
from workers.settings.source import Key, Source


class Strict(BaseModel):
    """A part of the configuration: an unknown key is an error, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


_LONGEST = timedelta(days=36525)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _duration(value: Any) -> Any:
    """``72h``, ``1h30m``, ``7d``, or a number of seconds."""
    try:
        span = _timedelta(value)
    except OverflowError:
        raise ValueError(f"'{value}' is longer than time") from None
    if span > _LONGEST:
        raise ValueError(f"'{value}' is longer than a century")
    return span


def _timedelta(value: Any) -> timedelta:
    if isinstance(value, str) and (parts := re.findall(r"(\d+)([smhdw])", value)):
        if "".join(number + unit for number, unit in parts) != value.replace(" ", ""):
            raise ValueError("write a duration as 90s, 15m, 72h or 7d")
        return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})
    if isinstance(value, bool) or not isinstance(value, int | float | timedelta):
        raise ValueError("write a duration as 90s, 15m, 72h or 7d")
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def split(value: Any) -> Any:
    """An environment variable's comma-separated list."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _http(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError(f"'{value}' is no http(s) address")
    return value


HttpUrl = Annotated[str, AfterValidator(_http)]
Duration = Annotated[
    timedelta, BeforeValidator(_duration), WithJsonSchema({"type": ["string", "number"], "examples": ["72h"]})
]
Words = Annotated[tuple[str, ...], BeforeValidator(split)]
Country = Annotated[str, BeforeValidator(lambda code: code.upper() if isinstance(code, str) else code)]

M = TypeVar("M", bound=BaseModel)


def check(model: type[M], source: Source, problems: list[Problem]) -> M | None:
    """The file as its model, or ``None`` with every fault added to ``problems``."""
    try:
        return model.model_validate(source.values)
    except ValidationError as error:
        faults = [dict(fault) for fault in error.errors()]
        problems.extend(_problem(model, source, fault) for fault in faults if not _follows(fault, faults))
    except UnicodeEncodeError as error:  # YAML can write half a letter: "\ud800"
        problems.append(source.problem((), f"holds {error.object[error.start]!a}, which is no letter"))
    return None


def _follows(fault: dict[str, Any], faults: list[dict[str, Any]]) -> bool:
    """pydantic calls a list whose only entry is bad too short as well; the entry's own fault is enough."""
    key = fault["loc"]
    return fault["type"] == "too_short" and any(other["loc"][: len(key)] == key != other["loc"] for other in faults)


def _problem(model: type[BaseModel], source: Source, fault: dict[str, Any]) -> Problem:
    key: Key = fault["loc"]
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return source.problem(key, _strange(str(key[-1]), _fields_at(model, key[:-1])))
    if kind == "missing":
        return source.problem(key[:-1], f"'{key[-1]}' is missing")
    text = fault["msg"].removeprefix("Value error, ")
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        expected = str(context.get("expected") or context.get("expected_tags"))
        given = str(context.get("tag") or fault["input"])
        text = f"'{given}' is none of {expected}{suggest(given, quoted(expected))}"
    return source.problem(key, _IN_WORDS.get(kind, text))


_IN_WORDS = {
    "union_tag_not_found": "'kind' is missing",
    "tuple_type": "write a list, as in [one, another]",
    "too_short": "name at least one",
    "string_type": "write text here",
    "dict_type": "write keys with values here, as in {name: value}",
    "model_type": "write keys with values here, as in {name: value}",
}
"""What pydantic says of Python's types, said of YAML."""


def _strange(key: str, known: set[str]) -> str:
    """An unknown key, and what was meant or else what there is."""
    told = unknown("key", key, known)
    return told if "did you mean" in told else f"{told}; there are {', '.join(sorted(known))}"


def _fields_at(model: type[BaseModel], key: Key) -> set[str]:
    """The keys that are allowed at a place, found by walking the models' annotations along the key."""
    here = list(_models_in(model.model_fields["root"].annotation)) if issubclass(model, RootModel) else [model]
    for part in key:
        named = [m for m in here if part in m.model_fields]
        tagged = [m for m in here if _tag(m) == part]
        here = [below for m in named for below in _models_in(m.model_fields[str(part)].annotation)] or tagged or here
    return {field.alias or name for m in here for name, field in m.model_fields.items()}


def _tag(model: type[BaseModel]) -> Any:
    annotation: Any = model.model_fields["kind"].annotation if "kind" in model.model_fields else None
    return get_args(annotation)[0] if get_origin(annotation) is Literal else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
