"""``make bench``: every benchmark but the soak in turn; figures as JSON lines, also into ``benchmarks/results/``."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import benchmarks

RESULTS = Path(__file__).parent / "results"
APART = {"soak"}
"""An hour of its own: ``make soak``."""


def main() -> int:
    RESULTS.mkdir(exist_ok=True)
    failed = []
    found = {one.name for one in pkgutil.iter_modules(benchmarks.__path__) if not one.name.startswith("_")}
    for module in sorted(found - APART):
        # A process each: one benchmark's memory and caches must not be another's.
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}"], stdout=subprocess.PIPE, text=True)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode or not lines:
            failed.append(module)
            continue
        print("\n".join(lines), flush=True)
        (RESULTS / f"{module}.jsonl").write_text("".join(json.dumps(json.loads(line)) + "\n" for line in lines))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
