"""The bytes of a feed in, UTF-8 and the name of its format out; or the reason why they are no feed.

A consent page, a captcha or a PDF under a feed's address must never pass as "a feed without news", so the shape
is judged before any parser, which would recover something from anything. Both parsers decode legacy encodings
wrongly without a word (41 of 82 encoding tests; measured, 2026-11): decoding is done here, once, for both.
"""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

MAX_BYTES = 8_000_000
_HEAD = 65_536
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_SEVEN_BIT = frozenset({"iso-2022-jp", "csiso2022jp"})
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HALF = r"5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]"
_NO_CHARACTER = re.compile(rf"\x00|&#(?:[xX]0*(?:0|[dD][89a-fA-F][0-9a-fA-F]{{2}})|0*(?:0|{_HALF}));")
"""NUL and halves of surrogate pairs, as they are or by their numbers: one cost all the other entries of a feed."""
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*(?::[\w.-]+)?)([^<>]*)")
_ASIDES = (("<!--", "-->"), ("<?", "?>"), ("<!", ">"))
_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "entry", "urlset", "sitemapindex"})
_HTML = frozenset(
    {"html", "head", "body", "script", "meta", "title", "div", "p", "h1", "center", "iframe", "link", "style"}
)
_VERSION = re.compile(r"version\s*=\s*[\"']([\d.]+)")


class Reason(StrEnum):
    """Why bytes are no feed."""

    EMPTY = "empty"
    HTML = "html"
    BINARY = "binary"
    TEXT = "text"
    JSON = "json"
    XML = "other_xml"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    UNREADABLE = "unreadable"


class NotAFeed(ValueError):
    """The bytes hold no feed; ``reason`` says what they hold instead."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shape:
    """``text`` is the document without its XML declaration, ``format`` as the ``feed`` command names it."""

    text: str
    format: str
    problems: tuple[str, ...] = ()


def shape(body: bytes, charset: str | None = None) -> Shape:
    """Decode and name what the bytes are. Raises ``NotAFeed``."""
    if body[:2] == b"\x1f\x8b":
        body = _gunzip(body)
    if len(body) > MAX_BYTES:
        raise NotAFeed(Reason.TOO_LARGE, f"{len(body)} bytes")
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise NotAFeed(Reason.EMPTY)
    text, problems = decode(body, charset)
    head = text[:4096]
    if len(_CONTROL.findall(head)) > len(head) // 50:
        raise NotAFeed(Reason.BINARY)
    text = _NO_CHARACTER.sub("", text)
    return Shape(_DECLARATION.sub("", text, count=1), _format(text), problems)


def decode(body: bytes, charset: str | None) -> tuple[str, tuple[str, ...]]:
    """BOM, then UTF-8 if it is valid, then the server's charset, the declaration, the detector.

    Valid non-ASCII UTF-8 is UTF-8 whatever a label says; the labels decide for the rest.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), ()
    match = _DECLARED.search(body[:1024])
    declared = match[1].decode("ascii").lower() if match else ""
    if body[:2] in (b"\x00<", b"<\x00"):
        return body.decode("utf-16-be" if body[0] == 0 else "utf-16-le", "replace"), ()
    if declared not in _SEVEN_BIT:
        try:
            return body.decode("utf-8"), ()
        except UnicodeDecodeError:
            pass
    for label in filter(None, (charset, declared)):
        if (labelled := _decoded(body, label)) is not None:
            return labelled, ()
    return _guessed(body)


def _decoded(body: bytes, label: str) -> str | None:
    """By the web's own table of labels (latin-1 is windows-1252); Python's would accept ``idna`` and worse."""
    name = map_encoding_to_html5(label, False)
    if name is None or name.lower().replace("-", "") == "utf8":
        return None
    try:
        return body.decode(name, "replace" if name == "cp1252" else "strict")
    except (LookupError, UnicodeDecodeError):
        return None


def _guessed(body: bytes) -> tuple[str, tuple[str, ...]]:
    text = body.decode("utf-8", "replace")
    broken, foreign = text.count("\ufffd"), sum(map(text.count, "éèüößаеоиاл"))
    if broken <= max(3, foreign // 10):
        return text, (f"{broken} byte sequences were not UTF-8",)
    name = detect_encoding(body[:200_000]) or "cp1252"
    return body.decode(name, "replace"), (f"the encoding was wrongly declared: read as {name}",)


def _gunzip(body: bytes) -> bytes:
    try:
        plain = zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)
    except zlib.error:
        plain = b""
    if not plain:
        raise NotAFeed(Reason.BINARY, "broken gzip")
    return plain


def _format(text: str) -> str:
    start = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if start[:1] in "{[":
        return _json(start)
    name, attributes = _first_element(start)
    root = name.rpartition(":")[2]
    if root in _ROOTS:
        return _xml(root, attributes, start)
    if name in _HTML:
        raise NotAFeed(Reason.HTML, name)
    raise NotAFeed(Reason.XML if name else Reason.TEXT, name)


def _first_element(start: str) -> tuple[str, str]:
    """Lower-case name and attributes of the first element after comments, instructions and the doctype."""
    position = start.find("<")
    while position >= 0:
        if start[position : position + 14].lower() == "<!doctype html":
            return "html", ""
        closing = next((end for opening, end in _ASIDES if start.startswith(opening, position)), None)
        if closing is None:
            if match := _ELEMENT.match(start, position):
                return match[1].lower(), match[2]
            closing = "<"
        found = start.find(closing, position + 1)
        position = start.find("<", found + 1 if closing != "<" else found) if found >= 0 else -1
    return "", ""


def _json(start: str) -> str:
    if "jsonfeed.org" in start or '"items"' in start:
        return "json1"
    raise NotAFeed(Reason.JSON)


def _xml(root: str, attributes: str, start: str) -> str:
    version = _VERSION.search(attributes)
    if root == "rss":
        number = version[1].replace(".", "") if version else "20"
        return f"rss{number if len(number) > 1 else number + '0'}"
    if root == "rdf":
        return "rss090" if "my.netscape.com/rdf/simple/0.9/" in start else "rss10"
    if root in ("feed", "entry"):
        return "atom03" if "purl.org/atom/ns#" in attributes else "atom10"
    plain = {"channel": "cdf" if "href" in attributes.lower() else "rss20"}
    return plain.get(root) or {"urlset": "sitemap", "sitemapindex": "sitemap_index"}[root]
