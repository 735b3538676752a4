"""The program as it was before its latest migration, from the history of this repository."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSIONS = "workers/adapters/store/migrations/versions"
BUILT = "workers/knowledge/build"


@dataclass(frozen=True)
class Release:
    """A tree of its own. ``prefix`` begins the command line of what is to run from there."""

    tree: Path

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("env", "-C", str(self.tree), f"PYTHONPATH={self.tree}")

    def run(self, *words: str) -> None:
        subprocess.run([*self.prefix, sys.executable, *words], check=True, stdout=subprocess.DEVNULL)

    def migrate(self, url: str) -> None:
        self.run("-c", f"from workers.adapters.store.engine import migrate; migrate({url!r})")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True).stdout


def before_the_latest_migration(folder: Path) -> Release:
    """A shallow clone has no such history: ``git fetch --unshallow``."""
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", f"{VERSIONS}/0*.py").decode().strip()
    with tarfile.open(fileobj=io.BytesIO(_git("archive", f"{added}^"))) as packed:
        packed.extractall(folder, filter="data")
    shutil.copytree(ROOT / BUILT, folder / BUILT)
    made = Release(folder)
    made.run("-m", "workers", "gazetteer", "build", "--if-needed")
    return made
