"""Hostile input by the thousand: ``python -m benchmarks.fuzz [--cases N] [--first SEED] [--jobs N] [TARGET ...]``.

Each case runs in a child process under a timer and a memory limit; a case is a target's name and a number, so that
``--first SEED --cases 1 TARGET`` runs one again. Exits 1 when a case crashed, hung or broke its answer's contract.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from functools import partial

from benchmarks._fuzz_targets import TARGETS, case
from workers.cli.children import Fate, Limits, answers

LIMITS = Limits(seconds=30.0, memory=4 * 1024**3)
SHOWN = 20
"""Findings told one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a case: ``read``, ``refused``, or a finding in words."""

    outcome: str
    cpu: float
    finding: str = ""


def tried(target: str, seed: int) -> Tried:
    """One case, and whether it kept its budget of CPU."""
    began = time.process_time()
    try:
        outcome, finding = case(target, seed), ""
    except BaseException as error:  # a panic of a library in Rust is no Exception
        where = traceback.extract_tb(error.__traceback__)[-1]
        outcome, finding = "finding", f"{type(error).__name__}: {str(error)[:200]!r} in {where.name}:{where.lineno}"
    cpu = time.process_time() - began
    if cpu > TARGETS[target].seconds:
        outcome, finding = "finding", f"took {cpu:.1f} s of CPU; {finding}"
    return Tried(outcome, cpu, finding)


def run(target: str, seeds: range, jobs: int = 1) -> dict[str, object]:
    """Try all; findings go to standard error as they come."""
    TARGETS[target].prepare()
    counted: Counter[str] = Counter()
    slowest = total = 0.0
    for seed, answer in answers(partial(tried, target), seeds, jobs, LIMITS):
        result = Tried("finding", LIMITS.seconds, str(answer)) if isinstance(answer, Fate) else answer
        counted[result.outcome] += 1
        slowest, total = max(slowest, result.cpu), total + result.cpu
        if result.finding and counted["finding"] <= SHOWN:
            print(f"{target} {seed}: {result.finding}", file=sys.stderr, flush=True)
    return {
        "target": target,
        "first": seeds.start,
        "cases": len(seeds),
        **{outcome: counted[outcome] for outcome in ("read", "refused", "finding")},
        "mean_cpu_ms": round(1000 * total / len(seeds), 2),
        "slowest_cpu_s": round(slowest, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--cases", type=int, default=1000, help="per target")
    parser.add_argument("--first", type=int, default=0, help="the first case's number")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    if strange := set(given.targets) - TARGETS.keys():
        parser.error(f"no target is called {sorted(strange)[0]}")
    found = 0
    for target in given.targets or TARGETS:
        report = run(target, range(given.first, given.first + given.cases), given.jobs)
        found += int(str(report["finding"]))
        print(json.dumps(report), flush=True)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
