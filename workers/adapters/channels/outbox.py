"""Messages as files: a letter that any mail program opens and the machine-readable JSON beside it.

A file is named after its delivery's key and appears whole or not at all: sending again puts the same file in
the same place. That makes the outbox the one channel that can always say whether a message arrived.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from workers.adapters.channels.letter import compose, digest, reference
from workers.adapters.channels.map import drawn
from workers.adapters.channels.outcome import ChannelError, Sent, option
from workers.pipeline.message import about
from workers.pipeline.models import Message, Receiver
from workers.pipeline.wire import encode

_SENDER, _READER = "clashwatch@localhost", ("outbox@localhost",)


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """Lay both files. The letter comes last: where it lies, the delivery is complete."""
    letter = compose(message, _SENDER, _READER, previous, drawn(message, receiver))
    try:
        _write(path(message, receiver, ".json"), json.dumps(encode(message), ensure_ascii=False, indent=1).encode())
        _write(path(message, receiver, ".eml"), letter.as_bytes())
    except OSError as error:
        raise ChannelError(f"{error.filename}: {error.strerror}", retry=True) from error
    return reference(letter, message, previous)


def settle(message: Message, receiver: Receiver, previous: Sent | None) -> Sent | None:
    """The files themselves answer."""
    if not path(message, receiver, ".eml").is_file():
        return None
    return reference(compose(message, _SENDER, _READER, previous), message, previous)


def path(message: Message, receiver: Receiver, suffix: str) -> Path:
    """``c-89029f6fc1e9-002-1f0c….eml``: a clash's messages lie together in order; distinct for distinct keys."""
    subject = re.sub(r"[^A-Za-z0-9]+", "-", about(message) or "several").strip("-")[:60]
    name = f"{subject}-{message.sequence:03}-{digest(message.key)[:12]}{suffix}"
    return Path(option(receiver, "folder", "var/outbox")) / name


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
