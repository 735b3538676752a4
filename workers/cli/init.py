"""``clashwatch init``: a commented configuration and generated secrets, in a folder of one's own."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Annotated

import typer

import workers

app = typer.Typer()

SECRETS = ("webhook_secret", "api_token")
"""Files below ``secrets/``; each holds 256 random bits. ``receivers.yml`` names them by ``<option>_file``."""


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("clashwatch")) -> None:
    """Write a commented configuration and generated secrets. Never overwrites: a file that is there stays."""
    written = [_copied(path, folder) for path in sorted(template().rglob("*.yml"))]
    written += [_generated(folder / "secrets" / name) for name in SECRETS]
    for path in filter(None, written):
        typer.echo(f"wrote {path}", err=True)
    if not any(written):
        typer.echo(f"{folder} is complete already; nothing was changed", err=True)
    typer.echo(f"next: edit {folder}/feeds.yml, then clashwatch up --config {folder}", err=True)


def template() -> Path:
    """The shipped configuration: inside the installed package, or in the checkout that is being run."""
    package = Path(workers.__file__).parent
    installed = package / "defaults"
    return installed if installed.is_dir() else package.parent / "config"


def _copied(source: Path, folder: Path) -> Path | None:
    target = folder / source.relative_to(template())
    if target.exists():
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target


def _generated(target: Path) -> Path | None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return target
