"""Feeds and pages as publishers sent them, against what others read in them. ``python -m benchmarks.reading FOLDER``

FOLDER holds ``feeds/*.xml`` and ``pages/**/NAME_*.html[.gz]`` with gold beside them (``NAME.json``: body and publishing
date of the page's newest version, as fundus keeps them). Feeds: entries, titles, links and dates against feedparser's
on the same bytes, and feeds per core-second of both. Pages: F1 of the words' 5-grams against the gold body, beside that
of trafilatura alone, and pages per core-second of both in turn, so that a busy machine slows both alike.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from trafilatura import bare_extraction
from trafilatura.utils import load_html

from workers.pipeline.extract import decoding, extract, warm
from workers.pipeline.feed import NotAFeed, parse
from workers.pipeline.models import Page
from workers.pipeline.plain import line

NOW = datetime.now(UTC)
ROUNDS = 3
_WORD = re.compile(r"\w+")


PLAIN = """
import feedparser, io, json, sys, time
from pathlib import Path
bodies = {path.stem: path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.xml"))}
def told(entry):
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return [entry.get("title", ""), entry.get("link", ""), list(when[:6]) if when else None]
found = {name: [told(entry) for entry in feedparser.parse(io.BytesIO(body)).entries] for name, body in bodies.items()}
began = time.process_time()
for body in bodies.values():
    feedparser.parse(io.BytesIO(body))
print(json.dumps({"found": found, "rate": len(bodies) / (time.process_time() - began)}))
"""


def feeds(folder: Path) -> dict[str, Any]:
    """Equality and pace against plain ``feedparser.parse(bytes)``, which runs elsewhere: here it is mended."""
    done = subprocess.run([sys.executable, "-c", PLAIN, str(folder)], check=True, capture_output=True, text=True)
    plain = json.loads(done.stdout)
    bodies = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.xml"))}
    differing = {name: told for name, body in bodies.items() if (told := _differences(body, plain["found"][name]))}
    began = time.process_time()
    for _ in range(ROUNDS):
        for body in bodies.values():
            _parsed(body)
    ours = ROUNDS * len(bodies) / (time.process_time() - began)
    counted = {"feeds": len(bodies), "equal": len(bodies) - len(differing), "different": differing}
    rates = {"per_core_second": ours, "feedparser": plain["rate"], "times": ours / plain["rate"]}
    return counted | {name: round(rate, 1) for name, rate in rates.items()}


def _parsed(body: bytes) -> Any:
    try:
        return parse(body, now=NOW).entries
    except NotAFeed:
        return ()


def _differences(body: bytes, theirs: list[Any]) -> list[str]:
    ours = _parsed(body)
    if len(ours) != len(theirs):
        return [f"{len(ours)} entries, feedparser {len(theirs)}"]
    found: dict[str, list[str]] = {"title": [], "link": [], "date": []}
    for entry, (title, link, when) in zip(ours, theirs, strict=True):
        date = datetime(*when, tzinfo=UTC) if when else None
        told = entry.published.replace(microsecond=0) if entry.published else None
        for what, one, other in (
            ("title", entry.title, line(title)),
            ("link", entry.url or "", link),
            ("date", told, date),
        ):
            if one != other:
                found[what].append(f"{one} | {other}")
    return [f"{len(told)} {what}s: {told[0][:160]}" for what, told in found.items() if told]


def pages(folder: Path) -> dict[str, Any]:
    """Bodies against gold, and pace against bare trafilatura."""
    warm()
    bodies = {path: _bytes(path) for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.html.gz")])}
    scores = {path: _scored(path, body) for path, body in bodies.items() if _gold(path)}
    worse = [path.name for path, (our, their) in scores.items() if our[1] < 0.5 <= their[1]]
    ours, theirs = _paces(bodies.values(), lambda body: _ours(body).text, _bare)
    shown = {
        "pages": len(bodies),
        "judged": len(scores),
        "body_f1": round(fmean(_f1(our) for our, _ in scores.values()), 4),
        "trafilatura_f1": round(fmean(_f1(their) for _, their in scores.values()), 4),
        "recall_lost": worse,
    }
    return shown | {"per_core_second": round(ours, 1), "bare": round(theirs, 1), "of_bare": round(ours / theirs, 3)}


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _gold(path: Path) -> str:
    """The body that fundus expects of its newest parser version; empty without one."""
    beside = path.with_name(re.sub(r"_\d{4}_.*|\.html.*", "", path.name) + ".json")
    if not beside.exists():
        return ""
    versions = json.loads(beside.read_text(encoding="utf-8"))
    body = versions[max(versions, key=lambda name: [int(part) for part in re.findall(r"\d+", name)])].get("body") or {}
    told = [*(body.get("summary") or ())]
    for section in body.get("sections") or ():
        told += [*(section.get("headline") or ()), *(section.get("paragraphs") or ())]
    return "\n".join(told)


def _ours(body: bytes) -> Any:
    return extract(Page("", "", body, "text/html", None, NOW))


def _bare(body: bytes) -> str:
    tree = load_html(decoding.decode(body, None))
    document = bare_extraction(tree, include_comments=False) if tree is not None else None
    return getattr(document, "text", None) or ""


def _scored(path: Path, body: bytes) -> tuple[tuple[float, float], tuple[float, float]]:
    gold = _grams(_gold(path))
    return _compared(_grams(_ours(body).text), gold), _compared(_grams(_bare(body)), gold)


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return Counter(tuple(words[start : start + 5]) for start in range(max(1, len(words) - 4)))


def _compared(found: Counter[Any], gold: Counter[Any]) -> tuple[float, float]:
    """Precision and recall."""
    both = (found & gold).total()
    return both / max(1, found.total()), both / max(1, gold.total())


def _f1(score: tuple[float, float]) -> float:
    return 2 * score[0] * score[1] / (sum(score) or 1.0)


def _paces(bodies: Iterable[bytes], one: Callable[[bytes], Any], other: Callable[[bytes], Any]) -> tuple[float, float]:
    """Documents per core-second of both, document by document in turn, over several rounds."""
    listed, spent = list(bodies), [0.0, 0.0]
    for turn in range(ROUNDS):
        for body in listed:
            for which in (turn % 2, 1 - turn % 2):
                began = time.process_time()
                (one, other)[which](body)
                spent[which] += time.process_time() - began
    return ROUNDS * len(listed) / spent[0], ROUNDS * len(listed) / spent[1]


def main(arguments: list[str]) -> dict[str, Any]:
    if not arguments:
        return {"benchmark": "reading", "not_run": "no folder given: python -m benchmarks.reading FOLDER"}
    folder = Path(arguments[0]).resolve()
    return {"benchmark": "reading", "feeds": feeds(folder / "feeds"), "pages": pages(folder / "pages")}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:]), ensure_ascii=False))
