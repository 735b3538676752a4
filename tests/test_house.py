"""The rules of the house that no off-the-shelf tool checks."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "workers").rglob("*.py"))
PIPELINE = [path for path in SOURCES if "pipeline" in path.parts]

CLOCKS_AND_DOORS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic",
    "os.environ", "os.getenv", "urllib.request", "trafilatura.fetch_url", "open",
}  # fmt: skip


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text())
    return [
        (f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_file_is_longer_than_300_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 300}
    assert not long


def test_functions_are_small() -> None:
    lengths = [row for path in SOURCES for row in functions(path)]
    assert not [row for row in lengths if row[1] > 60]
    assert statistics.median(length for _, length in lengths) <= 10


@pytest.mark.parametrize("path", PIPELINE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_pipeline_has_no_clock_and_no_door(path: Path) -> None:
    used = {
        dotted(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute | ast.Name)
    }
    assert not {name for name in used for banned in CLOCKS_AND_DOORS if name == banned or name.endswith("." + banned)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert (ast.get_docstring(ast.parse(path.read_text())) or "").strip()


def test_no_file_names_a_package_registry_or_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    hosts = re.compile(r"py[p]i[.]org|python[h]osted|npm[j]s[.]org|deb[.]deb[i]an[.]org|--(extra-)?index-ur[l]")
    texts = [ROOT / name for name in listed if not name.endswith((".png", ".gz"))]
    assert not [str(p) for p in texts if p.is_file() and hosts.search(p.read_text(errors="replace"))]


def test_tasks_are_short() -> None:
    tasks = ROOT / "workers" / "tasks.py"
    assert not [row for row in functions(tasks) if row[1] > 15]


def test_no_markup_of_others_is_shown() -> None:
    """What others wrote is text that templates escape. Whoever opts out must bring a sanitiser, and say so here."""
    opted_out = re.compile(r"\bMarkup[(\n]|\|\s*safe\b|autoescape(\s*=\s*F|\s+f)alse|__html__")
    shown = [path for path in (ROOT / "workers").rglob("*") if path.suffix in {".py", ".html", ".xml", ".txt"}]
    found = {str(path.relative_to(ROOT / "workers")) for path in shown if opted_out.search(path.read_text())}
    own_press = "adapters/press/__init__.py"  # plays the demo's newspapers: nobody else's words
    plain_words = "pipeline/message/template.py"  # an operator's wording: text, which each channel escapes for itself
    assert found == {own_press, plain_words}
