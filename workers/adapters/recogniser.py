"""Which language a text is in: py3langid's model, kept unpacked beside the gazetteer.

The package ships it under LZMA, which takes half a second of every start to unpack. ``build`` writes its arrays as they
are; where nobody has built them, ``load`` unpacks as the package does, and ranks the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

FOLDER = Path(__file__).parent.parent / "knowledge" / "build"
_PREFIX = "languages-1-"


def path(folder: Path = FOLDER) -> Path:
    """Where the arrays of the installed py3langid lie, or would."""
    return folder / f"{_PREFIX}{version('py3langid')}.npz"


def build(folder: Path = FOLDER) -> Path:
    """Writes them and removes those of other versions. Whole or not at all: a worker may be reading."""
    folder.mkdir(parents=True, exist_ok=True)
    packed, target = LanguageIdentifier.from_model_file(MODEL_FILE), path(folder)
    unfinished = target.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez(
            file,
            ptc=packed.nb_ptc,
            pc=packed.nb_pc,
            classes=np.array(packed.nb_classes),
            moves=np.asarray(packed.tk_nextmove),
            rows=np.asarray(packed.tk_row),
            output=np.array(packed.tk_output, dtype=np.int32),
        )
    unfinished.replace(target)
    for old in set(folder.glob(f"{_PREFIX}*.npz")) - {target}:
        old.unlink()
    return target


def load(languages: Iterable[str], folder: Path = FOLDER) -> Callable[[str], list[tuple[str, float]]]:
    """Ranks ``languages``, the likeliest first. Raises ``ValueError`` for one that the model does not know."""
    found = _unpacked(path(folder)) if path(folder).exists() else LanguageIdentifier.from_model_file(MODEL_FILE)
    found.set_languages(languages)
    return found.rank  # type: ignore[no-any-return]


def _unpacked(file: Path) -> LanguageIdentifier:
    with np.load(file, allow_pickle=False) as kept:
        return LanguageIdentifier(
            kept["ptc"],
            kept["pc"],
            kept["classes"].tolist(),
            _plain(kept["moves"]),
            kept["output"].tolist(),
            tk_row=_plain(kept["rows"]),
        )


def _plain(values: np.ndarray) -> array[int]:
    """The model is walked a byte at a time; over a numpy array that takes half as long again or more (measured)."""
    return array(values.dtype.char, values.tobytes())
