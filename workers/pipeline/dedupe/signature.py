"""A text in, a MinHash signature out; two signatures in, an estimate of what they share.

rensa's RMinHash because it signs 25 times as fast as datasketch at the same error (.032 against .035 over 492
edited pairs, measured); the shingles are hashed with xxh3 before, so that the scheme names every part of it. One
sketch at a time: the matrix calls keep a thread pool, which a forked worker would inherit dead.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest

from rensa import RMinHash
from xxhash import xxh3_64_digest, xxh3_64_intdigest

from workers.pipeline.dedupe.words import narrative, words
from workers.pipeline.models import Signature

SHINGLE = 3
"""Words per shingle. Three survive a light edit; five lost a third of the reprints with every tenth word changed."""
PERMUTATIONS = 128
SEED = 1
BAND_ROWS = 3
BANDS = 16
"""Bands of 3 rows find texts that were edited throughout: 9 of 10 of those that resemble each other by .5."""
MARKS, MARK_WORDS = 16, 8
"""Passages of 8 words, the 16 of lowest hash: those of a text that lie in a cut of it are among the cut's own lowest,
so that a third of an article shares five with the whole of it. Eight words seldom meet by chance."""
SCHEME = f"rminhash{RMinHash.ALGORITHM_VERSION}/{PERMUTATIONS}/seed{SEED}/xxh3/words{SHINGLE}/v2"
_TITLE_WORDS = 8
"""A body below this many words is signed together with its headline: alone it says nothing."""


def sign(text: str, title: str | None = None) -> Signature:
    """The signature of an article. A headline counts only beside an almost empty body: reprints change it."""
    told = narrative(text)
    if len(told) < _TITLE_WORDS:
        told = words(f"{title or ''}\n{text}")
    own = [word.encode() for word in told]
    shingles = set(map(xxh3_64_digest, _windows(own, SHINGLE)))
    if not shingles:
        return Signature(SCHEME, (), 0)
    marks = nsmallest(MARKS, set(map(xxh3_64_intdigest, _windows(own, MARK_WORDS))))
    sketch = RMinHash(PERMUTATIONS, SEED)
    sketch.update(list(shingles))
    return Signature(SCHEME, tuple(sketch.digest()), len(shingles), tuple(marks))


def _windows(own: list[bytes], size: int) -> Iterator[bytes]:
    """Every passage of so many words; the whole of a shorter text."""
    return (
        map(b" ".join, zip(*(own[start:] for start in range(size)), strict=False))
        if len(own) > size
        else iter(own and [b" ".join(own)])
    )


def keys(signature: Signature) -> tuple[int, ...]:
    """What the store looks texts up by: two that share a key may be copies, two that share none are not.

    Whole numbers of 64 bits with a sign, that depend on the scheme too.
    """
    rows = signature.values
    if not rows:
        return ()
    starts = range(0, BANDS * BAND_ROWS, BAND_ROWS)
    parts = [f"{start}:{rows[start : start + BAND_ROWS]}" for start in starts] + [str(mark) for mark in signature.marks]
    return tuple(sorted({xxh3_64_intdigest(f"{SCHEME}:{part}".encode()) - (1 << 63) for part in parts}))


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
