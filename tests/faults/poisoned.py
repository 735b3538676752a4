"""``clashwatch`` with an extraction that some pages kill: what a bug in a native library does, on demand."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from workers.__main__ import main
from workers.pipeline import extract
from workers.pipeline.models import Article, Page

_extract = extract.extract


def poisoned(page: Page, **given: Any) -> Article:
    if b"CRASH" in page.body:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"DEVOUR" in page.body:
        bytearray(64 << 30)
    if b"FLOOD" in page.body:
        # As native code that asks for no more than a page may have, where the machine has less.
        bytearray(b"x") * (400 << 20)
    if b"HANG" in page.body:
        # As in native code that never returns to the interpreter: no signal handler of Python's gets a turn.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGALRM})
        time.sleep(3600)
    return _extract(page, **given)


extract.extract = poisoned

if __name__ == "__main__":
    main()
