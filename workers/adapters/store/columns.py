"""Column types: nouns as JSONB, texts that PostgreSQL accepts, and the columns that make a row work.

In: values of ``workers.pipeline.models``. Out: the same values from the database, exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    any_,
    cast,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from workers.pipeline import wire

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table's, wherever it is defined; names are ruled so that migrations can find them."""

Moment = TIMESTAMP(timezone=True)
"""Always with an offset; the database's session runs in UTC."""

NOW = text("now()")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL takes neither NUL nor lone surrogates. Each becomes U+FFFD, so that spans still count right."""


def storable(value: Any) -> Any:
    """The JSON value with every unstorable code point replaced, one for one."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(part) for part in value]
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    return value


def as_json(cls: Any, value: Any) -> str:
    """A value of ``cls`` as the text of a ``jsonb`` parameter; natively, unless a code point has to be replaced."""
    with suppress(PydanticSerializationError):
        written = wire.dumps(cls, value)
        if "\\u0000" not in written:
            return written
    return json.dumps(storable(TypeAdapter(cls).dump_python(value, mode="json")))


class _Written(str):
    """JSON as text already."""


def serialize(value: Any) -> str:
    """What the engine makes of a JSON value: a noun comes written, other values are written here."""
    return value if isinstance(value, _Written) else json.dumps(value)


class Wire(TypeDecorator[Any]):
    """A frozen dataclass of the pipeline, kept as JSONB."""

    impl = JSONB
    cache_ok = True

    def __init__(self, noun: type) -> None:
        super().__init__()
        self.noun = noun

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else _Written(as_json(type(value), value))

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else wire.decode(self.noun, value)


class Clean(TypeDecorator[str]):
    """Text from outside."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(storable(value))


def digest(text: str) -> str:
    """A short stand-in for a text of any length: an index entry may not exceed 2.7 kB, addresses may."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def among(column: ColumnElement[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """``column IN values`` as one parameter: a list of them would be another statement for each length."""
    kind = ARRAY(column.type)
    return column == any_(cast(literal(list(values), kind), kind))


def key() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def work() -> tuple[Column[Any], ...]:
    """What ``claims`` needs to know of a row. ``stage`` is NULL when no work is left.

    ``hinted_at`` starts at now: whoever commits a row also sends its hint, and the tick repeats it
    only when that hint has gone unanswered.
    """
    return (
        Column("stage", Text),
        Column("due_at", Moment, nullable=False, server_default=NOW),
        Column("lease_until", Moment),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("token", BigInteger, nullable=False, server_default=text("0")),
        Column("hinted_at", Moment, server_default=NOW),
    )


def waiting(table: Table) -> Index:
    """The index that claims, hints and gauges walk: only rows with work left are in it."""
    return Index(f"ix_{table.name}_waiting", table.c.stage, table.c.due_at, postgresql_where=table.c.stage.is_not(None))
