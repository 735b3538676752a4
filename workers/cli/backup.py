"""``clashwatch backup`` and ``clashwatch restore``: the whole store in one file, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from workers.cli.operate import Folder, database_url, settings_or_exit

if TYPE_CHECKING:
    from workers.settings import Settings

backup_app = typer.Typer()
restore_app = typer.Typer()


@backup_app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to; it must not exist yet.")],
    config: Folder = None,
) -> None:
    """Write the whole store to a file, as of now; the service may run on. Keep it as you keep a password."""
    from sqlalchemy.exc import OperationalError

    from workers.adapters.store import snapshot
    from workers.adapters.store.engine import connect

    if file.exists():
        raise typer.BadParameter(f"{file} exists already")
    with _database(settings_or_exit(config), running=True) as url:
        engine = connect(url)
        try:
            manifest = snapshot.write(engine, file)
        except (OperationalError, OSError) as error:
            _refuse(f"no backup was written: {getattr(error, 'orig', error)}")
        finally:
            engine.dispose()
    typer.echo(f"{file}: {sum(manifest['rows'].values())} rows, schema {manifest['revision']}", err=True)


@restore_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `clashwatch backup` wrote.")],
    tell: Annotated[bool, typer.Option("--tell", help="Tell also what may have been told after the backup.")] = False,
    config: Folder = None,
) -> None:
    """Fill an empty store from a backup. Start the service afterwards.

    What waited in the backup to be sent, and what the feeds list at the first poll, is recorded and not told: the
    service that made the backup may have told it since. With --tell it is told, some of it perhaps twice.
    """
    from sqlalchemy.exc import DBAPIError

    from workers.adapters.store import snapshot

    with _database(settings_or_exit(config), running=False) as url:
        try:
            manifest = snapshot.read(url, file, record=not tell)
        except (snapshot.SnapshotError, DBAPIError) as error:
            _refuse(f"nothing was restored: {getattr(error, 'orig', error)}")
    typer.echo(f"{sum(manifest['rows'].values())} rows of {manifest['made'][:16]} restored", err=True)


@contextmanager
def _database(settings: Settings, running: bool) -> Iterator[str]:
    """Where the store is; a private server that does not run is started for as long as it is needed."""
    from workers.adapters import embedded

    if settings.database.url is not None:
        yield settings.database.url
        return
    with embedded.locked(settings.state_dir) as alone:
        if running:
            url = database_url(settings)  # exits when there is none
        elif not alone:
            _refuse(f"a clashwatch up runs on {settings.state_dir}: stop it first")
        if not alone:
            yield url
            return
        with embedded.running(embedded.postgres(settings.state_dir), log_dir=settings.state_dir / "log") as (url,):
            yield url


def _refuse(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(1)


apps = {"backup": backup_app, "restore": restore_app}
