"""How notes in the manner of ACLED's are placed, counted and coded. ``python -m benchmarks.coded_notes [--misses]``

The notes and the measure are the tests' (``tests/pipeline/coded_notes.py``). Targets (issue 3): placed within 25 km .60
and within 161 km .75 of all, people killed exact .92 of all and .84 of those where anybody was.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests" / "pipeline"))  # what is tested is what is measured
NOTES: Any = import_module("coded_notes")


def figures(notes: Sequence[Any]) -> dict[str, object]:
    violent, deadly, quiet = NOTES.violent(notes), NOTES.deadly(notes), [n for n in notes if not n.violent]
    return {
        "n": [len(violent), len(notes), len(deadly)],
        "placed": _share(violent, lambda note: note.place),
        "within_25_km": _share(violent, lambda note: note.error <= NOTES.NEAR),
        "within_161_km": _share(violent, lambda note: note.error <= NOTES.FAR),
        "killed_exact": _share(notes, lambda note: note.counted == note.killed),
        "killed_exact_where_any": _share(deadly, lambda note: note.counted == note.killed),
        "sub_event_right": _share(violent, lambda note: note.coded == note.kind),
        "would_alert": _share(violent, lambda note: note.alerts),
        "false_alerts": sum(note.alerts for note in quiet),
        "misplaced": _causes(NOTES.cause_of_place(note) for note in violent),
        "miscounted": _causes(NOTES.cause_of_killed(note) for note in notes),
        "miscoded": _causes(NOTES.cause_of_kind(note) for note in violent),
    }


def _share(notes: Sequence[Any], holds: Any) -> float:
    return round(float(NOTES.share(notes, lambda note: bool(holds(note)))), 3)


def _causes(found: Any) -> dict[str, int]:
    return dict(Counter(cause for cause in found if cause).most_common())


def misses(notes: Sequence[Any]) -> None:
    for note in notes:
        causes = [NOTES.cause_of_killed(note)]
        causes += [NOTES.cause_of_place(note), NOTES.cause_of_kind(note)] if note.violent else []
        if any(causes):
            where = f"{note.place.name}, {note.place.country}, {note.error:.0f} km" if note.place else "nowhere"
            told = [(r.sub_event_type, r.realis.value, r.confidence) for r in note.reports]
            print(f"{note.text}\n    {causes}; {where}; {note.counted} for {note.killed}; {told}", file=sys.stderr)


def main() -> None:
    for name, notes in NOTES.SETS.items():
        print(json.dumps({"benchmark": "coded_notes", "of": name, **figures(notes)}))
        if "--misses" in sys.argv:
            misses(notes)


if __name__ == "__main__":
    main()
