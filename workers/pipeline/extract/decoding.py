"""The bytes of a page in, its text out, by the web's rules: BOM, valid UTF-8, HTTP, meta element, detector."""

from __future__ import annotations

import re

from resiliparse.parse.encoding import bytes_to_str, detect_encoding, map_encoding_to_html5

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.I)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MAGIC = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x00\x00\x00", b"OggS", b"ID3")


def is_binary(body: bytes) -> bool:
    """Pictures, films, archives, PDFs: by their first bytes, or by NUL bytes in what claims to be text."""
    start = body[:1024]
    return start.startswith(_MAGIC) or (b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")))


def decode(body: bytes, charset: str | None) -> str:
    """Never fails: what cannot be decoded becomes U+FFFD.

    Text that is valid UTF-8 beyond ASCII is UTF-8 whatever the labels say; a label that does not fit the bytes
    gives way to the next one (trafilatura decodes by guess: adbar/trafilatura#231).
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    meta = _META.search(body[:4096])
    for label in filter(None, (charset, meta[1].decode("ascii") if meta else None)):
        known = map_encoding_to_html5(label, False)
        if known and (known.lower() not in ("utf-8", "utf8") or _nearly_utf8(body)):
            return str(bytes_to_str(body, known, "replace", ()))
    return str(bytes_to_str(body, detect_encoding(body[:300_000]) or "cp1252", "replace", ()))


def _nearly_utf8(body: bytes) -> bool:
    """A stray byte in a long page is a slip; many mean that the label lies."""
    return body.decode("utf-8", "replace").count("\ufffd") * 200 <= sum(byte > 127 for byte in body[:100_000]) + 600
