"""Notes coded by hand, and what detection makes of them: place, people killed, kind of event.

In: ``texts/coded_notes.yml``. Figures are those of issue 3: the first report that has a place lies within 25 or 161 km
of where it happened; the people killed of all reports told as having happened add up to the note's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.detect.distance import kilometres
from workers.pipeline.models import Document, Place, Realis, Report

TOLD = (Realis.CURRENT, Realis.ONGOING)
NEAR, FAR = 25.0, 161.0


class Spot(NamedTuple):
    lat: float
    lon: float


@dataclass(frozen=True)
class Note:
    text: str
    day: date
    kind: str
    spot: Spot
    killed: int

    @property
    def violent(self) -> bool:
        return self.kind != "none"

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        published = datetime.combine(self.day, time(12), UTC)
        return detect(Document("1", self.text, published=published), knowledge.load()).reports

    @property
    def told(self) -> list[Report]:
        return [report for report in self.reports if report.realis in TOLD]

    @property
    def place(self) -> Place | None:
        return next((report.place for report in self.reports if report.place), None)

    @property
    def error(self) -> float:
        """Kilometres."""
        return kilometres(self.place, self.spot) if self.place else float("inf")

    @property
    def counted(self) -> int:
        counts = [report.killed for report in self.told if report.killed]
        return sum(count.low if count.best is None else count.best for count in counts)

    @property
    def coded(self) -> str | None:
        """The sub-event of the surest report."""
        surest = max(self.told, key=lambda report: report.confidence, default=None)
        return surest.sub_event_type if surest else None

    @property
    def alerts(self) -> bool:
        return any(report.alertable for report in self.reports)


def _note(raw: dict[str, Any]) -> Note:
    return Note(raw["text"], raw["day"], raw["kind"], Spot(*raw["at"]), raw["killed"])


SETS: dict[str, list[Note]] = {
    name: [_note(raw) for raw in notes]
    for name, notes in YAML(typ="safe").load(Path(__file__).parent / "texts/coded_notes.yml").items()
}


def share(notes: Sequence[Note], holds: Callable[[Note], bool]) -> float:
    return sum(map(holds, notes)) / len(notes)


def violent(notes: Sequence[Note]) -> list[Note]:
    return [note for note in notes if note.violent]


def deadly(notes: Sequence[Note]) -> list[Note]:
    return [note for note in notes if note.killed]


def cause_of_place(note: Note) -> str | None:
    """Why the note is not placed within 25 km."""
    if note.place is None:
        return "nowhere"
    if note.error <= NEAR:
        return None
    return "25 to 161 km off" if note.error <= FAR else "farther off"


def cause_of_killed(note: Note) -> str | None:
    if note.counted == note.killed:
        return None
    return "none counted" if not note.counted else "too many" if note.counted > note.killed else "too few"


def cause_of_kind(note: Note) -> str | None:
    return None if note.coded == note.kind else f"{note.kind}: {note.coded}"
