"""Messages printed where the notify worker runs: framed and coloured on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from workers.adapters.channels.outcome import ChannelError, Sent
from workers.pipeline.models import Message, Receiver

_COLOURS = {"info": "cyan", "warning": "yellow", "critical": "red"}


def send(message: Message, _receiver: Receiver, _previous: Sent | None) -> Sent:
    """Print it. Fails only when standard output is gone."""
    # Celery's prefork children may have sys.stdout replaced by a logger; the file descriptor is what people see.
    terminal = Console(file=sys.__stdout__, highlight=False)
    try:
        if terminal.is_terminal:
            terminal.print(_framed(message))
        else:
            terminal.print("\n".join(plain_lines(message)) + "\n", markup=False, soft_wrap=True)
    except (OSError, ValueError) as error:
        raise ChannelError(f"standard output: {error}", retry=True) from error
    return Sent()


def plain_lines(message: Message) -> Iterator[str]:
    """The message as lines of text, most important first."""
    yield f"{message.severity.upper()} {message.title}"
    yield f"  {message.summary}"
    for change in message.changes:
        yield f"  * {change}"
    for label, value in message.lines:
        yield f"  {label}: {value}"
    for language, quote in message.quotes:
        yield f"  [{language}] “{quote.strip('“”')}”"
    for outlet, url in message.links:
        yield f"  {outlet}: {url}"
    for _, label, url in message.actions:
        yield f"  {label}: {url}"


def _framed(message: Message) -> Panel:
    """Text objects throughout: nothing in a title is read as Rich's markup."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in message.lines:
        table.add_row(Text(label), Text(value))
    for language, quote in message.quotes:
        table.add_row(Text(language), Text(f"“{quote.strip('“”')}”", style="italic"))
    for outlet, url in message.links:
        table.add_row(Text(outlet), Text(url, style="blue"))
    for _, label, url in message.actions:
        table.add_row(Text(label), Text(url, style="blue"))
    colour = _COLOURS.get(message.severity, "white")
    changes = [Text(f"• {change}", style="bold") for change in message.changes]
    title = Text(message.title, style=f"bold {colour}")
    return Panel(
        Group(Text(message.summary), *changes, Text(), table), title=title, title_align="left", border_style=colour
    )
