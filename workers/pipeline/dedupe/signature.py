"""A text in, a MinHash signature out; two signatures in, an estimate of what they share.

rensa's RMinHash because it signs 25 times as fast as datasketch at the same error (.032 against .035 over 492
edited pairs, measured); the shingles are hashed with xxh3 before, so that the scheme names every part of it. One
sketch at a time: the matrix calls keep a thread pool, which a forked worker would inherit dead.
"""

from __future__ import annotations

from rensa import RMinHash
from xxhash import xxh3_64_digest, xxh3_64_intdigest

from workers.pipeline.dedupe.words import narrative, sentences, words
from workers.pipeline.models import Signature

SHINGLE = 3
"""Words per shingle. Three survive a light edit; five lost a third of the reprints with every tenth word changed."""
PERMUTATIONS = 128
SEED = 1
BAND_ROWS = 3
BANDS = 24
"""24 bands of 3 rows find a resemblance of .5 in 96 of 100 look-ups; the marks below find the shorter cuts."""
MARKS = 8
MARK_WORDS = 9
SCHEME = f"rminhash{RMinHash.ALGORITHM_VERSION}/{PERMUTATIONS}/seed{SEED}/xxh3/words{SHINGLE}/v1"
_TITLE_WORDS = 8
"""A body below this many words is signed together with its headline: alone it says nothing."""


def sign(text: str, title: str | None = None) -> Signature:
    """The signature of an article. A headline counts only beside an almost empty body: reprints change it."""
    own = narrative(text)
    if len(own) < _TITLE_WORDS:
        own = words(f"{title or ''}\n{text}")
    shingles = {xxh3_64_digest(" ".join(part).encode()) for part in _windows(own)}
    marks = sorted({xxh3_64_intdigest(sentence.encode()) for sentence in sentences(text, MARK_WORDS)})[:MARKS]
    if not shingles:
        return Signature(SCHEME, (), 0)
    sketch = RMinHash(PERMUTATIONS, SEED)
    sketch.update(list(shingles))
    return Signature(SCHEME, tuple(sketch.digest()), len(shingles), tuple(marks))


def _windows(own: list[str]) -> list[tuple[str, ...]]:
    if len(own) <= SHINGLE:
        return [tuple(own)] if own else []
    return list(zip(*(own[start:] for start in range(SHINGLE)), strict=False))


def bands(signature: Signature) -> tuple[str, ...]:
    """Keys for the store: two texts that share one may be copies, two that share none are not.

    24 MinHash bands find texts edited throughout; up to 8 marks, the whole sentences of lowest hash, find a few
    paragraphs cut out of a long text. Keys carry the scheme's version and are 17 or 18 characters long.
    """
    rows = signature.values
    if not rows:
        return ()
    starts = range(0, BANDS * BAND_ROWS, BAND_ROWS)
    keys = [_key(f"{SCHEME}:{start}:{rows[start : start + BAND_ROWS]}") for start in starts]
    return tuple("b" + key for key in keys) + tuple(f"m{mark:016x}" for mark in signature.marks)


def _key(text: str) -> str:
    return f"{xxh3_64_intdigest(text.encode()):016x}"


def similarity(a: Signature, b: Signature) -> float:
    """Estimated resemblance (Jaccard) of the shingles, 0 to 1; 0 across schemes, which cannot be compared."""
    if a.scheme != b.scheme or not a.values or not b.values:
        return 0.0
    return sum(x == y for x, y in zip(a.values, b.values, strict=True)) / len(a.values)


def containment(a: Signature, b: Signature) -> float:
    """Estimated share of the shorter text that the longer one holds, 0 to 1."""
    alike = similarity(a, b)
    shared = alike * (a.shingles + b.shingles) / (1 + alike)
    return min(1.0, shared / min(a.shingles, b.shingles)) if alike else 0.0
