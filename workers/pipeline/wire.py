"""Nouns to JSON values and back, exactly, for the store and the JSON Lines commands."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


class _Adapters(dict[Any, TypeAdapter[Any]]):
    """Made when first asked for: building one takes milliseconds, using it microseconds."""

    def __missing__(self, cls: Any) -> TypeAdapter[Any]:
        self[cls] = TypeAdapter(cls)
        return self[cls]


_ADAPTERS = _Adapters()


def encode(value: Any) -> Any:
    """A dataclass as JSON values: tuples as lists, dates as ISO 8601, enums as their words."""
    return _ADAPTERS[type(value)].dump_python(value, mode="json")


def dumps(cls: Any, value: Any) -> str:
    """A value of ``cls`` as JSON text, in one native step. Raises ``pydantic_core.PydanticSerializationError``."""
    return _ADAPTERS[cls].dump_json(value).decode()


def decode(cls: type[T], value: Any) -> T:
    """The inverse of ``encode``. Raises ``pydantic.ValidationError`` on anything else."""
    return cast(T, _ADAPTERS[cls].validate_python(value))


def loads(cls: type[T], text: str) -> T:
    """The inverse of ``dumps``, in one native step. Raises ``pydantic.ValidationError`` on anything else."""
    return cast(T, _ADAPTERS[cls].validate_json(text))
