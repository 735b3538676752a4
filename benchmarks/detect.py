"""What detection costs: CPU time, memory and the first answer. ``python -m benchmarks.detect [DOCUMENTS]``

Articles are drawn from the sentences that the project wrote for training, its nine languages in turn. Targets (issue
3): 120 articles per second per core, shown beside spaCy's blank tokenizer; under 350 MB resident and less than 1 MB
more per 1,000 articles, over 20,000 (DOCUMENTS) of new words; the first answer within 3 seconds of the start.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time

from workers.adapters import knowledge
from workers.pipeline.detect import detect
from workers.pipeline.detect.lessons import lessons
from workers.pipeline.models import Document

TIMED, WARM, NEW_WORDS, STARTS = 600, 2000, 20, 3
PARAGRAPHS, SENTENCES = 6, 3
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = {"id": "1", "text": "M23 rebels and the army exchanged fire near Goma on Monday.", "language": "en"}


def articles(number: int, seed: int, new_words: int = 0) -> Iterator[Document]:
    """``number`` of them, each in one language; ``new_words`` of each were never seen before."""
    chance = random.Random(seed)
    sources = sorted((knowledge.FOLDER / "sentences").glob("*.yml"))
    spoken = {path.stem: [lesson.text for lesson in lessons(knowledge.parse(path))] for path in sources}
    for name in range(number):
        language = list(spoken)[name % len(spoken)]
        drawn = [" ".join(chance.choices(spoken[language], k=SENTENCES)) for _ in range(PARAGRAPHS)]
        fresh = ("".join(chance.choices("abdeiklmnorstu", k=9)) for _ in range(new_words))
        yield Document(str(name), "\n\n".join([*drawn, " ".join(fresh)]).strip(), published=NOW)


def speed() -> dict[str, object]:
    known, blank = knowledge.load(), import_module("spacy").blank("xx")  # here: the process apart goes without it
    for document in articles(TIMED, 1):
        detect(document, known)
    timed = list(articles(TIMED, 2))
    whole = _per_second(timed, lambda document: detect(document, known))
    tokens = _per_second(timed, lambda document: blank.make_doc(document.text))
    size = sum(len(document.text) for document in timed) // TIMED
    return {"n": TIMED, "characters": size, "per_second": round(whole), "blank_tokenizer_per_second": round(tokens)}


def _per_second(timed: list[Document], work: Callable[[Document], object]) -> float:
    began = process_time()
    for document in timed:
        work(document)
    return len(timed) / (process_time() - began)


def memory(documents: int) -> dict[str, object]:
    """In a process of its own; growth counts from the article at which every language is loaded and caches are full."""
    known, warm = knowledge.load(), min(WARM, documents // 2)
    full = 0.0
    for number, document in enumerate(articles(documents, 3, NEW_WORDS)):
        if number == warm:
            full = _resident()
        detect(document, known)
    end = _resident()
    return {"n": documents, "mb": round(end), "mb_per_1000": round((end - full) * 1000 / (documents - warm), 3)}


def _resident() -> float:
    """Megabytes (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def start() -> dict[str, object]:
    """The best of three; the real command, from nothing to its end."""
    answer = min(_seconds("detect", "-", given=json.dumps(FIRST)) for _ in range(STARTS))
    assert "| spacy" not in _run(["-X", "importtime"], ("--help",)).replace("  ", ""), "--help imports spaCy"
    usage = min(_seconds("--help") for _ in range(STARTS))
    return {"n": STARTS, "first_answer_seconds": round(answer, 2), "help_seconds": round(usage, 2)}


def _seconds(*words: str, given: str = "") -> float:
    began = perf_counter()
    _run([], words, given)
    return perf_counter() - began


def _run(flags: list[str], words: tuple[str, ...], given: str = "") -> str:
    program = [sys.executable, *flags, "-m", "workers", *words]
    return subprocess.run(program, input=given, capture_output=True, text=True, check=True).stderr


def main(documents: int) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as apart:
        kept = apart.apply(memory, (documents,))
    for name, figures in (("speed", speed()), ("memory", kept), ("start", start())):
        print(json.dumps({"benchmark": "detect", "of": name, **figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
