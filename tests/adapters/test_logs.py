"""A log line is one line, whatever somebody else's text in it says."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

HOSTILE = 'x\n{"level": "critical", "event": "all is lost"}\r\x1b[2J\x1b]0;title\x07\u2028\u009b31m\x00'
PROGRAM = f"""
import logging, structlog
from workers.adapters import logs
logs.configure("test")
structlog.get_logger().error("failed", error={HOSTILE!r}, **{{"feed": {HOSTILE!r}}})
logging.getLogger("celery").error({HOSTILE!r})
"""


def test_in_json_every_line_is_one_record() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], stderr=subprocess.PIPE, check=True)
    lines = [json.loads(line) for line in done.stderr.decode().split("\n") if line]
    assert [line["level"] for line in lines] == ["error", "error"]
    assert lines[0]["error"] == HOSTILE
    assert not set(done.stderr) & {0x1B, 0x0D, 0x00, 0x07}


def test_a_terminal_is_told_nothing_that_it_obeys_but_our_own_colours() -> None:
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", PROGRAM], stderr=theirs, check=True)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 10_000):
            shown += part
    except OSError:
        pass  # how a terminal says that nobody writes to it any more
    lines = shown.decode().replace("\r\n", "\n").rstrip("\n").split("\n")
    assert len(lines) == 2
    assert not [line for line in lines if line.startswith("{")]
    for obeyed in ("\x1b[2J", "\x1b]0", "\x07", "\x00", "\r", "\u009b", "\u2028"):
        assert obeyed not in "".join(lines)
