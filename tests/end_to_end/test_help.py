"""``clashwatch --help`` answers at once: what a command needs is loaded when it is called."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"spacy", "sqlalchemy"}


def test_help_loads_neither_spacy_nor_the_database() -> None:
    program = [sys.executable, "-X", "importtime", "-m", "workers", "--help"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "Code documents" in done.stdout
    assert {"typer", "workers"} <= loaded
    assert not loaded & HEAVY
