"""Detection as a command uses it: by itself, or with the options that a configuration names."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from workers.adapters import knowledge
from workers.adapters.detector import Detector
from workers.adapters.trained import TrainedError


def detector(config: Path | None, jobs: int = 1) -> Detector:
    """Ends the command with 2 when the configuration is wrong or names a pipeline that does not load.

    There is no store to keep the day's budget in: a run may ask as often as a day may, each of ``jobs`` its share.
    """
    if config is None:
        return Detector(knowledge.load())
    from workers.adapters.opinions import MemoryLedger
    from workers.services import opinions
    from workers.settings import SettingsError, load

    try:
        settings = load(config, os.environ, polls=False)
        known = knowledge.load(settings.languages or None, settings.detection.models)
    except (SettingsError, TrainedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return Detector(known, opinions(settings.opinion, MemoryLedger(max(1, settings.opinion.per_day // jobs))))
