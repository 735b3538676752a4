"""How long a clash is open: set in clashwatch.yml, for each type if need be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.adapters.test_settings import SOUND
from workers.pipeline.cluster import Span
from workers.settings import SettingsError, load


def written(folder: Path, life: str) -> Path:
    for name, text in {**SOUND, "clashwatch.yml": life}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_times_are_set_for_all_clashes_and_for_single_types(tmp_path: Path) -> None:
    life = "life:\n  quiet: 12h\n  types:\n    Suicide bomb: {quiet: 6h, closed: 2d}\n"
    limits = load(written(tmp_path, life)).life.limits()
    assert limits.of("Armed clash") == Span(timedelta(hours=12), timedelta(hours=96))
    assert limits.of("Suicide bomb") == Span(timedelta(hours=6), timedelta(days=2))


@pytest.mark.parametrize(
    ("life", "fault"),
    [
        ("life:\n  types:\n    Suicide bom: {quiet: 6h}\n", "did you mean 'Suicide bomb'"),
        ("life:\n  quiet: 4d\n", "quiet must be shorter than closed"),
    ],
)
def test_a_wrong_type_or_order_stops_the_start(tmp_path: Path, life: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        load(written(tmp_path, life))
