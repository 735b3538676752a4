"""A response's stream in, its body out: decompressed here, under a cap that counts what comes out, not what goes in.

aiohttp would inflate a whole chunk at once; one of 64 KB holds 64 MB of zeros.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
ENCODINGS = "gzip, deflate"


class TooLarge(ValueError):
    """The body goes beyond the cap."""


class BadEncoding(ValueError):
    """The body is not encoded as the server says, or in a way that was not asked for."""


async def read(chunks: AsyncIterator[bytes], encoding: str, cap: int) -> bytes:
    """The body. Raises ``TooLarge`` and ``BadEncoding``; a body cut short counts as badly encoded."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return await _plain(chunks, cap)
    if name not in _WINDOWS:
        raise BadEncoding(f"content encoding {encoding[:40]!r}")
    return await _inflated(chunks, name, cap)


async def _plain(chunks: AsyncIterator[bytes], cap: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > cap:
            raise TooLarge(f"more than {cap} bytes")
    return bytes(body)


async def _inflated(chunks: AsyncIterator[bytes], name: str, cap: int) -> bytes:
    inflater = zlib.decompressobj(_WINDOWS[name])
    body, started = bytearray(), False
    async for chunk in chunks:
        started = True
        try:
            body += inflater.decompress(chunk, cap + 1 - len(body))
        except zlib.error as error:
            if body or name != "deflate":
                raise BadEncoding(str(error)) from error
            # half of the servers that say deflate leave out zlib's header
            inflater, name = zlib.decompressobj(-15), "raw"
            body += _raw(inflater, chunk, cap)
        if len(body) > cap or inflater.unconsumed_tail:
            raise TooLarge(f"more than {cap} bytes, decompressed")
    if started and not inflater.eof:
        raise BadEncoding("cut short")
    return bytes(body)


def _raw(inflater: zlib._Decompress, chunk: bytes, cap: int) -> bytes:
    try:
        return inflater.decompress(chunk, cap + 1)
    except zlib.error as error:
        raise BadEncoding(str(error)) from error
