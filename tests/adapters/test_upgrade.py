"""An upgrade under load: migrations only add, so that the old program runs on while they do, and after a step back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from workers.adapters.store import silences
from workers.adapters.store.engine import connect, migrating, migrations

VERSIONS = Path(__file__).parents[2] / "workers" / "adapters" / "store" / "migrations" / "versions"
MIGRATIONS = sorted(VERSIONS.glob("0*.py"))

FIRST = "0052"
"""The schema of the first release. Before it nobody ran anything: the rule holds for what follows."""

TAKES_AWAY = {
    "op.drop_table",
    "op.drop_column",
    "op.drop_constraint",
    "op.rename_table",
    "op.create_check_constraint",
    "op.create_exclude_constraint",
    "op.create_unique_constraint",
    "op.create_foreign_key",
}
"""An old program that still writes would meet a table, column or rule that it does not know."""
NARROWS = {"type_", "new_column_name"}


def faults(source: str) -> list[str]:
    """What in ``upgrade`` an older program could not live with. New tables may have whatever they like."""
    found = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name, whole = ast.unparse(call.func), ast.unparse(call)
        given = {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg}
        narrows = bool(NARROWS & given.keys()) or given.get("nullable") == "False"
        needs = "nullable=False" in whole and "server_default" not in whole
        speaks = any(word in whole.upper() for word in ("DROP ", "RENAME ", "SET NOT NULL"))
        if (
            name in TAKES_AWAY
            or (name == "op.alter_column" and narrows)
            or (name == "op.add_column" and needs)
            or (name == "op.create_index" and given.get("unique") == "True")
            or (name == "op.execute" and speaks)
        ):
            found.append(whole)
    return found


def test_every_migration_after_the_first_release_only_adds(engine: Engine) -> None:
    """What takes away comes a release later, when no program that needs it runs any more."""
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(migrations(connection))
    later = [Path(one.path) for one in script.iterate_revisions("head", FIRST)]
    assert {path.name: faults(path.read_text()) for path in later if faults(path.read_text())} == {}


@pytest.mark.parametrize(
    "step",
    [
        "op.drop_column('feeds', 'memory')",
        "op.alter_column('feeds', 'slug', new_column_name='name')",
        "op.alter_column('alerts', 'clash_id', nullable=False)",
        "op.add_column('feeds', sa.Column('x', sa.Text(), nullable=False))",
        "op.create_index('i', 'feeds', ['slug'], unique=True)",
        "op.execute('ALTER TABLE feeds DROP COLUMN memory')",
    ],
)
def test_the_rule_sees_what_it_forbids(step: str) -> None:
    assert faults(step)


def test_migrations_are_one_line_from_the_first_to_the_last(engine: Engine) -> None:
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(migrations(connection))
    assert len(script.get_heads()) == 1
    assert len(list(script.walk_revisions())) == len(MIGRATIONS)


def test_a_migration_that_would_wait_for_a_table_gives_up_instead(engine: Engine, database: str) -> None:
    """Whoever waits for a table makes everybody behind wait too; ``migrate`` is called again for half a minute."""
    with engine.begin() as busy:
        busy.execute(text("LOCK TABLE silences IN ACCESS SHARE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"), migrating(database) as connection:
            connection.execute(text("ALTER TABLE silences ADD COLUMN later text"))
        other = connect(database)
        assert silences.listed(other, expired=True) == []
        other.dispose()
