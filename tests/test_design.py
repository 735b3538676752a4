"""DESIGN.md's table of threats names the tests that show each defence: they exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_threat_names_tests_that_there_are() -> None:
    section = (ROOT / "DESIGN.md").read_text().partition("## Threats")[2].partition("## ")[0]
    rows = [row.strip("| ").split(" | ") for row in section.splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 8
    there = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    for who, *_, shown in rows:
        named = {name.rpartition("/")[2] for name in re.findall(r"`([\w/]*test_\w+)`", shown)}
        assert named, who
        assert named <= there, (who, named - there)
