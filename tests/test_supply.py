"""What the program is made of is known, byte for byte: `make sbom` from the lock, the same each time."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def recipe(target: str) -> list[str]:
    """The commands that make would run."""
    shown = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--old-file=setup-dev", target],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return shown.stdout.replace("\\\n", " ").splitlines()


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Two, made one after the other by the command in the Makefile."""
    made = []
    (command,) = [line for line in recipe("sbom") if "cyclonedx-py" in line]
    for number in range(2):
        file = tmp_path_factory.mktemp("sbom") / f"{number}.json"
        subprocess.run(command.replace("dist/sbom.cdx.json", str(file)), shell=True, cwd=ROOT, check=True)
        made.append(file.read_bytes())
    return made


def test_the_same_lock_gives_the_same_bytes(bills: list[bytes]) -> None:
    assert bills[0] == bills[1]


def test_it_names_every_locked_package_with_version_and_hashes(bills: list[bytes]) -> None:
    bill = json.loads(bills[0])
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(), re.M))
    listed = {one["name"]: one["version"] for one in bill["components"]}
    assert {name.lower(): version for name, version in listed.items()} == locked
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "clashwatch"
    unhashed = [one["name"] for one in bill["components"] if "hashes" not in json.dumps(one)]
    assert unhashed == []


def test_the_audit_covers_both_locks_and_installs_nothing() -> None:
    audits = [line for line in recipe("audit") if "pip-audit" in line]
    assert [line.split()[-1] for line in audits] == ["requirements.lock", "requirements-dev.lock"]
    assert all("--disable-pip --require-hashes" in line for line in audits)
