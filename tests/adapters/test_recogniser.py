"""The language model unpacked at build time ranks as the packed one that the package ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.adapters import recogniser

LANGUAGES = ["ar", "de", "en", "fr", "ru", "uk"]
TEXTS = [
    "Soldiers and gunmen exchanged fire at the bridge.",
    "Des hommes armés ont attaqué le village.",
    "اندلعت اشتباكات قرب المدينة",
    "Бойовики обстріляли село",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_unpacking_changes_no_rank_and_no_score(tmp_path: Path, text: str) -> None:
    packed = recogniser.load(LANGUAGES, tmp_path)
    recogniser.build(tmp_path)

    assert recogniser.load(LANGUAGES, tmp_path)(text) == packed(text)


def test_a_build_leaves_one_model_and_nothing_unfinished(tmp_path: Path) -> None:
    (tmp_path / "languages-1-0.0.npz").touch()
    (tmp_path / "1-0123456789abcdef").mkdir()

    made = recogniser.build(tmp_path)

    assert sorted(tmp_path.iterdir()) == sorted([made, tmp_path / "1-0123456789abcdef"])
