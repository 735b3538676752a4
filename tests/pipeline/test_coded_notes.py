"""Notes in the manner of ACLED's: placed, counted and coded as issue 3 asks of such notes."""

from __future__ import annotations

import coded_notes
from coded_notes import FAR, NEAR, SETS, deadly, share, violent

NOTES = [note for notes in SETS.values() for note in notes]


def test_notes_are_placed() -> None:
    assert share(violent(NOTES), lambda note: note.error <= NEAR) >= 0.60
    assert share(violent(NOTES), lambda note: note.error <= FAR) >= 0.75


def test_the_people_killed_are_counted_exactly() -> None:
    assert share(NOTES, lambda note: note.counted == note.killed) >= 0.92
    assert share(deadly(NOTES), lambda note: note.counted == note.killed) >= 0.84


def test_notes_of_no_violence_alert_hardly_ever() -> None:
    quiet = [note for note in NOTES if not note.violent]

    assert share(quiet, lambda note: not note.alerts) >= 0.9


def test_causes_tell_why_a_note_is_misplaced_or_miscounted() -> None:
    right = [n for n in NOTES if n.violent and n.error <= NEAR and n.counted == n.killed]

    assert not any(coded_notes.cause_of_place(note) or coded_notes.cause_of_killed(note) for note in right)
