"""Commands answer at once: what a command needs, and nothing else, is loaded when it is called."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"spacy", "sqlalchemy"}


def _loaded(*words: str, given: str = "") -> tuple[str, set[str]]:
    """What the command says, and the packages that it imported."""
    program = [sys.executable, "-X", "importtime", "-m", "workers", *words]
    done = subprocess.run(program, input=given, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


def test_help_loads_neither_spacy_nor_the_database() -> None:
    said, loaded = _loaded("--help")
    assert "Code documents" in said
    assert {"typer", "workers"} <= loaded
    assert not loaded & HEAVY


def test_detection_without_trained_pipelines_does_as_well() -> None:
    said, loaded = _loaded("detect", "-", given='{"id": "1", "text": "Rebels shelled Goma.", "language": "en"}')
    assert '"Goma"' in said
    assert not loaded & HEAVY
