"""The whole store in one file, as of one moment, and back into an empty database.

A zip of PostgreSQL's own COPY texts with a manifest: it needs no tool of the right version on either side, a private
server and a managed one are the same, and a newer program reads what an older one wrote, since the schema is first
brought to the backup's revision and then on.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import Copy, sql
from sqlalchemy import Connection, Engine, MetaData, Table, text

from workers import __version__
from workers.adapters.store.engine import migrating, migrations

_MANIFEST = "manifest.json"
_FORMAT = 1
_TRANSIENT = frozenset({"heartbeats", "alembic_version"})
"""Signs of life of processes that are gone, and what the manifest says itself."""
_PART = 1 << 20


class SnapshotError(Exception):
    """The file or the database is not fit for it; nothing was changed."""


def write(engine: Engine, path: Path) -> dict[str, Any]:
    """Write the store as it is now; work goes on meanwhile. Returns the manifest.

    The file appears when it is whole, and only its owner reads it: it holds the key that links are signed with.
    """
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, engine.connect() as connection:
            manifest = _write(connection.execution_options(isolation_level="REPEATABLE READ"), file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def read(url: str, path: Path, *, record: bool) -> dict[str, Any]:
    """Fill the empty database at ``url`` from a file, all or nothing. Returns the manifest.

    With ``record``, what may have been told after the backup was made is not told again: messages that waited in it,
    and what the feeds list when they are next read. Raises ``SnapshotError``.
    """
    with _opened(path) as archive, migrating(url) as connection:
        manifest = _manifest(archive)
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        _prepare(connection, manifest["revision"])
        for name, columns in manifest["tables"].items():
            _fill(connection, archive, name, columns)
        for name, rows in manifest["rows"].items():
            if (found := _count(connection, name)) != rows:
                raise SnapshotError(f"{name} has {found} rows, not {rows}: the file is damaged")
        for sequence, value in manifest["sequences"].items():
            connection.execute(text("SELECT setval(CAST(:name AS regclass), :at)"), {"name": sequence, "at": value})
        command.upgrade(migrations(connection), "head")
        if record:
            for statement in _RECORDED:
                connection.execute(text(statement))
    return manifest


_RECORDED = (
    # Without validators, so that the next answer is a document, however little changed.
    "UPDATE feeds SET primed = false, restored = true, due_at = now(), "
    "memory = memory - 'etag' - 'last_modified' - 'body_hash'",
    "UPDATE entries SET primed = true "
    "WHERE stage IS NOT NULL OR id IN (SELECT entry_id FROM pages WHERE stage IS NOT NULL)",
    "UPDATE articles SET primed = true WHERE stage IS NOT NULL",
    "UPDATE revisions SET primed = true WHERE stage IS NOT NULL",
    "UPDATE deliveries SET stage = NULL, lease_until = NULL, state = 'known' WHERE stage IS NOT NULL",
)


def _write(connection: Connection, file: IO[bytes]) -> dict[str, Any]:
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    tables = _tables(connection)
    manifest: dict[str, Any] = {
        "format": _FORMAT,
        "version": __version__,
        "revision": MigrationContext.configure(connection).get_current_revision(),
        "made": datetime.now(UTC).isoformat(),
        "tables": {table.name: [column.name for column in table.columns] for table in tables},
        "rows": {table.name: _count(connection, table.name) for table in tables},
        "sequences": _sequences(connection),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, columns in manifest["tables"].items():
            with archive.open(f"{name}.copy", "w", force_zip64=True) as member:
                _drain(connection, name, columns, member)
        archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def _tables(connection: Connection) -> list[Table]:
    """Those that the database has, not those that this version of the code knows; who is referred to comes first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _TRANSIENT]


def _count(connection: Connection, name: str) -> int:
    quoted = connection.dialect.identifier_preparer.quote(name)
    return int(connection.execute(text(f"SELECT count(*) FROM {quoted}")).scalar_one())


def _sequences(connection: Connection) -> dict[str, int]:
    """Numbers given out, also to rows that are gone: messages may still name them."""
    asked = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    return {row.sequencename: row.last_value for row in connection.execute(text(asked))}


def _drain(connection: Connection, name: str, columns: list[str], member: IO[bytes]) -> None:
    with _copy(connection, "COPY {} ({}) TO STDOUT", name, columns) as copy:
        for part in copy:
            member.write(part)


def _fill(connection: Connection, archive: zipfile.ZipFile, name: str, columns: list[str]) -> None:
    try:
        with (
            archive.open(f"{name}.copy") as member,
            _copy(connection, "COPY {} ({}) FROM STDIN", name, columns) as copy,
        ):
            while part := member.read(_PART):
                copy.write(part)
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise SnapshotError(f"{name}: the file is damaged ({error})") from error


@contextmanager
def _copy(connection: Connection, statement: str, name: str, columns: list[str]) -> Iterator[Copy]:
    query = sql.SQL(statement).format(sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns)))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(query) as copy:
        yield copy


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise SnapshotError(f"{path} is no backup: {error}") from error
    with archive:
        yield archive


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        if manifest["format"] != _FORMAT:
            raise SnapshotError(f"a backup of format {manifest['format']}; this version reads {_FORMAT}")
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SnapshotError(f"no backup of Clashwatch: {error}") from error
    return manifest


def _prepare(connection: Connection, revision: str) -> None:
    """The schema that the backup was made from, without a row in it."""
    config = migrations(connection)
    if revision not in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise SnapshotError(f"the backup was made by a newer version (schema {revision}): restore it with that one")
    if full := [table.name for table in _tables(connection) if _count(connection, table.name)]:
        raise SnapshotError(f"the database is not empty: {', '.join(sorted(full)[:5])} hold rows")
    present = MigrationContext.configure(connection).get_current_revision()
    if present not in (None, revision):
        raise SnapshotError(f"the database has schema {present}, the backup {revision}: give it one without any tables")
    command.upgrade(config, revision)
